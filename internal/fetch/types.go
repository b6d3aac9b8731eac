package fetch

import (
	"bytes"
	"mime"
	"net/http"
	"strings"
)

// extensions are the endings of the media types that data comes in. A type that
// servers also use for other things is in vague.
var extensions = map[string]string{
	"text/csv":                       "csv",
	"application/csv":                "csv",
	"text/tab-separated-values":      "tsv",
	"application/json":               "json",
	"text/json":                      "json",
	"application/geo+json":           "json",
	"application/jsonl":              "jsonl",
	"application/x-jsonlines":        "jsonl",
	"application/x-ndjson":           "jsonl",
	"application/pdf":                "pdf",
	"image/png":                      "png",
	"image/jpeg":                     "jpg",
	"application/vnd.sqlite3":        "sqlite",
	"application/x-sqlite3":          "sqlite",
	"application/parquet":            "parquet",
	"application/x-parquet":          "parquet",
	"application/vnd.apache.parquet": "parquet",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}

// vague types are believed only when nothing else tells: CSV is often sent as
// text/plain or as Excel's, and an xlsx file is a zip.
var vague = map[string]string{
	"text/plain":                   "txt",
	"application/vnd.ms-excel":     "xls",
	"application/zip":              "zip",
	"application/x-zip-compressed": "zip",
}

// maxType bounds a media type, in bytes (RFC 6838, 4.2: two names of 127).
const maxType = 255

// contentType is the media type without parameters, lower case; where the
// server says nothing usable, by the first bytes.
func contentType(header string, head []byte) string {
	said, _, err := mime.ParseMediaType(header)
	if said == "" || err != nil && err != mime.ErrInvalidMediaParameter || len(said) > maxType || said == "application/octet-stream" {
		said, _, _ = mime.ParseMediaType(http.DetectContentType(head))
	}
	return said
}

// signature tells an ending by how the files of a format begin, or gives "".
func signature(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("PAR1")):
		return "parquet"
	case bytes.HasPrefix(head, []byte("SQLite format 3\x00")):
		return "sqlite"
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return "pdf"
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return "png"
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return "jpg"
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")): // OLE, the old Office formats
		return "xls"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")) && bytes.Contains(head, []byte("[Content_Types].xml")):
		return "xlsx"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "zip"
	}
	return ""
}

// extensionOf is a name's ending, lower case and without the dot, or "" if what
// follows the last dot is not like one ("v2.final version", "2024.05", "data.").
func extensionOf(name string) string {
	i := strings.LastIndexByte(name, '.')
	ext := strings.ToLower(name[i+1:])
	if i < 0 || len(ext) > maxExtension || !alphanumeric(ext) || strings.Trim(ext, digits) == "" {
		return ""
	}
	return ext
}

const digits = "0123456789"

func alphanumeric(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && !strings.ContainsRune(digits, r) })
}

// maxExtension is longer than the longest ending in use ("parquet", "geojson").
const maxExtension = 10
