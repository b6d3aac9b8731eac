package fetch

import (
	"mime"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
)

const (
	// maxName bounds a name from outside, in bytes: with an extension added it
	// still fits NAME_MAX, which is 255.
	maxName = 200

	// noName is what a file is called that nothing names.
	noName = "download"
)

// scripts are endings of the program that serves a file, not of the file.
var scripts = []string{"php", "asp", "aspx", "ashx", "jsp", "cgi", "do", "html", "htm"}

// naming is all that can name a file.
type naming struct {
	filename     string // as asked for; may have folders
	disposition  string
	asked, final string // the last parts of the URLs' paths
	gunzipped    bool
	contentType  string
	head         []byte
}

// checkFilename refuses a name whose extension no file could be fetched under,
// before anything is sent.
func (f *Fetcher) checkFilename(filename string) error {
	ext := extensionOf(path.Base(filename))
	if ext == "" || f.allowed(ext) {
		return nil
	}
	return failed(UnsupportedType, nil, "a .%s file cannot be fetched; the kinds that can are %s", ext, f.list())
}

// name picks the name and sees that it has an allowed extension.
func (f *Fetcher) name(n naming) (string, error) {
	base := f.base(&n)
	if f.allowed(extensionOf(base)) || strings.HasSuffix(base, "/") {
		return base, nil // a folder's name, made a file's, would not be what was asked for
	}
	for _, ext := range n.clues(extensionOf(base) == "") {
		if f.allowed(ext) {
			return base + "." + ext, nil
		}
	}
	return "", failed(UnsupportedType, nil, "the file %q (%s) is of a kind that cannot be fetched; the kinds that can are %s. If it is one of them, say so in filename, as data.csv", base, n.contentType, f.list())
}

// clues are the extensions that a file might have, the surest first. To one
// that has an extension already (docx, say) only the surest is applied.
func (n naming) clues(bare bool) []string {
	if !bare {
		return []string{extensions[n.contentType]}
	}
	return []string{
		extensions[n.contentType],
		extensionOf(n.disposition), extensionOf(n.asked), extensionOf(n.final),
		signature(n.head),
		vague[n.contentType],
	}
}

// base is the name as it is given: by the caller, the server, or the URL.
func (f *Fetcher) base(n *naming) string {
	if n.gunzipped {
		n.disposition = strings.TrimSuffix(n.disposition, ".gz")
		n.asked = strings.TrimSuffix(n.asked, ".gz")
		n.final = strings.TrimSuffix(n.final, ".gz")
	}
	switch {
	case n.filename != "":
		return n.filename
	case n.disposition != "":
		return n.disposition
	case f.allowed(extensionOf(n.asked)):
		return n.asked
	case f.allowed(extensionOf(n.final)):
		return n.final
	}
	for _, name := range []string{n.asked, n.final} {
		if slices.Contains(scripts, extensionOf(name)) {
			name = strings.TrimSuffix(name, path.Ext(name))
		}
		if name != "" {
			return name
		}
	}
	return noName
}

func (f *Fetcher) allowed(ext string) bool { return slices.Contains(f.config.AllowedExt, ext) }

func (f *Fetcher) list() string { return strings.Join(f.config.AllowedExt, " ") }

// urlName is the last part of a URL's path.
func urlName(u *url.URL) string { return lastPart(u.Path) }

// dispositionName is the file name in a Content-Disposition header (RFC 6266):
// filename* before filename, and what servers write instead of either.
func dispositionName(header string) string {
	_, params, err := mime.ParseMediaType(header)
	if err != nil || params["filename"] == "" {
		return lastPart(looseName(header))
	}
	name := params["filename"]
	if decoded, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
		name = decoded // =?utf-8?b?...?=, which belongs in mail only
	}
	return lastPart(name)
}

// looseName finds filename= in a header that breaks the rules, mostly by
// spaces or letters beyond ASCII without quotes.
func looseName(header string) string {
	i := strings.Index(strings.ToLower(header), "filename=")
	if i < 0 {
		return ""
	}
	name, _, _ := strings.Cut(header[i+len("filename="):], ";")
	return strings.Trim(name, `" `)
}

// lastPart reduces a name from outside to the part after the last slash of
// either kind, printable and bounded.
func lastPart(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, name)
	if name = strings.TrimSpace(name); strings.Trim(name, ".") == "" {
		return ""
	}
	return shorten(name)
}

// shorten cuts a name's stem and keeps its extension.
func shorten(name string) string {
	if len(name) <= maxName {
		return name
	}
	ext := ""
	if extensionOf(name) != "" {
		ext = path.Ext(name)
	}
	return strings.ToValidUTF8(name[:maxName-len(ext)], "") + ext
}
