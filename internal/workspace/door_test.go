package workspace_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"power-interpreter/internal/workspace"
)

func TestADoorLeadsFromTheSandboxsFolderToThisProcess(t *testing.T) {
	root, _, host := openSession(t)
	door, err := root.NewDoor(sandboxID, sandboxUID())
	must(t, err)
	path := filepath.Join(filepath.Dir(host), door.Name)
	wantMode(t, path, os.ModeSocket|0o600)
	wantOwner(t, path, sandboxUID())
	t.Chdir(filepath.Dir(path)) // its whole path is too long for a socket's
	inside, err := net.Dial("unix", door.Name)
	must(t, err)
	defer inside.Close()
	outside, err := door.Accept()
	must(t, err)
	defer outside.Close()
	must(t, door.Close())
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("the socket is left: %v", err)
	}
	_, err = io.WriteString(inside, "through")
	must(t, err)
	must(t, inside.Close())
	if got, err := io.ReadAll(outside); string(got) != "through" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
}

func TestADoorNeedsAFolderAndAUser(t *testing.T) {
	root, _, _ := openSession(t)
	for _, c := range []struct {
		id   string
		uid  int
		want workspace.Code
	}{
		{"another", sandboxUID(), workspace.NotFound},
		{sandboxID, 0, workspace.Internal},
		{"..", sandboxUID(), workspace.Internal},
	} {
		_, err := root.NewDoor(c.id, c.uid)
		wantCode(t, err, c.want)
	}
}

func TestTheNextDoorRemovesWhatACrashHasLeft(t *testing.T) {
	root, _, host := openSession(t)
	for range 2 {
		door, err := root.NewDoor(sandboxID, sandboxUID())
		must(t, err)
		door.SetUnlinkOnClose(false)
		must(t, door.Close())
	}
	door, err := root.NewDoor(sandboxID, sandboxUID())
	must(t, err)
	entries, err := os.ReadDir(filepath.Dir(host))
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{door.Name, filepath.Base(host)}; !slices.Equal(names, want) {
		t.Errorf("the folder holds %q, want %q", names, want)
	}
	must(t, door.Close())
	if _, err := os.Stat(host); err != nil {
		t.Error(err)
	}
}

func TestEachDoorHasANameOfItsOwn(t *testing.T) {
	root := openRoot(t)
	_, err := root.NewSandbox(sandboxID)
	must(t, err)
	seen := map[string]bool{}
	for range 3 {
		door, err := root.NewDoor(sandboxID, sandboxUID())
		must(t, err)
		must(t, door.Close())
		if seen[door.Name] || !strings.HasPrefix(door.Name, ".door-") || len(door.Name) < 20 {
			t.Errorf("name %q", door.Name)
		}
		seen[door.Name] = true
	}
}
