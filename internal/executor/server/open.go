package server

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

const (
	// takeTime is how long a front may take nothing of a file. A client of its own
	// at the least rate it allows (64 KiB/s) empties the buffers between in less.
	takeTime = 2 * time.Minute
	// burst is what the kernel is given to send at once.
	burst = 1 << 20
)

// open sends a file from an offset on: what was opened, as large as it was then.
func (s *Server) open(w http.ResponseWriter, r *http.Request, f front) {
	k, done, refused := s.calls.begin(r, f)
	if refused != nil {
		refuse(w, refused)
		return
	}
	defer done()
	file, err := protocol.ParseFile(r.URL.Query())
	if err == nil {
		file.Ref, err = f.ref(file.Ref)
	}
	var opened orchestrator.Content
	if err == nil {
		opened, err = s.svc.Open(k.ctx, file.Ref, file.Name)
	}
	if err != nil {
		refuse(w, failed(err))
		return
	}
	defer opened.Close()
	if err := s.begin(w, r, opened, file.Offset); err != nil {
		refuse(w, failed(err))
		return
	}
	sendFile(w, opened, opened.Size-file.Offset)
}

// failed is the answer of a file that cannot be had.
func failed(err error) *refusal {
	return &refusal{http.StatusUnprocessableEntity, protocol.Refusal{Error: *protocol.NewError(err)}}
}

// begin describes the file and goes to the offset.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, f orchestrator.Content, offset int64) error {
	if tag := r.Header.Get(protocol.HeaderTag); tag != "" && tag != f.ETag {
		return orchestrator.Errorf(orchestrator.CodeBusy, "the file was changed while it was read: read it again")
	}
	if offset < 0 || offset > f.Size {
		return orchestrator.Errorf(orchestrator.CodeInvalid, "the file has %d bytes, none at %d", f.Size, offset)
	}
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return fmt.Errorf("go to %d: %w", offset, err)
	}
	about, err := json.Marshal(f.Artifact)
	if err != nil {
		return fmt.Errorf("describe a file: %w", err)
	}
	h := w.Header()
	h.Set(protocol.HeaderFile, base64.RawURLEncoding.EncodeToString(about))
	h.Set(protocol.HeaderTag, f.ETag)
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Length", strconv.FormatInt(f.Size-offset, 10))
	return nil
}

// sendFile sends n bytes. One that was cut meanwhile breaks the connection, which
// the length that was told lets the front see.
func sendFile(w http.ResponseWriter, f io.Reader, n int64) {
	conn := http.NewResponseController(w)
	w.WriteHeader(http.StatusOK)
	_ = conn.Flush() // the front knows the file before it reads any of it
	for n > 0 {
		_ = conn.SetWriteDeadline(time.Now().Add(takeTime))
		sent, err := io.CopyN(w, f, min(n, burst))
		if n -= sent; err != nil {
			panic(http.ErrAbortHandler)
		}
	}
	_ = conn.SetWriteDeadline(time.Time{})
}
