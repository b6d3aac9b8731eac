package httpapi_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"power-interpreter/internal/httpapi"
	"power-interpreter/orchestrator"
)

// streams takes any upload to its end and has an endless file.
type streams struct {
	nonceOnly
	err error // of the last upload
}

func (s *streams) Upload(_ context.Context, _ orchestrator.Ref, name string, content io.Reader) (orchestrator.Artifact, error) {
	n, err := io.Copy(io.Discard, content)
	s.err = err
	return orchestrator.Artifact{Path: name, Size: n}, err
}

func (s *streams) Open(_ context.Context, _ orchestrator.Ref, name string) (orchestrator.Content, error) {
	if name == "./x" {
		return orchestrator.Content{}, orchestrator.Errorf(orchestrator.CodeNotFound, "no such file")
	}
	return orchestrator.Content{Artifact: orchestrator.Artifact{Path: name}, ReadSeekCloser: endless{}}, nil
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
func (endless) Close() error               { return nil }
func (endless) Seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekEnd {
		return 1 << 40, nil
	}
	return offset, nil
}

// paced serves one connection in memory, on a clock that runs ahead.
func paced(t *testing.T, talk func(client net.Conn, files *streams)) {
	synctest.Test(t, func(t *testing.T) {
		files := &streams{}
		f := newFace(t, httpapi.Config{Files: files, Links: httpapi.NewLinks(nil, "")}, healthy)
		srv, here := httpapi.NewServer(f.API), oneConn(t)
		served := make(chan error, 1)
		go func() { served <- srv.Serve(here) }()
		talk(here.client, files)
		here.client.Close()
		srv.Close()
		<-served
	})
}

func TestAnUploadThatStallsOrDripsIsGivenUp(t *testing.T) {
	for name, tt := range map[string]struct{ every, most time.Duration }{
		"stalls": {time.Hour, 31 * time.Second}, "drips": {20 * time.Second, 61 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			paced(t, func(client net.Conn, files *streams) {
				began := time.Now()
				go func() {
					_, _ = io.WriteString(client, "PUT /files/s/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
					for range 100 {
						if _, err := io.WriteString(client, "x"); err != nil {
							return
						}
						time.Sleep(tt.every)
					}
				}()
				res, err := http.ReadResponse(bufio.NewReader(client), nil)
				if err != nil {
					t.Fatal(err)
				}
				body, _ := io.ReadAll(res.Body)
				if took := time.Since(began); res.StatusCode != http.StatusRequestTimeout || !strings.Contains(string(body), "slowly") || took > tt.most {
					t.Errorf("%d %s after %s", res.StatusCode, body, took)
				}
				client.Close()
				time.Sleep(2 * time.Hour) // the sender ends
			})
		})
	}
}

func TestAnUploadThatIsSlowAndSteadyIsTaken(t *testing.T) {
	paced(t, func(client net.Conn, files *streams) {
		go func() {
			_, _ = io.WriteString(client, "PUT /files/s/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 13107200\r\n\r\n")
			for range 100 { // 128 KiB a second
				_, _ = client.Write(make([]byte, 128<<10))
				time.Sleep(time.Second)
			}
		}()
		res, err := http.ReadResponse(bufio.NewReader(client), nil)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != http.StatusCreated {
			t.Errorf("%d, %v", res.StatusCode, files.err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		time.Sleep(time.Minute)
	})
}

func TestAReaderThatStallsOrDripsIsGivenUp(t *testing.T) {
	for name, every := range map[string]time.Duration{"stalls": time.Hour, "drips": 20 * time.Second} {
		t.Run(name, func(t *testing.T) {
			paced(t, func(client net.Conn, _ *streams) {
				began := time.Now()
				_, _ = io.WriteString(client, "GET /files/s/big HTTP/1.1\r\nHost: localhost\r\n\r\n")
				for buf := make([]byte, 512); ; time.Sleep(every) {
					if _, err := client.Read(buf); err != nil {
						break
					}
				}
				if took := time.Since(began); took > 2*time.Hour {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}
