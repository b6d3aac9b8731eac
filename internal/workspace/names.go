package workspace

import (
	"path"
	"strings"
)

// MountPoint is where a sandbox's folder is seen inside its container.
const MountPoint = "/app/sandbox_data"

const (
	// maxSessionID bounds a session's id, in bytes.
	maxSessionID = 64

	// maxComponent and maxName are Linux's NAME_MAX and PATH_MAX, in bytes.
	maxComponent = 255
	maxName      = 4096
)

// ValidSessionID refuses, in words that state the rule, what is not 1 to 64 of
// A-Z a-z 0-9 . _ - or starts with a dot.
func ValidSessionID(id string) error {
	if id == "" || len(id) > maxSessionID || !plain(id, "._-") || id[0] == '.' {
		return failed(InvalidSessionID, nil, "%s cannot be a session_id; use 1 to %d of A-Z a-z 0-9 . _ - and do not start with a dot", quoted(id), maxSessionID)
	}
	return nil
}

// ResolveName turns what a caller calls a file into the file's path relative to
// the session's folder, clean and slash-separated. It takes x, ./x,
// {session_id}/x and /app/sandbox_data/{session_id}/x, where x may lie in
// sub-folders. It looks at no disk, so {session_id}/x always means x; a
// sub-folder that is named as the session is reached as ./{session_id}/x or by
// the absolute form. Whatever leaves the folder is OutsideSession; a name that
// no file can have is InvalidName; the error says which forms are right.
func ResolveName(sessionID, name string) (string, error) {
	if err := ValidSessionID(sessionID); err != nil {
		return "", err
	}
	if len(name) > maxName {
		return "", badName(InvalidName, sessionID, name, "is longer than 4096 bytes")
	}
	if strings.ContainsRune(name, 0) {
		return "", badName(InvalidName, sessionID, name, "holds a NUL byte")
	}
	rel, err := inSession(sessionID, name)
	if err != nil {
		return "", err
	}
	return checkRelative(sessionID, name, rel)
}

// inSession strips what stands before the part that is relative to the folder.
func inSession(sessionID, name string) (string, error) {
	if path.IsAbs(name) {
		return inMount(sessionID, name)
	}
	rel, ok := strings.CutPrefix(name, sessionID+"/")
	if ok {
		rel = strings.TrimLeft(rel, "/")
	}
	return rel, nil
}

func inMount(sessionID, name string) (string, error) {
	clean := path.Clean(name) + "/"
	rel, ok := strings.CutPrefix(clean, MountPoint+"/"+sessionID+"/")
	if !ok {
		return "", badName(OutsideSession, sessionID, name, "is outside the session's folder")
	}
	if strings.HasSuffix(name, "/") {
		return rel, nil // as a folder's name, to be refused as one
	}
	return strings.TrimSuffix(rel, "/"), nil
}

func checkRelative(sessionID, name, rel string) (string, error) {
	clean := path.Clean(rel) // "." for ""
	switch {
	case name == "":
		return "", badName(InvalidName, sessionID, name, "is empty")
	case clean == "..", strings.HasPrefix(clean, "../"):
		return "", badName(OutsideSession, sessionID, name, "leads out of the session's folder")
	case clean == ".":
		return "", badName(InvalidName, sessionID, name, "is the session's folder itself")
	case strings.HasSuffix(rel, "/"), strings.HasSuffix(rel, "/."):
		return "", badName(InvalidName, sessionID, name, "ends as a folder's name does")
	}
	for part := range strings.SplitSeq(clean, "/") {
		if len(part) > maxComponent {
			return "", badName(InvalidName, sessionID, name, "has a part of more than 255 bytes")
		}
	}
	return clean, nil
}

func badName(code Code, sessionID, name, why string) error {
	return failed(code, nil, "the file name %s %s; use x, %s/x or %s/%s/x, where x is the file in the session's folder",
		quoted(name), why, sessionID, MountPoint, sessionID)
}
