package fetch

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"net/http"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxPage is how much of a web page is read to find its title.
	maxPage = 16 << 10

	// maxTitle is how much of a title is repeated, in characters: enough to tell
	// a sign-in page, too little to tell an agent anything else.
	maxTitle = 80
)

// isHTML tells a web page by what the server says or by how the bytes begin.
func isHTML(contentType string, head []byte) bool {
	if contentType == "text/html" || contentType == "application/xhtml+xml" {
		return true
	}
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")) // a byte-order mark hides it from DetectContentType
	if http.DetectContentType(head) == "text/html; charset=utf-8" {
		return true
	}
	head = bytes.ToLower(bytes.TrimSpace(head))
	return bytes.HasPrefix(head, []byte("<?xml")) && bytes.Contains(head, []byte("<html"))
}

// htmlPage refuses a web page and says which it is.
func htmlPage(got *answer, body io.Reader) error {
	page, _ := io.ReadAll(io.LimitReader(body, maxPage)) // what there is will do
	titled := ""
	if title := pageTitle(page); title != "" {
		titled = fmt.Sprintf(" titled %q", title)
	}
	return failed(HTMLPage, nil, "%s returned a web page%s, not a file; the file may need a sign-in, or this is the page about it: use the direct download address%s",
		got.final.Hostname(), titled, shareHint(got.asked))
}

var titleElement = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`)

func pageTitle(page []byte) string {
	match := titleElement.FindSubmatch(page)
	if match == nil {
		return ""
	}
	title := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r), r == utf8.RuneError:
			return -1
		default:
			return r
		}
	}, html.UnescapeString(string(match[1])))
	runes := []rune(strings.Join(strings.Fields(title), " "))
	if len(runes) > maxTitle {
		return string(runes[:maxTitle]) + "…"
	}
	return string(runes)
}
