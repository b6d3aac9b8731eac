package httpapi_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"power-interpreter/internal/httpapi"
	"power-interpreter/orchestrator"
)

func TestALinkIsForOneFileOneMethodAndOneSession(t *testing.T) {
	s := newSite(t)
	s.put("/files/s/x.txt", "ann's x")
	s.put("/files/s/y.txt", "ann's y")
	s.put("/files/t/x.txt", "another session's")
	s.put("/files/s/x.txt", "bob's x", "Authorization", "Bearer k-bob")
	nonce := s.nonce("ann", "s")
	get := s.link(s.links.Get(ann("s"), nonce, "x.txt"))
	put := s.link(s.links.Put(ann("s"), nonce, "new.txt"))
	query := func(link string) string { return link[strings.Index(link, "?"):] }
	forged := s.link(httpapi.NewLinks([]byte("another secret"), publicURL).Get(ann("s"), nonce, "x.txt"))
	sooner, later := strings.Replace(get, "expires=1", "expires=0", 1), strings.Replace(get, "expires=1", "expires=2", 1)
	for name, tt := range map[string]struct {
		method, path string
		status       int
	}{
		"itself":                 {"GET", get, 200},
		"its head":               {"HEAD", get, 200},
		"another file":           {"GET", "/files/s/y.txt" + query(get), 404},
		"another session":        {"GET", "/files/t/x.txt" + query(get), 404},
		"no session":             {"GET", "/files/none/x.txt" + query(get), 404},
		"another method":         {"PUT", get, 404},
		"a method never served":  {"DELETE", get, 404},
		"a longer life":          {"GET", later, 404},
		"a shorter one":          {"GET", sooner, 404},
		"another secret":         {"GET", forged, 404},
		"no signature":           {"GET", "/files/s/x.txt?signature=", 404},
		"half a signature":       {"GET", get[:len(get)-10], 404},
		"another way to say it":  {"GET", "/files/s/./x.txt" + query(get), 404},
		"an upload's, to read":   {"GET", put, 404},
		"an upload's, elsewhere": {"PUT", "/files/s/x.txt" + query(put), 404},
		"an upload's":            {"PUT", put, 201},
	} {
		for _, key := range []string{"", "Bearer k-ann", "Bearer k-bob"} {
			a := s.ask(tt.method, tt.path, nil, "Authorization", key)
			if a.status != tt.status && (tt.status != 201 || a.status != 200) {
				t.Errorf("%s with %q: %d %s", name, key, a.status, a.body)
			}
			if a.status == 200 && tt.method == "GET" && a.body != "ann's x" {
				t.Errorf("%s with %q: %q", name, key, a.body)
			}
		}
	}
	for _, secret := range []string{"signature=", "k-ann"} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
	if strings.Contains(get+put, "ann") {
		t.Errorf("a link names its owner: %s", get)
	}
}

func TestALinkDiesWithItsSession(t *testing.T) {
	s := newSite(t)
	s.put("/files/s/x.txt", "old")
	get := s.link(s.links.Get(ann("s"), s.nonce("ann", "s"), "x.txt"))
	put := s.link(s.links.Put(ann("s"), s.nonce("ann", "s"), "x.txt"))
	chart := strings.Replace(get, "/files/", "/charts/", 1)
	if err := s.Delete(t.Context(), ann("s")); err != nil {
		t.Fatal(err)
	}
	refused := func(when string) {
		t.Helper()
		for _, link := range []string{get, chart} {
			if a := s.get(link, "Authorization", ""); a.status != 404 {
				t.Errorf("%s: %d %q", when, a.status, a.body)
			}
		}
		if a := s.put(put, "by the old link", "Authorization", ""); a.status != 404 {
			t.Errorf("%s: %d %q", when, a.status, a.body)
		}
	}
	refused("after the deletion")
	if a := s.get("/files/s/x.txt"); a.status != 404 {
		t.Errorf("the old link made a session: %d", a.status)
	}
	s.put("/files/s/x.txt", "new")
	refused("in a new session of that id")
	if a := s.get("/files/s/x.txt"); a.body != "new" {
		t.Errorf("%q", a.body)
	}
}

type fileService httpapi.Files

// swapping deletes the session and makes it anew once a link was looked at.
type swapping struct {
	fileService
	swap func()
}

func (s *swapping) Nonce(ctx context.Context, ref orchestrator.Ref, create bool) (string, error) {
	nonce, err := s.fileService.Nonce(ctx, ref, create)
	if swap := s.swap; swap != nil && ref.Owner == "ann" {
		s.swap = nil
		swap()
	}
	return nonce, err
}

