package mcptool

import (
	"encoding/json"
	"strconv"
	"strings"
)

// param is an argument of a tool: what is published of it, and where a value
// that came is put.
type param struct {
	name     string
	about    string
	kind     string // string, number or integer, as JSON Schema names them
	usual    string // JSON of the default, empty for none
	min, max string // JSON of the bounds, empty for none
	required bool
	// unless names another argument that makes a required one needless.
	unless string
	// also lists names that older clients use for it; they are not published.
	also []string
	// hidden keeps the whole argument unpublished: only older clients send it.
	hidden bool
	// take stores a value or says what is wrong with it. Values are string,
	// json.Number, bool, []any or map[string]any, never nil.
	take func(value any) error
}

// schema is the param as a property of its tool's input.
func (p param) schema() schema {
	parts := []string{`"type":` + quote(p.kind)}
	if p.about != "" {
		parts = append(parts, `"description":`+quote(p.about))
	}
	for _, bound := range []struct{ keyword, value string }{{"default", p.usual}, {"minimum", p.min}, {"maximum", p.max}} {
		if bound.value != "" {
			parts = append(parts, quote(bound.keyword)+":"+bound.value)
		}
	}
	return schema("{" + strings.Join(parts, ",") + "}")
}

// inputSchema is what is published of all of a tool's params.
func inputSchema(params []param) json.RawMessage {
	var fields []field
	for _, p := range params {
		if !p.hidden {
			fields = append(fields, field{name: p.name, schema: p.schema(), optional: !p.required})
		}
	}
	return json.RawMessage(object(fields...))
}

// must makes it required.
func (p param) must() param { p.required = true; return p }

// orElse makes it required unless the other argument is there.
func (p param) orElse(other string) param { p.required, p.unless = true, other; return p }

// older adds names that older clients use.
func (p param) older(names ...string) param { p.also = append(p.also, names...); return p }

// unpublished hides it.
func (p param) unpublished() param { p.hidden = true; return p }

// number formats a bound or default as JSON.
func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
