package server

import (
	"io"
	"net/http"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

// upload takes a file: arguments in the query, content as the body.
func (s *Server) upload(w http.ResponseWriter, r *http.Request, f front) {
	receive(s, w, r, f, func(k *call, events *stream, file protocol.File, body io.Reader) (orchestrator.Artifact, error) {
		return s.svc.Upload(orchestrator.OnAdmitted(k.ctx, events.admitted), file.Ref, file.Name, body)
	})
}

// uploadPart takes a part of one, or tells how far it is.
func (s *Server) uploadPart(w http.ResponseWriter, r *http.Request, f front) {
	receive(s, w, r, f, func(k *call, events *stream, file protocol.File, body io.Reader) (orchestrator.Progress, error) {
		part := orchestrator.Part{Offset: file.Offset, Total: file.Total}
		if !file.Ask {
			part.Content = body
		}
		return s.svc.UploadPart(orchestrator.OnAdmitted(k.ctx, events.admitted), file.Ref, file.Name, part)
	})
}

// receive answers while the body comes.
func receive[R any](s *Server, w http.ResponseWriter, r *http.Request, f front, do func(*call, *stream, protocol.File, io.Reader) (R, error)) {
	file, err := protocol.ParseFile(r.URL.Query())
	if err == nil {
		file.Ref, err = f.ref(file.Ref)
	}
	if err != nil {
		refuse(w, &refusal{http.StatusBadRequest, protocol.Refusal{Error: *protocol.NewError(err)}})
		return
	}
	conn := http.NewResponseController(w)
	_ = conn.EnableFullDuplex() // HTTP/2 is always so
	body := &content{r: r, conn: conn}
	defer body.discard()
	answer(s, w, r, f, func(k *call, events *stream) (R, error) {
		body.events, k.ref = events, file.Ref
		return do(k, events, file, body)
	})
}
