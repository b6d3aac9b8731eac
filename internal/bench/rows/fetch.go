package rows

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"power-interpreter/internal/bench"
)

// load is what is fetched, in bytes: within MAX_FETCH_SIZE_MB's default.
const load = 500_000_000

// chunk is what is written at once where nobody else decides it, in bytes.
const chunk = 1 << 20

// fetch is a large download, from a server on this host.
func fetch() experiment {
	return experiment{
		rows: []bench.Row{{
			ID: "fetch-500mb", Label: "500 MB in by fetch_from_url", Unit: bench.Rate,
			Goal: bench.Goal{Bound: 600e6}, FloorIs: "copy of a file within the page cache",
		}, {
			ID: "fetch-memory", Label: "how much the server's memory grows by it", Unit: bench.Bytes,
			Goal: bench.Goal{Bound: 32 << 20},
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
