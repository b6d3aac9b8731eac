package mcptool

import "strings"

// synonyms are words that callers use for arguments whose names are not alike.
var synonyms = map[string]string{
	"script": "code", "source": "code", "python": "code", "cell": "code", "input": "code",
	"sql": "query", "statement": "query",
	"path": "filename", "file": "filename", "key": "filename",
	"data": "content_base64", "base64": "content_base64", "body": "content_base64",
	"link": "url", "uri": "url", "href": "url",
	"table": "dataset_name", "dataframe": "dataset_name", "variable": "dataset_name",
	"id": "job_id", "job": "job_id", "session": "session_id", "kernel": "session_id",
	"maxrows": "limit", "rows": "limit", "start": "offset", "skip": "offset", "seconds": "timeout",
}

// nearest returns the name that a wrong one most likely meant, or "".
func nearest(wrong string, names []string) string {
	w := plain(clip(wrong, maxEcho))
	best, least := "", 3 // at most two letters wrong
	for _, name := range names {
		n := plain(name)
		if len(w) >= 3 && (strings.Contains(n, w) || strings.Contains(w, n)) {
			return name
		}
		if d := distance(w, n); d < least && d < len(n)/2+1 {
			best, least = name, d
		}
	}
	if best != "" {
		return best
	}
	for _, name := range names {
		if synonyms[w] == name {
			return name
		}
	}
	return ""
}

// plain leaves letters and digits only, in lower case.
func plain(s string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "", ".", "").Replace(strings.ToLower(s))
}

// distance counts the letters to change, add or drop from a to b (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := before
			if a[i] != b[j] {
				change++
			}
			before = row[j+1]
			row[j+1] = min(change, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
