package workspace

import (
	"io"
	"net/http"
	"os"
	"path"
	"strings"
)

// unknownType is the MIME type of a file about which nothing is known
// (RFC 2046, 4.5.1).
const unknownType = "application/octet-stream"

// sniffLength is how much of a file http.DetectContentType looks at.
const sniffLength = 512

// typeOf tells the MIME type by the name's extension: the files that data work
// is made of. The host's own table is not asked; it differs from host to host.
func typeOf(name string) string {
	if t, ok := types[strings.ToLower(path.Ext(name))]; ok {
		return t
	}
	return unknownType
}

var types = map[string]string{
	".csv":     "text/csv",
	".tsv":     "text/tab-separated-values",
	".txt":     "text/plain",
	".log":     "text/plain",
	".md":      "text/markdown",
	".py":      "text/x-python",
	".sql":     "application/sql",
	".html":    "text/html",
	".xml":     "application/xml",
	".yaml":    "application/yaml",
	".yml":     "application/yaml",
	".json":    "application/json",
	".geojson": "application/geo+json",
	".jsonl":   "application/jsonl",
	".ndjson":  "application/x-ndjson",
	".ipynb":   "application/x-ipynb+json",
	".xlsx":    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".xls":     "application/vnd.ms-excel",
	".docx":    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".pptx":    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".parquet": "application/vnd.apache.parquet",
	".feather": "application/vnd.apache.arrow.file",
	".pdf":     "application/pdf",
	".db":      "application/vnd.sqlite3",
	".sqlite":  "application/vnd.sqlite3",
	".zip":     "application/zip",
	".gz":      "application/gzip",
	".png":     "image/png",
	".jpg":     "image/jpeg",
	".jpeg":    "image/jpeg",
	".gif":     "image/gif",
	".svg":     "image/svg+xml",
	".webp":    "image/webp",
}

// sniffed is typeOf, with a look at the bytes where the name says nothing.
// The file's offset stays where it is.
func sniffed(name string, f *os.File) (string, error) {
	if t := typeOf(name); t != unknownType {
		return t, nil
	}
	var head [sniffLength]byte
	n, err := f.ReadAt(head[:], 0)
	if err != nil && err != io.EOF {
		return "", err
	}
	return http.DetectContentType(head[:n]), nil
}
