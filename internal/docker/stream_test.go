package docker_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"power-interpreter/internal/docker"
	"power-interpreter/orchestrator"
)

// attached is an attachment to a fake engine, and the engine's end of it.
func attached(t *testing.T, log *slog.Logger) (io.ReadWriteCloser, net.Conn) {
	t.Helper()
	fake := newFake(t)
	ends := make(chan net.Conn, 1)
	fake.on("/_ping", pong)
	fake.on("GET /containers/{name}/json", state(true))
	fake.on("POST /containers/{name}/attach", hijacked(ends))
	stream, err := open(t, docker.Config{Host: fake.host, Image: testImage, Logger: log}).Attach(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	end := <-ends
	t.Cleanup(func() { _ = stream.Close(); _ = end.Close() })
	return stream, end
}

func state(running bool) http.HandlerFunc {
	return body(map[string]any{"State": map[string]bool{"Running": running}})
}

func hijacked(ends chan<- net.Conn) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
		ends <- conn
	}
}

// frame is one of the engine's: 0 stdin, 1 stdout, 2 stderr, 3 its own failure.
func frame(kind byte, text string) string {
	header := [8]byte{0: kind}
	binary.BigEndian.PutUint32(header[4:], uint32(len(text)))
	return string(header[:]) + text
}

func TestStreamGivesStdoutOnly(t *testing.T) {
	for name, test := range map[string]struct {
		sent, want string
		err        error // nil for io.EOF
		words      string
	}{
		"one frame":                {sent: frame(1, "hello"), want: "hello"},
		"joined":                   {sent: frame(1, "he") + frame(1, "") + frame(1, "llo"), want: "hello"},
		"named stdin":              {sent: frame(0, "hello"), want: "hello"},
		"stderr between":           {sent: frame(1, "he") + frame(2, strings.Repeat("e", 100_000)) + frame(1, "llo"), want: "hello"},
		"cut in a header":          {sent: frame(1, "hello") + "\x01\x00\x00", want: "hello", err: io.ErrUnexpectedEOF},
		"cut in stdout":            {sent: frame(1, "hello")[:10], want: "he", err: io.ErrUnexpectedEOF},
		"cut in short stderr":      {sent: frame(2, "hello")[:10], err: io.ErrUnexpectedEOF},
		"cut in long stderr":       {sent: frame(2, strings.Repeat("e", 1000))[:900], err: io.ErrUnexpectedEOF},
		"engine's own failure":     {sent: frame(1, "he") + frame(3, "broken "+strings.Repeat("x", 10_000)), want: "he", words: "broken"},
		"unknown kind":             {sent: frame(4, "x"), words: "out of step"},
		"header with a stray byte": {sent: "\x01\x00\x01\x00\x00\x00\x00\x01x", words: "out of step"},
		"no header at all":         {sent: "Error: no such thing", words: "out of step"},
		"header of two gigabytes":  {sent: "\x01\x00\x00\x00\x80\x00\x00\x00", words: "out of step"},
		"stderr of two gigabytes":  {sent: "\x02\x00\x00\x00\x80\x00\x00\x00", words: "out of step"},
	} {
		t.Run(name, func(t *testing.T) {
			stream, end := attached(t, nil)
			if _, err := io.WriteString(end, test.sent); err != nil {
				t.Fatal(err)
			}
			_ = end.Close()
			got, err := io.ReadAll(stream)
			if string(got) != test.want {
				t.Errorf("read %q, want %q", got, test.want)
			}
			if test.words != "" && (err == nil || !strings.Contains(err.Error(), test.words) || len(err.Error()) > 4096) {
				t.Errorf("error %v, want one with %q", err, test.words)
			}
			if test.words == "" && !errors.Is(err, test.err) {
				t.Errorf("error %v, want %v", err, test.err)
			}
		})
	}
}

