package fetch_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"power-interpreter/internal/fetch"
)

func TestADownloadTellsWhatItIs(t *testing.T) {
	url := serve(t, file("Text/CSV; charset=utf-8", "a,b\n1,2\n"))
	d, body, err := get(t, fetch.Config{AllowPrivate: loopback}, url+"/dir/sales.csv?sig=secret#part", "")
	must(t, err)
	if d.Name != "sales.csv" || d.ContentType != "text/csv" || d.Size != 8 || body != "a,b\n1,2\n" || d.FinalURL != url+"/dir/sales.csv" {
		t.Errorf("the download is %+v with %q", d, body)
	}
}

func TestHTTP2IsSpoken(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file("text/csv", r.Proto)(w, r)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	_, body, err := get(t, fetch.Config{AllowPrivate: loopback, RootCAs: trusting(server)}, server.URL+"/x.csv", "")
	if err != nil || body != "HTTP/2.0" {
		t.Errorf("got %q, %v", body, err)
	}
}

// endless sends without end until the client goes, flushing as it does.
func endless(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/csv")
	chunk := bytes.Repeat([]byte("1,2\n"), 1<<10)
	for r.Context().Err() == nil {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

func TestAnEndlessBodyIsStoppedAtTheLimit(t *testing.T) {
	url := serve(t, endless)
	d, body, err := get(t, fetch.Config{AllowPrivate: loopback, MaxBytes: 3 << 20}, url+"/x.csv", "")
	wantWords(t, wantCode(t, err, fetch.TooLarge), "3 MB")
	if len(body) != 3<<20 || d.Size != -1 {
		t.Errorf("read %d bytes of %d", len(body), d.Size)
	}
	if n, again := d.Read(make([]byte, 1)); n != 0 || again != err {
		t.Errorf("a further Read gives %d, %v", n, again)
	}
}

func TestTheLimitIsExact(t *testing.T) {
	for size, ok := range map[int]bool{999: true, 1000: true, 1001: false} {
		for _, chunked := range []bool{false, true} {
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/csv")
				if chunked {
					w.(http.Flusher).Flush()
				}
				w.Write(bytes.Repeat([]byte("1"), size))
			})
			_, body, err := get(t, fetch.Config{AllowPrivate: loopback, MaxBytes: 1000}, url+"/x.csv", "")
			if (err == nil) != ok || ok && len(body) != size {
				t.Errorf("%d bytes, chunked %v: read %d, %v", size, chunked, len(body), err)
			}
			if !ok {
				wantCode(t, err, fetch.TooLarge)
			}
		}
	}
}

func TestAFileThatIsSaidToBeTooLargeIsNotBegun(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(3<<20))
		endless(w, r)
	})
	_, err := fetch.New(fetch.Config{AllowPrivate: loopback, MaxBytes: 2 << 20}).Fetch(context.Background(), url+"/x.csv", "")
	wantWords(t, wantCode(t, err, fetch.TooLarge), "3 MB", "2 MB")
}

// stuck sends a body's beginning and then nothing until the client goes.
func stuck(beginning string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if beginning != "" {
			file("text/csv", beginning)(w, r)
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	}
}

func TestAServerThatIsStuckIsGivenUp(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"before its headers":       stuck(""),
		"after its first byte":     stuck("1"),
		"in the middle":            stuck(strings.Repeat("1,2\n", 5000)),
		"all but for single bytes": drip,
	} {
		t.Run(name, func(t *testing.T) {
			config := fetch.Config{AllowPrivate: loopback, StallTimeout: 100 * time.Millisecond}
			_, _, err := get(t, config, serve(t, handler)+"/x.csv", "")
			wantCode(t, err, fetch.Timeout)
		})
	}
}

// drip sends a byte now and then, never as much as is progress.
func drip(w http.ResponseWriter, r *http.Request) {
	file("text/csv", strings.Repeat("1", 512))(w, r)
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-ticker.C:
			io.WriteString(w, "1")
		}
	}
}

