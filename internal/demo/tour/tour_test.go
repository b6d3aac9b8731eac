package tour_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"go.uber.org/goleak"

	"power-interpreter/internal/demo/tour"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAServerThatIsRightPassesAndItsChartComesBack(t *testing.T) {
	answers := right(t)
	s := &script{answers: answers}
	chart, shown, err := walk(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"fetch_from_url", "execute_code", "query_dataset", "execute_code", "fetch_file", "delete_session"}
	if !reflect.DeepEqual(s.called, want) {
		t.Errorf("called %v, want %v", s.called, want)
	}
	if !bytes.Equal(chart, answers[4].Content[0].(*mcp.ImageContent).Data) {
		t.Error("the chart is not the file that came")
	}
	for _, w := range []string{"SELECT region", "(50, 6)", "[image/png 1200×675, ", "structured: {", "exactly"} {
		if !strings.Contains(shown, w) {
			t.Errorf("%q is not shown", w)
		}
	}
}

func TestAWrongAnswerEndsTheTourAtItsStep(t *testing.T) {
	for name, tt := range map[string]struct {
		step  int // from 1
		spoil func(t *testing.T, r *mcp.CallToolResult)
		want  string
	}{
		"a path nowhere":           {1, restructure(map[string]any{"path": "/tmp/data.xlsx", "size": bookSize}), "must name"},
		"a byte missing":           {1, restructure(map[string]any{"path": "/app/sandbox_data/analysis/data.xlsx", "size": bookSize - 1}), "4710 bytes"},
		"no structure":             {1, func(_ *testing.T, r *mcp.CallToolResult) { r.StructuredContent = nil }, "no structured"},
		"a row lost":               {2, reword("(50, 6)", "(49, 6)"), "(50, 6)"},
		"a column lost":            {2, reword("product", ""), "product"},
		"another first row":        {2, reword(sales[0].Product, "Ghost"), sales[0].Product},
		"a total off by a quarter": {3, retotal(func(rows [][]any) [][]any { rows[2][1] = rows[2][1].(float64) + 0.25; return rows }), "row 3"},
		"a total as text":          {3, retotal(func(rows [][]any) [][]any { rows[0][1] = fmt.Sprint(rows[0][1]); return rows }), "row 1"},
		"totals in another order":  {3, retotal(func(rows [][]any) [][]any { rows[0], rows[1] = rows[1], rows[0]; return rows }), "row 1"},
		"a region lost":            {3, retotal(func(rows [][]any) [][]any { return rows[1:] }), "4 rows"},
		"a region too many":        {3, retotal(func(rows [][]any) [][]any { return append(rows, []any{"Atlantis", 1}) }), "6 rows"},
		"a row of one":             {3, retotal(func(rows [][]any) [][]any { rows[4] = rows[4][:1]; return rows }), "1 values"},
		"totals in the text gone":  {3, reword(fmt.Sprint(totals()[1][1]), "much"), "the text"},
		"no chart":                 {4, func(_ *testing.T, r *mcp.CallToolResult) { r.Content = r.Content[1:] }, "0 came back"},
		"a chart twice":            {4, func(_ *testing.T, r *mcp.CallToolResult) { r.Content = append(r.Content, r.Content[0]) }, "2 came back"},
		"a chart without a file":   {4, func(_ *testing.T, r *mcp.CallToolResult) { r.Content = r.Content[:1] }, "does not name"},
		"an empty chart":           {4, func(t *testing.T, r *mcp.CallToolResult) { r.Content[0] = pngBlock(picture(t, 800, 450, blank)) }, "bars"},
		"no picture at all":        {4, func(_ *testing.T, r *mcp.CallToolResult) { r.Content[0] = pngBlock([]byte("GIF89a")) }, "no PNG"},
		"half a picture":           {4, halve, "does not decode"},
		"a stamp":                  {4, func(t *testing.T, r *mcp.CallToolResult) { r.Content[0] = pngBlock(picture(t, 100, 60, bars)) }, "100×60"},
		"a poster":                 {4, func(t *testing.T, r *mcp.CallToolResult) { r.Content[0] = pngBlock(picture(t, 1600, 900, bars)) }, "1600×900"},
		"too many bytes":           {4, pad, "262 kB are due"},
		"another kind of image":    {5, func(_ *testing.T, r *mcp.CallToolResult) { r.Content[0].(*mcp.ImageContent).MIMEType = "image/gif" }, "image/gif"},
		"a scaled file":            {5, func(t *testing.T, r *mcp.CallToolResult) { r.Content[0] = pngBlock(picture(t, 800, 450, bars)) }, "saved 1200×675"},
		"a file as text":           {5, func(_ *testing.T, r *mcp.CallToolResult) { r.Content[0] = text("chart") }, "0 came back"},
		"an error of the tool":     {6, func(_ *testing.T, r *mcp.CallToolResult) { r.IsError = true }, "with an error"},
	} {
		t.Run(name, func(t *testing.T) {
			answers := right(t)
			tt.spoil(t, answers[tt.step-1])
			s := &script{answers: answers}
			chart, _, err := walk(t.Context(), s)
			if err == nil || chart != nil {
				t.Fatalf("got %d bytes of chart, %v", len(chart), err)
			}
			if step := fmt.Sprintf("step %d, ", tt.step); !strings.HasPrefix(err.Error(), step) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q, want %q with %q", err, step, tt.want)
			}
			if len(s.called) != tt.step {
				t.Errorf("%d calls were made", len(s.called))
			}
		})
	}
}

