package fetch_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"power-interpreter/internal/fetch"
)

// named is an answer from which a file's name is to be found.
type named struct {
	path, filename, disposition, contentType, body string
}

func fetchNamed(t *testing.T, config fetch.Config, n named) (string, error) {
	t.Helper()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n.disposition != "" {
			w.Header().Set("Content-Disposition", n.disposition)
		}
		file(n.contentType, n.body+"some content")(w, r)
	})
	config.AllowPrivate = loopback
	d, err := fetch.New(config).Fetch(context.Background(), url+n.path, n.filename)
	if err != nil {
		return "", err
	}
	return d.Name, d.Close()
}

func TestNamesComeFromTheSurestSource(t *testing.T) {
	const octets = "application/octet-stream"
	for want, n := range map[string]named{
		"asked.csv":        {path: "/url.csv", filename: "asked.csv", disposition: `attachment; filename="said.csv"`},
		"said.csv":         {path: "/url.csv", disposition: `attachment; filename="said.csv"`},
		"url.csv":          {path: "/dir/url.csv"},
		"sub/asked.csv":    {path: "/url.csv", filename: "sub/asked.csv"},
		"sub/bare.xlsx":    {path: "/url.xlsx", filename: "sub/bare", contentType: octets},
		"typed.csv":        {path: "/x", filename: "typed", contentType: "text/csv; header=present"},
		"Umsätze.csv":      {disposition: `attachment; filename="Umsaetze.csv"; filename*=UTF-8''Ums%C3%A4tze.csv`},
		"naïve file.csv":   {disposition: `attachment; filename*=utf-8'en'na%C3%AFve%20file.csv; filename=plain.csv`},
		"spaced name.csv":  {disposition: `attachment; filename=spaced name.csv`},
		"roh.csv":          {disposition: `filename="roh.csv"`},
		"mail.csv":         {disposition: `attachment; filename="=?utf-8?B?bWFpbC5jc3Y=?="`},
		"passwd.csv":       {disposition: `attachment; filename="../../etc/passwd.csv"`},
		"windows.csv":      {disposition: `attachment; filename*=UTF-8''C%3A%5Cdata%5Cwindows.csv`},
		"ctrl.csv":         {disposition: `attachment; filename*=UTF-8''ctrl%0A%00.csv`},
		"encoded name.csv": {path: "/a/encoded%20name.csv"},
		"slash.csv":        {path: "/a%2F..%2Fslash.csv"},
		"export.csv":       {path: "/export.php?id=4", contentType: "text/csv"},
		"page.json":        {path: "/page.aspx", contentType: "application/json"},
		"v1.2.json":        {path: "/v1.2", contentType: "application/json"},
		"download.csv":     {path: "/", contentType: "text/csv"},
		"dots.csv":         {path: "/dots", disposition: `attachment; filename=".."`, contentType: "text/csv"},
		"UPPER.CSV":        {path: "/UPPER.CSV"},
		"plain.csv":        {path: "/plain.csv", contentType: "text/plain"},
		"notes.txt":        {path: "/notes", contentType: "text/plain"},
		"old.xls":          {path: "/old", contentType: "application/vnd.ms-excel"},
		"map.geojson.json": {path: "/map.geojson", contentType: "application/geo+json"},
		"magic.parquet":    {path: "/magic", contentType: octets, body: "PAR1"},
		"db.sqlite":        {path: "/db", contentType: octets, body: "SQLite format 3\x00"},
		"paper.pdf":        {path: "/paper", contentType: octets, body: "%PDF-1.7"},
		"pic.png":          {path: "/pic", contentType: octets, body: "\x89PNG\r\n\x1a\n"},
		"photo.jpg":        {path: "/photo", contentType: octets, body: "\xff\xd8\xff"},
		"bundle.zip":       {path: "/bundle", contentType: octets, body: "PK\x03\x04"},
		"book.xlsx":        {path: "/book", contentType: octets, body: "PK\x03\x04....[Content_Types].xml"},
		"2024.05.csv":      {path: "/x", filename: "2024.05", contentType: "text/csv"},
	} {
		if n.contentType == "" {
			n.contentType = octets
		}
		if got, err := fetchNamed(t, fetch.Config{}, n); err != nil || got != want {
			t.Errorf("%+v is called %q, %v; want %q", n, got, err, want)
		}
	}
}

func TestOtherKindsOfFileAreRefusedWithTheList(t *testing.T) {
	for _, n := range []named{
		{path: "/setup.exe", contentType: "application/octet-stream"},
		{path: "/script.py", contentType: "text/plain"},
		{path: "/report.docx", contentType: "application/octet-stream", body: "PK\x03\x04....[Content_Types].xml"},
		{path: "/data.tar.gz", contentType: "application/gzip"},
		{path: "/film", contentType: "video/mp4"},
		{path: "/x.csv", filename: "x.exe", contentType: "text/csv"},
		{path: "/x.csv", filename: "x.html", contentType: "text/csv"},
		{path: "/x.csv", disposition: `attachment; filename="x.sh"`, contentType: "application/octet-stream", body: "#!"},
	} {
		_, err := fetchNamed(t, fetch.Config{}, n)
		wantWords(t, wantCode(t, err, fetch.UnsupportedType), "xlsx xls csv tsv json jsonl parquet pdf txt png jpg jpeg zip db sqlite")
	}
}

func TestTheListOfKindsCanBeSet(t *testing.T) {
	config := fetch.Config{AllowedExt: []string{".CSV", "geojson"}}
	if name, err := fetchNamed(t, config, named{path: "/x.geojson", contentType: "application/octet-stream"}); err != nil || name != "x.geojson" {
		t.Errorf("geojson is called %q, %v", name, err)
	}
	_, err := fetchNamed(t, config, named{path: "/x", contentType: "application/pdf"})
	wantWords(t, wantCode(t, err, fetch.UnsupportedType), "csv geojson")
}

func TestAFileNameThatCannotBeIsRefusedBeforeAnythingIsSent(t *testing.T) {
	url, visits := secret(t)
	_, _, err := get(t, fetch.Config{AllowPrivate: loopback}, url+"/x.csv", "tool.exe")
	wantCode(t, err, fetch.UnsupportedType)
	if visits.Load() != 0 {
		t.Error("the server was asked")
	}
}

func TestLongNamesFromOutsideAreShortened(t *testing.T) {
	long := strings.Repeat("ü", 300)
	for want, n := range map[string]named{
		strings.Repeat("ü", 98) + ".csv":      {path: "/" + long + ".csv"},
		strings.Repeat("ü", 100) + ".json":    {path: "/" + long, contentType: "application/json"},
		strings.Repeat("x", 192) + ".parquet": {disposition: `attachment; filename="` + strings.Repeat("x", 900) + `.parquet"`},
	} {
		if got, err := fetchNamed(t, fetch.Config{}, n); err != nil || got != want {
			t.Errorf("it is called %q, %v; want %q", got, err, want)
		}
	}
}

func TestAFolderAsTheNameIsLeftToTheCallerToRefuse(t *testing.T) {
	if got, err := fetchNamed(t, fetch.Config{}, named{path: "/x.csv", filename: "sub/", contentType: "text/csv"}); err != nil || got != "sub/" {
		t.Errorf("it is called %q, %v", got, err)
	}
}