func TestAReaderMayTakeItsTime(t *testing.T) {
	url := serve(t, file("text/csv", strings.Repeat("1", 200<<10)))
	config := fetch.Config{AllowPrivate: loopback, StallTimeout: time.Second}
	d, err := fetch.New(config).Fetch(context.Background(), url+"/x.csv", "")
	must(t, err)
	defer d.Close()
	_, err = io.CopyN(io.Discard, d, 100)
	must(t, err)
	<-time.After(1200 * time.Millisecond) // longer than a server may be silent
	if n, err := io.Copy(io.Discard, d); err != nil || n != 200<<10-100 {
		t.Errorf("the rest has %d bytes, %v", n, err)
	}
}

func TestADownloadEndsAtItsDeadline(t *testing.T) {
	url := serve(t, endless)
	config := fetch.Config{AllowPrivate: loopback, MaxBytes: 1 << 50, TotalTimeout: 100 * time.Millisecond}
	_, _, err := get(t, config, url+"/x.csv", "")
	wantWords(t, wantCode(t, err, fetch.Timeout), "100ms")
}

func TestADownloadEndsWithItsContext(t *testing.T) {
	url := serve(t, endless)
	ctx, cancel := context.WithCancel(context.Background())
	d, err := fetch.New(fetch.Config{AllowPrivate: loopback, MaxBytes: 1 << 50}).Fetch(ctx, url+"/x.csv", "")
	must(t, err)
	defer d.Close()
	cancel()
	_, err = io.Copy(io.Discard, d)
	wantCode(t, err, fetch.Cancelled)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the cause of %v is lost", err)
	}
	_, err = fetch.New(fetch.Config{AllowPrivate: loopback}).Fetch(ctx, url+"/x.csv", "")
	wantCode(t, err, fetch.Cancelled)
}

func TestCloseEndsADownload(t *testing.T) {
	d, err := fetch.New(fetch.Config{AllowPrivate: loopback}).Fetch(context.Background(), serve(t, endless)+"/x.csv", "")
	must(t, err)
	must(t, d.Close())
	must(t, d.Close())
	_, err = d.Read(make([]byte, 1))
	wantCode(t, err, fetch.Cancelled)
}

func TestCloseDoesNotWaitForAServerThatIsStuck(t *testing.T) {
	config := fetch.Config{AllowPrivate: loopback, StallTimeout: 15 * time.Second}
	d, err := fetch.New(config).Fetch(context.Background(), serve(t, stuck(strings.Repeat("1,2\n", 50_000)))+"/x.csv", "")
	must(t, err)
	_, err = io.CopyN(io.Discard, d, 100)
	must(t, err)
	closed := make(chan error, 1)
	go func() { closed <- d.Close() }()
	select {
	case err := <-closed:
		must(t, err)
	case <-time.After(5 * time.Second):
		t.Error("Close waits for the server")
		must(t, <-closed)
	}
}

func TestABrokenConnectionIsNoShortFile(t *testing.T) {
	long := strings.Repeat("1,2\n", 1000)
	for name, answer := range map[string]string{
		"before the length":      "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 5000\r\n\r\n" + long,
		"short of a short file":  "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 50\r\n\r\n1,2\n",
		"in a chunk":             "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n" + long,
		"before the last chunk":  "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\nfa0\r\n" + long + "\r\n",
		"before the first byte":  "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 50\r\n\r\n",
		"in the compressed data": "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Encoding: gzip\r\n\r\n" + zipped(long)[:40],
	} {
		t.Run(name, func(t *testing.T) {
			url := serveRaw(t, func(conn net.Conn) { io.WriteString(conn, answer) })
			_, _, err := get(t, fetch.Config{AllowPrivate: loopback}, url+"/x.csv", "")
			wantCode(t, err, fetch.Truncated)
		})
	}
}

func zipped(s string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	io.WriteString(w, s)
	w.Close()
	return out.String()
}

func encoded(encoding, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", encoding)
		file("text/csv", body)(w, r)
	}
}

