package lab

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/websocket"
)

// maxMessage bounds a message of a kernel, in bytes.
const maxMessage = 64 << 20

// Kernel is one of a gateway, spoken to as its clients do: by a web socket
// with Jupyter's messages. The caller deletes it.
type Kernel struct {
	ID      string `json:"id"`
	gateway *Gateway
	socket  *websocket.Conn
	serial  int
}

// Shown is what a cell showed.
type Shown struct {
	Bytes   int    // of text on stdout
	Printed string // the last piece of that text
	Picture bool
	Text    string // of the last value
}

// Spawn starts a kernel, without a connection to it.
func (g *Gateway) Spawn(ctx context.Context) (*Kernel, error) {
	k := &Kernel{gateway: g}
	return k, g.ask(ctx, http.MethodPost, "/api/kernels", k)
}

// Prespawn starts a kernel and waits until it has answered, as those have that
// a gateway keeps ready.
func (g *Gateway) Prespawn(ctx context.Context) (*Kernel, error) {
	k, err := g.Spawn(ctx)
	if err != nil {
		return nil, err
	}
	if err := k.Connect(ctx); err != nil {
		return nil, err
	}
	_, err = k.Run("pass")
	return k, err
}

// Connect opens the web socket, anew if there is one.
func (k *Kernel) Connect(ctx context.Context) error {
	k.hangUp()
	d := websocket.Dialer{
		NetDialContext:   func(context.Context, string, string) (net.Conn, error) { return k.gateway.dial() },
		HandshakeTimeout: gatewayPatience, ReadBufferSize: 64 << 10,
	}
	socket, response, err := d.DialContext(ctx, "ws://127.0.0.1:"+gatewayPort+"/api/kernels/"+k.ID+"/channels", nil)
	if err != nil {
		return fmt.Errorf("the gateway: %w", err)
	}
	_ = response.Body.Close()
	socket.SetReadLimit(maxMessage)
	k.socket = socket
	return nil
}

func (k *Kernel) hangUp() {
	if k.socket != nil {
		_ = k.socket.Close()
		k.socket = nil
	}
}

// Delete ends the kernel.
func (k *Kernel) Delete(ctx context.Context) error {
	k.hangUp()
	return k.gateway.ask(ctx, http.MethodDelete, "/api/kernels/"+k.ID, nil)
}

// Restart is the gateway's own restart of a kernel.
func (k *Kernel) Restart(ctx context.Context) error {
	return k.gateway.ask(ctx, http.MethodPost, "/api/kernels/"+k.ID+"/restart", nil)
}

// Interrupt interrupts what runs.
func (k *Kernel) Interrupt(ctx context.Context) error {
	return k.gateway.ask(ctx, http.MethodPost, "/api/kernels/"+k.ID+"/interrupt", nil)
}

type message struct {
	Channel string            `json:"channel"`
	Header  map[string]string `json:"header"`
	Parent  map[string]string `json:"parent_header"`
	Meta    map[string]any    `json:"metadata"`
	Content map[string]any    `json:"content"`
}

// Send sends a cell and returns the id of its message.
func (k *Kernel) Send(code string) (string, error) {
	k.serial++
	id := k.ID + "-" + strconv.Itoa(k.serial)
	return id, k.socket.WriteJSON(message{
		Channel: "shell",
		Header:  map[string]string{"msg_id": id, "msg_type": "execute_request", "session": k.ID, "username": "", "version": "5.3"},
		Parent:  map[string]string{}, Meta: map[string]any{},
		Content: map[string]any{
			"code": code, "silent": false, "store_history": true, "user_expressions": map[string]any{},
			"allow_stdin": false, "stop_on_error": false,
		},
	})
}

// Run runs a cell to its end: the reply, and the kernel idle again.
func (k *Kernel) Run(code string) (Shown, error) {
	id, err := k.Send(code)
	if err != nil {
		return Shown{}, err
	}
	return k.Finish(id)
}

// Finish reads on until the cell of that message has ended. An error that code
// raised is one here, but for a KeyboardInterrupt.
func (k *Kernel) Finish(id string) (Shown, error) {
	var shown Shown
	replied, idle := false, false
	for !replied || !idle {
		m, err := k.next()
		if err != nil {
			return shown, err
		}
		if m.Parent["msg_id"] != id {
			continue
		}
		switch m.Header["msg_type"] {
		case "execute_reply":
			replied = true
			if name := m.Content["ename"]; m.Content["status"] == "error" && name != "KeyboardInterrupt" {
				return shown, fmt.Errorf("the gateway's kernel: %v: %v", name, m.Content["evalue"])
			}
		case "status":
			idle = m.Content["execution_state"] == "idle"
		default:
			shown.add(m)
		}
	}
	return shown, nil
}

// Await reads on until the kernel says that it is in a state.
func (k *Kernel) Await(state string) error {
	for {
		m, err := k.next()
		if err != nil {
			return err
		}
		if m.Header["msg_type"] == "status" && m.Content["execution_state"] == state {
			return nil
		}
	}
}

func (k *Kernel) next() (message, error) {
	var m message
	if err := k.socket.SetReadDeadline(time.Now().Add(gatewayPatience)); err != nil {
		return m, err
	}
	return m, k.socket.ReadJSON(&m)
}

func (s *Shown) add(m message) {
	switch m.Header["msg_type"] {
	case "stream":
		text, _ := m.Content["text"].(string)
		s.Bytes += len(text)
		s.Printed = text
	case "execute_result", "display_data":
		data, _ := m.Content["data"].(map[string]any)
		if _, picture := data["image/png"]; picture {
			s.Picture = true
		}
		if text, is := data["text/plain"].(string); is {
			s.Text = text
		}
	}
}
