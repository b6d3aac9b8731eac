package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"

	"power-interpreter/internal/config"
)

// maxHealth bounds the answer of whoever listens on our port, in bytes.
const maxHealth = 64 << 10

// lookPort listens for a moment where the server would, and if somebody does
// already, asks them whether they are one.
func lookPort(ctx context.Context, c *config.Config) Port {
	listener, err := net.Listen("tcp", c.Address())
	if err == nil {
		return Port{Free: true, Err: listener.Close()}
	}
	p := Port{Err: err, Taken: errors.Is(err, syscall.EADDRINUSE)}
	if p.Taken {
		p.ask(ctx, c)
	}
	return p
}

func (p *Port) ask(ctx context.Context, c *config.Config) {
	ctx, cancel := context.WithTimeout(ctx, portTime)
	defer cancel()
	host := c.Host
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	url := "http://" + net.JoinHostPort(host, strconv.Itoa(c.Port)) + "/health"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return
	}
	// No proxy of the environment, and no redirect: it is this host that is asked.
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true, ResponseHeaderTimeout: portTime},
		Timeout:       portTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(request)
	if err != nil {
		return
	}
	defer answer.Body.Close()
	var health struct{ Status, Version, Reason string }
	if json.NewDecoder(io.LimitReader(answer.Body, maxHealth)).Decode(&health) == nil && health.Version != "" && health.Status != "" {
		p.Server, p.Status, p.Reason = clip(health.Version), clip(health.Status), clip(health.Reason)
	}
}

// clip bounds a word that somebody else said, in characters.
func clip(s string) string {
	const most = 300
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
