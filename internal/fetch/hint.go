package fetch

import (
	"fmt"
	"net/url"
	"strings"
)

// shareHint gives the direct form of well-known sites' share links, as a
// sentence to append, or "".
func shareHint(u *url.URL) string {
	direct := directForm(u)
	if direct == "" {
		return ""
	}
	return fmt.Sprintf(". For this link that is probably %s (the file must be shared with anyone who has the link)", direct)
}

func directForm(u *url.URL) string {
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	parts := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	switch {
	case host == "drive.google.com":
		return driveForm(u, parts)
	case host == "docs.google.com":
		return docsForm(parts)
	case host == "github.com" && len(parts) > 4 && parts[2] == "blob":
		return "https://raw.githubusercontent.com/" + strings.Join(append(parts[:2:2], parts[3:]...), "/")
	case host == "gist.github.com" && len(parts) == 2:
		return "https://gist.githubusercontent.com/" + parts[0] + "/" + parts[1] + "/raw"
	case host == "gitlab.com" && strings.Contains(u.EscapedPath(), "/-/blob/"):
		return "https://gitlab.com" + strings.Replace(u.EscapedPath(), "/-/blob/", "/-/raw/", 1)
	case host == "huggingface.co" && strings.Contains(u.EscapedPath(), "/blob/"):
		return "https://huggingface.co" + strings.Replace(u.EscapedPath(), "/blob/", "/resolve/", 1)
	case host == "dropbox.com":
		return withQuery(u, "dl", "1")
	case host == "onedrive.live.com", host == "1drv.ms", strings.HasSuffix(host, ".sharepoint.com"):
		return withQuery(u, "download", "1")
	}
	return ""
}

func driveForm(u *url.URL, parts []string) string {
	id := u.Query().Get("id")
	if len(parts) >= 3 && parts[0] == "file" && parts[1] == "d" {
		id = parts[2]
	}
	if id == "" {
		return ""
	}
	return "https://drive.google.com/uc?export=download&id=" + url.QueryEscape(id)
}

// docsForm exports Google's own documents in the format nearest to data.
func docsForm(parts []string) string {
	if len(parts) < 3 || parts[1] != "d" {
		return ""
	}
	base := "https://docs.google.com/" + parts[0] + "/d/" + parts[2]
	switch parts[0] {
	case "spreadsheets":
		return base + "/export?format=xlsx"
	case "document":
		return base + "/export?format=pdf"
	case "presentation":
		return base + "/export/pdf"
	}
	return ""
}

func withQuery(u *url.URL, key, value string) string {
	query := u.Query()
	if query.Get(key) == value {
		return "" // that is the form that was asked for
	}
	query.Set(key, value)
	direct := *u
	direct.Fragment = ""
	direct.RawQuery = query.Encode()
	return direct.String()
}
