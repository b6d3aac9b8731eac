package fetch

import (
	"context"
	"errors"
	"io"

	"power-interpreter/orchestrator"
)

// Port is the Fetcher as sessions use it: an orchestrator.Fetcher.
type Port struct{ *Fetcher }

var _ orchestrator.Fetcher = Port{}

// codes maps what a caller can act on; all else is the far end's failure.
var codes = map[Code]orchestrator.Code{
	InvalidURL:      orchestrator.CodeInvalid,
	PrivateAddress:  orchestrator.CodeForbidden,
	UnsupportedType: orchestrator.CodeInvalid,
	TooLarge:        orchestrator.CodeTooLarge,
	Timeout:         orchestrator.CodeTimeout,
	Cancelled:       orchestrator.CodeCancelled,
}

// Fetch opens a download; its body's errors are *orchestrator.Error too.
func (p Port) Fetch(ctx context.Context, url, name string) (orchestrator.Download, error) {
	d, err := p.Fetcher.Fetch(ctx, url, name)
	if err != nil {
		return orchestrator.Download{}, translate(err)
	}
	return orchestrator.Download{Name: d.Name, Body: body{d}}, nil
}

type body struct{ *Download }

func (b body) Read(p []byte) (int, error) {
	n, err := b.Download.Read(p)
	return n, translate(err)
}

// translate leaves io.EOF and what is not ours as it is.
func translate(err error) error {
	var e *Error
	if err == nil || err == io.EOF || !errors.As(err, &e) {
		return err
	}
	code, known := codes[e.Code]
	if !known {
		code = orchestrator.CodeFetch
	}
	return orchestrator.Hide(code, e, "%s", e.Message)
}
