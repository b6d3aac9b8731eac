package changes_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"power-interpreter/internal/wire"
)

// before makes files and folders that are there when the following begins.
func before(names ...string) func(p *place) {
	return func(p *place) {
		for _, name := range names {
			p.write(name)
		}
	}
}

func TestWhatHappenedToFiles(t *testing.T) {
	for name, c := range map[string]struct {
		before []string
		do     func(p *place)
		want   []string
	}{
		"deleted":                      {[]string{"a", "b"}, func(p *place) { p.remove("a") }, []string{"-a"}},
		"deleted in a folder":          {[]string{"d/a", "d/b"}, func(p *place) { p.remove("d/a") }, []string{"-d/a"}},
		"written and deleted":          {[]string{"a"}, func(p *place) { p.write("a"); p.remove("a") }, []string{"-a"}},
		"temporary":                    {nil, func(p *place) { p.write("tmp"); p.write("tmp"); p.remove("tmp") }, nil},
		"deleted and made anew":        {[]string{"a"}, func(p *place) { p.remove("a"); p.write("a") }, []string{"a"}},
		"deleted, made and deleted":    {[]string{"a"}, func(p *place) { p.remove("a"); p.write("a"); p.remove("a") }, []string{"-a"}},
		"renamed":                      {[]string{"a"}, func(p *place) { p.rename("a", "b") }, []string{"b<a"}},
		"renamed twice":                {[]string{"a"}, func(p *place) { p.rename("a", "b"); p.rename("b", "c") }, []string{"c<a"}},
		"renamed and back":             {[]string{"a"}, func(p *place) { p.rename("a", "b"); p.rename("b", "a") }, []string{"a"}},
		"renamed and deleted":          {[]string{"a"}, func(p *place) { p.rename("a", "b"); p.remove("b") }, []string{"-a"}},
		"renamed and another made":     {[]string{"a"}, func(p *place) { p.rename("a", "b"); p.write("a") }, []string{"a", "b<a"}},
		"written under another name":   {[]string{"a"}, func(p *place) { p.write("tmp"); p.rename("tmp", "a") }, []string{"a"}},
		"written over":                 {[]string{"a", "b"}, func(p *place) { p.rename("a", "b") }, []string{"b<a"}},
		"swapped":                      {[]string{"a", "b"}, func(p *place) { p.rename("a", "t"); p.rename("b", "a"); p.rename("t", "b") }, []string{"a<b", "b<a"}},
		"moved out of a folder":        {[]string{"d/a"}, func(p *place) { p.rename("d/a", "a"); p.remove("d") }, []string{"-d/", "a<d/a"}},
		"a folder deleted":             {[]string{"d/a", "d/e/b", "c"}, func(p *place) { p.remove("d") }, []string{"-d/"}},
		"a temporary folder":           {nil, func(p *place) { p.write("d/e/a"); p.remove("d") }, nil},
		"a folder emptied":             {[]string{"d/a", "d/e/b"}, func(p *place) { p.remove("d/a"); p.remove("d/e") }, []string{"-d/a", "-d/e/"}},
		"a folder renamed":             {[]string{"d/a", "d/e/b"}, func(p *place) { p.rename("d", "h") }, []string{"h/<d/"}},
		"a folder renamed, and in it":  {[]string{"d/a", "d/e/b"}, func(p *place) { p.rename("d", "h"); p.write("h/e/b"); p.write("h/new") }, []string{"h/<d/", "h/e/b", "h/new"}},
		"in a folder, and it renamed":  {[]string{"d/a", "d/e/b"}, func(p *place) { p.write("d/e/b"); p.write("d/new"); p.rename("d", "h") }, []string{"h/<d/", "h/e/b", "h/new"}},
		"a folder and a file in it":    {[]string{"d/a"}, func(p *place) { p.rename("d", "h"); p.rename("h/a", "h/b") }, []string{"h/<d/", "h/b<d/a"}},
		"a file in a folder and it":    {[]string{"d/a"}, func(p *place) { p.rename("d/a", "d/b"); p.rename("d", "h") }, []string{"h/<d/", "h/b<d/a"}},
		"a folder renamed and deleted": {[]string{"d/a"}, func(p *place) { p.rename("d", "h"); p.remove("h") }, []string{"-d/"}},
		"a folder, and a file deleted": {[]string{"d/a", "d/b"}, func(p *place) { p.rename("d", "h"); p.remove("h/a") }, []string{"-d/a", "h/<d/"}},
		"a file deleted, and a folder": {[]string{"d/a", "d/b"}, func(p *place) { p.remove("d/a"); p.rename("d", "h") }, []string{"-d/a", "h/<d/"}},
		"twice renamed, made anew":     {[]string{"d/a"}, func(p *place) { p.rename("d", "h"); p.rename("h", "i"); p.write("h/a"); p.remove("h") }, []string{"i/<d/"}},
		"a folder renamed, made anew":  {[]string{"d/a"}, func(p *place) { p.rename("d", "h"); p.write("d/a") }, []string{"d/a", "h/<d/"}},
		"a new folder renamed":         {nil, func(p *place) { p.write("d/e/a"); p.rename("d", "h") }, []string{"h/e/a"}},
		"a folder moved into another":  {[]string{"d/a", "h/b"}, func(p *place) { p.rename("d", "h/d") }, []string{"h/d/<d/"}},
		"a link deleted":               {[]string{"a"}, func(p *place) { p.check(os.Symlink("a", p.path("l"))); p.later(); p.remove("l") }, []string{"-l"}},
		"not to be told":               {[]string{"a.skip", "b.skip"}, func(p *place) { p.remove("a.skip"); p.rename("b.skip", "c.skip") }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := follow(t, before(c.before...))
			c.do(p)
			p.expect(c.want...)
			p.expect() // told once
		})
	}
}

