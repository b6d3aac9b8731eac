//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// changed runs code and returns what its reply's record tells of files:
// "name (size)" was written, "name < old" renamed, "-name" deleted. The text
// must name the same.
func (c *client) changed(code string) []string {
	c.t.Helper()
	res := c.call("execute_code", map[string]any{"code": code})
	if res.IsError {
		c.t.Fatal(text(res))
	}
	var record struct {
		Files []struct {
			Path string
			Size int64
			From string `json:"renamed_from"`
		}
		Deleted []string
	}
	raw, err := json.Marshal(res.Meta["power-interpreter/execution"])
	if err == nil {
		err = json.Unmarshal(raw, &record)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	var got []string
	name := func(path string) string {
		c.wants(text(res), path)
		return strings.TrimPrefix(path, "/app/sandbox_data/"+c.session+"/")
	}
	for _, f := range record.Files {
		if f.From != "" {
			got = append(got, name(f.Path)+" < "+name(f.From))
		} else {
			got = append(got, fmt.Sprintf("%s (%d)", name(f.Path), f.Size))
		}
	}
	for _, path := range record.Deleted {
		got = append(got, "-"+name(path))
	}
	slices.Sort(got)
	return got
}

func (c *client) changes(what, code string, want ...string) {
	c.t.Helper()
	if got := c.changed(code); !slices.Equal(got, want) {
		c.t.Errorf("%s: told %q, want %q", what, got, want)
	}
}

func TestFilesWrittenRenamedAndDeletedAreTold(t *testing.T) {
	c := in(t)
	c.changes("nothing yet", "import os, shutil, subprocess\nfrom pathlib import Path\nput = lambda name, text: Path(name).write_text(text)")
	c.changes("written", "put('a.txt', '1'); put('b.txt', '22')", "a.txt (1)", "b.txt (2)")
	c.changes("written over at once, the same size", "put('a.txt', '2')", "a.txt (1)")
	c.changes("and again", "put('a.txt', '3')", "a.txt (1)")
	c.changes("read only", "Path('a.txt').read_text()")
	c.changes("appended", "open('b.txt', 'a').write('3')", "b.txt (3)")
	c.changes("by a child", "subprocess.run(['sh', '-c', 'echo x > child.txt'])", "child.txt (2)")
	c.changes("nested new folders", "for i in range(20):\n    os.makedirs(f'new{i}/x/y'); put(f'new{i}/x/y/f', '')",
		sorted(20, "new%d/x/y/f (0)")...)
	c.changes("in one of them", "put('new7/x/y/f', 'again'); put('new7/x/g', '')", "new7/x/g (0)", "new7/x/y/f (5)")
	c.changes("temporary", "put('tmp', 'x'); os.remove('tmp'); os.makedirs('t/u'); put('t/u/v', ''); shutil.rmtree('t')")
	c.changes("written by way of another name", "put('tmp', 'new'); os.replace('tmp', 'a.txt')", "a.txt (3)")
	c.changes("renamed", "os.rename('b.txt', 'c.txt')", "c.txt < b.txt")
	c.changes("deleted", "os.remove('c.txt')", "-c.txt")
	c.changes("a folder renamed", "os.rename('new1', 'moved')", "moved/ < new1/")
	c.changes("in the renamed folder", "put('moved/x/y/f', '1')", "moved/x/y/f (1)")
	c.changes("moved into another", "shutil.move('moved', 'new2/x')", "new2/x/moved/ < moved/")
	c.changes("in the moved folder", "os.remove('new2/x/moved/x/y/f')", "-new2/x/moved/x/y/f")
	c.changes("folders deleted", "for i in (2, 3): shutil.rmtree(f'new{i}')", "-new2/", "-new3/")
	c.changes("by code that fails later", "try:\n    put('kept', ''); 1 / 0\nexcept ZeroDivisionError: pass", "kept (0)")
	c.run("for i in range(300): put(f'm{i}', '')")
	got := c.run("for i in range(300): os.remove(f'm{i}')")
	if !strings.Contains(got, "Files deleted:") || !strings.Contains(got, "more") || len(got) > 5000 {
		t.Errorf("300 deleted: %s", briefly(got))
	}
}

func sorted(n int, format string) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf(format, i))
	}
	slices.Sort(names)
	return names
}

func TestAFolderOfAHundredThousandFilesHidesNothing(t *testing.T) {
	c := in(t)
	// Names of ten files: as many to walk past, and made in a fraction of the time.
	got := c.run(`
import os
for d in range(10):
    os.mkdir(f"d{d}")
    open(f"d{d}/first", "w").close()
    for i in range(9998): os.link(f"d{d}/first", f"d{d}/{i}")
    open(f"d{d}/last", "w").close()`)
	c.wants(got, "Files written:", "more")
	if len(got) > 6000 {
		t.Errorf("%d bytes tell of them", len(got))
	}
	for i := range 3 { // what follows a flood of events finds its way back to them
		c.changes("one of them", fmt.Sprintf("open('d3/last', 'w').write('%d')", i), "d3/last (1)")
	}
	c.changes("one less", "os.remove('d9/last')", "-d9/last")
	c.changes("renamed", "os.rename('d0', 'e0')", "e0/ < d0/")
	c.changes("in the renamed one", "open('e0/last', 'w').close()", "e0/last (0)")
}
