package httpapi

import (
	_ "embed" // the page's parts
	"net/http"
)

// The page is three files of ours and nothing from elsewhere, so that its policy
// can forbid everything else: a session's id or an owner's name that is a script
// stays a name.
var (
	//go:embed admin/index.html
	pageHTML []byte
	//go:embed admin/app.js
	pageScript []byte
	//go:embed admin/style.css
	pageStyle []byte
)

// pagePolicy lets the page run its own script, ask its own server, and make no
// markup of text.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// pageFiles are the page's parts by path. They hold no secret and need no key:
// what the page shows does.
var pageFiles = map[string]http.Handler{
	adminPath:                static("text/html; charset=utf-8", pageHTML),
	adminPath + "/app.js":    static("text/javascript; charset=utf-8", pageScript),
	adminPath + "/style.css": static("text/css; charset=utf-8", pageStyle),
}

func static(kind string, content []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			allow(w, r, "GET, HEAD")
			return
		}
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store") // another version's script must not meet this one's answers
		_, _ = w.Write(content)            // a client that left needs no answer
	})
}

// toPage goes from /admin/ to where the page's relative links are right, also
// below a proxy's path.
func toPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Location", "../admin")
	w.WriteHeader(http.StatusMovedPermanently)
}
