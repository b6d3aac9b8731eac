package httpapi

import (
	"mime"
	"net/http"
	"path"
	"strings"
	"unicode"

	"power-interpreter/orchestrator"
)

// policy lets nothing run, load or submit, should a browser show a file as a page.
const policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"

// inline are the types that a browser may show: pictures of dots, and plain
// text. Whatever could hold a script (HTML, SVG, XML, PDF) is a download.
var inline = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "text/plain": true}

// describe heads an answer with what is known of the file. A sandbox has named
// and written it.
func describe(h http.Header, f orchestrator.Content) {
	h.Set("Content-Type", contentType(f.MIME))
	h.Set("Content-Disposition", disposition(f.MIME, path.Base(f.Path)))
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "private, no-cache")
	if f.ETag != "" {
		h.Set("ETag", f.ETag)
	}
	if !f.Modified.IsZero() {
		h.Set("Last-Modified", f.Modified.UTC().Format(http.TimeFormat))
	}
}

// contentType is kind with the character set that data work writes in.
func contentType(kind string) string {
	name, params, err := mime.ParseMediaType(kind)
	if err != nil {
		return "application/octet-stream"
	}
	if strings.HasPrefix(name, "text/") && params["charset"] == "" {
		return name + "; charset=utf-8"
	}
	return kind
}

// disposition names a file by RFC 6266: in ASCII for old clients, and whole by
// RFC 5987 where that differs.
func disposition(kind, name string) string {
	how := "attachment"
	if bare, _, err := mime.ParseMediaType(kind); err == nil && inline[bare] {
		how = "inline"
	}
	name = strings.Map(shown, strings.ToValidUTF8(name, "_"))
	plain := strings.Map(ascii, name)
	how += `; filename="` + plain + `"`
	if plain != name {
		how += "; filename*=UTF-8''" + percent(name)
	}
	return how
}

// shown keeps signs that would hide or turn a part of the name, and those that
// separate folders somewhere, out of it.
func shown(r rune) rune {
	if !unicode.IsPrint(r) || r == '/' || r == '\\' {
		return '_'
	}
	return r
}

// ascii keeps what a quoted string holds in every client: no quote, and no
// percent sign, which some decode.
func ascii(r rune) rune {
	if r > unicode.MaxASCII || r == '"' || r == '%' {
		return '_'
	}
	return r
}

// percent escapes all but RFC 5987's attr-char.
func percent(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!#$&+-.^_`|~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}
