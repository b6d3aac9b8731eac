package output_test

import (
	"strings"
	"testing"
	"time"

	"power-interpreter/runner-image/supervisor/internal/output"
)

// began is some time long after the zero one.
var began = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func after(ms int) time.Time { return began.Add(time.Duration(ms) * time.Millisecond) }

func TestFinalTextIsSentAtOnceAndThenGathered(t *testing.T) {
	var f output.Frames
	f.Add("one")
	if text, live := f.Now(began); !text || live {
		t.Error("the first text waits")
	}
	if out, news := f.Text(began); !news || out.Text != "one" {
		t.Errorf("got %+v", out)
	}
	f.Add("two")
	if text, _ := f.Now(after(4)); text || !f.Due().Equal(after(5)) {
		t.Errorf("the next does not wait, or is due at %v", f.Due())
	}
	f.Add(strings.Repeat("x", 32<<10))
	if text, _ := f.Now(after(4)); !text {
		t.Error("a large one waits")
	}
	if _, news := f.Text(after(4)); !news {
		t.Error("it is not sent")
	}
	if _, news := f.Text(after(50)); news || !f.Due().IsZero() {
		t.Error("something is sent twice")
	}
}

func TestLiveTextIsSentBehindAllFinalTextAndOnlyIfItIsNews(t *testing.T) {
	var f output.Frames
	f.Changed(began)
	f.Changed(after(60)) // does not put it off
	if _, live := f.Now(after(99)); live || !f.Due().Equal(after(100)) {
		t.Errorf("it does not wait, or is due at %v", f.Due())
	}
	f.Add("one")
	f.Text(after(99))
	f.Add("two")
	if text, live := f.Now(after(100)); !text || !live {
		t.Error("live text goes before final text")
	}
	if !f.Due().Equal(after(100)) {
		t.Errorf("due at %v", f.Due())
	}
	f.Text(after(100))
	if out, news := f.Live("50%"); !news || out.Live != "50%" || !f.Due().IsZero() {
		t.Errorf("got %+v, due at %v", out, f.Due())
	}
	if _, news := f.Live("50%"); news {
		t.Error("the same is sent twice")
	}
	f.Add("three")
	f.Text(after(200)) // and the receiver has no live text any more
	if _, news := f.Live("50%"); !news {
		t.Error("after final text it is not sent again")
	}
}
