package rows

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"power-interpreter/internal/bench"
)

const (
	// load is what is moved, in bytes: within the defaults of MAX_FETCH_SIZE_MB and
	// MAX_UPLOAD_MB.
	load = 500_000_000

	leastRate  = 600e6    // bytes a second
	mostGrowth = 32 << 20 // of the server's memory, in bytes
)

const aCopy = "copy of a file within the page cache"

// chunk is what is written at once where nobody else decides it, in bytes.
const chunk = 1 << 20

// fetch is a large download, from a server on this host.
func fetch() experiment {
	return experiment{
		rows: []bench.Row{{
			ID: "fetch-500mb", Label: "500 MB in by fetch_from_url", Unit: bench.Rate,
			Goal: bench.Goal{Bound: leastRate}, FloorIs: aCopy,
		}, {
			ID: "fetch-memory", Label: "how much the server's memory grows by it", Unit: bench.Bytes,
			Goal: bench.Goal{Bound: mostGrowth},
		}},
		open: func(ctx context.Context, b *bed, c *columns) error {
			url, err := offer(c)
			if err != nil {
				return err
			}
			if err := errors.Join(session(ctx, b, c, "fetch"), b.server.Settle(ctx, 1)); err != nil {
				return err
			}
			c.ours = func(ctx context.Context) ([]float64, error) {
				var took time.Duration
				grown, err := b.server.Peak(func() (err error) {
					took, err = timed(func() error {
						_, err := b.client.Do(ctx, "fetch_from_url", map[string]any{"session_id": "fetch", "url": url})
						return err
					})
					return err
				})
				return []float64{load / took.Seconds(), grown}, err
			}
			c.floor = func(context.Context) ([]float64, error) {
				took, err := copied(b.server.Data)
				return []float64{load / took.Seconds(), math.NaN()}, err
			}
			return nil
		},
	}
}

// files is a large file in and out over HTTP.
func files() experiment {
	return experiment{
		rows: []bench.Row{
			{ID: "put-500mb", Label: "500 MB in by PUT /files", Unit: bench.Rate, Goal: bench.Goal{Bound: leastRate}, FloorIs: aCopy},
			{ID: "get-500mb", Label: "500 MB out by GET /files", Unit: bench.Rate, Goal: bench.Goal{Bound: leastRate}, FloorIs: aCopy},
			{ID: "files-memory", Label: "how much the server's memory grows by both", Unit: bench.Bytes, Goal: bench.Goal{Bound: mostGrowth}},
		},
		open: func(ctx context.Context, b *bed, c *columns) error {
			if err := errors.Join(session(ctx, b, c, "files"), b.server.Settle(ctx, 1)); err != nil {
				return err
			}
			url := strings.TrimSuffix(b.server.URL, "/mcp") + "/files/files/load.bin"
			c.ours = func(ctx context.Context) ([]float64, error) {
				var in, out time.Duration
				grown, err := b.server.Peak(func() (err error) {
					if in, err = timed(func() error { return put(ctx, url) }); err == nil {
						out, err = timed(func() error { return get(ctx, url) })
					}
					return err
				})
				return []float64{load / in.Seconds(), load / out.Seconds(), grown}, err
			}
			c.floor = func(context.Context) ([]float64, error) {
				took, err := copied(b.server.Data)
				return []float64{load / took.Seconds(), load / took.Seconds(), math.NaN()}, err
			}
			return nil
		},
	}
}

func put(ctx context.Context, url string) error {
	source, sink := io.Pipe()
	go func() { sink.CloseWithError(pour(sink)) }() // ends with its reader
	defer source.Close()
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, url, source)
	if err != nil {
		return err
	}
	request.ContentLength = load
	return answered(request, func(body io.Reader) error {
		_, err := io.Copy(io.Discard, body)
		return err
	})
}

func get(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	return answered(request, func(body io.Reader) error {
		n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, body, make([]byte, chunk))
		if err == nil && n != load {
			err = fmt.Errorf("%d of %d bytes came", n, load)
		}
		return err
	})
}

// answered sends a request on a connection of its own, which must succeed.
func answered(request *http.Request, read func(io.Reader) error) error {
	transport := &http.Transport{WriteBufferSize: chunk, ReadBufferSize: chunk}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusCreated {
		return fmt.Errorf("%s %s: %s", request.Method, request.URL.Path, response.Status)
	}
	return read(response.Body)
}

// offer serves the file on loopback until the experiment ends.
func offer(c *columns) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.Itoa(load))
		_ = pour(w)
	})}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	c.later(func(context.Context) error {
		err := server.Close()
		<-ended
		return err
	})
	return "http://" + listener.Addr().String() + "/load.parquet", nil
}

// pour writes the file's content.
func pour(w io.Writer) error {
	part := make([]byte, chunk)
	for left := load; left > 0; left -= chunk {
		if _, err := w.Write(part[:min(chunk, left)]); err != nil {
			return err
		}
	}
	return nil
}

// copied times a copy of a file of that size, beside where sessions' files lie.
func copied(folder string) (_ time.Duration, err error) {
	source := filepath.Join(folder, "bench-source")
	defer func() { err = errors.Join(err, os.Remove(source)) }()
	f, err := os.Create(source)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if err := pour(f); err != nil {
		return 0, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	target, err := os.Create(source + "-copy")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, target.Close(), os.Remove(target.Name())) }()
	buffer := make([]byte, chunk)
	// Neither side may offer a short cut: the floor is a copy through this process.
	return timed(func() error {
		_, err := io.CopyBuffer(struct{ io.Writer }{target}, struct{ io.Reader }{f}, buffer)
		return err
	})
}
