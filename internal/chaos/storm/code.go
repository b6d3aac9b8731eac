package storm

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// shown precedes what a run shows of the session's two lists.
const shown = "CHAOS "

// program is Python that appends a mark to the kernel's list and the session's
// file when the preparation is over, and shows both. Lines of eight bytes never
// lie across two blocks, so that a full disk takes one whole or not at all.
func program(mark int, preparation string) string {
	return strings.NewReplacer("PREPARATION", preparation, "MARK", fmt.Sprint(mark), "SHOWN", shown).Replace(`
import json, os, time
try: marks
except NameError: marks = []
PREPARATION
marks.append(MARK)
with open('marks.txt', 'a') as f: print('%07d' % MARK, file=f)
print('SHOWN' + json.dumps({'mark': MARK, 'memory': marks, 'file': [int(line) for line in open('marks.txt')]}))
`)
}

func sleep(seconds float64) string { return fmt.Sprintf("time.sleep(%.2f)", seconds) }

// gate is a preparation that waits until a file of that name is uploaded, or
// ten seconds: the upload may be what fails, and to a new session it waits for this.
func gate(name string) string {
	return fmt.Sprintf("for _ in range(500):\n  if os.path.exists(%q): break\n  time.sleep(0.02)", name)
}

// lists are what a run has shown.
type lists struct {
	Mark         int
	Memory, File []int
}

// read finds what a run has shown in its reply.
func read(text string) (l lists, found bool) {
	_, rest, found := strings.Cut(text, shown)
	if !found {
		return l, false
	}
	line, _, _ := strings.Cut(rest, "\n")
	return l, json.Unmarshal([]byte(line), &l) == nil
}

// jobID is how a notice names jobs.
var jobID = regexp.MustCompile(`\b[0-9a-f]{8}\b`)