func TestFilesInARenamedFolderAreFollowedOn(t *testing.T) {
	p := follow(t, before("d/e/f/a"))
	p.rename("d", "h")
	p.expect("h/<d/")
	p.later()
	p.write("h/e/f/a")
	p.expect("h/e/f/a")
	p.later()
	p.remove("h/e/f/a")
	p.expect("-h/e/f/a")
}

func TestAFolderMovedAtOnceIsFollowedToo(t *testing.T) {
	p := follow(t, nil)
	var want []string
	for i := range 100 {
		from, to := fmt.Sprintf("n%d", i), fmt.Sprintf("m%d", i)
		p.check(os.MkdirAll(p.path(from+"/a/b"), 0o700))
		p.rename(from+"/a", from+"/c")
		p.rename(from, to)
		p.write(to + "/c/b/f")
		want = append(want, to+"/c/b/f")
	}
	slices.Sort(want)
	p.expect(want...)
	p.later()
	for _, name := range want {
		p.remove(name)
	}
	r := p.report()
	if len(r.Deleted) != len(want) || r.Unsure {
		t.Errorf("of %d deleted, %d are told, unsure %v", len(want), len(r.Deleted), r.Unsure)
	}
}

func TestALargeFolderIsRenamedWithoutALookAtItsFiles(t *testing.T) {
	const files = 10_500 // more than are remembered
	p := follow(t, func(p *place) {
		p.check(os.MkdirAll(p.path("d/e"), 0o700))
		for i := range files {
			p.check(os.WriteFile(p.path(fmt.Sprintf("d/e/%d", i)), nil, 0o600))
		}
	})
	p.write("d/e/7")
	p.rename("d", "h")
	p.write("h/e/8")
	want := []string{"h/<d/", "h/e/7", "h/e/8"}
	if got := lines(p.report()); !slices.Equal(got, want) { // a busy machine may be unsure of it
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAFileWrittenRightBeforeItsFolderWasRenamedIsNotTold(t *testing.T) {
	p := follow(t, before("d/a"))
	for range 20 {
		p.write("d/a")
		p.now() // within the same tick, nearly always
		p.rename("d", "h")
		p.expect("h/<d/")
		p.rename("h", "d")
	}
}

func TestWhatHappenedBetweenIsForgotten(t *testing.T) {
	p := follow(t, before("a", "b", "d/c"))
	p.remove("a")
	p.rename("b", "x")
	p.write("new")
	p.remove("d")
	p.later()
	p.write("y")
	p.expect("y")
}

func TestMoreDeletedThanAreToldAreCounted(t *testing.T) {
	const files = 1000
	p := follow(t, func(p *place) {
		for i := range files {
			p.write(fmt.Sprintf("d/%d", i))
		}
	})
	for i := range files {
		p.remove(fmt.Sprintf("d/%d", i))
	}
	r := p.report()
	if len(r.Deleted) != wire.MaxFiles || r.MoreDeleted != files-wire.MaxFiles || r.Unsure || len(r.Files) != 0 {
		t.Errorf("got %d and %d more, unsure %v", len(r.Deleted), r.MoreDeleted, r.Unsure)
	}
}

func TestLongNamesFillNoReport(t *testing.T) {
	p := follow(t, nil)
	const files = 190
	for i := range files {
		p.write(fmt.Sprintf("%s%d", strings.Repeat("n", 240), i))
	}
	r := p.report()
	if len(r.Files) > 140 || len(r.Files)+r.More != files {
		t.Errorf("got %d and %d more", len(r.Files), r.More)
	}
}
