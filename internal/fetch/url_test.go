package fetch_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"power-interpreter/internal/fetch"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// serveAt runs a web server at an address of the test's choice.
func serveAt(t *testing.T, addr string, handler http.HandlerFunc) string {
	t.Helper()
	listener, err := net.Listen("tcp", addr)
	must(t, err)
	server := httptest.NewUnstartedServer(handler)
	server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

func redirect(location string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", location)
		w.WriteHeader(http.StatusFound)
	}
}

func TestAddressesThatCannotBeFetchedAreRefusedWithAdvice(t *testing.T) {
	for url, advice := range map[string]string{
		"":                                      "https://",
		"data.csv":                              "https://",
		"example.org/data.csv":                  "https://",
		"ftp://example.org/x.csv":               "only http and https",
		"file:///etc/passwd":                    "only http and https",
		"data:text/csv,1":                       "only http and https",
		"gopher://example.org/x":                "only http and https",
		"http:///x.csv":                         "no host",
		"http://:80/x.csv":                      "no host",
		"http://me:secret@example.org/x":        "user name or password",
		"http://me@example.org/x.csv":           "user name or password",
		"http://example.org:0/x.csv":            "port",
		"http://example.org:70000/x.csv":        "port",
		"http://exa mple.org/":                  "percent-encoded",
		"http://example.org/\x00":               "percent-encoded",
		"http://[fe80::1%25eth0]/x.csv":         "network interface",
		"http://2130706433/x.csv":               "usual form",
		"http://a/" + strings.Repeat("x", 9000): "shorter",
	} {
		_, _, err := get(t, fetch.Config{}, url, "")
		message := wantCode(t, err, fetch.InvalidURL)
		wantWords(t, message, advice)
		if contains(message, "secret") {
			t.Errorf("message %q repeats the password", message)
		}
	}
}

func TestRedirectsAreFollowedUpToTen(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var left int
		fmt.Sscanf(r.URL.Path, "/hop/%d", &left)
		if left == 0 {
			file("text/csv", "there")(w, r)
			return
		}
		http.Redirect(w, r, fmt.Sprintf("../hop/%d?token=x#frag", left-1), []int{301, 302, 303, 307, 308}[left%5])
	})
	config := fetch.Config{AllowPrivate: loopback}
	d, body, err := get(t, config, url+"/hop/10", "x.csv")
	if err != nil || body != "there" || d.FinalURL != url+"/hop/0" {
		t.Errorf("after ten: %q, %v, %+v", body, err, d)
	}
	_, _, err = get(t, config, url+"/hop/11", "x.csv")
	wantWords(t, wantCode(t, err, fetch.TooManyRedirects), "10")
}

func TestRedirectsThatAreNoneAreRefused(t *testing.T) {
	for location, code := range map[string]fetch.Code{
		"":                      fetch.BadResponse,
		"http://[bad":           fetch.BadResponse,
		"file:///etc/passwd":    fetch.InvalidURL,
		"http://u:p@127.0.0.1/": fetch.InvalidURL,
		"http://0x7f.1/":        fetch.InvalidURL,
	} {
		_, _, err := get(t, fetch.Config{AllowPrivate: loopback}, serve(t, redirect(location)), "x.csv")
		wantCode(t, err, code)
	}
}

func TestNothingPersonalIsSent(t *testing.T) {
	var sent []http.Header
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent = append(sent, r.Header.Clone())
		http.SetCookie(w, &http.Cookie{Name: "id", Value: "1"})
		if r.URL.Path != "/x.csv" {
			http.Redirect(w, r, "/x.csv", http.StatusFound)
			return
		}
		file("text/csv", "1")(w, r)
	})
	_, _, err := get(t, fetch.Config{AllowPrivate: loopback}, url+"/start?key=secret", "")
	must(t, err)
	for _, header := range sent {
		for _, name := range []string{"Cookie", "Referer", "Authorization"} {
			if header.Get(name) != "" {
				t.Errorf("%s is sent: %q", name, header.Get(name))
			}
		}
		if header.Get("Accept-Encoding") != "identity" || !strings.HasPrefix(header.Get("User-Agent"), "power-interpreter") {
			t.Errorf("headers are %v", header)
		}
	}
}
