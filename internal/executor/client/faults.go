package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"power-interpreter/internal/executor/protocol"
	"power-interpreter/orchestrator"
)

// Why a call ends that its executor did not end.
var (
	errSilent  = errors.New("no sign of life")
	errClosed  = errors.New("the client was closed")
	errUnended = errors.New("the end of a call was not answered")
)

// fault is why there is no answer of the executor's own.
type fault struct {
	// mended says that trying again may help; else an operator must do something.
	mended bool
	reason string // for /health and the log
	cause  error
}

func (f *fault) Error() string { return f.reason }
func (f *fault) Unwrap() error { return f.cause }

// Error words for who calls a tool: no more of the host than that there is one.
const (
	wordsAway  = "the executor, which runs the code, does not answer; try again in a few seconds"
	wordsWrong = "the executor, which runs the code, cannot be used: %s. Trying again does not help until the operator has mended it"
)

// told is the fault as a caller of a tool is told.
func (f *fault) told() *orchestrator.Error {
	if f.mended {
		return orchestrator.Hide(orchestrator.CodeUnavailable, f, wordsAway)
	}
	return orchestrator.Hide(orchestrator.CodeInternal, f, wordsWrong, f.reason)
}

// inHealth is the fault as an operator is told.
func (f *fault) inHealth(host string) *orchestrator.Error {
	return orchestrator.Hide(orchestrator.CodeUnavailable, f, "the executor at %s: %s", host, f.reason)
}

// wrong is a fault that an operator must mend.
func wrong(format string, args ...any) *fault {
	return &fault{reason: fmt.Sprintf(format, args...)}
}

// faultOf says why a request has failed.
func faultOf(ctx context.Context, err error) *fault {
	var named *fault
	var dns *net.DNSError
	var alert tls.AlertError
	var record tls.RecordHeaderError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &named):
		return named
	case errors.Is(context.Cause(ctx), errSilent):
		return &fault{true, "it gives no sign of life", errSilent}
	case errors.Is(context.Cause(ctx), errClosed):
		return &fault{true, "this server is stopping", err}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &fault{true, "nothing listens there (connection refused)", err}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return &fault{true, "no sign of life: no way leads to its host", err}
	case errors.As(err, &certificate):
		return &fault{reason: "its certificate is not trusted here (" + short(certificate.Err) + "): set EXECUTOR_CA to a file of the authority that issued it", cause: err}
	case errors.As(err, &record):
		return &fault{reason: "it does not speak TLS: is EXECUTOR_URL to begin with http://?", cause: err}
	case errors.As(err, &alert):
		return &fault{reason: "it refused the TLS connection", cause: err}
	case errors.As(err, &dns):
		return &fault{true, "its name cannot be resolved", err}
	case errors.Is(err, errNotLocal):
		return &fault{reason: "over plain http its name must lead to this host: use https, or set EXECUTOR_INSECURE=true", cause: err}
	case isTimeout(err):
		return &fault{true, "no connection came about within " + dialTime.String() + ": it hangs, or something between does", err}
	case errors.Is(err, protocol.ErrTooLong):
		return &fault{reason: "its answer is longer than any may be", cause: err}
	default:
		return &fault{true, "the connection broke", err}
	}
}

// short is the end of an error, which says what it is, without a certificate's
// whole contents.
func short(err error) string {
	words := strings.TrimPrefix(err.Error(), "x509: ")
	return words[:min(len(words), 120)]
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
