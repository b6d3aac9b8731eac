package transport_test

import (
	"context"
	"strings"
	"testing"

	"power-interpreter/internal/mcptool"
	"power-interpreter/internal/mcptool/transport"
)

// An upload that is too large for a message is told where to go instead,
// wherever in the message its names stand.
func TestAnOverLargeUploadIsToldWhereToPut(t *testing.T) {
	s := newSite(t, transport.Config{MaxRequest: 1000, UploadTo: func(ctx context.Context, session, file string) string {
		return "PUT https://pi.example/" + mcptool.Owner(ctx) + "/" + session + "/" + file
	}})
	content := `"content_base64":"` + strings.Repeat("eHh4", 1000) + `"`
	for params, want := range map[string]string{
		`"name":"upload_file","arguments":{` + content + `,"filename":"a \u00fc\"b.csv","session_id":"s"}`:                               `/ann/s/a ü"b.csv`,
		`"arguments":{"session_id":"s","filename":"x.csv",` + content + `},"name":"upload_file"`:                                         "/ann/s/x.csv",
		`"arguments":{"filename":"x.csv",` + content + `},"name":"upload_file"`:                                                          "/ann/default/x.csv",
		`"name":"upload_file","arguments":{"session_id":"s","other":{"filename":"inner"},"filename":"x.csv",` + content + `}`:            "/ann/s/x.csv",
		`"_meta":{"name":"decoy","filename":"y"},"name":"upload_file","arguments":{"a":["filename"],"filename":"x.csv",` + content + `}`: "/ann/default/x.csv",
		`"name":"execute_code","arguments":{"filename":"x.csv",` + content + `}`:                                                         "/files/{session_id}/{name}",
		`"name":"upload_file","arguments":{` + content + `}`:                                                                             "/files/{session_id}/{name}",
		`"name":"upload_file","arguments":{"filename":7,` + content + `}`:                                                                "/files/{session_id}/{name}",
	} {
		body := `{"jsonrpc":"2.0","method":"tools/call","params":{` + params + `},"id":5}`
		got := decode(t, s.ask("POST", "/mcp/sse", body, "Authorization", "Bearer ann").body)
		if got.Error == nil || string(got.ID) != "5" || !strings.Contains(got.Error.Message, want+", or") {
			t.Errorf("%.80s: %+v, want %s", params, got.Error, want)
		}
	}
}
