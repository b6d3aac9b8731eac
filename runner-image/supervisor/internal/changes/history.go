package changes

import (
	"path"
	"strings"
)

const (
	// maxChanged bounds the paths remembered between two answers: 10,000 are
	// looked at in some 50 ms and take some 3 MB.
	maxChanged = 10000
	// maxMoving bounds the moves of which only the first half is known: the
	// second follows at once, unless it left the folders that are watched.
	maxMoving = 64
)

// history is what happened to paths since it began.
type history struct {
	places map[string]*place
	order  []string // the keys of places, in the order of their first event
	moving map[uint32]move
}

// move is the first half of one: where from, and the origin of what is moved.
type move struct{ name, origin string }

// place is a path, of which events told.
type place struct {
	// was says whether something was here at the beginning.
	was bool
	// origin is where that which is here now was at the beginning: this path
	// itself, another after a move, "" for what is new or not here any more.
	origin string
	folder bool // what was here is one
	marked bool // an event told of a change of what is here
	lost   bool // what was here was deleted, wherever it had gone
}

func newHistory() *history {
	return &history{places: map[string]*place{}, moving: map[uint32]move{}}
}

// at returns the place; made, if no event has told of it, as one where nothing
// was, or where something is that was there at the beginning or came with its
// folder. It is nil where there are too many.
func (h *history) at(name string, something bool) *place {
	if p := h.places[name]; p != nil {
		return p
	}
	if len(h.places) == maxChanged {
		return nil
	}
	p := &place{}
	if something {
		p.origin = h.unmoved(name)
		p.was = p.origin == name
	}
	h.places[name] = p
	h.order = append(h.order, name)
	return p
}

func (h *history) written(name string) bool {
	p := h.at(name, true)
	if p != nil {
		p.marked = true
	}
	return p != nil
}

func (h *history) created(name string) bool {
	p := h.at(name, false)
	if p != nil {
		p.origin, p.marked = "", true
	}
	return p != nil
}

func (h *history) deleted(name string, folder bool) bool {
	p := h.at(name, true)
	if p == nil {
		return false
	}
	if p.origin != "" {
		h.lose(p.origin)
	}
	p.origin, p.folder = "", p.folder || folder
	return true
}

// lose notes that what was at a path at the beginning is deleted.
func (h *history) lose(origin string) {
	if h.places[origin] == nil && len(h.places) < maxChanged {
		h.places[origin] = &place{was: true}
		h.order = append(h.order, origin)
	}
	if p := h.places[origin]; p != nil {
		p.lost = true
	}
}

func (h *history) movedFrom(name string, cookie uint32, folder bool) bool {
	p := h.at(name, true)
	if p == nil || len(h.moving) == maxMoving {
		return false
	}
	h.moving[cookie] = move{name, p.origin}
	p.origin, p.folder = "", p.folder || folder
	return true
}

// movedTo takes the second half of a move, and returns where from, "" if that is
// not known. Whether something was overwritten by it is not known either: then
// the place counts as one where nothing was.
func (h *history) movedTo(name string, cookie uint32) (from string, kept bool) {
	p := h.at(name, false)
	if p == nil {
		return "", false
	}
	m := h.moving[cookie]
	delete(h.moving, cookie)
	p.origin, p.marked = m.origin, true
	return m.name, true
}

// carry takes what is known of a folder's contents along with the folder.
func (h *history) carry(from, to string) bool {
	for _, name := range h.order {
		rest, inside := strings.CutPrefix(name, from+"/")
		if !inside {
			continue
		}
		q := h.at(to+"/"+rest, false)
		if q == nil {
			return false
		}
		p := h.places[name]
		q.origin, q.marked, p.origin = p.origin, p.marked, ""
	}
	return true
}

// found takes what lies in a folder that has just come or been made, of which no
// event has told: it came with the folder, or is new.
func (h *history) found(name string) bool {
	p := h.at(name, false)
	if p != nil {
		p.origin = h.unmoved(name)
		before := h.places[p.origin]
		p.marked = p.origin == "" || before != nil && before.marked
	}
	return p != nil
}

// unmoved is the origin of what no event has told of but those of the folders
// above it: "" where such a folder is new.
func (h *history) unmoved(name string) string {
	above, origin := h.above(name)
	switch {
	case above == "":
		return name
	case origin == "":
		return ""
	}
	before := origin + strings.TrimPrefix(name, above)
	if p := h.places[before]; p != nil && before != name {
		return p.origin
	}
	return before
}

// above is the nearest folder above name of which an event told, and its origin.
func (h *history) above(name string) (folder, origin string) {
	for folder = path.Dir(name); folder != "."; folder = path.Dir(folder) {
		if p := h.places[folder]; p != nil {
			return folder, p.origin
		}
	}
	return "", ""
}

// from is the origin of what is here now, if that is another path: of a folder's
// contents, only if it did not come with the folder.
func (h *history) from(name string) string {
	p := h.places[name]
	if p == nil || p.origin == name {
		return ""
	}
	if above, origin := h.above(name); origin != "" && p.origin == origin+strings.TrimPrefix(name, above) {
		return ""
	}
	return p.origin
}
