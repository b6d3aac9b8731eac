package journal

import (
	"bytes"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"power-interpreter/internal/wire"
)

// entry is one event as it is written.
type entry struct {
	seq  uint64
	kind wire.Kind
	id   string
	line []byte
}

// supersede drops the live text that an event of that kind makes worthless: of
// a bar that is drawn for hours, one state is kept.
func (j *Journal) supersede(kind wire.Kind) {
	if j.live == 0 || kind != wire.KindOutput && kind != wire.KindResult {
		return
	}
	if i := j.find(j.live); i < len(j.entries) && j.entries[i].seq == j.live {
		j.forget(j.entries[i])
		j.entries = slices.Delete(j.entries, i, i+1)
	}
	j.live = 0
}

// shrink merges small texts and drops the oldest text beyond the soft bounds,
// and the oldest of all beyond the hard ones. The numbers of what is dropped are
// not used again.
func (j *Journal) shrink() {
	if j.texts > 0 && len(j.entries) > softEvents {
		j.merge()
	}
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
	n := textChars(e.line)
	if !j.cut(e.id, n) && len(j.lost) < softEvents {
		j.lost[e.id] += n
	}
}

// remember adds e, which is kept, to the sums.
func (j *Journal) remember(e entry) {
	j.bytes += len(e.line)
	if e.kind == wire.KindOutput {
		j.texts++
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

// addCut returns the result f with n more characters cut.
func addCut(f wire.Frame, n int64) wire.Frame {
	if n == 0 {
		return f
	}
	result, err := wire.Decode[wire.Result](f)
	if err != nil {
		return f
	}
	result.Output.CutChars += n
	cut := wire.New(f.Kind, f.ID, result)
	cut.Seq = f.Seq
	return cut
}

// textChars counts the characters of an output's text.
func textChars(line []byte) int64 { return int64(utf8.RuneCountInString(textOf(line).Text)) }

func textOf(line []byte) wire.Output {
	var f wire.Frame
	if json.Unmarshal(line, &f) != nil {
		return wire.Output{}
	}
	out, err := wire.Decode[wire.Output](f)
	if err != nil {
		return wire.Output{}
	}
	return out
}
