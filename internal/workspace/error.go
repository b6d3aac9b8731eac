package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// Code says which kind of failure an Error is. The values are stable.
type Code string

// The kinds of failure.
const (
	InvalidSessionID Code = "invalid_session_id" // not a name that a session may have
	InvalidName      Code = "invalid_name"       // no file can have this name
	OutsideSession   Code = "outside_session"    // the name or a link leads out of the session's folder
	NotFound         Code = "not_found"          // no such file, or no such session folder
	NotAFile         Code = "not_a_file"         // a folder, link, FIFO, device or socket stands there
	Busy             Code = "busy"               // the file is held by the code; trying again may work
	DiskFull         Code = "disk_full"          // the file system or the user's quota is full
	Conflict         Code = "conflict"           // something that must not exist already does
	Internal         Code = "internal"           // anything else; Message says nothing about the host
)

// Error is a failure that a user may read: Message tells what happened and
// what to do next and never holds a path of the host. Err, the cause, may hold
// one.
type Error struct {
	Code    Code
	Message string
	Err     error // for the log only
}

// Error returns the code and the message, never the cause.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

func failed(code Code, cause error, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Err: cause}
}

// maxQuoted is how many bytes of a caller's own words an error repeats: enough
// to recognise them, too few to flood a reply.
const maxQuoted = 120

// quoted prints a caller's name for an error message, shortened and escaped.
func quoted(name string) string {
	if len(name) > maxQuoted {
		return fmt.Sprintf("%q…", name[:maxQuoted])
	}
	return fmt.Sprintf("%q", name)
}

// explain turns an error of the file system about a user's file into an Error.
// It returns nil for nil and leaves an Error as it is.
func explain(name string, err error) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*Error](err); ok {
		return known
	}
	errno, ok := errors.AsType[syscall.Errno](err)
	if !ok && !errors.Is(err, fs.ErrClosed) {
		// os.Root says "path escapes from parent" with an error of its own,
		// the only one here that the kernel did not make.
		return failed(OutsideSession, err, "%s leads out of the session's folder; use a file inside it, and relative links only", quoted(name))
	}
	return explainErrno(name, errno, err)
}

func explainErrno(name string, errno syscall.Errno, err error) *Error {
	switch errno {
	case syscall.ENOENT:
		return failed(NotFound, err, "there is no file %s in this session's folder; list_files shows what there is", quoted(name))
	case syscall.ENOTDIR:
		return failed(NotAFile, err, "a part of %s is a file, not a folder; choose another name", quoted(name))
	case syscall.ELOOP:
		return failed(NotAFile, err, "%s goes through a link that cannot be followed here; name the file itself", quoted(name))
	case syscall.EISDIR, syscall.ENOTEMPTY, syscall.EEXIST:
		return failed(NotAFile, err, "%s is a folder; name a file", quoted(name))
	case syscall.ENXIO:
		return failed(NotAFile, err, "%s is a FIFO, device or socket; only regular files can be used", quoted(name))
	case syscall.EAGAIN:
		return failed(Busy, err, "%s is locked by the code that runs in the session; try again when it has finished", quoted(name))
	case syscall.ENAMETOOLONG:
		return failed(InvalidName, err, "%s is too long for a file name; use a shorter one", quoted(name))
	case syscall.ENOSPC, syscall.EDQUOT:
		return failed(DiskFull, err, "no space is left for %s; delete files from the session's folder and try again", quoted(name))
	default:
		return failed(Internal, err, "the server could not use %s; try again, and tell the operator if it stays so", quoted(name))
	}
}
