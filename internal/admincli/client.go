// Package admincli is `power-interpreter sessions`: it asks a running server for
// its sessions, as any administrator may over HTTP, and shows them on a terminal.
package admincli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"power-interpreter/orchestrator"
)

const (
	// askTime bounds one question. The server itself bounds what it does for one
	// to about ten seconds.
	askTime = 30 * time.Second
	// maxAnswer bounds an answer in bytes: a session takes 1 KB, and a server keeps
	// at most orchestrator.UIDCount of them.
	maxAnswer = 16 << 20
)

// Client asks one server.
type Client struct {
	// URL is where the server is, as http://127.0.0.1:8000.
	URL string
	// Key is its ADMIN_KEY, empty where it asks for none.
	Key string
}

// Overview returns all sessions, and the same as the server sent it.
func (c Client) Overview(ctx context.Context) (all orchestrator.Overview, raw []byte, err error) {
	raw, err = c.ask(ctx, http.MethodGet, "")
	if err != nil {
		return all, nil, err
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		return all, nil, c.foreign(err)
	}
	return all, raw, nil
}

// Intervene acts on the session with that internal id.
func (c Client) Intervene(ctx context.Context, id string, act orchestrator.Intervention) (did orchestrator.Intervened, err error) {
	method, path := http.MethodPost, "/"+url.PathEscape(id)+"/"+string(act)
	if act == orchestrator.InterventionDelete {
		method, path = http.MethodDelete, "/"+url.PathEscape(id)
	}
	raw, err := c.ask(ctx, method, path)
	if err != nil {
		return did, err
	}
	if err := json.Unmarshal(raw, &did); err != nil {
		return did, c.foreign(err)
	}
	return did, nil
}

func (c Client) ask(ctx context.Context, method, path string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.URL, "/")+"/admin/sessions"+path, nil)
	if err != nil || r.URL.Host == "" {
		return nil, fmt.Errorf("%q is no URL of a server: write it as http://127.0.0.1:8000", c.URL)
	}
	if c.Key != "" {
		r.Header.Set("Authorization", "Bearer "+c.Key)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		return nil, c.unreached(err)
	}
	defer client.CloseIdleConnections()
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("the server at %s did not finish its answer: %w", c.URL, err)
	}
	if answer.StatusCode/100 == 2 {
		return body, nil
	}
	return nil, c.refused(answer.StatusCode, path, body)
}

// unreached says why nobody answered.
func (c Client) unreached(err error) error {
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("no server listens at %s: start it with `power-interpreter serve`, or say where it is by HOST and PORT as it has them, or --url", c.URL)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the server at %s did not answer within %v", c.URL, askTime)
	}
	return fmt.Errorf("the server at %s cannot be reached: %w", c.URL, err)
}

// refused says in the server's words why, or in ours where it has none.
func (c Client) refused(status int, path string, body []byte) error {
	var f struct{ Error, Message string }
	if json.Unmarshal(body, &f) != nil || f.Message == "" {
		return c.foreign(fmt.Errorf("status %d", status))
	}
	switch {
	case status == http.StatusUnauthorized:
		return fmt.Errorf("the server at %s wants its ADMIN_KEY: set ADMIN_KEY here to the same as there", c.URL)
	case status == http.StatusNotFound && path == "":
		return fmt.Errorf("the server at %s has no administrator: start it with an ADMIN_KEY (it goes without only where it listens on loopback and has no API_KEYS)", c.URL)
	}
	return errors.New(printable(f.Message))
}

func (c Client) foreign(err error) error {
	return fmt.Errorf("what answers at %s is no Power Interpreter, or another version: %w", c.URL, err)
}
