package output

import (
	"time"

	"power-interpreter/internal/wire"
)

const (
	// frameBytes of text are sent at once without waiting for more.
	frameBytes = 32 << 10
	// pause is the least time between smaller frames of final text.
	pause = 5 * time.Millisecond
	// livePause is the least time from a change to the frame that tells what
	// may still change: most of it is final before, and nobody reads faster.
	livePause = 100 * time.Millisecond
)

// frames says when which text of a run is to be sent. The zero value is a run's
// beginning.
type frames struct {
	pending []byte // final text
	sent    time.Time
	liveAt  time.Time   // when live text is to be looked at, zero for not
	last    wire.Output // the live text that the receiver holds
}

func (f *frames) add(text []byte) { f.pending = append(f.pending, text...) }

// changed says that there may be other live text than before.
func (f *frames) changed(now time.Time) {
	if f.liveAt.IsZero() {
		f.liveAt = now.Add(livePause)
	}
}

// due is when something is to be sent at the latest, zero for nothing.
func (f *frames) due() time.Time {
	text := f.sent.Add(pause)
	if len(f.pending) == 0 || !f.liveAt.IsZero() && f.liveAt.Before(text) {
		return f.liveAt
	}
	return text
}

// now says what is to be sent: with live text, which stands behind all final
// text, that too.
func (f *frames) now(at time.Time, ended bool) (text, live bool) {
	live = !f.liveAt.IsZero() && !at.Before(f.liveAt)
	text = live || ended || len(f.pending) >= frameBytes || at.Sub(f.sent) >= pause
	return text, live
}

// text returns the final text that is to be sent, false for none.
func (f *frames) text(now time.Time) (out wire.Output, news bool) {
	if len(f.pending) == 0 {
		return out, false
	}
	out = wire.Output{Text: string(f.pending)}
	f.pending, f.sent, f.last = f.pending[:0], now, wire.Output{}
	return out, true
}

// live returns the live text that is to be sent, false if it is known.
func (f *frames) live(text string, skipped int64) (out wire.Output, news bool) {
	f.liveAt = time.Time{}
	out = wire.Output{Live: text, Skipped: skipped}
	if out == f.last {
		return out, false
	}
	f.last = out
	return out, true
}
