// Package changes knows which files of the session's folder were written,
// renamed and deleted, without walking it: inotify tells.
package changes

import (
	"context"
	"os"
	"syscall"
	"time"

	"power-interpreter/runner-image/supervisor/internal/loop"
)

const (
	// readBytes holds hundreds of events.
	readBytes = 64 << 10
	// rest is the least time between two reads that nobody asked for: the
	// kernel merges events of one file meanwhile, and its queue of 16384 does
	// not fill so soon.
	rest = 10 * time.Millisecond
	// maxReads bounds what is taken before an answer: a full queue.
	maxReads = 64
)

// Watcher follows one folder. Its methods may be called by any goroutine;
// what it keeps belongs to its own.
type Watcher struct {
	loop *loop.Loop
	buf  []byte
	root *os.Root

	folders map[int32]string // by watch, relative to the root, "." for itself
	seen    *history         // since the last Begin or Collect
	began   moment           // of the last Begin
	scan    context.CancelFunc
	scanned time.Time // when every folder was watched at last, zero for not

	blind   bool // there is no inotify
	crowded bool // there are more folders than can be watched
	missed  bool // events were lost since the last answer
	stray   bool // a folder that was made since then may be watched by nobody
	closed  bool
}

// New takes an inotify instance, before any other code of this uid can use
// them up. The goroutine that it starts lives until Close. Where there is no
// inotify, every answer is found by a walk.
func New() (*Watcher, error) {
	fd, err := syscall.InotifyInit1(syscall.IN_CLOEXEC)
	blind := err != nil
	if blind {
		fd, err = silence()
	}
	if err != nil {
		return nil, err
	}
	l, err := loop.New(fd, "inotify")
	if err != nil {
		return nil, err
	}
	w := &Watcher{loop: l, buf: make([]byte, readBytes), blind: blind, scan: func() {}}
	w.folders, w.seen = map[int32]string{}, newHistory()
	go w.run()
	return w, nil
}

// silence returns a descriptor that never has anything to read.
func silence() (int, error) {
	var pair [2]int
	err := syscall.Pipe2(pair[:], syscall.O_CLOEXEC)
	return pair[0], os.NewSyscallError("pipe2", err)
}

// Follow begins to watch the folder that root is open on. Its sub-folders are
// found in the background. It is called once, and root stays the caller's.
func (w *Watcher) Follow(root *os.Root) {
	w.loop.Ask(func() {
		w.root = root
		w.watch(".")
		w.rescan()
	})
}

// Begin forgets what has happened so far, and then calls then on the watcher's
// goroutine.
func (w *Watcher) Begin(then func()) {
	w.loop.Ask(func() {
		w.drain()
		w.forget()
		w.began = now()
		then()
	})
}

// Collect calls then, on the watcher's goroutine, with what has happened since
// the last Begin, but for the paths that skip names. Where folders are not
// watched (there are too many, or they are still being searched for), what was
// written in them is found by a walk, and what was deleted in them is not known.
func (w *Watcher) Collect(skip func(path string) bool, then func(Report)) {
	w.loop.Ask(func() {
		if w.root == nil {
			then(Report{})
			return
		}
		w.drain()
		found := collection{root: w.root, seen: w.seen, began: w.began, skip: skip}
		found.Unsure = w.missed
		found.check()
		if w.blind || w.crowded || w.missed || w.scanned.IsZero() || w.began.clock.Before(w.scanned) {
			found.walk()
		}
		w.forget()
		then(found.Report)
	})
}

// Close ends the watcher.
func (w *Watcher) Close() { w.loop.Ask(func() { w.closed = true }) }

func (w *Watcher) run() {
	for !w.closed {
		n, err := w.loop.Next(w.buf, time.Time{})
		if err != nil {
			w.blind = true
			w.loop.NextAsk()
			continue
		}
		if n > 0 {
			w.handle(w.buf[:n])
			w.loop.Pause(rest)
		}
	}
	w.scan()
	_ = w.loop.Close()
}

// drain takes the events that are queued: inotify queues an event before the
// system call that caused it returns.
func (w *Watcher) drain() {
	for range maxReads {
		n, err := w.loop.ReadNow(w.buf)
		if n == 0 || err != nil {
			return
		}
		w.handle(w.buf[:n])
	}
	w.missed = true
}

func (w *Watcher) forget() {
	if len(w.seen.order) > 0 {
		w.seen = newHistory()
	}
	if w.missed {
		w.rescan() // a folder made meanwhile may be watched by nobody
	}
	w.missed, w.stray = false, false
}
