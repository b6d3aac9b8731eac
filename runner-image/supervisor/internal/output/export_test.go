package output

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
