package httpapi

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"power-interpreter/orchestrator"
)

// uploadOffset tells how much of a file has come, as it does in the IETF's draft
// of resumable uploads (draft-ietf-httpbis-resumable-upload).
const uploadOffset = "Upload-Offset"

// partState answers a part that was not the last.
type partState struct {
	Received int64 `json:"received"`
	Size     int64 `json:"size"`
}

// receivePart takes a part of a file (RFC 9110, 14.5), as curl -C sends it. What
// has come of it stays, also when the connection ends; "bytes */SIZE" asks how
// much that is. The file is there when its last byte has come.
func (a *API) receivePart(w http.ResponseWriter, r *http.Request, t target, body *pacedBody) {
	piece, length, err := contentRange(r.Header.Get("Content-Range"))
	if err == nil && length > 0 && r.ContentLength >= 0 && r.ContentLength != length {
		err = orchestrator.Errorf(orchestrator.CodeInvalid, "Content-Range says %d bytes and Content-Length %d", length, r.ContentLength)
	}
	if err != nil {
		failWith(w, err)
		return
	}
	there := a.exists(r.Context(), t)
	if length > 0 {
		piece.Content = a.own(r.Context(), t, body)
		piece.Content = &exact{piece.Content, body, length}
	}
	got, err := a.cfg.Files.UploadPart(r.Context(), t.Ref, t.name(), piece)
	if err != nil {
		body.end(w)
		w.Header().Set(uploadOffset, strconv.FormatInt(got.Received, 10))
		if length > 0 && piece.Offset > got.Received && orchestrator.AsError(err).Code == orchestrator.CodeInvalid {
			fail(w, http.StatusConflict, "conflict", fmt.Sprintf("%d bytes of this file have come; go on from there", got.Received))
			return
		}
		failWith(w, err)
		return
	}
	body.lift()
	if got.File != nil {
		a.tellSaved(w, t, *got.File, there)
		return
	}
	w.Header().Set(uploadOffset, strconv.FormatInt(got.Received, 10))
	writeJSON(w, http.StatusAccepted, partState{got.Received, piece.Total})
}

// contentRange reads "bytes FIRST-LAST/SIZE", or "bytes */SIZE" with length 0.
func contentRange(header string) (piece orchestrator.Part, length int64, err error) {
	wrong := orchestrator.Errorf(orchestrator.CodeInvalid, "Content-Range must be bytes FIRST-LAST/SIZE, or bytes */SIZE to ask how much has come")
	unit, rest, _ := strings.Cut(strings.TrimSpace(header), " ")
	span, size, found := strings.Cut(rest, "/")
	if !strings.EqualFold(unit, "bytes") || !found {
		return piece, 0, wrong
	}
	if piece.Total, err = digits(size); err != nil {
		return piece, 0, wrong
	}
	if span == "*" {
		return piece, 0, nil
	}
	first, last, _ := strings.Cut(span, "-")
	end, err := digits(last)
	if err == nil {
		piece.Offset, err = digits(first)
	}
	if err != nil || end < piece.Offset || end >= piece.Total {
		return piece, 0, wrong
	}
	return piece, end - piece.Offset + 1, nil
}

// digits is a number without a sign.
func digits(s string) (int64, error) {
	n, err := strconv.ParseUint(s, 10, 63)
	return int64(n), err
}

// exact is a part that must have the length it said.
type exact struct {
	io.Reader
	body *pacedBody
	left int64
}

// Interrupt is the body's.
func (e *exact) Interrupt() { e.body.Interrupt() }

// Read reads on, no further than the part goes.
func (e *exact) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n, err := e.Reader.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	if errors.Is(err, io.EOF) && e.left > 0 {
		err = orchestrator.Errorf(orchestrator.CodeCancelled, "the part is shorter than its Content-Range says")
	}
	return n, err
}
