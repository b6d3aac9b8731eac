package mcptool

import (
	"encoding/json"
	"strings"
)

// schema is a JSON Schema, written small: every client reads all of them, and
// most put them before their model.
type schema string

// What a value may be.
const (
	aString  schema = `{"type":"string"}`
	aNumber  schema = `{"type":"number"}`
	anInt    schema = `{"type":"integer"}`
	aBool    schema = `{"type":"boolean"}`
	anything schema = `{}`
)

// field is a property of an object.
type field struct {
	name     string
	schema   schema
	optional bool
}

func has(name string, s schema) field   { return field{name: name, schema: s} }
func maybe(name string, s schema) field { return field{name: name, schema: s, optional: true} }

// list is an array of items.
func list(items schema) schema { return schema(`{"type":"array","items":` + string(items) + `}`) }

// object has its fields in the order given.
func object(fields ...field) schema {
	var properties, required []string
	for _, f := range fields {
		properties = append(properties, quote(f.name)+":"+string(f.schema))
		if !f.optional {
			required = append(required, quote(f.name))
		}
	}
	s := `{"type":"object","properties":{` + strings.Join(properties, ",") + `}`
	if len(required) > 0 {
		s += `,"required":[` + strings.Join(required, ",") + `]`
	}
	return schema(s + `}`)
}

// structure is an object that a tool answers with; any may carry notices.
func structure(fields ...field) schema {
	return object(append(fields, maybe("notices", list(aString)))...)
}

// quote writes a string as JSON.
func quote(s string) string {
	return asJSON(s)
}

// asJSON writes a value as JSON, as it is to be read: < and & stay what they are.
func asJSON(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // what is written came as JSON, or is a string
	return strings.TrimSuffix(b.String(), "\n")
}
