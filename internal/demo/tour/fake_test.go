package tour_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"power-interpreter/internal/demo/show"
	"power-interpreter/internal/demo/tour"
	"power-interpreter/internal/workbook"
)

const bookSize = 4711

var sales = workbook.Sales(50)

// script answers calls in order, and notes which tools were called.
type script struct {
	answers []*mcp.CallToolResult
	called  []string
}

func (s *script) CallTool(_ context.Context, p *mcp.CallToolParams) (*mcp.CallToolResult, error) {
	if len(s.called) >= len(s.answers) {
		return nil, fmt.Errorf("unexpected call of %s", p.Name)
	}
	s.called = append(s.called, p.Name)
	return s.answers[len(s.called)-1], nil
}

// walk takes the tour with these answers.
func walk(ctx context.Context, server tour.Caller) (chart []byte, shown string, err error) {
	var out strings.Builder
	chart, err = tour.Tour{
		Session: "analysis", URL: "http://127.0.0.1:1/data.xlsx", Size: bookSize, Sales: sales,
		Out: show.New(&out, false),
	}.Walk(ctx, server)
	return chart, out.String(), err
}

// right are the answers of a server that is right about everything.
func right(t *testing.T) []*mcp.CallToolResult {
	t.Helper()
	inline := picture(t, 800, 450, bars)
	return []*mcp.CallToolResult{
		structured(t, "Saved /app/sandbox_data/analysis/data.xlsx", map[string]any{"path": "/app/sandbox_data/analysis/data.xlsx", "size": bookSize}),
		content(text(head())),
		structured(t, table("%s  %v\n"), map[string]any{"rows": totals()}),
		content(pngBlock(inline), text("Files written:\n/app/sandbox_data/analysis/chart.png (20 KiB)")),
		content(pngBlock(picture(t, 1200, 675, bars))),
		content(text("deleted")),
	}
}

func head() string {
	rows := fmt.Sprintf("(50, 6)\n%v\n", workbook.Columns)
	for _, s := range sales[:5] {
		rows += fmt.Sprintln(s.Date.Format("2006-01-02"), s.Region, s.Product, s.Units, s.Price.Float(), s.Revenue().Float())
	}
	return rows
}

func totals() [][]any {
	var rows [][]any
	for _, t := range workbook.Totals(sales) {
		rows = append(rows, []any{t.Region, t.Revenue.Float()})
	}
	return rows
}

func table(format string) (s string) {
	for _, row := range totals() {
		s += fmt.Sprintf(format, row...)
	}
	return s
}

func content(blocks ...mcp.Content) *mcp.CallToolResult { return &mcp.CallToolResult{Content: blocks} }

func text(s string) mcp.Content { return &mcp.TextContent{Text: s} }

func pngBlock(data []byte) mcp.Content { return &mcp.ImageContent{MIMEType: "image/png", Data: data} }

// structured is an answer whose structure has been through JSON, as a client's has.
func structured(t *testing.T, words string, structure any) *mcp.CallToolResult {
	t.Helper()
	raw, err := json.Marshal(structure)
	if err != nil {
		t.Fatal(err)
	}
	res := content(text(words))
	if err := json.Unmarshal(raw, &res.StructuredContent); err != nil {
		t.Fatal(err)
	}
	return res
}

var (
	bars  = color.RGBA{0xc2, 0x41, 0x0c, 0xff}
	blank = color.RGBA{0xff, 0xff, 0xff, 0xff}
)

// picture is a PNG whose middle has a colour.
func picture(t *testing.T, width, height int, middle color.Color) []byte {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{blank, middle})
	inner := img.Bounds().Inset(min(width, height) / 8)
	for y := inner.Min.Y; y < inner.Max.Y; y++ {
		row := img.Pix[img.PixOffset(inner.Min.X, y):img.PixOffset(inner.Max.X, y)]
		copy(row, bytes.Repeat([]byte{1}, len(row)))
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}
