package changes

import (
	"bytes"
	"encoding/binary"
	"path"
	"syscall"
)

// watched are the events asked for. IN_MODIFY alone tells of a write to a file
// that stays open; IN_ATTRIB would tell of no change of content.
const watched = syscall.IN_CREATE | syscall.IN_MODIFY | syscall.IN_CLOSE_WRITE | syscall.IN_MOVED_TO |
	syscall.IN_ONLYDIR | syscall.IN_DONT_FOLLOW | syscall.IN_EXCL_UNLINK

// maxChanged bounds the paths remembered between two answers.
const maxChanged = 4000

// event is struct inotify_event of inotify(7) with its name.
type event struct {
	watch int32
	mask  uint32
	name  string
}

// handle takes the events of one read.
func (w *Watcher) handle(p []byte) {
	for len(p) >= syscall.SizeofInotifyEvent {
		size := syscall.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(p[12:]))
		if size > len(p) {
			return // never: the kernel gives whole events
		}
		name, _, _ := bytes.Cut(p[syscall.SizeofInotifyEvent:size], []byte{0})
		w.take(event{
			watch: int32(binary.NativeEndian.Uint32(p)),
			mask:  binary.NativeEndian.Uint32(p[4:]),
			name:  string(name),
		})
		p = p[size:]
	}
}

func (w *Watcher) take(e event) {
	folder, known := w.folders[e.watch]
	switch {
	case e.mask&syscall.IN_Q_OVERFLOW != 0:
		w.missed = true
	case e.mask&syscall.IN_IGNORED != 0:
		delete(w.folders, e.watch)
	case !known || e.name == "":
	case e.mask&syscall.IN_ISDIR == 0:
		w.touch(path.Join(folder, e.name))
	case e.mask&(syscall.IN_CREATE|syscall.IN_MOVED_TO) != 0:
		w.adopt(path.Join(folder, e.name))
	}
}

func (w *Watcher) touch(file string) {
	switch {
	case w.known[file]:
	case len(w.changed) == maxChanged:
		w.missed = true
	default:
		w.known[file] = true
		w.changed = append(w.changed, file)
	}
}
