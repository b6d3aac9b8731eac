package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

const (
	gatewayPort = "8888"
	// gatewayPatience bounds its start, and a wait for one of its kernels.
	gatewayPatience = time.Minute
	// gatewayPoll is how often a starting one is tried; it adds half of that to
	// a start.
	gatewayPoll = 5 * time.Millisecond
	gatewayUID  = 69999 // below the sandboxes'
)

// Gateway is a Jupyter Kernel Gateway in a container like a sandbox's, reached
// on its own loopback: no bridge and no proxy lie between. The caller closes it.
type Gateway struct {
	NoDelay   bool
	container *Container
	folder    string
	http      *http.Client
}

// StartGateway starts one and waits until it answers.
func (e *Engine) StartGateway(ctx context.Context, t Template, image string, noDelay bool) (_ *Gateway, err error) {
	g := &Gateway{NoDelay: noDelay}
	if g.folder, err = os.MkdirTemp("", "power-interpreter-bench-gateway-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.Close())
		}
	}()
	if err := os.Chown(g.folder, gatewayUID, gatewayUID); err != nil {
		return nil, err
	}
	change := Change{Image: image, User: fmt.Sprintf("%d:%d", gatewayUID, gatewayUID), Folder: g.folder, Entrypoint: []string{
		"python3", "-m", "kernel_gateway", "--config=/opt/gateway/config.py", "--KernelGatewayApp.port=" + gatewayPort,
	}}
	if noDelay {
		change.Env = []string{"GATEWAY_NODELAY=1"}
	}
	if g.container, err = e.Start(ctx, t, change); err != nil {
		return nil, err
	}
	i, err := e.inspect(ctx, g.container.ID)
	if err != nil {
		return nil, err
	}
	g.container.Pid = i.State.Pid
	g.http = &http.Client{Transport: &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) { return g.dial() },
	}}
	return g, g.await(ctx)
}

// await waits until it answers.
func (g *Gateway) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, gatewayPatience, errors.New("the gateway did not answer"))
	defer cancel()
	for {
		err := g.ask(ctx, http.MethodGet, "/api", nil)
		if err == nil {
			return nil
		}
		select {
		case <-time.After(gatewayPoll):
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		}
	}
}

// dial connects from within the container's network. A thread that has entered
// it is no use for anything else, and ends with its goroutine.
func (g *Gateway) dial() (net.Conn, error) {
	type dialed struct {
		conn net.Conn
		err  error
	}
	done := make(chan dialed)
	go func() {
		runtime.LockOSThread()
		conn, err := dialIn("/proc/" + strconv.Itoa(g.container.Pid) + "/ns/net")
		done <- dialed{conn, err}
	}()
	d := <-done
	return d.conn, d.err
}

func dialIn(namespace string) (net.Conn, error) {
	f, err := os.Open(namespace)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, err
	}
	return net.Dial("tcp", "127.0.0.1:"+gatewayPort)
}

// ask asks its HTTP interface; the answer is decoded into out if not nil.
func (g *Gateway) ask(ctx context.Context, method, path string, out any) error {
	request, err := http.NewRequestWithContext(ctx, method, "http://127.0.0.1:"+gatewayPort+path, bytes.NewReader([]byte("{}")))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := g.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return err
	}
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("the gateway: %s %s: %s: %.200s", method, path, response.Status, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// Memory is what its container takes, in bytes.
func (g *Gateway) Memory(ctx context.Context) (float64, error) {
	return g.container.engine.Memory(ctx, g.container.ID)
}

// Close removes the container and its folder.
func (g *Gateway) Close() error {
	if g.http != nil {
		g.http.CloseIdleConnections()
	}
	var err error
	if g.container != nil {
		err = g.container.Remove()
	}
	return errors.Join(err, os.RemoveAll(g.folder))
}
