package core

import (
	"path"
	"strings"
	"time"

	"power-interpreter/internal/wire"
	"power-interpreter/runner-image/supervisor/internal/changes"
	"power-interpreter/runner-image/supervisor/internal/output"
)

// proceeds are what the supervisor itself knows of an execution at its end.
type proceeds struct {
	sum   output.Sum
	files changes.Report
}

// result takes the kernel's own. It goes on only after all that was written
// before it: conclude sees to that.
func (c *Core) result(k *kernel, f wire.Frame) {
	r := c.run
	if r == nil || !r.handed || r.answered || f.ID != r.id {
		return
	}
	took := time.Since(r.started)
	result := checked(f)
	result.DurationMS = float64(took.Microseconds()) / 1000
	result.Generation = k.generation
	r.answered = true
	r.stopTimers()
	switch r.reason {
	case "":
	case outgrown:
		result = c.overDisk(r, result)
		c.ping(k, r)
	default:
		result.Status = r.reason
		c.ping(k, r)
	}
	c.conclude(k, r, func(p proceeds) {
		result = c.judged(r, result)
		result.Hits = c.hits(result, p.sum.DiskFull, took)
		c.end(r, result, p)
		k.waits = true
		c.dispatch()
	})
}

// checked believes of a kernel's result only what a kernel may say.
func checked(f wire.Frame) wire.Result {
	result, err := wire.Decode[wire.Result](f)
	if err != nil || (result.Status != wire.StatusOK && result.Status != wire.StatusError) {
		return broken("the kernel's answer is malformed")
	}
	if len(result.Data) > wire.MaxData {
		return broken("the operation's answer is too large")
	}
	result.Death = nil
	result.MoreCharts = max(result.MoreCharts, 0)
	return result
}

func broken(message string) wire.Result {
	return wire.Result{Status: wire.StatusError, Error: &wire.Failure{Name: "bad_answer", Message: message}}
}

// display passes a chart of the running execution on.
func (c *Core) display(f wire.Frame) {
	r := c.run
	if r == nil || !r.handed || r.answered || f.ID != r.id {
		return
	}
	body, err := wire.Decode[wire.Display](f)
	if err != nil {
		return
	}
	if r.charts++; r.charts > wire.MaxCharts {
		r.moreCharts++
		return
	}
	if len(body.PNG) > wire.MaxImage {
		body.PNG = nil
	}
	c.tell(wire.KindDisplay, r.id, body)
}

// conclude drains what the kernel wrote, looks up the files changed by r, nil
// for no run, and calls then on the core's goroutine. Several conclusions come
// in the order they were asked for.
func (c *Core) conclude(k *kernel, r *run, then func(proceeds)) {
	skip, reckon := func(string) bool { return true }, func() {}
	if r != nil {
		c.scale.ran = time.Now()
		skip, reckon = ownFiles(r.id), c.reckoning()
	}
	k.out.Finish(func(sum output.Sum) {
		c.changes.Collect(skip, func(files changes.Report) {
			reckon()
			c.post(func() { then(proceeds{sum: sum, files: files}) })
		})
	})
}

// ownFiles names the files that are reported by themselves, as charts and as
// the whole output, and Python's cache of compiled modules.
func ownFiles(id string) func(name string) bool {
	whole := "outputs/" + id + "."
	return func(name string) bool {
		return strings.HasPrefix(name, whole) || isChart(name, id) || isCache(name) || isCache(path.Dir(name))
	}
}

func isCache(folder string) bool { return path.Base(folder) == "__pycache__" }

// isChart knows charts/{id}-{n}.png.
func isChart(name, id string) bool {
	n, ok := strings.CutPrefix(name, "charts/"+id+"-")
	if !ok {
		return false
	}
	n, ok = strings.CutSuffix(n, ".png")
	return ok && n != "" && strings.Trim(n, "0123456789") == ""
}

// end sends a run's one result.
func (c *Core) end(r *run, result wire.Result, p proceeds) {
	r.stopTimers()
	c.run = nil
	c.settleDisk()
	result.Output = p.sum.OutputSum
	result.Files, result.MoreFiles = p.files.Files, p.files.More
	result.Deleted, result.MoreDeleted = p.files.Deleted, p.files.MoreDeleted
	result.FilesUnsure = p.files.Unsure
	result.MoreCharts += r.moreCharts
	if result.Generation == 0 {
		result.Generation = c.generation
	}
	if c.tell(wire.KindResult, r.id, result) {
		return
	}
	short := broken("the result is too large to be sent")
	short.DurationMS, short.Generation = result.DurationMS, result.Generation
	c.tell(wire.KindResult, r.id, short)
}
