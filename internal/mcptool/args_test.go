package mcptool_test

import (
	"fmt"
	"strings"
	"testing"

	"power-interpreter/internal/mcptool"
	"power-interpreter/orchestrator"
)

// argument is one of a tool's: a value that is good, and what is not.
type argument struct {
	name     string
	good     any
	required bool
	wrong    any    // of a wrong type
	empty    bool   // "" is refused
	long     int    // the length from which a text is refused, 0 for no text
	out      []any  // of the right type and refused
	says     string // what a refusal of out says
}

const badSession = "use 1 to 64 of A-Z a-z 0-9 . _ -"

var (
	sessionArg = argument{name: "session_id", good: "analysis", wrong: true, empty: true, long: 65, out: []any{"a b", ".x", "ä"}, says: badSession}
	codeArg    = argument{name: "code", good: "1", required: true, wrong: 5, empty: true, long: orchestrator.MaxCode + 1, out: []any{" \n", "```python\n```"}, says: "code is empty"}
	jobArg     = argument{name: "job_id", good: "a3f9c1b2", required: true, wrong: []any{}, empty: true, long: 5000, out: []any{"nope", "a3f9c1b2a"}, says: "8 hex digits"}
	fileArg    = argument{name: "filename", good: "x.csv", required: true, wrong: 5, empty: true, long: 5000}
)

func optionally(a argument) argument { a.required, a.empty = false, false; return a }

func timeoutArg(most string) argument {
	return argument{name: "timeout", good: 5, wrong: "soon", out: []any{0, -1, 1e9, "0.5"}, says: most}
}

// arguments are what each tool takes by the contract.
var arguments = map[string][]argument{
	"execute_code":   {codeArg, sessionArg, timeoutArg("from 1 to 300 seconds")},
	"submit_job":     {codeArg, sessionArg, timeoutArg("from 1 to 14400 seconds")},
	"get_job_status": {jobArg},
	"get_job_result": {jobArg},
	"cancel_job":     {jobArg},
	"fetch_from_url": {{name: "url", good: "https://example.com/x.csv", required: true, wrong: 5, empty: true, long: 9000}, optionally(fileArg), sessionArg},
	"upload_file":    {fileArg, {name: "content_base64", good: "aGVsbG8=", required: true, wrong: []any{1}, out: []any{"*", "a"}, says: "not base64"}, sessionArg},
	"fetch_file":     {fileArg, sessionArg},
	"list_files":     {sessionArg},
	"load_dataset": {fileArg, {name: "dataset_name", good: "df", required: true, wrong: 5, empty: true, long: 300}, sessionArg,
		{name: "sheet_name", good: "Q1", wrong: 0, long: 5000}},
	"query_dataset": {{name: "query", good: "FROM df", required: true, wrong: map[string]any{}, empty: true, long: 300_000}, sessionArg,
		{name: "limit", good: 10, wrong: "many", out: []any{0, 10_001, 1.5}, says: "from 1 to 10000"},
		{name: "offset", good: 0, wrong: true, out: []any{-1, 0.5}, says: "from 0 on"}},
	"list_datasets":  {sessionArg},
	"create_session": {sessionArg},
	"reset_session":  {sessionArg},
	"delete_session": {func() argument { a := sessionArg; a.required = true; return a }()},
}

func good(tool string) map[string]any {
	args := map[string]any{}
	for _, a := range arguments[tool] {
		args[a.name] = a.good
	}
	return args
}

// with returns the good arguments with one changed; nil leaves it out.
func with(tool, name string, value any) map[string]any {
	args := good(tool)
	delete(args, name)
	if value != nil {
		args[name] = value
	}
	return args
}

func TestEveryToolTakesItsArguments(t *testing.T) {
	c := connect(t, working(), mcptool.Options{})
	for _, tool := range names {
		args := good(tool)
		if res := call(t, c, tool, args); res.IsError || textOf(res) == "" {
			t.Errorf("%s(%v): %s", tool, args, shown(t, res))
		}
		for _, a := range arguments[tool] {
			if a.required {
				continue
			}
			for _, absent := range []map[string]any{with(tool, a.name, nil), func() map[string]any { m := good(tool); m[a.name] = nil; return m }()} {
				if res := call(t, c, tool, absent); res.IsError {
					t.Errorf("%s without %s: %s", tool, a.name, textOf(res))
				}
			}
		}
	}
}

// refused is a call that must not reach the service.
type refused struct {
	why  string
	args any
	code orchestrator.Code
	says string
}

func refusals(tool string) []refused {
	cases := []refused{
		{"unknown", with(tool, "colour", 1), orchestrator.CodeInvalid, tool + ` has no argument "colour"`},
		{"an array", []any{1}, orchestrator.CodeInvalid, "must be an object"},
		{"a number", 5, orchestrator.CodeInvalid, "must be an object"},
		{"a text", "hello", orchestrator.CodeInvalid, "must be an object"},
	}
	for _, a := range arguments[tool] {
		cases = append(cases, refused{a.name + " of a wrong type", with(tool, a.name, a.wrong), orchestrator.CodeInvalid, a.name + " must be a "})
		if a.required {
			cases = append(cases,
				refused{a.name + " missing", with(tool, a.name, nil), orchestrator.CodeInvalid, a.name + " is missing"},
				refused{"{}", map[string]any{}, orchestrator.CodeInvalid, a.name + " is missing"})
		}
		if a.empty {
			cases = append(cases, refused{a.name + " empty", with(tool, a.name, ""), orchestrator.CodeInvalid, a.name})
		}
		if a.long > 0 {
			code := orchestrator.CodeTooLarge
			if a.name == "session_id" {
				code = orchestrator.CodeInvalid
			}
			cases = append(cases, refused{a.name + " far too long", with(tool, a.name, strings.Repeat("a", a.long)), code, a.name})
		}
		for _, v := range a.out {
			cases = append(cases, refused{fmt.Sprintf("%s %v", a.name, v), with(tool, a.name, v), orchestrator.CodeInvalid, a.says})
		}
	}
	return cases
}

func TestEveryBadCallIsAnsweredWithWhatIsWrong(t *testing.T) {
	svc := working()
	c := connect(t, svc, mcptool.Options{})
	for _, tool := range names {
		for _, bad := range refusals(tool) {
			res := call(t, c, tool, bad.args)
			text := textOf(res)
			if !res.IsError || !strings.HasPrefix(text, string(bad.code)+": ") || !strings.Contains(text, bad.says) {
				t.Errorf("%s, %s: isError %v, %q; want %s … %s", tool, bad.why, res.IsError, text, bad.code, bad.says)
			}
			if len(text) > 2000 {
				t.Errorf("%s, %s: the answer has %d bytes", tool, bad.why, len(text))
			}
			if res.StructuredContent != nil {
				t.Errorf("%s, %s: a refusal with structure", tool, bad.why)
			}
		}
	}
	if calls := svc.Calls(); len(calls) > 0 {
		t.Errorf("bad calls reached the service: %v", calls)
	}
}

func TestARefusalNamesTheArgumentsThatAreRight(t *testing.T) {
	c := connect(t, working(), mcptool.Options{})
	for _, tool := range names {
		text := textOf(call(t, c, tool, with(tool, "colour", 1)))
		for _, a := range arguments[tool] {
			if !strings.Contains(text, a.name+" (") {
				t.Errorf("%s: %q does not name %s", tool, text, a.name)
			}
		}
	}
}
