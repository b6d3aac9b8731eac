package orchestrator

import "time"

// maxWords bounds those that wait for a session which may never come again; the
// oldest go first.
const maxWords = 1000

// word waits for the next call of a session that is not there: an administrator
// has deleted it.
type word struct {
	text string
	at   time.Time
}

// leaveWord keeps it, and has it written. The caller holds mu.
func (o *Orchestrator) leaveWord(ref Ref, text string) {
	if len(o.words) >= maxWords {
		o.dropWord(o.oldestWord())
	}
	o.words[ref] = word{text, time.Now()}
	o.noteWord(ref, []string{text})
}

func (o *Orchestrator) oldestWord() (oldest Ref) {
	var at time.Time
	for ref, w := range o.words {
		if at.IsZero() || w.at.Before(at) {
			oldest, at = ref, w.at
		}
	}
	return oldest
}

// takeWord returns what waits, once. The caller holds mu.
func (o *Orchestrator) takeWord(ref Ref) []string {
	w, waits := o.words[ref]
	if !waits {
		return nil
	}
	o.dropWord(ref)
	return []string{w.text}
}

// dropWord forgets what waits. The caller holds mu.
func (o *Orchestrator) dropWord(ref Ref) {
	delete(o.words, ref)
	o.noteWord(ref, nil)
}

// inherit gives a new session the word that waits for it. The caller holds mu.
func (o *Orchestrator) inherit(s *session) {
	for _, text := range o.takeWord(s.ref) {
		o.notify(s, text)
	}
}

// dropOldWords forgets what nobody came for. The caller holds mu.
func (o *Orchestrator) dropOldWords(now time.Time) {
	for ref, w := range o.words {
		if now.Sub(w.at) > o.cfg.Limits.Retention {
			o.dropWord(ref)
		}
	}
}

// recallWords takes over what an earlier run of this program left for sessions
// that are not there.
func (o *Orchestrator) recallWords(notices map[Ref][]string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for ref, texts := range notices {
		if o.sessions[ref] == nil && len(texts) > 0 && len(o.words) < maxWords {
			o.words[ref] = word{texts[len(texts)-1], time.Now()}
		}
	}
}
