package httpapi_test

import (
	"strings"
	"testing"
)

func TestAChartIsFoundByItsName(t *testing.T) {
	s := newSite(t)
	for path, content := range map[string]string{
		"charts/kept.png": "in charts", "both.png": "at the top", "charts/both.png": "in charts", "out/deep/saved.png": "deep",
		"out/plot.svg": "<svg/>", "notes.txt": "text", "charts/data.csv": "a,b",
	} {
		s.put("/files/s/"+path, content)
	}
	for path, want := range map[string]string{
		"/charts/s/kept.png": "in charts", "/charts/s/both.png": "at the top", "/charts/s/charts/both.png": "in charts",
		"/charts/s/saved.png": "deep", "/charts/s/out/deep/saved.png": "deep", "/charts/s/plot.svg": "<svg/>",
		"/charts/s/notes.txt": "", "/charts/s/data.csv": "", "/charts/s/none.png": "", "/charts/s/deep/saved.png": "", "/charts/none/kept.png": "",
	} {
		a := s.get(path)
		if want == "" && a.status != 404 || want != "" && (a.status != 200 || a.body != want) {
			t.Errorf("%s: %d %q", path, a.status, a.body)
		}
	}
	for path, status := range map[string]int{"/charts/s/../t/x.png": 403, "/charts/s/": 400, "/charts/.s/x.png": 400} {
		if a := s.get(path); a.status != status {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	link := s.link(s.links.Get(ann("s"), s.nonce("ann", "s"), "charts/kept.png"))
	for _, path := range []string{"/charts/s/kept.png", "/charts/s/charts/kept.png"} {
		if a := s.get(path+link[strings.Index(link, "?"):], "Authorization", ""); a.body != "in charts" {
			t.Errorf("%s by a file's link: %d", path, a.status)
		}
	}
	if a := s.get("/charts/s/both.png"+link[strings.Index(link, "?"):], "Authorization", ""); a.status != 404 {
		t.Errorf("another chart by a link: %d", a.status)
	}
}
