package httpapi

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"power-interpreter/orchestrator"
)

// Files is where sessions' files are. An orchestrator.Service is one.
type Files interface {
	Open(ctx context.Context, ref orchestrator.Ref, name string) (orchestrator.Content, error)
	Files(ctx context.Context, ref orchestrator.Ref) (orchestrator.Listing, error)
	Upload(ctx context.Context, ref orchestrator.Ref, name string, content io.Reader) (orchestrator.Artifact, error)
	UploadPart(ctx context.Context, ref orchestrator.Ref, name string, part orchestrator.Part) (orchestrator.Progress, error)
	Nonce(ctx context.Context, ref orchestrator.Ref, create bool) (string, error)
	Settings() orchestrator.Settings
}

// serveFile is /files/{session_id}/{path}.
func (a *API) serveFile(w http.ResponseWriter, r *http.Request, t target) {
	a.counted(w, t, func() {
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			a.send(w, r, t)
		case http.MethodPut:
			a.receive(w, r, t)
		default:
			allow(w, r, "GET, HEAD, PUT")
		}
	})
}

// exactly is the one file that a link to a path can be for.
func exactly(path string) []string { return []string{path} }

// send answers with the file, or the part of it that is asked for. It is what
// was opened, whatever the code in the sandbox puts in its place meanwhile.
func (a *API) send(w http.ResponseWriter, r *http.Request, t target) {
	f, err := a.cfg.Files.Open(r.Context(), t.Ref, t.name())
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
}

func (a *API) sendOpen(w http.ResponseWriter, r *http.Request, f orchestrator.Content) {
	describe(w.Header(), f)
	if strings.Contains(r.Header.Get("Range"), ",") {
		r.Header.Del("Range") // several ranges at once: no client of files needs them, and all of it is an answer too
	}
	answer := &pacedWriter{ResponseWriter: w, conn: http.NewResponseController(w)}
	defer answer.lift()
	// No time: whole seconds, which code can set, tell no two states apart.
	http.ServeContent(answer, r, "", time.Time{}, f.ReadSeekCloser)
	a.cfg.Metrics.sent(answer.moved)
}

// statuses are the codes' statuses; a fault of ours has none.
var statuses = map[orchestrator.Code]int{
	orchestrator.CodeInvalid:     http.StatusBadRequest,
	orchestrator.CodeNotFound:    http.StatusNotFound,
	orchestrator.CodeForbidden:   http.StatusForbidden,
	orchestrator.CodeTooLarge:    http.StatusRequestEntityTooLarge,
	orchestrator.CodeTimeout:     http.StatusRequestTimeout,
	orchestrator.CodeCancelled:   http.StatusBadRequest,
	orchestrator.CodeBusy:        http.StatusServiceUnavailable,
	orchestrator.CodeUnavailable: http.StatusServiceUnavailable,
}

// failWith refuses a request with an error of the service.
func failWith(w http.ResponseWriter, err error) {
	e := orchestrator.AsError(err)
	status, known := statuses[e.Code]
	if !known {
		status = http.StatusInternalServerError
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryTransfer)
	}
	fail(w, status, string(e.Code), e.Message)
}
