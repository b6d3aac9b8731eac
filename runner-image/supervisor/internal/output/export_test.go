package output

// Decoder is the decoder, for its tests.
type Decoder struct{ d decoder }

// Decode returns the text of p so far.
func (d *Decoder) Decode(p []byte) []byte { return d.d.decode(p) }

// Finish returns the text of what is left.
func (d *Decoder) Finish() []byte { return d.d.finish() }
