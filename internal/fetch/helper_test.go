package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"power-interpreter/internal/fetch"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// loopback lets a test's own servers be reached.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantCode fails unless err is an Error of that code; it returns the message.
func wantCode(t *testing.T, err error, code fetch.Code) string {
	t.Helper()
	known, ok := errors.AsType[*fetch.Error](err)
	if !ok || known.Code != code {
		t.Fatalf("error is %v, want code %s", err, code)
	}
	return known.Message
}

func wantWords(t *testing.T, message string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(message, word) {
			t.Errorf("message %q does not say %q", message, word)
		}
	}
}

// serve runs a web server for the test.
func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// serveRaw answers each connection with what talk writes, after the request's
// head was read, and then closes it.
func serveRaw(t *testing.T, talk func(conn net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			readHead(conn)
			talk(conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() { listener.Close(); <-done })
	return "http://" + listener.Addr().String()
}

func readHead(conn net.Conn) {
	var head []byte
	buf := make([]byte, 1)
	for !strings.HasSuffix(string(head), "\r\n\r\n") {
		if _, err := conn.Read(buf); err != nil {
			return
		}
		head = append(head, buf...)
	}
}

// file answers with a file of that type.
func file(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		io.WriteString(w, body)
	}
}

// get fetches to the end, or to the first error.
func get(t *testing.T, config fetch.Config, url, filename string) (*fetch.Download, string, error) {
	t.Helper()
	d, err := fetch.New(config).Fetch(context.Background(), url, filename)
	if err != nil {
		return nil, "", err
	}
	defer d.Close()
	body, err := io.ReadAll(d)
	return d, string(body), err
}

// names is a resolver with a list of answers for each name; the last stays.
type names struct {
	answers map[string][][]netip.Addr
	asked   atomic.Int64
}

func (n *names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	n.asked.Add(1)
	list := n.answers[host]
	if len(list) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if len(list) > 1 {
		n.answers[host] = list[1:]
	}
	return list[0], nil
}

func resolving(host string, answers ...string) *names {
	n := &names{answers: map[string][][]netip.Addr{}}
	for _, answer := range answers {
		var addrs []netip.Addr
		for a := range strings.FieldsSeq(answer) {
			addrs = append(addrs, netip.MustParseAddr(a))
		}
		n.answers[host] = append(n.answers[host], addrs)
	}
	return n
}

// portOf is the port of a server's URL.
func portOf(url string) string { return url[strings.LastIndexByte(url, ':')+1:] }

func at(host, serverURL string) string {
	return fmt.Sprintf("http://%s:%s/x.csv", host, portOf(serverURL))
}
