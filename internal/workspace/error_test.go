package workspace_test

import (
	"errors"
	"strings"
	"testing"

	"power-interpreter/internal/workspace"
)

// wantCode fails unless err is an Error of that code whose message a user may
// read: it gives no path of the host away.
func wantCode(t *testing.T, err error, code workspace.Code) {
	t.Helper()
	known, ok := errors.AsType[*workspace.Error](err)
	if !ok || known.Code != code {
		t.Fatalf("error is %v, want code %s", err, code)
	}
	if strings.Contains(known.Message, "/tmp/") || strings.Contains(known.Message, "sandboxes") {
		t.Fatalf("message %q holds a path of the host", known.Message)
	}
}
