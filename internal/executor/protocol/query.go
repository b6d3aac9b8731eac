package protocol

import (
	"net/url"
	"strconv"

	"power-interpreter/orchestrator"
)

// File names a file of a session, in a request's query: names are bytes, which
// JSON would repair.
type File struct {
	Ref  orchestrator.Ref
	Name string
	// Of a part: where it begins and how large the file is; Ask sends none.
	Offset, Total int64
	Ask           bool
}

// Query returns it as a query.
func (f File) Query() string {
	v := url.Values{"owner": {f.Ref.Owner}, "session": {f.Ref.ID}, "name": {f.Name}}
	if f.Offset != 0 {
		v.Set("offset", strconv.FormatInt(f.Offset, 10))
	}
	if f.Total != 0 {
		v.Set("total", strconv.FormatInt(f.Total, 10))
	}
	if f.Ask {
		v.Set("ask", "1")
	}
	return v.Encode()
}

// ParseFile reads a query.
func ParseFile(v url.Values) (File, error) {
	f := File{Ref: orchestrator.Ref{Owner: v.Get("owner"), ID: v.Get("session")}, Name: v.Get("name"), Ask: v.Has("ask")}
	for name, into := range map[string]*int64{"offset": &f.Offset, "total": &f.Total} {
		if !v.Has(name) {
			continue
		}
		n, err := strconv.ParseInt(v.Get(name), 10, 64)
		if err != nil {
			return f, orchestrator.Errorf(orchestrator.CodeInvalid, "%s is not a number of bytes", name)
		}
		*into = n
	}
	return f, nil
}
