//go:build deploy

package deploytest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// public is the URL that the examples have the server at.
const public = "https://python.example.com/python"

// behind starts a server on this host, and a proxy by an example of deploy/proxy,
// and returns a caller by the proxy.
func behind(t *testing.T, begin func(t *testing.T, upstream, listen, cert, key string)) (c *caller, dir string) {
	dir = dataDir(t)
	port, outside := freePort(t), freePort(t)
	start(t, []string{
		"HOST=127.0.0.1", "PORT=" + port, "SANDBOX_DATA_DIR=" + dir, "SANDBOX_IMAGE=" + sandboxImage(),
		"API_KEYS=ann:" + key, "PUBLIC_URL=" + public,
	}, program(t), "serve", "--rm")
	plain(t, port).ready()
	cert, private, roots := certificate(t, "python.example.com")
	begin(t, port, outside, cert, private)
	return secure(t, public, outside, roots).ready(), dir
}

// example is a file of deploy/proxy with each of the pairs replaced.
func example(t *testing.T, name string, pairs ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("deploy/proxy", name))
	if err != nil {
		t.Fatal(err)
	}
	changed := string(text)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(changed, pairs[i]) {
			t.Fatalf("%s has no %q", name, pairs[i])
		}
		changed = strings.ReplaceAll(changed, pairs[i], pairs[i+1])
	}
	return changed
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func nginx(t *testing.T, upstream, listen, cert, private string) {
	needs(t, "nginx", "nginx-light")
	dir := t.TempDir()
	log := filepath.Join(dir, "access.log")
	t.Cleanup(func() { // once it has ended
		text, err := os.ReadFile(log)
		if err != nil || !strings.Contains(string(text), "GET /python/files/") || strings.Contains(string(text), "signature=") {
			t.Errorf("the log holds signed links, or no requests: %v, %.2000s", err, text)
		}
	})
	site := write(t, filepath.Join(dir, "site.conf"), example(t, "nginx.conf", "/var/log/nginx/access.log", log,
		"127.0.0.1:8000", "127.0.0.1:"+upstream, "listen 443 ssl", "listen 127.0.0.1:"+listen+" ssl",
		"/etc/ssl/certs/python.example.com.pem", cert, "/etc/ssl/private/python.example.com.key", private))
	temp := ""
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temp += kind + "_temp_path " + filepath.Join(dir, kind) + ";\n"
	}
	main := write(t, filepath.Join(dir, "nginx.conf"),
		"user root;\ndaemon off;\npid "+dir+"/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n"+temp+"include "+site+";\n}\n")
	must(t, nil, "nginx", "-t", "-c", main)
	start(t, nil, "nginx", "-c", main)
}

func caddy(t *testing.T, upstream, listen, cert, private string) {
	needs(t, "caddy", "caddy")
	dir := t.TempDir()
	site := example(t, "Caddyfile", "127.0.0.1:8000", "127.0.0.1:"+upstream,
		"python.example.com {", "python.example.com {\n\ttls "+cert+" "+private)
	file := write(t, filepath.Join(dir, "Caddyfile"), "{\n\tadmin off\n\tgrace_period 1s\n\tauto_https disable_redirects\n\thttps_port "+listen+"\n\tdefault_bind 127.0.0.1\n\tstorage file_system "+dir+"\n}\n"+site)
	start(t, []string{"HOME=" + dir}, "caddy", "run", "--config", file, "--adapter", "caddyfile")
}

func TestBehindNginx(t *testing.T) { testBehind(t, nginx) }

func TestBehindCaddy(t *testing.T) { testBehind(t, caddy) }

func testBehind(t *testing.T, begin func(t *testing.T, upstream, listen, cert, key string)) {
	c, dir := behind(t, begin)
	t.Run("progress comes while the cell runs", func(t *testing.T) { c.on(t).progresses(dir, c.on(t).streamable()) })
	t.Run("progress comes over the classic event stream", func(t *testing.T) {
		c.on(t).progresses(dir, &mcp.SSEClientTransport{Endpoint: c.url + "/mcp/sse", HTTPClient: c.keyed()})
	})
	t.Run("a plain POST", func(t *testing.T) { c.on(t).posts() })
	t.Run("100 MB in and out", func(t *testing.T) { c.on(t).transfers(100<<20, "large one.bin") })
	t.Run("names that need escapes", func(t *testing.T) { c.on(t).reads("a b#c%2Fd?é+&'.txt") })
	t.Run("links", func(t *testing.T) { c.on(t).links() })
}

