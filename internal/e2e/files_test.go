//go:build e2e

package e2e

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func TestFilesComeInAndGoOut(t *testing.T) {
	c := in(t)
	c.wants(c.ok("upload_file", map[string]any{"filename": "in/a b.csv", "content_base64": base64.StdEncoding.EncodeToString([]byte("x,y\n1,2\n"))}),
		"/app/sandbox_data/"+c.session+"/in/a b.csv", "8")
	c.wants(c.run("open('in/a b.csv').read()"), "1,2")
	c.wants(c.ok("fetch_file", map[string]any{"filename": c.session + "/in/a b.csv"}), "x,y\n1,2")
	c.wants(c.run("open('out.bin', 'wb').write(bytes(range(256)))\nopen('note.txt', 'w').write('hello')"), "out.bin", "note.txt", "256")
	res := c.call("fetch_file", map[string]any{"filename": "/app/sandbox_data/" + c.session + "/out.bin"})
	var blob []byte
	for _, block := range res.Content {
		if r, isResource := block.(*mcp.EmbeddedResource); isResource {
			blob = r.Resource.Blob
		}
	}
	if len(blob) != 256 || blob[255] != 255 {
		t.Errorf("%d bytes came back: %s", len(blob), text(res))
	}
	c.wants(c.ok("list_files", nil), "in/a b.csv", "out.bin", "note.txt")
	for _, name := range []string{"../x", "/etc/passwd", "", "missing.txt", "in", strings.Repeat("x", 5000)} {
		c.fails("fetch_file", map[string]any{"filename": name})
	}
}

// web is a far end that misbehaves in every way of its paths.
func web(t *testing.T) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/data.csv", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "a,b\n1,2\n") })
	mux.HandleFunc("/named", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename*=UTF-8''sales%20%C3%BC.csv`)
		fmt.Fprint(w, "a\n1\n")
	})
	mux.HandleFunc("/page.csv", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><title>Sign in</title>")
	})
	mux.HandleFunc("/endless.csv", func(w http.ResponseWriter, r *http.Request) {
		for chunk := bytes.Repeat([]byte("x"), 64<<10); r.Context().Err() == nil; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/gone.csv", http.NotFound)
	mux.HandleFunc("/inside.csv", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/x.csv", http.StatusFound)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func TestFetchFromURL(t *testing.T) {
	far := web(t)
	s := own(t, "MAX_FETCH_SIZE_MB=1")
	c := s.in(t, "fetch")
	c.wants(c.ok("fetch_from_url", map[string]any{"url": far.URL + "/data.csv"}), "/app/sandbox_data/fetch/data.csv", "8")
	c.wants(c.ok("fetch_from_url", map[string]any{"url": far.URL + "/named"}), "sales ü.csv")
	c.wants(c.run("open('data.csv').read()"), "1,2")
	for url, words := range map[string][]string{
		far.URL + "/page.csv":          {"web page", "Sign in"},
		far.URL + "/endless.csv":       {"too_large"},
		far.URL + "/gone.csv":          {"404"},
		far.URL + "/inside.csv":        {"forbidden", "FETCH_ALLOW_PRIVATE"},
		"http://10.0.0.1/x.csv":        {"forbidden", "FETCH_ALLOW_PRIVATE"},
		"http://[::1]:1/x.csv":         {"forbidden", "FETCH_ALLOW_PRIVATE"},
		"http://127.0.0.1:1/x.csv":     {"fetch_failed"},
		"file:///etc/passwd":           {"http"},
		"http://nowhere.invalid/x.csv": {"nowhere.invalid"},
		"not a url":                    {"invalid_argument", "https://"},
	} {
		c.fails("fetch_from_url", map[string]any{"url": url}, words...)
	}
	c.fails("fetch_from_url", map[string]any{"url": far.URL + "/data.csv", "filename": "x.exe"}, "exe")
	if got := c.ok("list_files", nil); strings.Contains(got, "endless") || strings.Contains(got, "page.csv") {
		t.Errorf("a refused file remains:\n%s", got)
	}
}

func (s *server) post(t *testing.T, path, key, body string) *http.Response {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := (&http.Client{Timeout: time.Minute}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}
