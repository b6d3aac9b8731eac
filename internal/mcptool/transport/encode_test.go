package transport_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"pgregory.net/rapid"

	"power-interpreter/internal/mcptool/transport"
)

// answering is a server whose every tool gives the same.
type answering struct {
	*server.MCPServer
	result *mcp.CallToolResult
}

func (a *answering) CallTool(context.Context, string, json.RawMessage, *mcp.Meta) *mcp.CallToolResult {
	return a.result
}

func TestAnAnswerIsWrittenAsTheStandardLibraryWould(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z \n]*`), rapid.Just("a\n<b>&\u2028\"\\\x7f\x00é"), rapid.Just("\xff\xc3("))
	id := rapid.OneOf(
		rapid.Map(rapid.Int64(), func(n int64) json.RawMessage { return inJSON(n) }),
		rapid.Map(rapid.StringN(0, 20, 100), func(s string) json.RawMessage { return inJSON(s) }),
		rapid.SampledFrom([]json.RawMessage{[]byte(`"a<b"`), []byte(`"\u003c é\/"`), []byte("\"\u2028\""), []byte("-1.5e3")}))
	rapid.Check(t, func(t *rapid.T) {
		r := &mcp.CallToolResult{IsError: rapid.Bool().Draw(t, "isError"), Content: []mcp.Content{}}
		for range rapid.IntRange(0, 3).Draw(t, "blocks") {
			s := text.Draw(t, "text")
			r.Content = append(r.Content, rapid.SampledFrom([]mcp.Content{
				mcp.NewTextContent(s), mcp.NewImageContent(s, "image/png"), mcp.NewAudioContent(s, "audio/wav"),
				mcp.TextContent{Annotated: mcp.Annotated{Annotations: &mcp.Annotations{}}, Type: "text", Text: s},
				mcp.ImageContent{Type: "image", Data: s, Meta: &mcp.Meta{ProgressToken: 1}},
			}).Draw(t, "block"))
		}
		r.Meta = rapid.SampledFrom([]*mcp.Meta{nil, {}, {ProgressToken: "t"}, {AdditionalFields: map[string]any{"a<": 1, "b": "é<"}},
			{AdditionalFields: map[string]any{text.Draw(t, "name"): map[string]string{"x": text.Draw(t, "value")}}}}).Draw(t, "meta")
		r.StructuredContent = rapid.SampledFrom([]any{nil, map[string]any{"a": "<"}, []int{1}}).Draw(t, "structure")
		r.RawStructuredContent = rapid.SampledFrom([]json.RawMessage{nil, json.RawMessage(` {"a" : "<"} `)}).Draw(t, "raw")
		r.ResultType = rapid.SampledFrom([]mcp.ResultType{"", "complete"}).Draw(t, "type")
		r.RequestState = rapid.SampledFrom([]string{"", "s"}).Draw(t, "state")
		asked := id.Draw(t, "id")
		want := string(inJSON(mcp.NewJSONRPCResultResponse(mcp.NewRequestId(asked), r)))
		if got := answered(r, asked); got != want {
			t.Fatalf("%s\nwant %s", got, want)
		}
	})
}

func TestAnAnswerThatCannotBeWrittenIsSaidToBe(t *testing.T) {
	got := answered(&mcp.CallToolResult{StructuredContent: func() {}}, json.RawMessage("1"))
	if !strings.Contains(got, "could not be encoded") {
		t.Error(got)
	}
}

// answered is what a client with that id is sent.
func answered(r *mcp.CallToolResult, id json.RawMessage) string {
	wires := transport.New(&answering{newTools().MCPServer, r}, transport.Config{})
	request := httptest.NewRequest("POST", "/mcp/sse", strings.NewReader(call(string(id), "any", "{}")))
	request.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	wires.Routes()["/mcp/sse"].ServeHTTP(w, request)
	return w.Body.String()
}

func inJSON(v any) json.RawMessage {
	data, _ := json.Marshal(v)
	return data
}
