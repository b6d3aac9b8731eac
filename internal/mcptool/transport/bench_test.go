package transport_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"power-interpreter/internal/mcptool/transport"
)

// BenchmarkCall is a call that does nothing, over a kept connection; p50-µs is
// what a client waits for it.
//
//	go test -bench Call -benchtime 3000x ./internal/mcptool/transport
func BenchmarkCall(b *testing.B) {
	wires := transport.New(newTools(), transport.Config{})
	mux := http.NewServeMux()
	for path, handler := range wires.Routes() {
		mux.Handle(path, handler)
	}
	srv := httptest.NewServer(mux)
	client := &http.Client{Transport: &http.Transport{}}
	b.Cleanup(func() {
		client.CloseIdleConnections()
		srv.Close()
		_ = wires.Shutdown(context.Background())
	})
	_, id := exchange(b, client, srv.URL+"/mcp", "", initialize)
	for name, path := range map[string]string{"streamable": "/mcp", "body": "/mcp/sse"} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				exchange(b, client, srv.URL+path, id, call(fmt.Sprint(i), "noop", "{}"))
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
		})
	}
}

func exchange(b *testing.B, client *http.Client, url, id, body string) (answer, session string) {
	r, _ := http.NewRequest("POST", url, bytes.NewReader([]byte(body)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	r.Header.Set("Mcp-Session-Id", id)
	res, err := client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	data, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK {
		b.Fatalf("%d %s", res.StatusCode, data)
	}
	return string(data), res.Header.Get("Mcp-Session-Id")
}
