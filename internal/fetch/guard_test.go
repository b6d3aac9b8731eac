package fetch_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"power-interpreter/internal/fetch"
)

// secret is a server that nobody may reach; it counts who did.
func secret(t *testing.T) (url string, visits *atomic.Int64) {
	t.Helper()
	visits = new(atomic.Int64)
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		visits.Add(1)
		file("text/csv", "secret")(w, r)
	}), visits
}

func TestLoopbackIsRefusedUnlessAllowed(t *testing.T) {
	url, visits := secret(t)
	_, _, err := get(t, fetch.Config{}, url+"/x.csv", "")
	wantWords(t, wantCode(t, err, fetch.PrivateAddress), "loopback", "FETCH_ALLOW_PRIVATE", "upload_file")
	if visits.Load() != 0 {
		t.Error("the server was reached")
	}
	_, body, err := get(t, fetch.Config{AllowPrivate: loopback}, url+"/x.csv", "")
	if err != nil || body != "secret" {
		t.Errorf("with loopback allowed: %q, %v", body, err)
	}
}

func TestDisguisedAddressesDoNotGetThrough(t *testing.T) {
	url, visits := secret(t)
	for _, host := range []string{
		"127.1", "127.0.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001", "0177.0.0.1", "127.0.0.01", "0", "0x7f.0.0.0x1",
		"127.0.0.1.", "127.0.0.1..", "localhost", "localhost.", "LOCALHOST", "foo.localhost",
		"[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::127.0.0.1]", "[::]", "0.0.0.0",
		"[::1%25lo]", "[fe80::1%25lo]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]",
		"１２７.0.0.1", "127。0。0。1", "①②⑦.⓪.⓪.①", "%31%32%37.0.0.1", "ⓛocalhost",
		".", "..", "a..b", "127.0.0.1%00.example.org", "exa mple.org", "[127.0.0.1]", "[::1].example.org",
	} {
		_, body, err := get(t, fetch.Config{}, at(host, url), "")
		if err == nil || body != "" {
			t.Errorf("%s gets %q", host, body)
		}
		if visits.Load() != 0 {
			t.Fatalf("%s reaches the server", host)
		}
	}
}

func TestANameThatLeadsInsideIsRefused(t *testing.T) {
	url, visits := secret(t)
	for _, answer := range []string{"127.0.0.1", "8.8.8.8 127.0.0.1", "127.0.0.1 8.8.8.8", "2606:4700::1 ::1", "::ffff:127.0.0.1"} {
		names := resolving("data.example", answer)
		_, _, err := get(t, fetch.Config{Resolver: names}, at("data.example", url), "")
		wantCode(t, err, fetch.PrivateAddress)
	}
	if visits.Load() != 0 {
		t.Error("the server was reached")
	}
}

func TestTheErrorDoesNotTellWhatAnInternalNameResolvesTo(t *testing.T) {
	_, _, err := get(t, fetch.Config{Resolver: resolving("wiki.corp", "10.20.30.40")}, "http://wiki.corp/x.csv", "")
	if message := wantCode(t, err, fetch.PrivateAddress); contains(message, "10.20") {
		t.Errorf("message %q gives the address", message)
	}
}

func TestANameServerThatChangesItsMindGainsNothing(t *testing.T) {
	forbidden, visits := secret(t)
	// 127.0.0.2 plays the public address, 127.0.0.1 the forbidden one.
	public := []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}
	server := serveAt(t, "127.0.0.2:"+portOf(forbidden), func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/again" {
			http.Redirect(w, r, "/x.csv", http.StatusFound)
			return
		}
		file("text/csv", "public")(w, r)
	})

	names := resolving("rebind.example", "127.0.0.2", "127.0.0.1")
	config := fetch.Config{AllowPrivate: public, Resolver: names}
	_, body, err := get(t, config, at("rebind.example", server), "")
	if err != nil || body != "public" || names.asked.Load() != 1 {
		t.Errorf("got %q, %v after %d look-ups", body, err, names.asked.Load())
	}

	config.Resolver = resolving("rebind.example", "127.0.0.2", "127.0.0.1")
	_, _, err = get(t, config, "http://rebind.example:"+portOf(server)+"/again", "")
	wantCode(t, err, fetch.PrivateAddress)
	if visits.Load() != 0 {
		t.Error("the forbidden server was reached")
	}
}