// on is the caller in a sub-test.
func (c *caller) on(t *testing.T) *caller {
	other := *c
	other.t = t
	return &other
}

// progresses runs a cell that goes on when it has been heard, so a proxy that
// keeps its words back keeps it from ending.
func (c *caller) progresses(dir string, transport mcp.Transport) {
	words := []string{"one", "two", "three"}
	heard := make(chan string, 100)
	session := c.dial(transport, &mcp.ClientOptions{
		ProgressNotificationHandler: func(_ context.Context, r *mcp.ProgressNotificationClientRequest) { heard <- r.Params.Message },
	})
	execute(c.t, session, "import os\n[os.remove(n) for n in os.listdir() if n.endswith('.go')]\n1")
	ctx, cancel := context.WithTimeout(context.Background(), hang)
	defer cancel()
	go func() {
		defer cancel()
		var all string
		for _, word := range words {
			for !strings.Contains(all, word) {
				select {
				case more := <-heard:
					all += more
				case <-ctx.Done():
					return
				}
			}
			folders, _ := filepath.Glob(filepath.Join(dir, "sandboxes", "*", "s"))
			for _, folder := range folders {
				_ = os.WriteFile(filepath.Join(folder, word+".go"), nil, 0o644)
			}
		}
		<-ctx.Done()
	}()
	params := &mcp.CallToolParams{Name: "execute_code", Arguments: map[string]any{"session_id": "s", "code": `
import os, time
for word in ("one", "two", "three"):
    print(word, flush=True)
    while not os.path.exists(word + ".go"):
        time.sleep(0.01)
"went on"
`}}
	params.SetProgressToken("p")
	res, err := session.CallTool(ctx, params)
	if err != nil {
		c.t.Fatal(err)
	}
	wants(c.t, text(res), "went on")
}

func (c *caller) posts() {
	res, err := c.keyed().Post(c.url+"/mcp/sse", "application/json", strings.NewReader(
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute_code","arguments":{"code":"6*7","session_id":"s"}}}`))
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	wants(c.t, string(body), `"text":"42"`)
}

// transfers sends random bytes as a file, and takes them back.
func (c *caller) transfers(size int64, name string) {
	c.t.Helper()
	target := c.url + "/files/s/" + url.PathEscape(name)
	sent := sha256.New()
	req, err := http.NewRequest(http.MethodPut, target, io.TeeReader(io.LimitReader(rand.Reader, size), sent))
	if err != nil {
		c.t.Fatal(err)
	}
	req.ContentLength = size
	res, err := c.keyed().Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	told, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode/100 != 2 {
		c.t.Fatalf("%s: %s", res.Status, told)
	}
	wants(c.t, c.run("import os; [n for n in os.listdir() if os.path.getsize(n) == "+strconv.FormatInt(size, 10)+"]"), name[:1])
	back, err := c.keyed().Get(target)
	if err != nil {
		c.t.Fatal(err)
	}
	defer back.Body.Close()
	got := sha256.New()
	if n, err := io.Copy(got, back.Body); err != nil || n != size || hex.EncodeToString(got.Sum(nil)) != hex.EncodeToString(sent.Sum(nil)) {
		c.t.Errorf("%s: %d of %d bytes came back, %v", back.Status, n, size, err)
	}
}

// reads takes a file that code has made under such a name.
func (c *caller) reads(name string) {
	c.run(fmt.Sprintf("open(%q, 'w').write('odd')", name))
	res, err := c.keyed().Get(c.url + "/files/s/" + url.PathEscape(name))
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); string(body) != "odd" {
		c.t.Errorf("%s: %s", res.Status, body)
	}
}

var link = regexp.MustCompile(`https://python\.example\.com/python/files/\S+`)

// links follows one that a reply has, without a key.
func (c *caller) links() {
	found := link.FindString(c.run("open('linked file.txt', 'w').write('by a link')"))
	if found == "" {
		c.t.Fatal("there is none")
	}
	res, err := c.http.Get(strings.TrimRight(found, ")"))
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); string(body) != "by a link" {
		c.t.Errorf("%s: %s: %s", found, res.Status, body)
	}
	if res, err := c.http.Get(c.url + "/files/s/linked%20file.txt"); err != nil || res.StatusCode != http.StatusUnauthorized {
		c.t.Errorf("without a link: %v, %v", res.Status, err)
	}
}
