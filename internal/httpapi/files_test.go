package httpapi_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAFileIsReadWholeInPartAndByItsHead(t *testing.T) {
	s := newSite(t)
	s.put("/files/s/sub/x.csv", "0123456789")
	for _, tt := range []struct {
		method, ranges string
		status         int
		body, told     string
	}{
		{"GET", "", 200, "0123456789", ""},
		{"HEAD", "", 200, "", ""},
		{"GET", "bytes=2-4", 206, "234", "bytes 2-4/10"},
		{"GET", "bytes=7-", 206, "789", "bytes 7-9/10"},
		{"GET", "bytes=-3", 206, "789", "bytes 7-9/10"},
		{"HEAD", "bytes=2-4", 206, "", "bytes 2-4/10"},
		{"GET", "bytes=10-", 416, "invalid range: failed to overlap\n", "bytes */10"},
		{"GET", "lines=1", 416, "invalid range\n", ""},
		{"GET", "bytes=0-0,2-2", 200, "0123456789", ""},
	} {
		a := s.ask(tt.method, "/files/s/sub/x.csv", nil, "Range", tt.ranges)
		if a.status != tt.status || a.body != tt.body || a.header.Get("Content-Range") != tt.told {
			t.Errorf("%s %s: %d %q %q", tt.method, tt.ranges, a.status, a.body, a.header.Get("Content-Range"))
		}
		if a.status == 200 && (a.header.Get("Content-Length") != "10" || a.header.Get("Accept-Ranges") != "bytes" || a.header.Get("Content-Type") != "text/csv; charset=utf-8") {
			t.Errorf("%s: %v", tt.method, a.header)
		}
	}
}

