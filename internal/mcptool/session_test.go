package mcptool_test

import (
	"strings"
	"testing"

	"power-interpreter/internal/mcptool"
)

// The limit on files is on all of a session's together: a model that reads it
// as one file's would plan beyond it.
func TestASessionTellsThatItsFilesAreLimitedTogether(t *testing.T) {
	text := textOf(call(t, connect(t, working(), mcptool.Options{}), "create_session", nil))
	if !strings.Contains(text, "5 GiB of files in all") && !strings.Contains(text, "5.0 GiB of files in all") {
		t.Error(text)
	}
}
