package httpapi

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/dustin/go-humanize"

	"power-interpreter/orchestrator"
)

// savedFile answers an upload.
type savedFile struct {
	SessionID string `json:"session_id"`
	Filename  string `json:"filename"` // as cleaned, relative to the folder
	Path      string `json:"path"`     // to use in code
	Size      int64  `json:"size"`
	MIME      string `json:"mime_type"`
}

// receive takes a file as the request's body, whole or, with Content-Range, in
// part. It waits for its turn before it reads: to a client that asks (Expect),
// net/http says to go on with the first Read.
func (a *API) receive(w http.ResponseWriter, r *http.Request, t target) {
	if packed := r.Header.Get("Content-Encoding"); packed != "" && packed != "identity" {
		fail(w, http.StatusUnsupportedMediaType, "invalid_argument", "send the file as it is, without Content-Encoding")
		return
	}
	if most := a.cfg.Files.Settings().MaxUpload; most > 0 && r.ContentLength > most {
		fail(w, http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("the file is %s; at most %s are taken (MAX_UPLOAD_MB)",
			humanize.IBytes(uint64(r.ContentLength)), humanize.IBytes(uint64(most))))
		return
	}
	body := &pacedBody{body: r.Body, conn: http.NewResponseController(w)}
	if r.Header.Get("Content-Range") != "" {
		a.receivePart(w, r, t, body)
		return
	}
	there := a.exists(r.Context(), t)
	saved, err := a.cfg.Files.Upload(r.Context(), t.Ref, t.name(), a.own(r.Context(), t, body))
	if err != nil {
		body.end(w)
		failWith(w, err)
		return
	}
	body.lift()
	a.tellSaved(w, t, saved, there)
}

func (a *API) tellSaved(w http.ResponseWriter, t target, f orchestrator.Artifact, there bool) {
	w.Header().Set("Location", a.hosts.base+FilePath(t.ID, f.Path))
	status := http.StatusCreated
	if there {
		status = http.StatusOK
	}
	writeJSON(w, status, savedFile{t.ID, f.Path, orchestrator.DataFolder + "/" + t.ID + "/" + f.Path, f.Size, f.MIME})
}

// exists says whether the upload replaces a file.
func (a *API) exists(ctx context.Context, t target) bool {
	f, err := a.cfg.Files.Open(ctx, t.Ref, t.name())
	if err != nil {
		return false
	}
	_ = f.Close() // it was only looked at
	return true
}

// own is the content of a file that is to go into the session that a link is
// of, and into no other that was made under its id since.
func (a *API) own(ctx context.Context, t target, body *pacedBody) io.Reader {
	if t.nonce == "" {
		return body
	}
	return &linkedBody{pacedBody: body, check: func() error { return a.still(ctx, t) }}
}

// linkedBody is first read when the service has the session at hand.
type linkedBody struct {
	*pacedBody
	check   func() error
	checked bool
}

// Read reads on, if the session is the link's.
func (b *linkedBody) Read(p []byte) (int, error) {
	if !b.checked {
		if err := b.check(); err != nil {
			return 0, err
		}
		b.checked = true
	}
	return b.pacedBody.Read(p)
}
