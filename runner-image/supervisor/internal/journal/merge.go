package journal

import (
	"strings"

	"power-interpreter/internal/wire"
)

// mergedBytes bounds, in bytes, the texts that become one event.
const mergedBytes = 32 << 10

// merge makes one event, with the last one's number, of outputs of an execution
// that follow each other: line by line over hours they would become too many to
// be kept. An orchestrator that has acknowledged some of them gets those again;
// ours acknowledges none before the result.
func (j *Journal) merge() {
	var kept []entry
	for rest := j.entries; len(rest) > 0; {
		n := j.mergeable(rest)
		kept = append(kept, merged(rest[:n]))
		rest = rest[n:]
	}
	j.entries, j.bytes, j.texts = kept, 0, 0
	for _, e := range kept {
		j.remember(e)
	}
}

// mergeable is how many of the entries, from the first, may become one: all of
// them written out, or none.
func (j *Journal) mergeable(entries []entry) int {
	a, size := entries[0], 0
	for i, e := range entries {
		size += len(e.line)
		same := e.kind == wire.KindOutput && e.id == a.id && e.id != "" && e.seq != j.live && (e.seq < j.next) == (a.seq < j.next)
		if !same || size > mergedBytes {
			return max(i, 1)
		}
	}
	return len(entries)
}

func merged(entries []entry) entry {
	last := entries[len(entries)-1]
	if len(entries) == 1 {
		return last
	}
	var text strings.Builder
	for _, e := range entries {
		text.WriteString(textOf(e.line).Text)
	}
	f := wire.New(wire.KindOutput, last.id, wire.Output{Text: text.String()})
	f.Seq = last.seq
	last.line, _ = wire.Marshal(f) // an Output always marshals
	return last
}
