package storm

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"power-interpreter/internal/chaos/ledger"
)

// worker is one session's client. It sends one call after another, so that it
// knows in which order they must run.
type worker struct {
	*ledger.Book
	session string
	server  *Server
	wire    *wire
	random  *rand.Rand
	log     *Log
	trouble func() bool // the suite keeps the server from serving just now
	files   int
	calls   int
	refusal time.Duration // the slowest
}

// run works until ctx ends, which is looked at between calls.
func (w *worker) run(ctx context.Context) {
	for ctx.Err() == nil && w.server.Up(ctx) {
		if len(w.Open()) > maxOpen {
			w.settle(ctx)
			continue
		}
		w.act()
	}
}

// maxOpen bounds a session's jobs under way: beyond, the next read would be far.
const maxOpen = 8

// refusedPause keeps a client from asking a thousand times a second.
const refusedPause = 20 * time.Millisecond

// act does something, by chance.
func (w *worker) act() {
	acts := []struct {
		weight int
		do     func()
	}{
		{30, func() { w.cell(sleep(0)) }},
		{12, func() { w.cell(sleep(w.random.Float64() / 4)) }},
		{25, func() { w.submit(sleep(w.random.Float64() / 2)) }},
		{12, w.look},
		{6, w.upload},
		{4, w.cancel},
		{4, w.vanish},
		{3, func() { w.cell(sleep(1.5)) }}, // beyond the server's patience
		{2, w.reset},
		{2, w.delete},
	}
	at := w.random.IntN(100) // the sum of the weights
	for _, a := range acts {
		if at -= a.weight; at < 0 {
			a.do()
			return
		}
	}
}

// ask calls a tool. It reports false when no answer came because the server ended.
func (w *worker) ask(ctx context.Context, tool string, args map[string]any) (answer, bool) {
	kills := w.server.Kills()
	if !w.server.Up(ctx) {
		return answer{}, false
	}
	began := time.Now()
	w.calls++
	a, err := w.wire.call(ctx, tool, args)
	w.log.Note("%s %s %v: %d ms failed=%t %s %v %v", w.session, tool, args["job_id"], time.Since(began).Milliseconds(), a.failed, a.record.Status, a.notices, err)
	if err != nil {
		if w.server.Kills() == kills && ctx.Err() == nil {
			w.Fault("%s got no answer from a server that lives: %v", tool, err)
		}
		w.Unanswered()
		return answer{}, false
	}
	w.hear(a)
	if code := a.code(); code == "unavailable" || code == "busy" {
		w.refusal = max(w.refusal, time.Since(began))
	}
	return a, true
}

// hear takes the notices of a reply in.
func (w *worker) hear(a answer) {
	for _, n := range a.notices {
		w.Hear(n)
		if strings.Contains(n, "job ") {
			for _, id := range jobID.FindAllString(n, -1) {
				w.Named(id, strings.Contains(n, "cannot be known"))
			}
		}
	}
}

func (w *worker) of(more ...any) map[string]any {
	args := map[string]any{"session_id": w.session}
	for i := 0; i < len(more); i += 2 {
		args[more[i].(string)] = more[i+1]
	}
	return args
}

// cell runs code and holds what it shows against the book.
func (w *worker) cell(preparation string) {
	mark := w.Mark()
	a, answered := w.ask(context.Background(), "execute_code", w.of("code", program(mark, preparation)))
	if !answered {
		return
	}
	l, found := read(a.text)
	switch code := a.code(); {
	case a.record.Status == "completed" && found && l.Mark == mark:
		w.See(a.record.ID, mark, l.Memory, l.File)
	case !a.failed && a.record.JobID != "":
		w.Submitted(a.record.JobID, mark)
	case code == "unavailable" || code == "busy":
		w.Settle(mark, ledger.Never)
		w.refused("execute_code", a)
	case w.Hear(a.text):
	default:
		w.refused("execute_code", a)
	}
}

// refused records a call that failed; it may only while the suite is the cause.
func (w *worker) refused(tool string, a answer) {
	if w.trouble() {
		w.Refused()
		time.Sleep(refusedPause)
		return
	}
	w.Fault("%s was refused without a cause: %.500s", tool, a.text)
}

