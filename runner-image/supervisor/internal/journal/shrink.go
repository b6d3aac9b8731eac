package journal

import (
	"bytes"
	"encoding/json"
	"slices"

	"power-interpreter/internal/wire"
)

// entry is one event as it is written.
type entry struct {
	seq  uint64
	kind wire.Kind
	id   string
	line []byte
}

// shrink drops the oldest text beyond the soft bounds and the oldest of all
// beyond the hard ones. The numbers of what is dropped are not used again.
func (j *Journal) shrink() {
	for j.texts > 0 && j.over(softBytes, softEvents) {
		j.drop(j.oldestText())
	}
	for j.over(hardBytes, hardEvents) {
		j.drop(0)
	}
}

func (j *Journal) over(size, count int) bool {
	return j.bytes > size || len(j.entries) > count
}

// oldestText is called only when there is some.
func (j *Journal) oldestText() int {
	return slices.IndexFunc(j.entries, func(e entry) bool { return e.kind == wire.KindOutput })
}

// drop removes an entry. What an execution's text loses by it is counted as
// cut in its result.
func (j *Journal) drop(i int) {
	e := j.entries[i]
	copy(j.entries[1:], j.entries[:i]) // the oldest are few
	j.entries[0] = entry{}
	j.entries = j.entries[1:]
	j.forget(e)
	if e.kind != wire.KindOutput || e.id == "" {
		return
	}
	n := textBytes(e.line)
	if !j.cut(e.id, n) && len(j.lost) < softEvents {
		j.lost[e.id] += n
	}
}

// forget takes e, which is no longer kept, out of the sums.
func (j *Journal) forget(e entry) {
	j.bytes -= len(e.line)
	if e.kind == wire.KindOutput {
		j.texts--
	}
}

// cut adds n to the cut of id's result, if that is kept here.
func (j *Journal) cut(id string, n int64) bool {
	for i := range j.entries {
		e := &j.entries[i]
		if e.kind != wire.KindResult || e.id != id {
			continue
		}
		var f wire.Frame
		if json.Unmarshal(bytes.TrimSpace(e.line), &f) != nil {
			return false
		}
		line, err := wire.Marshal(addCut(f, n))
		if err != nil || len(line) > wire.MaxEvent {
			return false
		}
		j.bytes += len(line) - len(e.line)
		e.line = line
		return true
	}
	return false
}

// addCut returns the result f with n more bytes cut.
func addCut(f wire.Frame, n int64) wire.Frame {
	if n == 0 {
		return f
	}
	result, err := wire.Decode[wire.Result](f)
	if err != nil {
		return f
	}
	result.Output.Cut += n
	cut := wire.New(f.Kind, f.ID, result)
	cut.Seq = f.Seq
	return cut
}

func textBytes(line []byte) int64 {
	var f wire.Frame
	if json.Unmarshal(line, &f) != nil {
		return 0
	}
	out, err := wire.Decode[wire.Output](f)
	if err != nil {
		return 0
	}
	return int64(len(out.Text))
}
