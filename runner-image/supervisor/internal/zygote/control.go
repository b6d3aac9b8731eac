package zygote

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"syscall"
	"time"
)

// maxLine bounds a line from the zygote, which needs less than 100 bytes.
const maxLine = 4 << 10

// Handler receives what the zygote says.
type Handler struct {
	Forked func(generation, pid int)
	Exited func(pid int, status syscall.WaitStatus)
	Pong   func(n int)
	Warm   func()
	Closed func()
}

type request struct {
	Kind       string `json:"kind"`
	Generation int    `json:"generation,omitempty"`
	N          int    `json:"n,omitempty"`
}

type answer struct {
	Kind       string `json:"kind"`
	Generation int    `json:"generation"`
	Pid        int    `json:"pid"`
	Status     uint32 `json:"status"`
	N          int    `json:"n"`
}

// Fork asks for a kernel and lends it its ends of the channel and the output
// pipe, which the caller closes afterwards. Handler.Forked follows.
func (z *Zygote) Fork(generation int, channel, output *os.File) error {
	rights := syscall.UnixRights(int(channel.Fd()), int(output.Fd()))
	return z.send(request{Kind: "fork", Generation: generation}, rights)
}

// Ping asks for a sign of life. Handler.Pong follows.
func (z *Zygote) Ping(n int) error { return z.send(request{Kind: "ping", N: n}, nil) }

// Close closes the control socket. It does not end the process.
func (z *Zygote) Close() error { return z.conn.Close() }

func (z *Zygote) send(r request, rights []byte) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := z.conn.SetWriteDeadline(time.Now().Add(sendWait)); err != nil {
		return err
	}
	_, _, err = z.conn.WriteMsgUnix(append(line, '\n'), rights, nil)
	return err
}

// listen drops what it does not understand. A line that is too long ends it:
// whoever writes that is no zygote any more.
func listen(conn *net.UnixConn, h Handler) {
	defer h.Closed()
	lines := bufio.NewScanner(conn)
	lines.Buffer(make([]byte, maxLine), maxLine)
	for lines.Scan() {
		var a answer
		if json.Unmarshal(lines.Bytes(), &a) != nil {
			continue
		}
		h.handle(a)
	}
}

func (h Handler) handle(a answer) {
	switch a.Kind {
	case "forked":
		h.Forked(a.Generation, a.Pid)
	case "exited":
		h.Exited(a.Pid, syscall.WaitStatus(a.Status))
	case "pong":
		h.Pong(a.N)
	case "warm":
		h.Warm()
	}
}