// strong waits until the file's tag is a strong one.
func (s *site) strong(path string) string {
	s.t.Helper()
	for {
		if tag := s.ask("HEAD", path, nil).header.Get("ETag"); strings.HasPrefix(tag, `"`) {
			return tag
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestATagTellsAFilesStates(t *testing.T) {
	s := newSite(t)
	s.put("/files/s/x", "old one")
	path := "/files/s/x"
	weak := s.get(path).header.Get("ETag")
	if !strings.HasPrefix(weak, `W/"`) {
		t.Errorf("a file that may still change unseen has the strong tag %s", weak)
	}
	if a := s.get(path, "Range", "bytes=0-1", "If-Range", weak); a.status != 200 {
		t.Errorf("joined by a weak tag: %d", a.status)
	}
	tag := s.strong(path)
	if weak != "W/"+tag {
		t.Errorf("%s became %s of itself", weak, tag)
	}
	for _, known := range []string{tag, weak, `"other", ` + tag, "*"} {
		if a := s.get(path, "If-None-Match", known); a.status != 304 || a.body != "" {
			t.Errorf("known as %s: %d", known, a.status)
		}
	}
	if a := s.get(path, "Range", "bytes=0-2", "If-Range", tag); a.status != 206 || a.body != "old" {
		t.Errorf("If-Range: %d %q", a.status, a.body)
	}
	if a := s.get(path, "If-Match", `"other"`); a.status != 412 {
		t.Errorf("If-Match: %d", a.status)
	}
	// The same size and the same time of modification, as code can make it.
	info, err := os.Stat(filepath.Join(s.folder("s"), "x"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.folder("s"), "x"), []byte("new one"), 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(filepath.Join(s.folder("s"), "x"), info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	for _, a := range []answer{s.get(path, "If-None-Match", tag), s.get(path, "Range", "bytes=0-2", "If-Range", tag)} {
		if a.status != 200 || a.body != "new one" {
			t.Errorf("after a change: %d %q", a.status, a.body)
		}
	}
	if a := s.get(path, "Range", "bytes=0-2", "If-Range", s.get(path).header.Get("Last-Modified")); a.status != 200 {
		t.Errorf("joined by a time that code can set: %d", a.status)
	}
}

func TestNothingOfASandboxIsAPageOfOurs(t *testing.T) {
	s := newSite(t)
	s.nonce("ann", "s")
	for name, want := range map[string]struct{ kind, how string }{
		"a.html":   {"text/html; charset=utf-8", "attachment"},
		"a.HTML":   {"text/html; charset=utf-8", "attachment"},
		"a.svg":    {"image/svg+xml", "attachment"},
		"a.xml":    {"application/xml", "attachment"},
		"a.pdf":    {"application/pdf", "attachment"},
		"page":     {"text/html; charset=utf-8", "attachment"}, // by its bytes
		"a.csv":    {"text/csv; charset=utf-8", "attachment"},
		"a.js":     {"text/html; charset=utf-8", "attachment"},
		"a.png":    {"image/png", "inline"},
		"a.txt":    {"text/plain; charset=utf-8", "inline"},
		"a.xhtml":  {"text/html; charset=utf-8", "attachment"},
		"b.svg.md": {"text/markdown; charset=utf-8", "attachment"},
	} {
		if err := os.WriteFile(filepath.Join(s.folder("s"), name), []byte("<html><script>alert(1)</script>"), 0o644); err != nil {
			t.Fatal(err)
		}
		paths := map[string]answer{name: s.get("/files/s/" + name)}
		if strings.HasPrefix(want.kind, "image/") {
			paths["chart "+name] = s.get("/charts/s/" + name)
		}
		paths["link "+name] = s.get(s.link(s.links.Get(ann("s"), s.nonce("ann", "s"), name)), "Authorization", "")
		for what, a := range paths {
			h := a.header
			if a.status != 200 || h.Get("Content-Type") != want.kind || !strings.HasPrefix(h.Get("Content-Disposition"), want.how+";") {
				t.Errorf("%s: %d %s, %s", what, a.status, h.Get("Content-Type"), h.Get("Content-Disposition"))
			}
			if !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") ||
				h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("%s: %v", what, h)
			}
		}
	}
}

func TestNamesOfEveryKind(t *testing.T) {
	s := newSite(t)
	s.nonce("ann", "s")
	for name, want := range map[string]string{
		"plain.csv":               `attachment; filename="plain.csv"`,
		"a b.csv":                 `attachment; filename="a b.csv"`,
		"größe.csv":               `attachment; filename="gr__e.csv"; filename*=UTF-8''gr%C3%B6%C3%9Fe.csv`,
		"表.csv":                   `attachment; filename="_.csv"; filename*=UTF-8''%E8%A1%A8.csv`,
		`quo"te'.csv`:             `attachment; filename="quo_te'.csv"; filename*=UTF-8''quo%22te%27.csv`,
		`back\slash.csv`:          `attachment; filename="back_slash.csv"`,
		"per%41cent.csv":          `attachment; filename="per_41cent.csv"; filename*=UTF-8''per%2541cent.csv`,
		"line\r\nbreak: x.csv":    `attachment; filename="line__break: x.csv"`,
		"semi;colon?and#hash.csv": `attachment; filename="semi;colon?and#hash.csv"`,
		"turn\u202evsc.exe":       `inline; filename="turn_vsc.exe"`,
		"no\xffutf8.csv":          `attachment; filename="no_utf8.csv"`,
		"s":                       `inline; filename="s"`,
		strings.Repeat("x", 250):  `inline; filename="` + strings.Repeat("x", 250) + `"`,
	} {
		if err := os.WriteFile(filepath.Join(s.folder("s"), name), []byte("data"), 0o644); err != nil {
			t.Fatal(err)
		}
		a := s.get("/files/s/" + url.PathEscape(name))
		if a.status != 200 || a.body != "data" || a.header.Get("Content-Disposition") != want {
			t.Errorf("%q: %d %q %s, want %s", name, a.status, a.body, a.header.Get("Content-Disposition"), want)
		}
		if a := s.get(s.link(s.links.Get(ann("s"), s.nonce("ann", "s"), name)), "Authorization", ""); a.status != 200 {
			t.Errorf("%q by its link: %d", name, a.status)
		}
	}
}

func TestAPathLeadsNowhereElse(t *testing.T) {
	s := newSite(t)
	s.put("/files/s/sub/x", "in sub")
	s.put("/files/s/s/x", "in s")
	s.put("/files/other/x", "in other")
	dir := s.folder("s")
	for _, err := range []error{
		os.Symlink("/etc/passwd", filepath.Join(dir, "out")), os.Symlink("../../..", filepath.Join(dir, "up")),
		os.Symlink("sub/x", filepath.Join(dir, "within")), syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o666),
		syscall.Mknod(filepath.Join(dir, "device"), syscall.S_IFCHR|0o666, 1<<8|3),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for path, status := range map[string]int{
		"/files/s/sub/x": 200, "/files/s/sub%2Fx": 200, "/files/s/s/x": 200, "/files/s/./sub/../sub/x": 200, "/files/s/within": 200,
		"/files/s/../other/x": 403, "/files/s/..%2f..%2fother/x": 403, "/files/s/%2e%2e/other/x": 403, "/files/s/sub/../../../lock": 403,
		"/files/s/..%5cother%5cx": 404, "/files/s//etc/passwd": 404, "/files/s/%2Fetc%2Fpasswd": 404,
		"/files/s/out": 403, "/files/s/up/lock": 403, "/files/s/fifo": 403, "/files/s/device": 403, "/files/s/sub": 403,
		"/files/s/": 400, "/files/s": 400, "/files/s/sub/x/": 400, "/files/s/a%00b": 400, "/files/.s/x": 400, "/files/..%2fs/x": 400,
		"/files/s/" + strings.Repeat("y", 300): 400, "/files/s/" + strings.Repeat("y/", 3000): 400,
		"/files/s/missing": 404, "/files/none/x": 404, "/files/s/within/x": 403,
	} {
		a := s.get(path)
		if a.status != status {
			t.Errorf("%.60s: %d, want %d: %.200s", path, a.status, status, a.body)
		}
		if strings.Contains(a.body, s.dir) || strings.Contains(a.body, "root:") {
			t.Errorf("%.60s tells %.200s", path, a.body)
		}
	}
	if a := s.get("/files/s/s/x"); a.body != "in s" {
		t.Errorf("a folder called as the session: %q", a.body)
	}
}

func TestNobodySeesAnothersFiles(t *testing.T) {
	s := newSite(t)
	s.put("/files/s/x", "ann's")
	bobs := []string{"Authorization", "Bearer k-bob"}
	never := s.get("/files/never/x", bobs...)
	for _, path := range []string{"/files/s/x", "/files/s/missing", "/charts/s/x"} {
		if a := s.get(path, bobs...); a.status != 404 || strings.ReplaceAll(a.body, `\"s\"`, `\"never\"`) != never.body {
			t.Errorf("%s: %d %s, and of no session %s", path, a.status, a.body, never.body)
		}
	}
	if a := s.put("/files/s/x", "bob's", bobs...); a.status != 201 {
		t.Errorf("bob's own: %d", a.status)
	}
	if a := s.get("/files/s/x"); a.body != "ann's" {
		t.Errorf("ann's file holds %q", a.body)
	}
	for _, key := range []string{"", "Bearer k-eve"} {
		for _, path := range []string{"/files/s/x", "/charts/s/x"} {
			if a := s.get(path, "Authorization", key); a.status != 401 || a.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s with %q: %d", path, key, a.status)
			}
		}
	}
	if strings.Contains(s.log.String(), "k-ann") {
		t.Error("a key is in the log")
	}
}

func TestWhatWasOpenedIsServed(t *testing.T) {
	s := newSite(t)
	s.put("/files/s/x", strings.Repeat("a", maxUpload))
	path := filepath.Join(s.folder("s"), "x")
	res, err := s.client.Get(s.url + s.link(s.links.Get(ann("s"), s.nonce("ann", "s"), "x")))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", path); err != nil {
		t.Fatal(err)
	}
	var sum int
	for buf := make([]byte, 4096); ; {
		n, err := res.Body.Read(buf)
		if strings.Trim(string(buf[:n]), "a") != "" {
			t.Fatal("other bytes came")
		}
		sum += n
		if err != nil {
			break
		}
	}
	if sum != maxUpload {
		t.Errorf("%d bytes came", sum)
	}
}

func TestOtherMethodsAreNotServed(t *testing.T) {
	s := newSite(t)
	s.put("/files/s/x", "1")
	for _, tt := range []struct{ method, path, allow string }{
		{"POST", "/files/s/x", "GET, HEAD, PUT"}, {"DELETE", "/files/s/x", "GET, HEAD, PUT"}, {"PATCH", "/files/s/x", "GET, HEAD, PUT"},
		{"PUT", "/charts/s/x", "GET, HEAD"},
	} {
		if a := s.ask(tt.method, tt.path, nil); a.status != 405 || a.header.Get("Allow") != tt.allow {
			t.Errorf("%s %s: %d %s", tt.method, tt.path, a.status, a.header.Get("Allow"))
		}
	}
}
