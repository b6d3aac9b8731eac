package output

import (
	"time"

	"power-interpreter/internal/wire"
)

// Decoder is the decoder, for its tests.
type Decoder struct{ d decoder }

// Decode returns the text of p so far.
func (d *Decoder) Decode(p []byte) []byte { return d.d.decode(p) }

// Finish returns the text of what is left.
func (d *Decoder) Finish() []byte { return d.d.finish() }

// Terminal is the terminal, for its tests.
type Terminal struct{ t *terminal }

// NewTerminal makes one that gives final text to commit.
func NewTerminal(commit func(text []byte)) *Terminal { return &Terminal{newTerminal(commit)} }

// Write takes text.
func (t *Terminal) Write(p []byte) { t.t.write(p) }

// Finish gives out the rest.
func (t *Terminal) Finish() { t.t.finish() }

// Window is what may still change.
func (t *Terminal) Window() string { return string(t.t.window()) }

// Frames are the frames of a run, for their tests.
type Frames struct{ f frames }

// Add takes final text.
func (f *Frames) Add(text string) { f.f.add([]byte(text)) }

// Changed says that there may be other live text.
func (f *Frames) Changed(now time.Time) { f.f.changed(now) }

// Due is when something is to be sent.
func (f *Frames) Due() time.Time { return f.f.due() }

// Now says what is to be sent.
func (f *Frames) Now(at time.Time) (text, live bool) { return f.f.now(at, false) }

// Text is the final text to be sent.
func (f *Frames) Text(now time.Time) (wire.Output, bool) { return f.f.text(now) }

// Live is the live text to be sent.
func (f *Frames) Live(text string) (wire.Output, bool) { return f.f.live(text, 0) }
