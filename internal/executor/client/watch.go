package client

import (
	"context"
	"errors"
	"net/http"
	"time"

	"power-interpreter/internal/executor/protocol"
)

const (
	// askEvery is how often an executor that is there is asked for its settings,
	// and awayEvery how often one that is not, whether it is back.
	askEvery  = 5 * time.Second
	awayEvery = time.Second
	// helloTime bounds one such question; it is below what probes of /health wait.
	helloTime = 3 * time.Second
)

// watch asks after the executor until the client is closed: its settings may
// change with a restart, and an operator finds in the log when it was away.
func (c *Client) watch() {
	defer c.owned.Done()
	for {
		pause := askEvery
		if c.isAway() {
			pause = awayEvery
		}
		select {
		case <-c.life.Done():
			return
		case <-time.After(pause):
			c.ask(c.life)
		}
	}
}

// patience is how long a call's first sign of life may take: where others were
// not answered, not much longer than an executor takes that is there.
func (c *Client) patience() time.Duration {
	if c.isAway() {
		return helloTime
	}
	return firstTime
}

// lost notes that a call was not answered.
func (c *Client) lost(f *fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if errors.Is(f, errSilent) {
		c.away = f.reason
	}
}

// found notes that a call was answered.
func (c *Client) found() {
	c.mu.Lock()
	back := c.away != ""
	c.away = ""
	c.mu.Unlock()
	if back {
		c.log.Info("the executor answers", "executor", c.base.Host)
	}
}

func (c *Client) isAway() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.away != ""
}

// ask says hello, and keeps what comes of it.
func (c *Client) ask(ctx context.Context) {
	ctx, cancel := context.WithTimeoutCause(ctx, helloTime, errSilent)
	defer cancel()
	var h protocol.Hello
	err := c.plain(ctx, http.MethodGet, protocol.MethodHello, nil, &h)
	if err != nil {
		c.http.CloseIdleConnections() // they may lead to an executor that is no more
	}
	c.mu.Lock()
	before, first := c.away, !c.asked
	c.asked = true
	if c.away = ""; err != nil {
		c.away = err.Error()
	} else {
		c.known = h.Settings
	}
	now := c.away
	c.mu.Unlock()
	switch {
	case c.life.Err() != nil:
	case now != "" && now != before:
		c.log.Warn("the executor is away", "executor", c.base.Host, "reason", now)
	case now == "" && (before != "" || first):
		c.log.Info("the executor answers", "executor", c.base.Host, "its_version", h.Build, "version", c.cfg.Build)
	}
}

// Health returns nil while the executor can make sandboxes, else says why not,
// naming the executor's host.
func (c *Client) Health(ctx context.Context) error {
	_, err := do[struct{}](ctx, c, request{method: protocol.MethodHealth, first: helloTime})
	var f *fault
	if errors.As(err, &f) {
		return f.inHealth(c.base.Host)
	}
	return err
}
