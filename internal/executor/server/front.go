package server

import (
	"strings"
	"unicode/utf8"

	"power-interpreter/orchestrator"
)

// front is who calls, by the name of its token. Its owners are its own: in the
// executor each is called "name:owner", and one of a token without a name as it
// is. An owner that a front names has no colon (nor has one that comes from
// API_KEYS), and the name of a token has none, so that neither can be mistaken
// for, or made to look like, another front's.
type front struct{ name string }

const (
	ownerSeparator = ":"
	// maxOwner bounds an owner in bytes: it is a key's name, of 64 characters.
	maxOwner = 256
)

// own returns what an owner of the front is called here.
func (f front) own(owner string) (string, error) {
	if owner == "" || len(owner) > maxOwner || !utf8.ValidString(owner) || strings.Contains(owner, ownerSeparator) {
		return "", orchestrator.Errorf(orchestrator.CodeInvalid, "an owner is the name of a key: without a colon, and at most %d bytes", maxOwner)
	}
	if f.name == "" {
		return owner, nil
	}
	return f.name + ownerSeparator + owner, nil
}

// ref is own of a session.
func (f front) ref(ref orchestrator.Ref) (orchestrator.Ref, error) {
	owner, err := f.own(ref.Owner)
	return orchestrator.Ref{Owner: owner, ID: ref.ID}, err
}

// foreign turns an owner here into the front's own word for it; false for
// another front's.
func (f front) foreign(owner string) (string, bool) {
	if f.name == "" {
		return owner, !strings.Contains(owner, ownerSeparator)
	}
	return strings.CutPrefix(owner, f.name+ownerSeparator)
}

// execution is e in the front's words.
func (f front) execution(e orchestrator.Execution) orchestrator.Execution {
	e.Session.Owner, _ = f.foreign(e.Session.Owner)
	return e
}

// session is s in the front's words.
func (f front) session(s orchestrator.Session) orchestrator.Session {
	s.Ref.Owner, _ = f.foreign(s.Ref.Owner)
	return s
}

// sessions are those of the front among all.
func (f front) sessions(all []orchestrator.Session) []orchestrator.Session {
	var own []orchestrator.Session
	for _, s := range all {
		if _, is := f.foreign(s.Ref.Owner); is {
			own = append(own, f.session(s))
		}
	}
	return own
}