func TestARedirectInsideIsRefused(t *testing.T) {
	inside, visits := secret(t)
	public := []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}
	for _, location := range []string{
		inside + "/x.csv", "//127.0.0.1:" + portOf(inside) + "/x.csv", "http://localhost:" + portOf(inside) + "/x.csv",
		"http://[::ffff:127.0.0.1]:" + portOf(inside) + "/", "http://169.254.169.254/latest/meta-data/",
	} {
		outside := serveAt(t, "127.0.0.2:0", redirect(location))
		_, _, err := get(t, fetch.Config{AllowPrivate: public}, outside+"/x.csv", "")
		wantCode(t, err, fetch.PrivateAddress)
	}
	if visits.Load() != 0 {
		t.Error("the server inside was reached")
	}
}

// proxyChild marks the process in which the test below runs again: net/http
// reads the environment's proxies once in a process's life.
const proxyChild = "FETCH_TEST_PROXY_CHILD"

func TestProxiesOfTheEnvironmentAreNotUsed(t *testing.T) {
	if os.Getenv(proxyChild) != "" {
		config := fetch.Config{AllowPrivate: loopback, Resolver: resolving("data.example")}
		_, _, err := get(t, config, "http://data.example/x.csv", "")
		wantCode(t, err, fetch.Unreachable)
		return
	}
	proxy, visits := secret(t)
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), proxyChild+"=1",
		"HTTP_PROXY="+proxy, "http_proxy="+proxy, "HTTPS_PROXY="+proxy, "ALL_PROXY="+proxy, "NO_PROXY=", "no_proxy=")
	if out, err := child.CombinedOutput(); err != nil || visits.Load() != 0 {
		t.Errorf("the proxy was asked %d times; %v: %s", visits.Load(), err, out)
	}
}

func TestTheNextAddressIsTriedWhenOneIsDead(t *testing.T) {
	server := serveAt(t, "127.0.0.2:0", file("text/csv", "alive"))
	names := resolving("data.example", "127.0.0.3 ::1 127.0.0.2")
	_, body, err := get(t, fetch.Config{AllowPrivate: loopback, Resolver: names}, at("data.example", server), "")
	if err != nil || body != "alive" {
		t.Errorf("got %q, %v", body, err)
	}
}

func TestAnAddressThatIsSilentIsNotWaitedFor(t *testing.T) {
	server := serveAt(t, "127.0.0.2:0", file("text/csv", "alive"))
	silentAt(t, "127.0.0.4", portOf(server))
	names := resolving("data.example", "127.0.0.4 127.0.0.2")
	_, body, err := get(t, fetch.Config{AllowPrivate: loopback, Resolver: names}, at("data.example", server), "")
	if err != nil || body != "alive" {
		t.Errorf("got %q, %v", body, err)
	}
}

func TestACallThatEndsWhileConnectingIsCancelled(t *testing.T) {
	port := silentAt(t, "127.0.0.4", "0")
	asked := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-asked; cancel() }()
	config := fetch.Config{AllowPrivate: loopback, Resolver: announcing{resolving("data.example", "127.0.0.4"), asked}}
	_, err := fetch.New(config).Fetch(ctx, "http://data.example:"+port+"/x.csv", "")
	wantCode(t, err, fetch.Cancelled)
}

func TestACallThatEndsInTheHandshakeLeavesNoConnection(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	ctx, cancel := context.WithCancel(context.Background())
	closed := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		cancel()
		if err == nil {
			_, err = io.Copy(io.Discard, conn) // until the other side closes
			conn.Close()
		}
		closed <- err
	}()
	_, err = fetch.New(fetch.Config{AllowPrivate: loopback}).Fetch(ctx, "https://"+listener.Addr().String()+"/x.csv", "")
	wantCode(t, err, fetch.Cancelled)
	select {
	case <-closed:
	case <-time.After(5 * time.Second): // the handshake itself may take 10 s
		t.Error("the connection is still open")
		<-closed
	}
}

// announcing is a resolver that says when it is asked.
type announcing struct {
	fetch.Resolver
	asked chan struct{}
}

func (a announcing) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	defer close(a.asked)
	return a.Resolver.LookupNetIP(ctx, network, host)
}

// silentAt takes a port at which connecting never ends: its queue of
// connections that nobody accepts is full, and so the kernel drops requests.
func silentAt(t *testing.T, host, port string) string {
	t.Helper()
	addr := netip.MustParseAddrPort(host + ":" + port)
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	must(t, err)
	t.Cleanup(func() { syscall.Close(fd) })
	must(t, syscall.Bind(fd, &syscall.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}))
	must(t, syscall.Listen(fd, 0))
	bound, err := syscall.Getsockname(fd)
	must(t, err)
	port = strconv.Itoa(bound.(*syscall.SockaddrInet4).Port)
	for range 2 {
		conn, err := net.DialTimeout("tcp", net.JoinHostPort(host, port), 200*time.Millisecond)
		if err != nil {
			break // full
		}
		t.Cleanup(func() { conn.Close() })
	}
	return port
}
