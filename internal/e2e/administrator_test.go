//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"
)

const (
	adminKey = "an-administrators-key"
	keyOfAnn = "a-key-of-anns"
)

// inspection is what a test reads of a listed session.
type inspection struct {
	ID      string `json:"id"`
	Owner   string `json:"owner"`
	Session string `json:"session_id"`
	State   string `json:"state"`
	Running *struct {
		ID  string `json:"id"`
		Job bool   `json:"job"`
	} `json:"running"`
	Queued int `json:"queued"`
	Memory struct {
		Now   *int64 `json:"bytes"`
		Peak  *int64 `json:"peak_bytes"`
		Limit int64  `json:"limit_bytes"`
	} `json:"memory"`
	CPU struct {
		Cores   *float64 `json:"cores"`
		Seconds *float64 `json:"seconds"`
	} `json:"cpu"`
	Pids struct {
		Now *int64 `json:"count"`
	} `json:"pids"`
	Disk struct {
		Bytes *int64 `json:"bytes"`
		Files *int64 `json:"files"`
	} `json:"disk"`
	Sandbox *struct {
		State string `json:"state"`
		Image string `json:"image"`
	} `json:"sandbox"`
	LastDeath *struct {
		Cause string `json:"cause"`
	} `json:"last_death"`
	Unknown []string `json:"unknown"`
}

// administrator asks one server's /admin.
type administrator struct {
	t *testing.T
	s *server
}

// ask sends a request with the key; header is name, value, … and an empty value
// leaves one out.
func (a administrator) ask(method, path string, header ...string) (status int, body string) {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), hang)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, a.s.url+path, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+adminKey)
	for i := 0; i < len(header); i += 2 {
		switch {
		case header[i] == "Host":
			r.Host = header[i+1]
		case header[i+1] == "":
			r.Header.Del(header[i])
		default:
			r.Header.Set(header[i], header[i+1])
		}
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func (a administrator) list() []inspection {
	a.t.Helper()
	var all struct {
		Version  int
		Sessions []inspection
	}
	status, body := a.ask("GET", "/admin/sessions")
	if err := json.Unmarshal([]byte(body), &all); err != nil || status != 200 || all.Version != 1 {
		a.t.Fatalf("%d %s: %v", status, body, err)
	}
	return all.Sessions
}

// session waits until one is listed as wanted, and returns it.
func (a administrator) session(name string, wanted func(inspection) bool) inspection {
	a.t.Helper()
	var last []inspection
	for deadline := time.Now().Add(hang); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		last = a.list()
		for _, s := range last {
			if s.Session == name && wanted(s) {
				return s
			}
		}
	}
	a.t.Fatalf("session %s is never listed as wanted: %+v", name, last)
	return inspection{}
}

func measured(s inspection) bool { return s.Memory.Now != nil && s.Disk.Bytes != nil }

// act does something to a session and wants it done.
func (a administrator) act(method, path string) {
	a.t.Helper()
	if status, body := a.ask(method, path); status != 200 {
		a.t.Fatalf("%s %s: %d %s", method, path, status, body)
	}
}
