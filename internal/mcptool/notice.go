package mcptool

import (
	"context"
	"strings"
)

// noticed is the part of a structured answer that tells what its session has yet
// to hear: some clients show a model nothing but the structure.
type noticed struct {
	Notices []string `json:"notices,omitempty"`
}

func (n *noticed) tell(notices []string) { n.Notices = notices }

// notices takes what the call's session has yet to be told. A caller that is
// gone is told nothing, so that the next one is.
func (c *call) notices(ctx context.Context) []string {
	if c.session == "" || ctx.Err() != nil {
		return nil
	}
	return c.svc.Notices(ctx, c.ref())
}

// noticeText is what comes before a reply's own text.
func noticeText(notices []string) string {
	var lines []string
	for _, n := range notices {
		lines = append(lines, "notice: "+n)
	}
	return strings.Join(lines, "\n")
}
