package runner

import (
	"bytes"
	"encoding/json"
	"errors"

	"power-interpreter/internal/wire"
	"power-interpreter/orchestrator"
)

// Bounds on what an answer holds: each entry costs this process many times its
// bytes on the wire.
const (
	maxDatasets = 1000
	maxTexts    = 100
	// maxDescribed bounds the entries of descriptions: 200 datasets of 100 columns.
	maxDescribed = 100_000
	// maxValues bounds those of a table: 10,000 rows of 100 columns.
	maxValues = 1_100_000
)

var errAnswer = errors.New("the operation's answer is missing, too large or of another form")

// answer decodes what the operation itself gives back, into its field of o.
func answer(op orchestrator.Op, raw json.RawMessage, o *orchestrator.Outcome) error {
	most := maxDescribed
	if op == orchestrator.OpQuery {
		most = maxValues
	}
	if len(raw) > wire.MaxData || entries(raw) > most {
		return errAnswer
	}
	var err error
	switch op {
	case orchestrator.OpLoad:
		var d wire.Dataset
		if err = decode(raw, &d); err == nil {
			converted := dataset(d)
			o.Dataset = &converted
		}
	case orchestrator.OpQuery:
		var t wire.Table
		if err = decode(raw, &t); err == nil {
			o.Table = &orchestrator.Table{Columns: columns(t.Columns), Rows: t.Rows, Total: t.Total, Cut: t.Cut, File: cut(t.File, maxPath), Notes: texts(t.Notes)}
		}
	case orchestrator.OpVariables:
		var v wire.Variables
		err = decode(raw, &v)
		for _, one := range v.Variables[:min(len(v.Variables), maxDatasets)] {
			o.Variables.Largest = append(o.Variables.Largest, orchestrator.Variable{
				Name: cut(one.Name, maxShort), Type: cut(one.Type, maxShort), Bytes: one.Bytes,
			})
		}
		o.Variables.More = max(v.More, 0)
	case orchestrator.OpDatasets:
		var list []wire.Dataset
		err = decode(raw, &list)
		for _, d := range list[:min(len(list), maxDatasets)] {
			o.Datasets = append(o.Datasets, dataset(d))
		}
	}
	return err
}

// entries counts, about, what lies in JSON's arrays and objects: their opening
// marks and commas, outside of text.
func entries(raw []byte) (n int) {
	inText := false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case !inText && (c == ',' || c == '[' || c == '{'):
			n++
		}
	}
	return n
}

// decode keeps every digit of a number.
func decode(raw json.RawMessage, into any) error {
	if len(raw) == 0 {
		return errAnswer
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(into)
}

func dataset(d wire.Dataset) orchestrator.Dataset {
	return orchestrator.Dataset{
		Name: d.Name, Rows: d.Rows, ColumnCount: d.ColumnCount, Columns: columns(d.Columns), Index: texts(d.Index),
		Bytes: d.Bytes, Source: d.Source, Sheet: d.Sheet, Notes: texts(d.Notes), Preview: d.Preview,
	}
}

// texts keeps the first of them, each of a bounded length.
func texts(from []string) []string {
	to := make([]string, min(len(from), maxTexts))
	for i := range to {
		to[i] = cut(from[i], maxShort)
	}
	return to
}

func columns(from []wire.Column) []orchestrator.Column {
	to := make([]orchestrator.Column, len(from))
	for i, c := range from {
		to[i] = orchestrator.Column(c)
	}
	return to
}