func TestACompressedAnswerIsDecoded(t *testing.T) {
	for _, encoding := range []string{"gzip", "x-gzip", "GZIP"} {
		d, body, err := get(t, fetch.Config{AllowPrivate: loopback}, serve(t, encoded(encoding, zipped("1,2\n")))+"/x.csv.gz", "")
		if err != nil || body != "1,2\n" || d.Size != -1 || d.Name != "x.csv" {
			t.Errorf("%s: %q, %v, %+v", encoding, body, err, d)
		}
	}
}

func TestACompressedBombIsStoppedAtTheLimit(t *testing.T) {
	bomb := zipped(strings.Repeat("0", 4<<20))
	_, body, err := get(t, fetch.Config{AllowPrivate: loopback, MaxBytes: 1 << 20}, serve(t, encoded("gzip", bomb))+"/x.csv", "")
	wantCode(t, err, fetch.TooLarge)
	if len(bomb) > 1<<20 || len(body) != 1<<20 {
		t.Errorf("read %d bytes of a bomb of %d", len(body), len(bomb))
	}
}

func TestAnEndlessRunOfEmptyMembersIsStopped(t *testing.T) {
	empty := strings.Repeat(zipped(""), 1000)
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, empty); err != nil {
				return
			}
		}
	})
	_, _, err := get(t, fetch.Config{AllowPrivate: loopback, MaxBytes: 1 << 20}, url+"/x.csv", "")
	if err == nil {
		t.Error("no error")
	}
}

func TestEncodingsThatAreNotUnderstoodAreRefused(t *testing.T) {
	for _, encoding := range []string{"br", "zstd", "deflate", "gzip, gzip", "aws-chunked"} {
		_, _, err := get(t, fetch.Config{AllowPrivate: loopback}, serve(t, encoded(encoding, "1"))+"/x.csv", "")
		wantCode(t, err, fetch.BadResponse)
	}
	_, _, err := get(t, fetch.Config{AllowPrivate: loopback}, serve(t, encoded("gzip", "not zipped"))+"/x.csv", "")
	wantCode(t, err, fetch.BadResponse)
}

func TestAnEmptyFileIsRefused(t *testing.T) {
	_, _, err := get(t, fetch.Config{AllowPrivate: loopback}, serve(t, file("text/csv", ""))+"/x.csv", "")
	wantCode(t, err, fetch.Empty)
}

func TestAnswersThatAreNoHTTPAreRefused(t *testing.T) {
	for name, test := range map[string]struct {
		talk func(conn net.Conn)
		code fetch.Code
	}{
		"another protocol": {func(c net.Conn) { io.WriteString(c, "SSH-2.0-OpenSSH_9.2\r\n") }, fetch.BadResponse},
		"nothing":          {func(net.Conn) {}, fetch.Unreachable},
		"endless header":   {func(c net.Conn) { flood(c, "HTTP/1.1 200 OK\r\nX-Long: ", "aaaaaaaa") }, fetch.BadResponse},
		"endless headers":  {func(c net.Conn) { flood(c, "HTTP/1.1 200 OK\r\n", "X-Many: 1\r\n") }, fetch.BadResponse},
		"endless hints":    {func(c net.Conn) { flood(c, "", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n") }, fetch.BadResponse},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := get(t, fetch.Config{AllowPrivate: loopback}, serveRaw(t, test.talk)+"/x.csv", "")
			wantCode(t, err, test.code)
		})
	}
}

// flood sends without end, until the client closes.
func flood(conn net.Conn, first, again string) {
	again = strings.Repeat(again, 1000)
	for _, err := io.WriteString(conn, first); err == nil; {
		_, err = io.WriteString(conn, again)
	}
}

func TestNothingListeningIsUnreachable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	url := fmt.Sprintf("http://%s/x.csv", listener.Addr())
	must(t, listener.Close())
	_, _, err = get(t, fetch.Config{AllowPrivate: loopback}, url, "")
	wantWords(t, wantCode(t, err, fetch.Unreachable), "port")
	_, _, err = get(t, fetch.Config{Resolver: resolving("known.example")}, "http://unknown.example/x.csv", "")
	wantWords(t, wantCode(t, err, fetch.Unreachable), "unknown.example", "spelling")
}
