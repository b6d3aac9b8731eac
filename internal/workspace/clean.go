package workspace

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxClean bounds each part of a cleaned name, in bytes: below NAME_MAX, so
	// that code can still add a suffix of its own.
	maxClean = 200

	// maxCleanParts bounds the sub-folders of a cleaned name; the last parts are
	// kept. Together with maxClean it stays below PATH_MAX.
	maxCleanParts = 16

	// maxExtension is the longest ending, in bytes, that survives shortening.
	maxExtension = 16

	// noName is what a file is called that has no usable name.
	noName = "download"

	// kept are the signs that stay as they are beside letters, digits and marks.
	// What is missing is missing for a reason: quotes and backslashes end string
	// literals, brackets and braces are globs (DuckDB reads FROM 'a[1].csv' as
	// one), ~ is a home folder, and < > : " | ? * are reserved elsewhere.
	kept = "._-+=@,()&!#%"
)

// UploadName is the name under which an uploaded or fetched file is stored:
// what ResolveName makes of it, cleaned by CleanName. It is relative to the
// session's folder and goes to Folder.Create as it is; it must not be resolved
// a second time. Errors are ResolveName's.
func UploadName(sessionID, name string) (string, error) {
	rel, err := ResolveName(sessionID, name)
	if err != nil {
		return "", err
	}
	return CleanName(rel), nil
}

// CleanName makes a harmless name of any string. / and \ separate sub-folders;
// empty parts, "." and ".." vanish. In each part letters, digits and marks of
// every script stay, as do single spaces and . _ - + = @ , ( ) & ! # %; any
// other sign becomes _. Dots at either end go, and so do spaces; a run of dots
// becomes one; a leading - becomes _. A part has at most 200 bytes (the
// extension is kept), a name at most 16 parts (the last ones). What has nothing
// left is "download". CleanName(CleanName(x)) is CleanName(x), and ResolveName
// accepts it.
func CleanName(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		if part = cleanPart(part); part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return noName
	}
	parts = parts[max(0, len(parts)-maxCleanParts):]
	return strings.Join(parts, "/")
}

func cleanPart(part string) string {
	part = trim(squeeze(strings.Map(cleanRune, part)))
	if rest, ok := strings.CutPrefix(part, "-"); ok {
		part = "_" + rest // to a command, a name that starts so is an option
	}
	return shorten(part)
}

func cleanRune(r rune) rune {
	switch {
	case r == utf8.RuneError: // also each byte that is no UTF-8
		return '_'
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), strings.ContainsRune(kept, r):
		return r
	case unicode.IsSpace(r):
		return ' '
	default:
		return '_'
	}
}

// squeeze makes one of each run of spaces, and one of each run of dots.
func squeeze(s string) string {
	var last rune
	return strings.Map(func(r rune) rune {
		if r == last && (r == ' ' || r == '.') {
			return -1
		}
		last = r
		return r
	}, s)
}

func trim(s string) string { return strings.Trim(s, " .") }

// shorten cuts the stem, between characters, until the part fits.
func shorten(part string) string {
	if len(part) <= maxClean {
		return part
	}
	ext := path.Ext(part)
	if len(ext) > maxExtension {
		ext = ""
	}
	stem := part[:maxClean-len(ext)]
	for !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return trim(stem) + ext
}
