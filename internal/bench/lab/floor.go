package lab

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"time"
)

// floorCode is what runs in a floor's container.
//
//go:embed floor.py
var floorCode string

// python starts a floor without what a cell would not have either.
var python = []string{"python3", "-c", floorCode}

// Floor runs work in process: a container with Python and nothing of ours.
// The caller removes it.
type Floor struct{ *Container }

// StartFloor starts Python with the library stack imported and an IPython
// shell; a bare one has no shell, and only takes memory.
func (e *Engine) StartFloor(ctx context.Context, t Template, bare bool) (*Floor, error) {
	command := python
	if bare {
		command = append(command[:len(command):len(command)], "bare")
	}
	c, err := e.Start(ctx, t, Change{Entrypoint: command, Stdin: true, Env: threads(t)})
	if err != nil {
		return nil, err
	}
	f := &Floor{c}
	if _, err := f.Do("ready", nil); err != nil {
		_ = c.Remove()
		return nil, err
	}
	return f, nil
}

// threads gives thread pools the cores that a sandbox gives them.
func threads(Template) []string {
	return []string{"OMP_NUM_THREADS=2", "OPENBLAS_NUM_THREADS=2", "HOME=/tmp", "MPLCONFIGDIR=/tmp/matplotlib", "IPYTHONDIR=/tmp/ipython"}
}

// Do does an operation of floor.py and returns its figures.
func (f *Floor) Do(op string, arguments map[string]any) ([]float64, error) {
	request := map[string]any{"op": op}
	maps.Copy(request, arguments)
	line, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	said, err := f.Ask(string(line))
	if err != nil {
		return nil, fmt.Errorf("the floor: %s: %w: %s", op, err, f.LastWords())
	}
	var answer struct {
		Figures []float64
		Error   string
	}
	if err := json.Unmarshal([]byte(said), &answer); err != nil {
		return nil, fmt.Errorf("the floor: %s: %w", op, err)
	}
	if answer.Error != "" {
		return nil, fmt.Errorf("the floor: %s: %s", op, answer.Error)
	}
	return answer.Figures, nil
}

// StartEcho starts a container that gives back each line: the round trip of an
// attachment, with nothing behind it.
func (e *Engine) StartEcho(ctx context.Context, t Template) (*Container, error) {
	return e.Start(ctx, t, Change{Entrypoint: []string{"cat"}, Stdin: true})
}

// BarePython times a container from its creation to the answer of a Python
// that imports nothing, with or without the engine's set-up of a network.
func (e *Engine) BarePython(ctx context.Context, t Template, network bool) (time.Duration, error) {
	began := time.Now()
	c, err := e.Start(ctx, t, Change{Entrypoint: []string{"python3", "-c", "print(1+1)"}, Stdin: true, NetworkSet: network})
	if err != nil {
		return 0, err
	}
	said, err := c.Out.ReadString('\n')
	took := time.Since(began)
	if err == nil && said != "2\n" {
		err = fmt.Errorf("a bare Python said %q", said)
	}
	if removed := c.Remove(); err == nil {
		err = removed
	}
	return took, err
}
