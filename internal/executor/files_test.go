package executor_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"power-interpreter/internal/fake"
	"power-interpreter/orchestrator"
)

// bytesFile is an open file of so many bytes.
func bytesFile(content []byte, tag string) orchestrator.Content {
	return orchestrator.Content{
		Artifact: orchestrator.Artifact{Path: "x.bin", Size: int64(len(content)), MIME: "application/octet-stream"},
		ETag:     tag, ReadSeekCloser: seekable{bytes.NewReader(content)},
	}
}

type seekable struct{ *bytes.Reader }

func (seekable) Close() error { return nil }

func random(n int) []byte {
	content := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(content) // it never fails
	return content
}

func TestAFileIsReadAndSoughtAsALocalOneIs(t *testing.T) {
	for _, size := range []int{0, 1, 1000, 700_000} {
		content := random(size)
		c := newExecutor(t, &fake.Service{OnOpen: func(context.Context, orchestrator.Ref, string) (orchestrator.Content, error) {
			return bytesFile(content, `"1"`), nil
		}}).front(t, "")
		f, err := c.Open(t.Context(), ref("a"), "x.bin")
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(f, content); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		for range 20 { // here and there
			at := rand.Int64N(int64(size) + 1)
			if _, err := f.Seek(at, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(io.LimitReader(f, 5000))
			if want := content[at:min(at+5000, int64(size))]; err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%d bytes at %d of %d, %v", len(got), at, size, err)
			}
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAFileThatChangesIsNotMixedWithWhatItWas(t *testing.T) {
	content := random(1 << 20)
	tag := `"1"`
	c := newExecutor(t, &fake.Service{OnOpen: func(context.Context, orchestrator.Ref, string) (orchestrator.Content, error) {
		return bytesFile(content, tag), nil
	}}).front(t, "")
	f, err := c.Open(t.Context(), ref("a"), "x.bin")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tag = `"2"`
	if _, err := io.CopyN(io.Discard, f, 1000); err != nil {
		t.Errorf("what was opened: %v", err)
	}
	if _, err := f.Seek(900_000, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	_, err = f.Read(make([]byte, 10))
	wantCode(t, err, orchestrator.CodeBusy, "changed while it was read")
}

// cutFile ends before its size.
type cutFile struct{ seekable }

func (c cutFile) Read(p []byte) (int, error) {
	if at, _ := c.Seek(0, io.SeekCurrent); at > 500_000 {
		return 0, io.EOF
	}
	return c.seekable.Read(p)
}

func TestAFileThatIsCutFails(t *testing.T) {
	content := bytesFile(random(1<<20), "")
	content.ReadSeekCloser = cutFile{content.ReadSeekCloser.(seekable)}
	c := newExecutor(t, &fake.Service{OnOpen: func(context.Context, orchestrator.Ref, string) (orchestrator.Content, error) {
		return content, nil
	}}).front(t, "")
	f, err := c.Open(t.Context(), ref("a"), "x.bin")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, err = io.Copy(io.Discard, f)
	wantCode(t, err, orchestrator.CodeUnavailable, "broke off")
}

func TestAFileIsReadOnAfterItsOpeningsContextEnded(t *testing.T) {
	content := random(3 << 20)
	c := newExecutor(t, &fake.Service{OnOpen: func(context.Context, orchestrator.Ref, string) (orchestrator.Content, error) {
		return bytesFile(content, ""), nil
	}}).front(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	f, err := c.Open(ctx, ref("a"), "x.bin")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cancel()
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// source is a file as a client sends it, which blocks until it is interrupted.
type source struct {
	io.Reader
	read   chan struct{}
	broken chan struct{}
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if !errors.Is(err, io.EOF) {
		return n, err
	}
	close(s.read)
	<-s.broken
	return 0, orchestrator.Errorf(orchestrator.CodeTimeout, "the client was too slow")
}

func (s *source) Interrupt() {
	select {
	case <-s.broken:
	default:
		close(s.broken)
	}
}

func takes(into *bytes.Buffer, failed *error) *fake.Service {
	return &fake.Service{
		OnUpload: func(_ context.Context, _ orchestrator.Ref, _ string, content io.Reader) (a orchestrator.Artifact, err error) {
			_, err = io.Copy(into, content)
			*failed = err
			return orchestrator.Artifact{Size: int64(into.Len())}, err
		},
		OnUploadPart: func(_ context.Context, _ orchestrator.Ref, _ string, part orchestrator.Part) (p orchestrator.Progress, err error) {
			_, err = io.Copy(into, part.Content)
			*failed = err
			return orchestrator.Progress{Received: int64(into.Len())}, err
		},
	}
}

func TestALargeFileArrivesWhole(t *testing.T) {
	var got bytes.Buffer
	var failed error
	c := newExecutor(t, takes(&got, &failed)).front(t, "")
	content := random(20 << 20)
	a, err := c.Upload(t.Context(), ref("a"), "x.bin", bytes.NewReader(content))
	if err != nil || a.Size != int64(len(content)) || !bytes.Equal(got.Bytes(), content) {
		t.Errorf("%d bytes came, %+v, %v", got.Len(), a, err)
	}
}

// TestASourceThatFailsIsTheSameFailureThere is of a client that is too slow.
func TestASourceThatFailsIsTheSameFailureThere(t *testing.T) {
	var got bytes.Buffer
	var failed error
	c := newExecutor(t, takes(&got, &failed)).front(t, "")
	fails := iotest.ErrReader(orchestrator.Errorf(orchestrator.CodeTimeout, "the client was too slow"))
	p, err := c.UploadPart(t.Context(), ref("a"), "x.bin", orchestrator.Part{Total: 10, Content: io.MultiReader(bytes.NewReader([]byte("half")), fails)})
	wantCode(t, err, orchestrator.CodeTimeout, "the client was too slow")
	wantCode(t, failed, orchestrator.CodeTimeout, "the client was too slow")
	if p.Received != 4 {
		t.Errorf("kept %+v", p)
	}
}

func TestACallersEndEndsASourceThatBlocks(t *testing.T) {
	var got bytes.Buffer
	var failed error
	c := newExecutor(t, takes(&got, &failed)).front(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	s := &source{Reader: bytes.NewReader([]byte("half")), read: make(chan struct{}), broken: make(chan struct{})}
	go func() { <-s.read; cancel() }()
	_, err := c.Upload(ctx, ref("a"), "x.bin", s)
	wantCode(t, err, orchestrator.CodeTimeout, "the client was too slow")
	if got.String() != "half" || failed == nil {
		t.Errorf("there came %q, %v", &got, failed)
	}
}

// TestNothingIsReadBeforeItsTurnNorAfterItsEnd refuses a file without reading it.
func TestNothingIsReadBeforeItsTurnNorAfterItsEnd(t *testing.T) {
	c := newExecutor(t, &fake.Service{OnUpload: func(context.Context, orchestrator.Ref, string, io.Reader) (a orchestrator.Artifact, err error) {
		return a, orchestrator.Errorf(orchestrator.CodeInvalid, "no such name")
	}}).front(t, "")
	_, err := c.Upload(t.Context(), ref("a"), "x.bin", readFunc(func([]byte) (int, error) {
		t.Error("it was read")
		return 0, io.EOF
	}))
	wantCode(t, err, orchestrator.CodeInvalid, "no such name")
}

func TestAFileThatIsRefusedHalfWayIsToldWhy(t *testing.T) {
	c := newExecutor(t, &fake.Service{OnUpload: func(_ context.Context, _ orchestrator.Ref, _ string, content io.Reader) (a orchestrator.Artifact, err error) {
		_, _ = io.CopyN(io.Discard, content, 1<<20)
		return a, orchestrator.Errorf(orchestrator.CodeTooLarge, "the disk is full")
	}}).front(t, "")
	for range 10 {
		ended := false
		_, err := c.Upload(t.Context(), ref("a"), "x.bin", readFunc(func(p []byte) (int, error) {
			if ended {
				t.Error("it was read after the call's end")
			}
			return len(p), nil
		}))
		ended = true
		wantCode(t, err, orchestrator.CodeTooLarge, "the disk is full")
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }
