package orchestrator

import (
	"errors"
	"fmt"
)

// Code is what a program may branch on in an Error.
type Code string

// The codes of an Error. They are part of what a caller sees.
const (
	CodeInvalid     Code = "invalid_argument" // the call itself is wrong; the same call fails again
	CodeNotFound    Code = "not_found"        // no such session, job or file of this owner
	CodeForbidden   Code = "forbidden"        // a path or address that may not be reached
	CodeTooLarge    Code = "too_large"        // beyond a bound that the message names
	CodeBusy        Code = "busy"             // retryable: no room or no turn just now
	CodeTimeout     Code = "timeout"          // it took longer than allowed
	CodeCancelled   Code = "cancelled"        // the caller gave it up
	CodeUnavailable Code = "unavailable"      // retryable: the engine, the image or the disk
	CodeFetch       Code = "fetch_failed"     // the other end of a download
	CodeDataset     Code = "dataset_failed"   // a file that is no table, a wrong sheet, a bad name
	CodeSQL         Code = "query_failed"     // DuckDB refused or failed
	CodeKernel      Code = "kernel_died"      // the session's kernel died; its variables are lost
	CodeInternal    Code = "internal"         // a fault of ours; the log has it
)

// Error is the one error type that crosses this package's boundary. Message is
// written for the caller: what happened, and what to do next. It holds no path
// of the host and no code of ours. Err is the cause, for the log only.
type Error struct {
	Code    Code
	Message string
	Err     error
}

// Error returns "code: message".
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf builds an Error. A %w operand becomes its cause as well as part of
// the message, so wrap only what a caller may read.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), Err: errors.Unwrap(err)}
}

// Hide builds an Error whose cause only the log sees.
func Hide(code Code, cause error, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Err: cause}
}

// AsError returns err as an *Error: itself, or an internal one that hides it.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Hide(CodeInternal, err, "something failed inside the server; the session is untouched: try again")
}
