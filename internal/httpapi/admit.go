package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"power-interpreter/orchestrator"
)

const (
	filesPrefix  = "/files/"
	chartsPrefix = "/charts/"
)

// target is the file that a request is for, and by what right.
type target struct {
	orchestrator.Ref
	path  string // relative to the session's folder, as it was asked for
	nonce string // of the session that the link is of; empty for a key
}

// name is the path as the service takes it: "./" keeps one that begins as the
// session is called from being taken for the longer form.
func (t target) name() string { return "./" + t.path }

// asked takes a path of the URL apart. What is escaped in it counts as what it
// stands for: where it leads is judged by the service.
func asked(r *http.Request, prefix string) (session, path string) {
	session, path, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, prefix), "/")
	return session, path
}

// admitted serves those who have a key or a link. A link stands for itself: a
// key beside it gives it no more right. paths are the files for which one may be.
func (a *API) admitted(prefix string, paths func(asked string) []string, serve func(http.ResponseWriter, *http.Request, target)) http.Handler {
	byKey := a.keyed(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, path := asked(r, prefix)
		serve(w, r, target{Ref: orchestrator.Ref{Owner: owner(r.Context()), ID: session}, path: path})
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		link, is := signedBy(r)
		if !is {
			w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
			byKey.ServeHTTP(w, r)
			return
		}
		// Who has the link may show the file, from any page.
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		session, path := asked(r, prefix)
		t, found := a.linked(r.Context(), link, session, paths(path))
		switch {
		case !found:
			fail(w, http.StatusNotFound, "not_found", "this link is for nothing here: it is for another file or method, was changed, or its session was deleted; ask for a new one (list_files)")
		case link.expired(time.Now()):
			fail(w, http.StatusGone, "expired", "this link has expired; ask for a new one (list_files)")
		default:
			serve(w, r, t)
		}
	})
}

// linked finds whose session and which of the paths a link is for. Everybody's
// are tried: a link does not name its owner. Only after a session that it can be
// of is asked, which an executor may have to answer.
func (a *API) linked(ctx context.Context, link signed, session string, paths []string) (t target, found bool) {
	for _, owner := range a.owners() {
		ref := orchestrator.Ref{Owner: owner, ID: session}
		for _, path := range paths {
			if !a.cfg.Links.made(link, ref, path) {
				continue
			}
			nonce, err := a.cfg.Files.Nonce(ctx, ref, false)
			if err == nil && a.cfg.Links.holds(link, ref, nonce, path) {
				t, found = target{ref, path, nonce}, true
			}
		}
	}
	return t, found
}

// owners are all who may have sessions.
func (a *API) owners() []string {
	if len(a.keys) == 0 {
		return []string{a.cfg.Anonymous}
	}
	return a.keys.Names()
}

// still says whether the session that a link is of is there. A session that is
// made anew has another nonce, so what was opened before this is its own.
func (a *API) still(ctx context.Context, t target) error {
	if t.nonce == "" {
		return nil
	}
	if now, err := a.cfg.Files.Nonce(ctx, t.Ref, false); err != nil || now != t.nonce {
		return orchestrator.Errorf(orchestrator.CodeNotFound, "the session of this link was deleted")
	}
	return nil
}
