package httpapi

import (
	"context"
	"net/http"
	"path"
	"strings"

	"power-interpreter/orchestrator"
)

// chartsFolder is where the runner keeps charts that the code did not save.
const chartsFolder = "charts/"

// serveChart is /charts/{session_id}/{name}: the picture at that path of the
// session's folder, else the one in charts/, else the newest of that name in
// any sub-folder. What is no picture is not found here.
func (a *API) serveChart(w http.ResponseWriter, r *http.Request, t target) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		allow(w, r, "GET, HEAD")
		return
	}
	a.counted(w, t, func() {
		f, err := a.openChart(r.Context(), t)
		if err != nil {
			failWith(w, err)
			return
		}
		defer f.Close()
		if err := a.still(r.Context(), t); err != nil {
			failWith(w, err)
			return
		}
		a.sendOpen(w, r, f)
	})
}

// chartPaths are the files that a link to a chart can be for.
func chartPaths(name string) []string { return []string{name, chartsFolder + name} }

func (a *API) openChart(ctx context.Context, t target) (orchestrator.Content, error) {
	if t.nonce != "" { // a link names the file itself
		return a.picture(ctx, t)
	}
	asked := t.path
	f, first := a.picture(ctx, t)
	if !missing(first) {
		return f, first
	}
	t.path = chartsFolder + asked
	if f, err := a.picture(ctx, t); !missing(err) {
		return f, err
	}
	if strings.Contains(asked, "/") {
		return f, first
	}
	list, err := a.cfg.Files.Files(ctx, t.Ref)
	if err != nil {
		return f, err
	}
	for _, found := range list.Files { // the newest first
		if path.Base(found.Path) == asked && isPicture(found.MIME) {
			t.path = found.Path
			return a.picture(ctx, t)
		}
	}
	return f, first
}

// picture opens the file if it is one.
func (a *API) picture(ctx context.Context, t target) (orchestrator.Content, error) {
	f, err := a.cfg.Files.Open(ctx, t.Ref, t.name())
	if err == nil && !isPicture(f.MIME) {
		_ = f.Close() // it was only looked at
		return orchestrator.Content{}, orchestrator.Errorf(orchestrator.CodeNotFound, "there is no chart of that name; other files are at /files/{session_id}/{path}")
	}
	return f, err
}

func isPicture(kind string) bool { return strings.HasPrefix(kind, "image/") }

func missing(err error) bool {
	return err != nil && orchestrator.AsError(err).Code == orchestrator.CodeNotFound
}
