package httpapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"power-interpreter/internal/httpapi"
	"power-interpreter/orchestrator"
)

func TestAFileIsPut(t *testing.T) {
	s := newSite(t)
	for _, tt := range []struct {
		path, content string
		status        int
		name          string
	}{
		{"/files/s/a/b.csv", "x,y\n", 201, "a/b.csv"},
		{"/files/s/a/b.csv", "x,z\n", 200, "a/b.csv"},
		{"/files/s/empty", "", 201, "empty"},
		{"/files/s/gr%C3%B6%C3%9Fe%20(1).csv", "1", 201, "größe (1).csv"},
		{"/files/s/q%22uote%3F.csv", "2", 201, "q_uote_.csv"},
		{"/files/s/back%5Cslash.csv", "3", 201, "back/slash.csv"},
	} {
		a := s.put(tt.path, tt.content)
		var told struct {
			SessionID, Filename, Path string
			Size                      int
		}
		if err := json.Unmarshal([]byte(a.body), &told); err != nil || a.status != tt.status || told.Filename != tt.name ||
			told.Path != "/app/sandbox_data/s/"+tt.name || told.Size != len(tt.content) {
			t.Errorf("%s: %d %s, %v", tt.path, a.status, a.body, err)
		}
		where, ok := strings.CutPrefix(a.header.Get("Location"), "/base")
		if got := s.get(where); !ok || got.body != tt.content {
			t.Errorf("%s is at %s: %d %q", tt.path, where, got.status, got.body)
		}
	}
	for path, status := range map[string]int{
		"/files/s/": 400, "/files/s/../x": 403, "/files/.s/x": 400, "/files/s/a": 403, "/files/s/a%00b": 400, "/files/s/a/b.csv/c": 403,
	} {
		if a := s.put(path, "x"); a.status != status {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := s.put("/files/s/x", "x", "Content-Encoding", "gzip"); a.status != 415 {
		t.Errorf("packed: %d", a.status)
	}
}

// unknown is content of which the client does not say how long it is.
type unknown struct{ io.Reader }

func TestWhatIsTooLargeLeavesNothing(t *testing.T) {
	s := newSite(t)
	large := strings.Repeat("x", maxUpload+1)
	for what, body := range map[string]io.Reader{"with its length": strings.NewReader(large), "without": unknown{strings.NewReader(large)}} {
		if a := s.ask("PUT", "/files/s/x", body); a.status != 413 || !strings.Contains(a.body, "too_large") {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
	if a := s.put("/files/s/x", large[:maxUpload]); a.status != 201 {
		t.Errorf("at the bound: %d %s", a.status, a.body)
	}
	for i := range 8 { // the session's disk has 8 MiB
		if a := s.put(fmt.Sprint("/files/s/more", i), large[:maxUpload]); a.status != 201 && (a.status != 413 || !strings.Contains(a.body, "delete_session")) {
			t.Errorf("file %d: %d %s", i, a.status, a.body)
		}
	}
	if n := s.staged(); n != 0 {
		t.Errorf("%d files remain on their way", n)
	}
	asked := s.begin("PUT /files/other/y HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9999999")
	if res, err := http.ReadResponse(bufio.NewReader(asked), nil); err != nil || res.StatusCode != 413 {
		t.Errorf("a client that asks first is told to go on: %v, %v", res, err)
	}
}

// begin opens a connection and sends a head, with ann's key, and what follows.
func (s *site) begin(head string, body ...string) net.Conn {
	s.t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, head+"\r\nHost: localhost\r\nAuthorization: Bearer k-ann\r\n\r\n"+strings.Join(body, "")); err != nil {
		s.t.Fatal(err)
	}
	return c
}

// line waits until a file of the session is on its way, in its turn.
func (s *site) underway() {
	s.t.Helper()
	for s.staged() == 0 {
		s.ask("GET", "/health", nil)
	}
}

func TestAClientThatVanishesLeavesNothing(t *testing.T) {
	s := newSite(t)
	c := s.begin("PUT /files/s/x HTTP/1.1\r\nContent-Length: 1000", "some")
	s.underway()
	c.Close()
	// In turn, though the first has made the session: it begins when the other has ended.
	if a := s.put("/files/s/y", "1"); a.status != 201 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := s.get("/files/s/x"); a.status != 404 || s.staged() != 0 {
		t.Errorf("%d, %d on their way", a.status, s.staged())
	}
}

func TestADeletionEndsAnUploadThatStalls(t *testing.T) {
	s := newSite(t)
	for _, head := range []string{"PUT /files/s/x HTTP/1.1\r\nContent-Length: 1000", "PUT /files/s/x HTTP/1.1\r\nContent-Length: 1000\r\nContent-Range: bytes 0-999/1000"} {
		c := s.begin(head, "some")
		s.underway()
		if err := s.Delete(t.Context(), ann("s")); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		if res.StatusCode != 404 || !strings.Contains(string(body), "deleted") || s.staged() != 0 {
			t.Errorf("%d %s, %d on their way", res.StatusCode, body, s.staged())
		}
	}
}

func TestACellSeesTheUploadsBeforeIt(t *testing.T) {
	s := newSite(t)
	c := s.begin("PUT /files/s/x HTTP/1.1\r\nContent-Length: 8", "some")
	s.underway()
	ran := make(chan error, 1)
	go func() {
		_, err := s.Execute(context.Background(), ann("s"), orchestrator.Cell{Code: "get x"}, nil)
		ran <- err
	}()
	select {
	case err := <-ran:
		t.Fatalf("it did not wait: %v", err)
	default:
	}
	if _, err := io.WriteString(c, "more"); err != nil {
		t.Fatal(err)
	}
	if err := <-ran; err != nil {
		t.Error(err)
	}
	if a := s.get("/files/s/x"); a.body != "somemore" {
		t.Errorf("%q", a.body)
	}
}

func TestPutsOfOneFileAtOnceAreEachWhole(t *testing.T) {
	s := newSite(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if a := s.put("/files/s/x", strings.Repeat(fmt.Sprint(i), 100_000)); a.status != 200 && a.status != 201 {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	all.Wait()
	if got := s.get("/files/s/x").body; len(got) != 100_000 || strings.Trim(got, got[:1]) != "" {
		t.Errorf("%d bytes of %.20q", len(got), got)
	}
}

func TestTransfersAtOnceAreBounded(t *testing.T) {
	s := newSite(t)
	for i := range 16 {
		s.begin(fmt.Sprintf("PUT /files/s%d/x HTTP/1.1\r\nContent-Length: 8", i), "some")
	}
	for s.staged() < 16 {
		s.ask("GET", "/health", nil)
	}
	a := s.put("/files/s/x", "1")
	if a.status != 503 || a.header.Get("Retry-After") == "" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := s.put("/files/s/x", "1", "Authorization", "Bearer k-bob"); a.status != 201 {
		t.Errorf("another owner: %d %s", a.status, a.body)
	}
}

func TestPagesMayCallAsConfigured(t *testing.T) {
	s := newSite(t, func(c *httpapi.Config) { c.CORSOrigins = []string{"https://app.example"} })
	s.put("/files/s/x.png", "1")
	for _, path := range []string{"/files/s/x.png", "/charts/s/x.png"} {
		a := s.ask("OPTIONS", path, nil, "Authorization", "", "Origin", "https://app.example", "Access-Control-Request-Method", "PUT", "Access-Control-Request-Headers", "authorization, content-range")
		if h := a.header; a.status != 204 || h.Get("Access-Control-Allow-Origin") != "https://app.example" || !strings.Contains(h.Get("Access-Control-Allow-Methods"), "PUT") {
			t.Errorf("%s, asked before: %d %v", path, a.status, h)
		}
		a = s.get(path, "Origin", "https://app.example")
		if h := a.header; a.status != 200 || h.Get("Access-Control-Allow-Origin") != "https://app.example" || !strings.Contains(h.Get("Access-Control-Expose-Headers"), "ETag") {
			t.Errorf("%s: %d %v", path, a.status, h)
		}
		if a := s.get(path, "Origin", "https://evil.example"); a.status != 403 || a.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s of a stranger's page: %d", path, a.status)
		}
		if got := s.get(path).header.Get("Cross-Origin-Resource-Policy"); got != "same-origin" {
			t.Errorf("%s may be shown by pages: %q", path, got)
		}
	}
}
