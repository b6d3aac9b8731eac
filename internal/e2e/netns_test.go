//go:build e2e

package e2e

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// netns is a network namespace with a cable (veth) to this one.
type netns struct {
	name      string
	near, far string // the addresses of its two ends
	link      string
	file      *os.File
	own       *os.File // this namespace

	mu     sync.Mutex
	relays []net.Listener
}

// newNetns makes one; it needs root and ip (iproute2). Where it cannot, the front
// is in this namespace too, and it says so.
func newNetns() (*netns, error) {
	n, err := makeNetns()
	if err != nil {
		fmt.Fprintln(os.Stderr, "no network namespace can be made here, so front and executor are in one:", err)
		return &netns{near: "127.0.0.1"}, nil
	}
	return n, nil
}

func makeNetns() (*netns, error) {
	id := os.Getpid()
	n := &netns{
		name: fmt.Sprintf("power-interpreter-e2e-%d", id), link: fmt.Sprintf("pie%d", id%1_000_000),
		near: fmt.Sprintf("10.213.%d.%d", id>>6%256, id%64*4+1), far: fmt.Sprintf("10.213.%d.%d", id>>6%256, id%64*4+2),
	}
	for _, line := range []string{
		"netns add " + n.name,
		"link add " + n.link + " type veth peer name " + n.link + "f netns " + n.name,
		"addr add " + n.near + "/30 dev " + n.link,
		"link set " + n.link + " up",
		"-n " + n.name + " addr add " + n.far + "/30 dev " + n.link + "f",
		"-n " + n.name + " link set " + n.link + "f up",
		"-n " + n.name + " link set lo up",
	} {
		if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
			n.close()
			return nil, fmt.Errorf("ip %s: %v: %s", line, err, out)
		}
	}
	var err error
	if n.file, err = os.Open("/var/run/netns/" + n.name); err == nil {
		n.own, err = os.Open("/proc/self/ns/net")
	}
	return n, err
}

func (n *netns) close() {
	if n.name == "" {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, l := range n.relays {
		l.Close()
	}
	exec.Command("ip", "link", "del", n.link).Run()
	exec.Command("ip", "netns", "del", n.name).Run()
}

// cut takes the cable out without a word to either end; mend puts it back.
func (n *netns) cut() error  { return exec.Command("ip", "link", "set", n.link, "down").Run() }
func (n *netns) mend() error { return exec.Command("ip", "link", "set", n.link, "up").Run() }

// reach lends a server that listens on loopback there an address on loopback here.
func (n *netns) reach(there string) (here string, err error) {
	if n.name == "" {
		return there, nil
	}
	u, err := url.Parse(there)
	if err != nil {
		return "", err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	n.mu.Lock()
	n.relays = append(n.relays, l)
	n.mu.Unlock()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go n.relay(conn, u.Host)
		}
	}()
	return "http://" + l.Addr().String(), nil
}

// relay copies both ways until one end closes. A server that closes early lingers,
// so that its client can read why: so does this.
func (n *netns) relay(near net.Conn, address string) {
	defer near.Close()
	far, err := n.dial(address)
	if err != nil {
		return
	}
	defer far.Close()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		io.Copy(far, near)
		far.Close()
		io.Copy(io.Discard, near)
	}()
	io.Copy(near, far)
	near.(*net.TCPConn).CloseWrite()
	near.SetReadDeadline(time.Now().Add(time.Second))
	<-sent
}

// dial connects from within the namespace: a socket stays where it was made.
func (n *netns) dial(address string) (net.Conn, error) {
	runtime.LockOSThread()
	if err := unix.Setns(int(n.file.Fd()), unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		return nil, err
	}
	conn, err := net.Dial("tcp", address)
	if back := unix.Setns(int(n.own.Fd()), unix.CLONE_NEWNET); back != nil {
		panic(back) // the thread is of no more use
	}
	runtime.UnlockOSThread()
	return conn, err
}
