//go:build e2e

package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	annsKey = "anns-secret-key"
	bobsKey = "bobs-secret-key"
	public  = "https://pi.example/base"
)

// got is an answer that was read to its end.
type got struct {
	status int
	header http.Header
	body   string
}

// http sends a request with a key, none for ""; header is name, value, …
func (s *server) http(t *testing.T, method, path, key string, body io.Reader, header ...string) got {
	t.Helper()
	r, err := http.NewRequest(method, s.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := (&http.Client{Timeout: hang, Transport: bearer(key)}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	return got{res.StatusCode, res.Header, string(data)}
}

var links = regexp.MustCompile(regexp.QuoteMeta(public) + `(/files/[^\s),]+)`)

// link returns the path and query of the link to a file whose name ends so.
func link(t *testing.T, reply, ending string) string {
	t.Helper()
	for _, found := range links.FindAllStringSubmatch(reply, -1) {
		if path, _, _ := strings.Cut(found[1], "?"); strings.HasSuffix(path, ending) {
			return found[1]
		}
	}
	t.Fatalf("no link to %s in %s", ending, reply)
	return ""
}

func TestFilesWithoutTheModel(t *testing.T) {
	s := own(t, "API_KEYS=ann:"+annsKey+",bob:"+bobsKey, "PUBLIC_URL="+public, "MAX_UPLOAD_MB=2", "MAX_REQUEST_MB=1", "LOG_LEVEL=DEBUG")
	c := &client{t, "web", s.dial(t, annsKey)}

	t.Run("in, through code, and out", func(t *testing.T) {
		if a := s.http(t, "PUT", "/files/web/in/gr%C3%B6%C3%9Fe.csv", annsKey, strings.NewReader("a,b\n1,2\n")); a.status != 201 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		c.wants(c.run("open('in/größe.csv').read()"), "1,2")
		reply := c.run("open('out.bin', 'wb').write(bytes(range(256)) * 1000)\nprint('line\\n' * 9000)\nimport matplotlib.pyplot as plt; plt.plot([1, 2]); plt.savefig('mine.png')")
		a := s.http(t, "GET", link(t, reply, "/out.bin"), "", nil, "Range", "bytes=256000-")
		if a.status != 416 {
			t.Errorf("beyond its end: %d", a.status)
		}
		if a = s.http(t, "GET", link(t, reply, "/out.bin"), "", nil, "Range", "bytes=255-257"); a.body != "\xff\x00\x01" {
			t.Errorf("%d %q", a.status, a.body)
		}
		for _, path := range []string{link(t, reply, "/mine.png"), strings.Replace(link(t, reply, "/mine.png"), "/files/", "/charts/", 1)} {
			if a := s.http(t, "GET", path, "", nil); a.status != 200 || !strings.HasPrefix(a.body, "\x89PNG") || !strings.HasPrefix(a.header.Get("Content-Disposition"), "inline") {
				t.Errorf("%s: %d %v", path, a.status, a.header)
			}
		}
		if a := s.http(t, "GET", link(t, reply, ".txt"), "", nil); a.status != 200 || strings.Count(a.body, "line") != 9000 {
			t.Errorf("the whole output: %d, %d bytes", a.status, len(a.body))
		}
		c.run("import pandas as pd; df = pd.DataFrame({'x': range(5000)})")
		if a := s.http(t, "GET", link(t, c.ok("query_dataset", map[string]any{"query": "FROM df"}), ".parquet"), "", nil); a.status != 200 || !strings.HasPrefix(a.body, "PAR1") {
			t.Errorf("the whole result: %d", a.status)
		}
		c.run("plt.plot([3, 1])\nplt.show()")
		list := c.ok("list_files", nil)
		chart := regexp.MustCompile(`charts/([0-9a-f]{8}-1\.png)`).FindStringSubmatch(list)
		if a := s.http(t, "GET", "/charts/web/"+chart[1], annsKey, nil); a.status != 200 || a.header.Get("Content-Type") != "image/png" {
			t.Errorf("a chart by name: %d", a.status)
		}
	})

	t.Run("nothing that code makes runs or leads out", func(t *testing.T) {
		c.run(`
import os, socket
for name in ('page.html', 'pic.svg', 'page', 'pic.png.html'): open(name, 'w').write('<html><script>alert(1)</script></html>')
os.symlink('/etc/passwd', 'out'); os.symlink('../../..', 'up'); os.mkfifo('fifo')
socket.socket(socket.AF_UNIX).bind('socket')
open('q"uo\\te\n.csv', 'w').write('odd')`)
		for _, name := range []string{"page.html", "pic.svg", "page", "pic.png.html"} {
			a := s.http(t, "GET", "/files/web/"+name, annsKey, nil)
			if a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") ||
				!strings.Contains(a.header.Get("Content-Security-Policy"), "sandbox") || a.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %d %v", name, a.status, a.header)
			}
		}
		for _, name := range []string{"out", "up/etc/passwd", "fifo", "socket", "..%2f..%2f", "../x", "%2e%2e/x"} {
			if a := s.http(t, "GET", "/files/web/"+name, annsKey, nil); a.status/100 != 4 || strings.Contains(a.body, "root:") || strings.Contains(a.body, s.dir) {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
		}
		if a := s.http(t, "GET", "/files/web/q%22uo%5Cte%0A.csv", annsKey, nil); a.body != "odd" || strings.ContainsAny(a.header.Get("Content-Disposition"), "\n\\") {
			t.Errorf("%d %q", a.status, a.header)
		}
	})

	t.Run("an upload that is cut goes on, and only what fits comes in", func(t *testing.T) {
		content := bytes.Repeat([]byte("0123456789abcdef"), 100_000)
		size := len(content)
		part := func(from, to int) got {
			return s.http(t, "PUT", "/files/web/big.bin", annsKey, bytes.NewReader(content[from:to]), "Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, size))
		}
		if a := part(0, 1_000_000); a.status != 202 || a.header.Get("Upload-Offset") != "1000000" {
			t.Fatalf("%d %s", a.status, a.body)
		}
		c.fails("fetch_file", map[string]any{"filename": "big.bin"})
		if a := part(1_000_000, size); a.status != 201 {
			t.Errorf("%d %s", a.status, a.body)
		}
		c.wants(c.run("import hashlib; hashlib.sha256(open('big.bin', 'rb').read()).hexdigest()"), fmt.Sprintf("%x", sha256.Sum256(content)))
		if a := s.http(t, "PUT", "/files/web/over.bin", annsKey, bytes.NewReader(make([]byte, 2<<20+1))); a.status != 413 {
			t.Errorf("over the bound: %d", a.status)
		}
		call := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"upload_file","arguments":{"filename":"late.bin","session_id":"web","content_base64":"` +
			base64.StdEncoding.EncodeToString(content) + `"}}}`
		answer, _ := io.ReadAll(s.post(t, "/mcp/sse", annsKey, call).Body)
		var refused struct{ Error struct{ Message string } }
		if err := json.Unmarshal(answer, &refused); err != nil {
			t.Fatalf("%v: %s", err, answer)
		}
		to := link(t, refused.Error.Message, "/late.bin")
		if a := s.http(t, "PUT", to, "", bytes.NewReader(content)); a.status != 201 {
			t.Errorf("by the link that the refusal names: %d %s", a.status, a.body)
		}
	})

	t.Run("a link is nobody else's, and dies with its session", func(t *testing.T) {
		get := link(t, c.run("open('x.txt', 'w').write('mine')"), "/x.txt")
		query := get[strings.Index(get, "?"):]
		for what, a := range map[string]got{
			"another's session":    s.http(t, "GET", "/files/web/x.txt", bobsKey, nil),
			"another file":         s.http(t, "GET", "/files/web/out.bin"+query, "", nil),
			"another method":       s.http(t, "PUT", get, "", strings.NewReader("theirs")),
			"a changed link":       s.http(t, "GET", strings.Replace(get, "expires=1", "expires=2", 1), "", nil),
			"a link and a key":     s.http(t, "GET", "/files/web/out.bin"+query, annsKey, nil),
			"a session that isn't": s.http(t, "GET", "/files/never/x.txt", annsKey, nil),
		} {
			if a.status != 404 {
				t.Errorf("%s: %d %s", what, a.status, a.body)
			}
		}
		if a := s.http(t, "GET", "/files/web/x.txt", "", nil); a.status != 401 {
			t.Errorf("without a key: %d", a.status)
		}
		if a := s.http(t, "GET", get, "", nil); a.body != "mine" {
			t.Errorf("%d %s", a.status, a.body)
		}
		c.ok("delete_session", nil)
		c.run("open('x.txt', 'w').write('of the next session')")
		if a := s.http(t, "GET", get, "", nil); a.status != 404 {
			t.Errorf("after delete_session: %d %s", a.status, a.body)
		}
	})

	for _, secret := range []string{annsKey, bobsKey, "signature="} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
}

// memory is the most that the server's processes held at once since the last
// forget, in KiB (VmHWM, proc(5)).
func (s *server) memory(t *testing.T) (sum int) {
	t.Helper()
	for _, p := range s.processes() {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(data)
		kib, _ := strconv.Atoi(string(found[1]))
		sum += kib
	}
	return sum
}

func (s *server) forget(t *testing.T) {
	t.Helper()
	for _, p := range s.processes() {
		if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0); err != nil {
			t.Fatal(err)
		}
	}
}

// pattern is size bytes that no two places of a file share.
func pattern(size int64) io.Reader {
	block := make([]byte, 0, 1<<20)
	for i := 0; len(block) < cap(block); i++ {
		block = append(block, byte(i), byte(i>>8), byte(i>>16), byte(i*7))
	}
	parts := make([]io.Reader, 0, size>>20+1)
	for range size >> 20 {
		parts = append(parts, bytes.NewReader(block))
	}
	return io.LimitReader(io.MultiReader(parts...), size)
}

func TestAFileOf500MBPassesInConstantMemory(t *testing.T) {
	const size, most = 500 << 20, 32 << 10
	s := own(t, "WARM_SANDBOXES=0")
	c := s.in(t, "large")
	c.run("1")
	sum := sha256.New()
	if _, err := io.Copy(sum, pattern(size)); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("%x", sum.Sum(nil))
	within := func(what string, do func()) {
		t.Helper()
		s.forget(t)
		before, began := s.memory(t), time.Now()
		do()
		t.Logf("%s: %.0f MB/s, %d KiB more", what, size/1e6/time.Since(began).Seconds(), s.memory(t)-before)
		if grown := s.memory(t) - before; grown > most {
			t.Errorf("%s: the server grew by %d KiB", what, grown)
		}
	}
	within("PUT", func() {
		r, err := http.NewRequest("PUT", s.url+"/files/large/big.bin", pattern(size))
		if err != nil {
			t.Fatal(err)
		}
		r.ContentLength = size
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != 201 {
			t.Fatalf("%d", res.StatusCode)
		}
	})
	c.wants(c.run("import hashlib\nhashlib.file_digest(open('big.bin', 'rb'), 'sha256').hexdigest()"), want)
	sum.Reset()
	within("GET", func() {
		res, err := http.Get(s.url + "/files/large/big.bin")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if n, err := io.Copy(sum, res.Body); n != size || err != nil {
			t.Fatalf("%d bytes, %v", n, err)
		}
	})
	if got := fmt.Sprintf("%x", sum.Sum(nil)); got != want {
		t.Errorf("%s came back, want %s", got, want)
	}
}
