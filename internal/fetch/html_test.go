package fetch_test

import (
	"strings"
	"testing"

	"power-interpreter/internal/fetch"
)

func TestAWebPageIsRefusedByItsTitle(t *testing.T) {
	for name, page := range map[string]struct{ contentType, body, title string }{
		"as it says":         {"text/html; charset=utf-8", "<!doctype html><title>Sign in</title>", `titled "Sign in"`},
		"disguised":          {"text/csv", "\n <!DOCTYPE html>\n<html><head><TITLE lang=de>Sign&nbsp;in\n &amp; more</TITLE>", `titled "Sign in & more"`},
		"octets":             {"application/octet-stream", "<html><title>Sign in</title>", `titled "Sign in"`},
		"with a BOM":         {"text/csv", "\xef\xbb\xbf<html><title>Sign in</title>", `titled "Sign in"`},
		"xhtml":              {"text/csv", "<?xml version='1.0'?>\n<HTML><title>Sign in</title>", `titled "Sign in"`},
		"titled late":        {"text/csv", "<html>" + strings.Repeat(" ", 4000) + "<title>Sign in</title>", `titled "Sign in"`},
		"not titled":         {"text/html", "no title", "a web page, not a file"},
		"empty title":        {"text/html", "<title> \x00 </title>", "a web page, not a file"},
		"titled with tricks": {"text/html", "<title>a\x1b[2J\u202eb\xff</title>", `titled "a[2Jb"`},
		"titled too long":    {"text/html", "<title>" + strings.Repeat("ü", 5000) + "</title>", strings.Repeat("ü", 80) + "…"},
		"endless":            {"text/html", strings.Repeat("<p>", 100000), "a web page, not a file"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := get(t, fetch.Config{AllowPrivate: loopback}, serve(t, file(page.contentType, page.body))+"/x.csv", "data.csv")
			message := wantCode(t, err, fetch.HTMLPage)
			wantWords(t, message, page.title, "direct download")
			if len(message) > 600 {
				t.Errorf("the message has %d bytes", len(message))
			}
		})
	}
}

func TestWhatOnlyLooksLikeMarkupIsFetched(t *testing.T) {
	for _, body := range []string{"<5,>6\n", "a,<html>\n", "<?xml version='1.0'?><rows/>", "\ufeffname,<b>\n"} {
		if _, got, err := get(t, fetch.Config{AllowPrivate: loopback}, serve(t, file("text/csv", body))+"/x.csv", ""); err != nil || got != body {
			t.Errorf("%q: got %q, %v", body, got, err)
		}
	}
}

func TestShareLinksGetTheirDirectForm(t *testing.T) {
	for link, direct := range map[string]string{
		"http://drive.google.com/file/d/ID123/view?usp=sharing":  "https://drive.google.com/uc?export=download&id=ID123",
		"http://drive.google.com/open?id=ID123":                  "https://drive.google.com/uc?export=download&id=ID123",
		"http://docs.google.com/spreadsheets/d/ID123/edit#gid=0": "https://docs.google.com/spreadsheets/d/ID123/export?format=xlsx",
		"http://docs.google.com/document/d/ID123/edit":           "https://docs.google.com/document/d/ID123/export?format=pdf",
		"http://docs.google.com/presentation/d/ID123/edit":       "https://docs.google.com/presentation/d/ID123/export/pdf",
		"http://www.dropbox.com/scl/fi/abc/x.csv?rlkey=k&dl=0":   "http://www.dropbox.com/scl/fi/abc/x.csv?dl=1&rlkey=k",
		"http://onedrive.live.com/redir?resid=1":                 "http://onedrive.live.com/redir?download=1&resid=1",
		"http://corp.sharepoint.com/:x:/s/a?e=1":                 "http://corp.sharepoint.com/:x:/s/a?download=1&e=1",
		"http://github.com/o/r/blob/main/data/x%20y.csv":         "https://raw.githubusercontent.com/o/r/main/data/x%20y.csv",
		"http://gist.github.com/o/abc":                           "https://gist.githubusercontent.com/o/abc/raw",
		"http://gitlab.com/o/r/-/blob/main/x.csv":                "https://gitlab.com/o/r/-/raw/main/x.csv",
		"http://huggingface.co/datasets/o/r/blob/main/x.parquet": "https://huggingface.co/datasets/o/r/resolve/main/x.parquet",
		"http://example.org/x.csv":                               "",
		"http://drive.google.com/drive/folders/abc":              "",
		"http://docs.google.com/forms":                           "",
		"http://www.dropbox.com/s/abc/x.csv?dl=1":                "",
	} {
		message := pageAt(t, link)
		if direct == "" && strings.Contains(message, "probably") || !strings.Contains(message, direct) {
			t.Errorf("for %s the message is %q, want %q", link, message, direct)
		}
	}
}

// pageAt fetches a link from a server that has a web page for every name, and
// returns the message.
func pageAt(t *testing.T, link string) string {
	t.Helper()
	server := serve(t, file("text/html", "<title>Shared file</title>"))
	host, path, _ := strings.Cut(strings.TrimPrefix(link, "http://"), "/")
	config := fetch.Config{AllowPrivate: loopback, Resolver: resolving(host, "127.0.0.1")}
	_, _, err := get(t, config, "http://"+host+":"+portOf(server)+"/"+path, "")
	return strings.ReplaceAll(wantCode(t, err, fetch.HTMLPage), ":"+portOf(server), "")
}