func TestALinkThatIsBeingUsedReachesNoNewSession(t *testing.T) {
	var swapper *swapping
	s := newSite(t, func(c *httpapi.Config) {
		swapper = &swapping{fileService: c.Files}
		c.Files = swapper
	})
	anew := func() {
		if err := s.Delete(t.Context(), ann("s")); err != nil {
			t.Error(err)
		}
		if _, err := s.Upload(t.Context(), ann("s"), "x.txt", strings.NewReader("new")); err != nil {
			t.Error(err)
		}
	}
	for _, method := range []string{"GET", "PUT"} {
		if _, err := s.Upload(t.Context(), ann("s"), "x.txt", strings.NewReader("old")); err != nil {
			t.Fatal(err)
		}
		link := s.links.Get(ann("s"), s.nonce("ann", "s"), "x.txt")
		if method == "PUT" {
			link = s.links.Put(ann("s"), s.nonce("ann", "s"), "x.txt")
		}
		swapper.swap = anew
		if a := s.ask(method, s.link(link), strings.NewReader("mine"), "Authorization", ""); a.status != 404 {
			t.Errorf("%s: %d %q", method, a.status, a.body)
		}
		if a := s.get("/files/s/x.txt"); a.body != "new" {
			t.Errorf("%s: the new session's file holds %q", method, a.body)
		}
	}
}

func TestALinkThatIsNotOursAsksAfterNoSession(t *testing.T) {
	asked := 0
	s := newSite(t, func(c *httpapi.Config) {
		c.Files = &swapping{fileService: c.Files, swap: func() { asked++ }}
	})
	s.put("/files/s/x.txt", "x")
	get := s.link(s.links.Get(ann("s"), s.nonce("ann", "s"), "x.txt"))
	forged := s.link(httpapi.NewLinks([]byte("another secret"), publicURL).Get(ann("s"), "nonce", "x.txt"))
	for _, link := range []string{forged, strings.Replace(get, "x.txt", "y.txt", 1), get + "A", "/files/s/x.txt?signature=", strings.Replace(forged, "/files/", "/charts/", 1)} {
		if a := s.get(link, "Authorization", ""); a.status != 404 || asked > 0 {
			t.Errorf("%s: %d, asked %d times", link, a.status, asked)
		}
	}
	old := s.link(s.links.Get(ann("s"), "the nonce of a session before", "x.txt"))
	if a := s.get(old, "Authorization", ""); a.status != 404 || asked == 0 {
		t.Errorf("of a session before: %d, asked %d times", a.status, asked)
	}
}

// On a clock that runs ahead; no server is needed.
func TestALinkExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		links := httpapi.NewLinks([]byte("x"), publicURL)
		files := &nonceOnly{}
		f := newFace(t, httpapi.Config{Files: files, Links: links}, healthy)
		ref := orchestrator.Ref{Owner: "anonymous", ID: "s"}
		for method, life := range map[string]time.Duration{"GET": 24 * time.Hour, "PUT": time.Hour} {
			link := links.Get(ref, "n", "x")
			if method == "PUT" {
				link = links.Put(ref, "n", "x")
			}
			u, err := url.Parse(link)
			if err != nil {
				t.Fatal(err)
			}
			status := func() int { return f.ask(method, strings.TrimPrefix(u.RequestURI(), "/base")).Code }
			if got := status(); got == http.StatusGone || got == http.StatusNotFound && files.asked == 0 {
				t.Errorf("%s at once: %d", method, got)
			}
			time.Sleep(life - time.Second)
			if got := status(); got == http.StatusGone {
				t.Errorf("%s before its time: %d", method, got)
			}
			time.Sleep(2 * time.Hour)
			if got := status(); got != http.StatusGone {
				t.Errorf("%s after its time: %d", method, got)
			}
		}
	})
}

// nonceOnly has a session without files.
type nonceOnly struct {
	fileService
	asked int
}

func (n *nonceOnly) Nonce(context.Context, orchestrator.Ref, bool) (string, error) { return "n", nil }

func (n *nonceOnly) Settings() orchestrator.Settings { return orchestrator.Settings{} }

func (n *nonceOnly) Open(context.Context, orchestrator.Ref, string) (orchestrator.Content, error) {
	n.asked++
	return orchestrator.Content{}, orchestrator.Errorf(orchestrator.CodeNotFound, "no such file")
}

func (n *nonceOnly) Upload(context.Context, orchestrator.Ref, string, io.Reader) (orchestrator.Artifact, error) {
	return orchestrator.Artifact{}, nil
}