func (w *worker) submit(preparation string) {
	mark := w.Mark()
	a, answered := w.ask(context.Background(), "submit_job", w.of("code", program(mark, preparation)))
	if !answered {
		return
	}
	if id, _ := a.structured["job_id"].(string); id != "" {
		w.Submitted(id, mark)
		return
	}
	w.refused("submit_job", a)
}

// look asks for the reply of a job under way, or does nothing.
func (w *worker) look() {
	if open := w.Open(); len(open) > 0 {
		w.result(open[w.random.IntN(len(open))])
	}
}

// result asks for a job's reply and reports whether it has ended.
func (w *worker) result(id string) bool {
	a, answered := w.ask(context.Background(), "get_job_result", map[string]any{"job_id": id})
	if !answered {
		return false
	}
	switch status := a.record.Status; {
	case a.code() == "not_found":
		w.Missing(id)
	case status == "":
		w.refused("get_job_result", a)
		return false
	case status == "queued" || status == "running":
		return false
	default:
		l, _ := read(a.text)
		w.Ended(id, status, l.Mark, a.text)
	}
	return true
}

func (w *worker) cancel() {
	open := w.Open()
	if len(open) == 0 {
		return
	}
	id := open[w.random.IntN(len(open))]
	w.Cancelling(id)
	w.ask(context.Background(), "cancel_job", map[string]any{"job_id": id})
}

func (w *worker) upload() {
	w.files++
	name, size := fmt.Sprintf("f%d.bin", w.files), w.random.IntN(4000)
	if stored, _ := w.put(name, size); stored {
		w.Put(name, int64(size))
	}
	w.list()
}

func (w *worker) put(name string, size int) (stored, answered bool) {
	content := base64.StdEncoding.EncodeToString(make([]byte, size))
	a, answered := w.ask(context.Background(), "upload_file", w.of("filename", name, "content_base64", content))
	if answered && a.failed {
		w.refused("upload_file", a)
	}
	return answered && !a.failed, answered
}

func (w *worker) list() {
	a, answered := w.ask(context.Background(), "list_files", w.of())
	if !answered {
		return
	}
	if a.failed {
		w.refused("list_files", a)
		return
	}
	sizes := map[string]int64{}
	files, _ := a.structured["files"].([]any)
	for _, f := range files {
		if f, isFile := f.(map[string]any); isFile {
			path, _ := f["path"].(string)
			size, _ := f["size"].(float64)
			sizes[path[strings.LastIndexByte(path, '/')+1:]] = int64(size)
		}
	}
	w.Listed(sizes)
}

// vanish leaves in the middle of a call, as a client that crashed. Its code
// ends only when that is surely over.
func (w *worker) vanish() {
	w.files++
	name := fmt.Sprintf("go%d", w.files)
	ctx, leave := context.WithTimeout(context.Background(), time.Duration(50+w.random.IntN(150))*time.Millisecond)
	w.ask(ctx, "execute_code", w.of("code", program(w.Mark(), gate(name))))
	leave()
	for {
		if _, answered := w.put(name, 1); answered {
			return
		}
	}
}

// reset and delete are asked for until they are answered: what came of one
// that was not cannot be known.
func (w *worker) reset() {
	for {
		if a, answered := w.ask(context.Background(), "reset_session", w.of()); answered {
			if a.failed {
				w.refused("reset_session", a)
			} else {
				w.Reset()
			}
			return
		}
	}
}

func (w *worker) delete() {
	for first := true; ; first = false {
		a, answered := w.ask(context.Background(), "delete_session", w.of())
		switch {
		case !answered:
			continue
		case !a.failed:
			w.Deleted()
		case a.code() == "not_found":
			if first && w.IsUsed() {
				w.Fault("the session had vanished: %s", a.text)
			}
			w.Deleted()
		default:
			w.refused("delete_session", a)
		}
		return
	}
}

// settle waits for the jobs under way to end, and reads.
func (w *worker) settle(ctx context.Context) {
	for _, id := range w.Open() {
		for !w.result(id) {
			select {
			case <-ctx.Done():
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
	w.cell(sleep(0))
}
