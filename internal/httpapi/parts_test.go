package httpapi_test

import (
	"fmt"
	"strings"
	"testing"
)

// part sends bytes of a file of ten from offset on, as curl -C does.
func (s *site) part(path, ranges, content string, header ...string) answer {
	s.t.Helper()
	return s.put(path, content, append(header, "Content-Range", ranges)...)
}

func TestAnUploadGoesOnWhereItWasCut(t *testing.T) {
	s := newSite(t)
	const path = "/files/s/x"
	stands := func(want string) {
		t.Helper()
		if a := s.part(path, "bytes */10", ""); a.status != 202 || a.header.Get("Upload-Offset") != want {
			t.Errorf("it stands at %s (%d %s), want %s", a.header.Get("Upload-Offset"), a.status, a.body, want)
		}
	}
	stands("0")
	c := s.begin("PUT "+path+" HTTP/1.1\r\nContent-Range: bytes 0-9/10\r\nContent-Length: 10", "0123")
	s.underway()
	c.Close()
	stands("4")
	if a := s.part(path, "bytes 6-9/10", "6789"); a.status != 409 || a.header.Get("Upload-Offset") != "4" {
		t.Errorf("a gap: %d %s", a.status, a.body)
	}
	if a := s.part(path, "bytes 4-5/12", "45"); a.status != 409 {
		t.Errorf("another size: %d %s", a.status, a.body)
	}
	if a := s.part(path, "bytes 4-6/10", "456"); a.status != 202 || a.header.Get("Upload-Offset") != "7" {
		t.Errorf("a part: %d %s", a.status, a.body)
	}
	if a := s.get(path); a.status != 404 {
		t.Errorf("half a file is there: %d", a.status)
	}
	if a := s.part(path, "bytes 5-9/10", "56789"); a.status != 201 { // two bytes once more
		t.Errorf("the rest: %d %s", a.status, a.body)
	}
	if a := s.get(path); a.body != "0123456789" || s.staged() != 0 {
		t.Errorf("%q, %d on their way", a.body, s.staged())
	}
	stands("0")
}

func TestPartsAreBoundedAndDieWithTheirSession(t *testing.T) {
	s := newSite(t)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		if a := s.part("/files/s/"+name, "bytes 0-3/10", "0123"); a.status != 202 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if n := s.staged(); n != 4 {
		t.Errorf("%d parts are kept", n)
	}
	if a := s.part("/files/s/a", "bytes */10", ""); a.header.Get("Upload-Offset") != "0" {
		t.Errorf("the oldest is kept: %s", a.body)
	}
	if a := s.part("/files/s/b", "bytes 0-9/10", "0123456789"); a.status != 201 {
		t.Errorf("begun anew: %d %s", a.status, a.body)
	}
	if err := s.Delete(t.Context(), ann("s")); err != nil {
		t.Fatal(err)
	}
	if n := s.staged(); n != 0 {
		t.Errorf("%d parts outlive their session", n)
	}
}

func TestPartsCountAsTheSessionsFiles(t *testing.T) {
	s := newSite(t)
	mib := strings.Repeat("x", maxUpload)
	for _, name := range []string{"a", "b", "c", "d"} {
		if a := s.part("/files/s/"+name, "bytes 0-1048574/1048576", mib[1:]); a.status != 202 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	for _, name := range []string{"1", "2", "3", "4"} {
		if a := s.put("/files/s/"+name, mib); a.status != 201 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := s.put("/files/s/5", mib); a.status != 413 {
		t.Errorf("beyond the session's disk: %d %s", a.status, a.body)
	}
}

func TestAPartThatMakesNoSenseIsRefused(t *testing.T) {
	s := newSite(t)
	for ranges, status := range map[string]int{
		"bytes 0-9": 400, "bytes 0-9/*": 400, "bytes 5-4/10": 400, "bytes 0-10/10": 400, "bytes -1-3/10": 400, "lines 0-3/10": 400, "bytes a-b/c": 400,
		"bytes 0-99999999999999999999/99999999999999999999": 400, "bytes 0-3/2000000": 413, "bytes 0-8/10": 400,
	} {
		if a := s.part("/files/s/x", ranges, "0123"); a.status != status {
			t.Errorf("%s: %d %s", ranges, a.status, a.body)
		}
	}
	if a := s.part("/files/none/x", "bytes */10", ""); a.status != 202 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if all, _ := s.Sessions(t.Context(), "ann"); len(all) != 0 {
		t.Errorf("to ask made %v", all)
	}
}

func TestOneOwnersPartsKeepNoOtherOwnersOut(t *testing.T) {
	s := newSite(t)
	kept := 0
	for i := range 20 {
		if a := s.part(fmt.Sprintf("/files/s%d/x", i), "bytes 0-3/10", "0123"); a.status == 202 {
			kept++
		} else if a.status != 503 {
			t.Errorf("%d: %d %s", i, a.status, a.body)
		}
	}
	if kept != 16 {
		t.Errorf("%d of one owner are kept", kept)
	}
	if a := s.part("/files/s/x", "bytes 0-3/10", "0123", "Authorization", "Bearer k-bob"); a.status != 202 {
		t.Errorf("another's: %d %s", a.status, a.body)
	}
	if a := s.part("/files/s0/x", "bytes 4-9/10", "456789"); a.status != 201 {
		t.Errorf("the rest: %d %s", a.status, a.body)
	}
}
