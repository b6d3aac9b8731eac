package mcptool

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"power-interpreter/orchestrator"
)

const (
	// maxEcho bounds, in characters, what an error repeats of a caller's own
	// words: enough to recognise them.
	maxEcho = 60
	// maxProblems bounds how many faults one answer tells of.
	maxProblems = 8
)

// arguments decodes what came as arguments: an object, nothing or null for
// none, or a string that holds an object, as some clients send it.
func arguments(raw any) (map[string]any, error) {
	data, ok := raw.(json.RawMessage)
	if !ok {
		var err error
		if data, err = json.Marshal(raw); err != nil {
			return nil, orchestrator.Hide(orchestrator.CodeInvalid, err, "the arguments are not JSON")
		}
	}
	value, err := decode(data)
	if err != nil {
		return nil, orchestrator.Hide(orchestrator.CodeInvalid, err, "the arguments are not JSON")
	}
	if s, ok := value.(string); ok {
		if inner, err := decode([]byte(s)); err == nil {
			value = inner
		}
	}
	switch v := value.(type) {
	case nil:
		return map[string]any{}, nil
	case map[string]any:
		return v, nil
	default:
		return nil, orchestrator.Errorf(orchestrator.CodeInvalid, "the arguments must be an object of names and values; got %s", kindOf(v))
	}
}

// decode keeps every digit of a number.
func decode(data []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	err = d.Decode(&value)
	return value, err
}

// bind gives each param its value, and says of everything that is wrong at
// once what it is and which arguments are right.
func bind(tool string, params []param, given map[string]any) error {
	wrong := unknown(tool, params, given)
	for _, p := range params {
		if err := p.bind(given); err != nil {
			wrong = append(wrong, err)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	code := orchestrator.CodeInvalid
	var words []string
	for _, err := range wrong[:min(len(wrong), maxProblems)] {
		words = append(words, err.Message)
		if err.Code == orchestrator.CodeTooLarge {
			code = err.Code
		}
	}
	if len(given) == 0 {
		words = append(words, "the call came with no arguments at all; if a long one was lost on its way, send it in smaller parts")
	}
	return orchestrator.Errorf(code, "%s. The arguments of %s are %s", strings.Join(words, "; "), tool, signature(params))
}

// bind gives the param its value. An argument that is null counts as left out.
func (p param) bind(given map[string]any) *orchestrator.Error {
	name, value := "", any(nil)
	for _, n := range append([]string{p.name}, p.also...) {
		v := given[n]
		if v == nil {
			continue
		}
		if value != nil && !reflect.DeepEqual(v, value) {
			return orchestrator.Errorf(orchestrator.CodeInvalid, "%s and %s are one argument, and have two values: send %s only", name, n, p.name)
		}
		name, value = n, v
	}
	if value != nil {
		if err := p.take(value); err != nil {
			return orchestrator.AsError(err)
		}
		return nil
	}
	if p.required && (p.unless == "" || given[p.unless] == nil) {
		return orchestrator.Errorf(orchestrator.CodeInvalid, "%s is missing", p.name)
	}
	return nil
}

// unknown tells of each argument that no param has.
func unknown(tool string, params []param, given map[string]any) (wrong []*orchestrator.Error) {
	var known, published []string
	for _, p := range params {
		known = append(append(known, p.name), p.also...)
		if !p.hidden {
			published = append(published, p.name)
		}
	}
	var names []string
	for name := range given {
		if !slices.Contains(known, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		words := fmt.Sprintf("%s has no argument %s", tool, quote(clip(name, maxEcho)))
		if near := nearest(name, published); near != "" {
			words += " (did you mean " + near + "?)"
		}
		wrong = append(wrong, orchestrator.Errorf(orchestrator.CodeInvalid, "%s", words))
	}
	return wrong
}

// signature lists the published params as a caller should send them.
func signature(params []param) string {
	var parts []string
	for _, p := range params {
		if p.hidden {
			continue
		}
		need := ""
		if p.required {
			need = ", required"
		}
		parts = append(parts, fmt.Sprintf("%s (%s%s)", p.name, p.kind, need))
	}
	return strings.Join(parts, ", ")
}
