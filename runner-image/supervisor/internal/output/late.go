package output

import (
	"strings"

	"power-interpreter/internal/wire"
)

// maxLate bounds, in characters, the text that is kept of what is written
// between two runs, by half its beginning and its end: a thread left behind may
// print for ever.
const maxLate = 4 << 10

// newLate captures the text that no execution is there for.
func newLate() *capture { return newCapture(Run{Head: maxLate / 2, Tail: maxLate / 2}) }

func (c *capture) late() bool { return c.run.ID == "" }

// lateOutput is the frame of late text, false for nothing worth it.
func (c *capture) lateOutput(sum Sum) (out wire.Output, news bool) {
	out = wire.Output{Text: string(c.head), Live: sum.Tail, Skipped: sum.CutChars, Late: true}
	if out.Skipped == 0 {
		out.Text, out.Live = out.Text+out.Live, ""
	}
	return out, strings.TrimSpace(out.Text) != "" || out.Skipped > 0
}
