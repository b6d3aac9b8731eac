package journal

import (
	"context"
	"io"
)

// batchBytes of events are written at once when that many wait: an
// execution's last output and its result cost one write.
const batchBytes = 64 << 10

// Serve writes welcomes and events to w until ctx ends. It is called once. A
// stalled w holds up nothing but this; after an error it waits for the next
// hello, since only that tells what has arrived. A write that waits must be
// ended by closing w.
func (j *Journal) Serve(ctx context.Context, w io.Writer) {
	var batch []byte
	for {
		if batch = j.batch(batch[:0]); len(batch) == 0 {
			select {
			case <-j.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		if _, err := w.Write(batch); err != nil {
			j.detach()
		}
		if cap(batch) > 2*batchBytes {
			batch = nil // a picture's size is not kept for ever
		}
	}
}

// batch appends what is to be written next.
func (j *Journal) batch(p []byte) []byte {
	j.mu.Lock()
	defer j.mu.Unlock()
	p = append(p, j.welcome...)
	j.welcome = nil
	if !j.attached {
		return p
	}
	for _, e := range j.entries[j.find(j.next):] {
		if len(p) > 0 && len(p)+len(e.line) > batchBytes {
			break
		}
		p = append(p, e.line...)
		j.next = e.seq + 1
	}
	return p
}

func (j *Journal) detach() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.attached = j.welcome != nil // a hello may have come meanwhile
}
