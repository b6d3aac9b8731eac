package lab

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// removeTime bounds the removal of a container by an engine that is busy.
const removeTime = 30 * time.Second

// lookAgain is how long a removal that is under way is left alone.
const lookAgain = 20 * time.Millisecond

// label marks containers that a benchmark started, with its process id.
const label = "power-interpreter.bench"

// Template is a sandbox's settings, taken from a running one: floors and peers
// are confined as sandboxes are, whatever that is by now.
type Template struct{ config, host map[string]any }

// Change is what a container has other than the template.
type Change struct {
	Image      string // the template's if empty
	User       string // the template's if empty
	Entrypoint []string
	Env        []string // beside the template's
	Folder     string   // mounted at /app/sandbox_data; nothing is if empty
	Stdin      bool     // it ends when its stdin does, and so with us
	NetworkSet bool     // the engine makes it a network of its own, with nothing but loopback, which sandboxes do without
}

func (t Template) with(c Change) map[string]any {
	body, host := maps.Clone(t.config), maps.Clone(t.host)
	delete(host, "Mounts")
	if c.Folder != "" {
		host["Mounts"] = []map[string]any{{"Type": "bind", "Source": c.Folder, "Target": "/app/sandbox_data"}}
	}
	host["AutoRemove"] = c.Stdin
	env, _ := body["Env"].([]any)
	for _, e := range c.Env {
		env = append(env, e)
	}
	if c.Image != "" {
		body["Image"] = c.Image
	}
	if c.User != "" {
		body["User"] = c.User
	}
	if c.NetworkSet {
		body["NetworkDisabled"] = false
	}
	delete(body, "Hostname")
	maps.Copy(body, map[string]any{
		"Env": env, "Entrypoint": c.Entrypoint, "Cmd": nil, "HostConfig": host,
		"Labels":      map[string]string{label: strconv.Itoa(os.Getpid())},
		"AttachStdin": c.Stdin, "OpenStdin": c.Stdin, "StdinOnce": c.Stdin,
	})
	return body
}

// Container is a running one. The caller removes it.
type Container struct {
	ID     string
	Pid    int           // of its first process, on the host
	Out    *bufio.Reader // what it writes to stdout, if attached
	in     net.Conn
	frames *unframed
	engine *Engine
}

// Start creates and starts a container, attached if it has a stdin.
func (e *Engine) Start(ctx context.Context, t Template, c Change) (_ *Container, err error) {
	var created struct{ ID string }
	if err := e.call(ctx, http.MethodPost, "/containers/create", t.with(c), &created); err != nil {
		return nil, err
	}
	k := &Container{ID: created.ID, engine: e}
	defer func() {
		if err != nil {
			_ = k.Remove()
		}
	}()
	if c.Stdin {
		if err := k.attach(ctx); err != nil {
			return nil, err
		}
	}
	return k, e.call(ctx, http.MethodPost, "/containers/"+k.ID+"/start", nil, nil)
}

// attach hijacks a connection, as the engine's interface has it.
func (k *Container) attach(ctx context.Context) error {
	conn, err := k.engine.dial(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(conn, "POST /containers/%s/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\nHost: engine\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n", k.ID)
	if err != nil {
		return err
	}
	raw := bufio.NewReaderSize(conn, 64<<10)
	response, err := http.ReadResponse(raw, nil)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusSwitchingProtocols && response.StatusCode != http.StatusOK {
		return fmt.Errorf("the engine: attach: %s", response.Status)
	}
	k.frames = &unframed{raw: raw}
	k.in, k.Out = conn, bufio.NewReaderSize(k.frames, 64<<10)
	return nil
}

// Ask writes a line and returns the next one that comes back.
func (k *Container) Ask(line string) (string, error) {
	if _, err := io.WriteString(k.in, line+"\n"); err != nil {
		return "", err
	}
	return k.Out.ReadString('\n')
}

// Remove removes it, and waits until it is gone. The engine may have begun to, as
// it does with one whose stdin has ended, and then refuses to begin again.
func (k *Container) Remove() error {
	if k.in != nil {
		_ = k.in.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), removeTime)
	defer cancel()
	err := k.engine.remove(ctx, k.ID)
	for err != nil {
		if _, gone := k.engine.inspect(ctx, k.ID); gone != nil {
			return nil
		}
		select {
		case <-time.After(lookAgain):
		case <-ctx.Done():
			return err
		}
	}
	return nil
}

// LastWords is the end of what it wrote to stderr.
func (k *Container) LastWords() string { return string(k.frames.diag) }

// Sweep removes what a benchmark left that could not end in order.
func (e *Engine) Sweep(ctx context.Context) error {
	ids, err := e.list(ctx, label)
	if err != nil {
		return err
	}
	for _, id := range ids {
		i, err := e.inspect(ctx, id)
		if err != nil {
			continue // it went away by itself
		}
		labels, _ := i.Config["Labels"].(map[string]any)
		owner, _ := labels[label].(string)
		if _, err := os.Stat("/proc/" + owner); err == nil {
			continue // another is under way
		}
		if err := e.remove(ctx, id); err != nil {
			return err
		}
	}
	return nil
}