func TestACallThatFailsIsReportedWithItsStep(t *testing.T) {
	if _, _, err := walk(t.Context(), &script{}); err == nil || !strings.Contains(err.Error(), "step 1, fetch_from_url: unexpected call") {
		t.Errorf("got %v", err)
	}
}

func TestATourEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(fmt.Errorf("enough"))
	if _, _, err := walk(ctx, hanging{}); err == nil || !strings.Contains(err.Error(), "enough") {
		t.Errorf("got %v", err)
	}
}

// hanging answers nothing before the context ends.
type hanging struct{}

func (hanging) CallTool(ctx context.Context, _ *mcp.CallToolParams) (*mcp.CallToolResult, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestASourceServesTheWorkbookAndNothingElseUntilItIsClosed(t *testing.T) {
	s, err := tour.Offer([]byte("the book"))
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for url, want := range map[string]string{s.URL: "200 the book", s.URL + "x": "404 404 page not found\n"} {
		res, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if got := fmt.Sprintf("%d %s", res.StatusCode, body); got != want {
			t.Errorf("%s: got %q, want %q", url, got, want)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := client.Get(s.URL); err == nil {
		t.Error("it still serves")
	}
}

func restructure(structure any) func(*testing.T, *mcp.CallToolResult) {
	return func(t *testing.T, r *mcp.CallToolResult) {
		r.StructuredContent = structured(t, "", structure).StructuredContent
	}
}

// retotal spoils the rows and leaves the text as it is.
func retotal(spoil func([][]any) [][]any) func(*testing.T, *mcp.CallToolResult) {
	return func(t *testing.T, r *mcp.CallToolResult) {
		restructure(map[string]any{"rows": spoil(totals())})(t, r)
	}
}

func reword(old, new string) func(*testing.T, *mcp.CallToolResult) {
	return func(t *testing.T, r *mcp.CallToolResult) {
		block := r.Content[0].(*mcp.TextContent)
		if !strings.Contains(block.Text, old) {
			t.Fatalf("no %q to reword", old)
		}
		block.Text = strings.ReplaceAll(block.Text, old, new)
	}
}

func halve(_ *testing.T, r *mcp.CallToolResult) {
	block := r.Content[0].(*mcp.ImageContent)
	block.Data = block.Data[:len(block.Data)/2]
}

// pad appends bytes that a PNG's decoder does not read.
func pad(_ *testing.T, r *mcp.CallToolResult) {
	block := r.Content[0].(*mcp.ImageContent)
	block.Data = append(block.Data, make([]byte, 256<<10)...)
}
