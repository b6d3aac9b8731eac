package mcptool_test

import (
	"context"
	"strings"
	"testing"

	"power-interpreter/internal/mcptool"
	"power-interpreter/orchestrator"
)

func linking() mcptool.Options {
	return mcptool.Options{
		Link: func(ref orchestrator.Ref, path string) string {
			return "https://pi.example/files/" + ref.ID + "/" + path + "?sig"
		},
		UploadTo: func(_ context.Context, ref orchestrator.Ref, name string) string {
			return "PUT https://pi.example/files/" + ref.ID + "/" + name + "?put"
		},
	}
}

func TestACutQuerysFileHasItsLink(t *testing.T) {
	svc := working()
	svc.OnQuery = func(context.Context, orchestrator.Ref, orchestrator.Query) (orchestrator.Table, error) {
		return orchestrator.Table{Columns: []orchestrator.Column{{Name: "a", Type: "INTEGER"}}, Rows: [][]any{{1}}, Total: 5, Cut: true, File: "outputs/q.parquet"}, nil
	}
	res := call(t, connect(t, svc, linking()), "query_dataset", map[string]any{"query": "FROM df", "session_id": "s"})
	const url = "https://pi.example/files/s/outputs/q.parquet?sig"
	structure, _ := res.StructuredContent.(map[string]any)
	if !strings.Contains(textOf(res), url) || structure["file_url"] != url {
		t.Errorf("%s\n%v", textOf(res), structure)
	}
}

func TestAnUploadWithoutItsContentIsToldWhereToPut(t *testing.T) {
	c := connect(t, working(), linking())
	for _, tt := range []struct {
		args map[string]any
		want string
	}{
		{map[string]any{"filename": "x.csv", "session_id": "s"}, "PUT https://pi.example/files/s/x.csv?put"},
		{map[string]any{"filename": "x.csv", "content_base64": nil}, "PUT https://pi.example/files/default/x.csv?put"},
		{map[string]any{"filename": "x.csv", "content_base64": "*"}, ""},
		{map[string]any{"filename": "x.csv", "session_id": "../s"}, ""},
		{map[string]any{"filename": 7}, ""},
		{map[string]any{}, ""},
	} {
		res := call(t, c, "upload_file", tt.args)
		if text := textOf(res); !res.IsError || tt.want == "" && strings.Contains(text, "PUT") || !strings.Contains(text, tt.want) {
			t.Errorf("%v: %s", tt.args, text)
		}
	}
	if text := textOf(call(t, connect(t, working(), mcptool.Options{}), "upload_file", map[string]any{"filename": "x"})); strings.Contains(text, "HTTP") {
		t.Errorf("where there is no HTTP: %s", text)
	}
}
