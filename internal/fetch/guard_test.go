package fetch_test

import (
	"net/http"
	"net/netip"
	"sync/atomic"
	"testing"

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

func TestProxiesOfTheEnvironmentAreNotUsed(t *testing.T) {
	proxy, visits := secret(t)
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"} {
		t.Setenv(name, proxy)
	}
	config := fetch.Config{AllowPrivate: loopback, Resolver: resolving("data.example")}
	_, _, err := get(t, config, "http://data.example/x.csv", "")
	wantCode(t, err, fetch.Unreachable)
	if visits.Load() != 0 {
		t.Error("the proxy was asked")
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
