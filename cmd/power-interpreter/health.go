package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	neturl "net/url"
	"time"

	"power-interpreter/internal/config"
)

const (
	// healthTime is longer than the server's own patience with its engine.
	healthTime = 6 * time.Second
	// maxHealth bounds the answer, in bytes.
	maxHealth = 64 << 10
)

type healthCommand struct {
	Executor bool `help:"Ask whether an executor listens at EXECUTOR_LISTEN instead."`
}

// Run asks the server of this host, by the settings that it was started with. An
// image without a shell checks its health so.
func (h healthCommand) Run(ctx context.Context, c *config.Config) error {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	if h.Executor {
		if address := here(c.ExecutorListen); !listens(ctx, address) {
			return fmt.Errorf("no executor listens at %s: start it, or correct EXECUTOR_LISTEN", address)
		}
		return nil
	}
	return askHealth(ctx, "http://"+here(c.Address())+"/health")
}

// here is where this host reaches a server that listens at an address: one that
// listens at every address, at loopback.
func here(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	ip, err := netip.ParseAddr(host)
	switch {
	case host == "", err == nil && ip.IsUnspecified() && ip.Is4():
		host = "127.0.0.1"
	case err == nil && ip.IsUnspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port)
}

// bare is why a request failed, without the method and URL that net/http puts
// before it.
func bare(err error) error {
	var failed *neturl.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

func askHealth(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	// No proxy of the environment: it is this host.
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return fmt.Errorf("no answer from %s (%w): start the server, or correct HOST and PORT", url, bare(err))
	}
	defer answer.Body.Close()
	var told struct{ Status, Reason string }
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxHealth)).Decode(&told); err != nil || told.Status == "" {
		return fmt.Errorf("what listens at %s is no Power Interpreter", url)
	}
	if answer.StatusCode != http.StatusOK {
		return errors.New(told.Status + ": " + told.Reason)
	}
	fmt.Println(told.Status)
	return nil
}
