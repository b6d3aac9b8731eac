package orchestrator_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"power-interpreter/orchestrator"
)

func TestAnUploadWaitsForTheOneThatMakesTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		synctest.Wait()
		in, out := io.Pipe()
		put := func(content io.Reader) <-chan error {
			done := make(chan error, 1)
			go func() {
				_, err := r.Upload(context.Background(), ref("a"), "f.txt", content)
				done <- err
			}()
			synctest.Wait()
			return done
		}
		first := put(in)
		second := put(strings.NewReader("second"))
		if len(second) > 0 {
			t.Error("the second went first")
		}
		_, _ = io.WriteString(out, "first")
		out.Close()
		if err1, err2 := <-first, <-second; err1 != nil || err2 != nil {
			t.Error(err1, err2)
		}
		if got := r.read("a", "f.txt"); got != "second" {
			t.Errorf("file holds %q", got)
		}
		r.destroy()
	})
}

// staged counts the files on their way.
func (r *rig) staged() int {
	r.t.Helper()
	entries, err := os.ReadDir(filepath.Join(r.dir, "tmp"))
	if err != nil {
		r.t.Fatal(err)
	}
	return len(entries)
}

func TestAFileThatNobodyFinishesIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		part := func(first, total int64, content string) (orchestrator.Progress, error) {
			return r.UploadPart(t.Context(), ref("a"), "f", orchestrator.Part{Offset: first, Total: total, Content: strings.NewReader(content)})
		}
		if got, err := part(0, 10, "0123"); err != nil || got.Received != 4 || got.File != nil {
			t.Fatalf("%+v, %v", got, err)
		}
		time.Sleep(50 * time.Minute)
		if got, err := part(4, 10, "45"); err != nil || got.Received != 6 {
			t.Fatalf("%+v, %v", got, err)
		}
		time.Sleep(50 * time.Minute)
		if r.staged() != 1 {
			t.Error("it was forgotten while it came")
		}
		time.Sleep(11 * time.Minute)
		if r.staged() != 0 {
			t.Error("it is kept")
		}
		_, err := part(6, 10, "6789")
		wantCode(t, err, orchestrator.CodeInvalid, "begin again")
		_, err = part(0, 10, "0123456789+")
		wantCode(t, err, orchestrator.CodeInvalid, "more bytes")
		_, err = part(0, 2<<20, "")
		wantCode(t, err, orchestrator.CodeTooLarge)
		r.destroy()
		if r.staged() != 0 {
			t.Error("it outlives the server")
		}
	})
}

func TestANonceIsASessionsOwnAndOutlivesTheServer(t *testing.T) {
	r := newRig(t)
	_, err := r.Nonce(t.Context(), ref("a"), false)
	wantCode(t, err, orchestrator.CodeNotFound)
	first, err := r.Nonce(t.Context(), ref("a"), true)
	if err != nil || first == "" {
		t.Fatal(first, err)
	}
	r.restart()
	if again, err := r.Nonce(t.Context(), ref("a"), false); err != nil || again != first {
		t.Errorf("%s, %v after a restart, was %s", again, err, first)
	}
	if err := r.Delete(t.Context(), ref("a")); err != nil {
		t.Fatal(err)
	}
	if next, err := r.Nonce(t.Context(), ref("a"), true); err != nil || next == first {
		t.Errorf("%s, %v for the next of that id", next, err)
	}
}
