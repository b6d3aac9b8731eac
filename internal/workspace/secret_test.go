package workspace_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"power-interpreter/internal/workspace"
)

func TestTheSecretStaysTheSameForItsFolder(t *testing.T) {
	dir := t.TempDir()
	read := func() []byte {
		r, err := workspace.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		s, err := r.Secret()
		if err != nil || len(s) != 32 {
			t.Fatalf("%d bytes, %v", len(s), err)
		}
		return s
	}
	if !bytes.Equal(read(), read()) {
		t.Error("the secret changed with a restart")
	}
	info, err := os.Stat(filepath.Join(dir, "secret"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
}

func TestADamagedSecretIsToldNotReplaced(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := workspace.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Secret(); err == nil {
		t.Error("no error")
	}
}