// However frames are cut on the way, and whatever is read at a time.
func TestStreamGivesStdoutInOrderHoweverItIsCut(t *testing.T) {
	stream, end := attached(t, nil)
	rapid.Check(t, func(r *rapid.T) {
		var sent, want bytes.Buffer
		for range rapid.IntRange(1, 20).Draw(r, "frames") {
			kind := rapid.SampledFrom([]byte{1, 1, 1, 2}).Draw(r, "kind")
			text := rapid.StringN(0, 300, -1).Draw(r, "text")
			sent.WriteString(frame(kind, text))
			if kind == 1 {
				want.WriteString(text)
			}
		}
		sent.WriteString(frame(1, "\x00"))
		want.WriteByte(0)
		cut := rapid.IntRange(1, 50).Draw(r, "cut")
		go func() {
			for piece := sent.Next(cut); len(piece) > 0; piece = sent.Next(cut) {
				_, _ = end.Write(piece)
			}
		}()
		got, piece := []byte{}, make([]byte, rapid.IntRange(1, 200).Draw(r, "read"))
		for len(got) < want.Len() {
			n, err := stream.Read(piece)
			if err != nil {
				r.Fatal(err)
			}
			got = append(got, piece[:n]...)
		}
		if !bytes.Equal(got, want.Bytes()) {
			r.Fatalf("read %q, want %q", got, want.Bytes())
		}
	})
}

func TestStreamWritesStdinAsItIs(t *testing.T) {
	stream, end := attached(t, nil)
	go func() { _, _ = io.WriteString(stream, "one\ntwo\n"); _ = stream.Close() }()
	got, err := io.ReadAll(end)
	if string(got) != "one\ntwo\n" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestCloseEndsABlockedRead(t *testing.T) {
	stream, end := attached(t, nil)
	read := make(chan error)
	go func() { _, err := stream.Read(make([]byte, 1)); read <- err }()
	_ = stream.Close()
	if err := <-read; err == nil || err == io.EOF {
		t.Errorf("read ended with %v", err)
	}
	if rest, err := io.ReadAll(end); len(rest) > 0 || err != nil {
		t.Errorf("the engine read %q, %v", rest, err)
	}
}

func TestStderrIsLoggedWithoutWhatMayBeAUsers(t *testing.T) {
	var log bytes.Buffer
	stream, end := attached(t, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	var sent strings.Builder
	for _, text := range []string{"password = 1\n", "panic: index out of range\n\ngoroutine 1 [running]:\nmain.secret()\n"} {
		sent.WriteString(frame(2, text))
	}
	sent.WriteString(frame(2, "fatal error: "+strings.Repeat("x", 5000)))
	for range 1000 {
		sent.WriteString(frame(2, "flood"))
	}
	go func() { _, _ = io.WriteString(end, sent.String()); _ = end.Close() }()
	if _, err := io.ReadAll(stream); err != nil {
		t.Fatal(err)
	}
	text := log.String()
	for _, wanted := range []string{"panic: index out of range", "bytes=13", "fatal error: xxx", "sandbox_id=" + id} {
		if !strings.Contains(text, wanted) {
			t.Errorf("the log lacks %q", wanted)
		}
	}
	if strings.Contains(text, "password") || strings.Contains(text, "secret") || len(text) > 10_000 {
		t.Errorf("a log of %d bytes: %.2000s", len(text), text)
	}
}

func TestAttachToOneThatEndedIsRefusedAndItsConnectionClosed(t *testing.T) {
	fake := newFake(t)
	ends := make(chan net.Conn, 1)
	fake.on("/_ping", pong)
	fake.on("POST /containers/{name}/attach", hijacked(ends))
	fake.on("GET /containers/{name}/json", state(false))
	_, err := fake.engine(t).Attach(t.Context(), id)
	wantError(t, err, orchestrator.CodeUnavailable, "not running any more")
	end := <-ends
	defer end.Close()
	if _, err := io.ReadAll(end); err != nil {
		t.Error(err)
	}
}

func TestAttachmentOutlivesTheContextThatMadeIt(t *testing.T) {
	fake := newFake(t)
	ends := make(chan net.Conn, 1)
	fake.on("/_ping", pong)
	fake.on("GET /containers/{name}/json", state(true))
	fake.on("POST /containers/{name}/attach", hijacked(ends))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	stream, err := fake.engine(t).Attach(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	cancel()
	end := <-ends
	defer end.Close()
	_, _ = io.WriteString(end, frame(1, "hello"))
	got := make([]byte, 5)
	if _, err := io.ReadFull(stream, got); err != nil || string(got) != "hello" {
		t.Errorf("%q, %v", got, err)
	}
}
