package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"

	"power-interpreter/internal/admincli"
	"power-interpreter/internal/config"
	"power-interpreter/internal/logwriter"
	"power-interpreter/orchestrator"
)

type sessionsCommand struct {
	URL       string           `name:"url" placeholder:"URL" help:"Where the running server is; else HOST and PORT say so. Its ADMIN_KEY is sent."`
	List      listCommand      `cmd:"" default:"withargs" help:"List every session of a running server (the default)."`
	Interrupt interruptCommand `cmd:"" help:"Interrupt what runs in a session; its variables stay."`
	Reset     resetCommand     `cmd:"" help:"Give a session a fresh kernel; its files stay."`
	Delete    deleteCommand    `cmd:"" help:"Stop a session and delete all it has."`
	Purge     purgeCommand     `cmd:"" concerns:"executor sandboxes files" help:"Remove every session: its sandbox, its files, its record. The server must be stopped. With EXECUTOR_URL, every session that this front has at its executor."`
}

// client is of the server that runs where this program would listen, unless
// --url says otherwise.
func (s *sessionsCommand) client(c *config.Config) admincli.Client {
	at := s.URL
	if at == "" {
		host := c.Host
		if addr, err := netip.ParseAddr(host); err == nil && addr.IsUnspecified() {
			host = "localhost" // it listens everywhere, here too
		}
		at = "http://" + net.JoinHostPort(host, strconv.Itoa(c.Port))
	}
	return admincli.Client{URL: at, Key: c.AdminKey}
}

type listCommand struct {
	JSON bool `name:"json" help:"As the server sent it: the answer of /admin/sessions."`
}

// Run lists the sessions.
func (l listCommand) Run(ctx context.Context, c *config.Config, s *sessionsCommand) error {
	all, raw, err := s.client(c).Overview(ctx)
	if err != nil {
		return err
	}
	if l.JSON {
		_, err := os.Stdout.Write(raw)
		return err
	}
	return admincli.Show(os.Stdout, all)
}

// target names a session.
type target struct {
	ID string `arg:"" help:"The session's internal id, as the list has it."`
}

func (t target) act(ctx context.Context, client admincli.Client, act orchestrator.Intervention) error {
	did, err := client.Intervene(ctx, t.ID, act)
	if err != nil {
		return err
	}
	fmt.Printf("session %q of %q: %s\n", did.SessionID, did.Owner, did.Done)
	return nil
}

type interruptCommand struct{ target }

// Run interrupts what runs in a session.
func (i interruptCommand) Run(ctx context.Context, c *config.Config, s *sessionsCommand) error {
	return i.act(ctx, s.client(c), orchestrator.InterventionInterrupt)
}

type resetCommand struct{ target }

// Run resets a session.
func (r resetCommand) Run(ctx context.Context, c *config.Config, s *sessionsCommand) error {
	return r.act(ctx, s.client(c), orchestrator.InterventionReset)
}

type deleteCommand struct{ target }

// Run deletes a session.
func (d deleteCommand) Run(ctx context.Context, c *config.Config, s *sessionsCommand) error {
	return d.act(ctx, s.client(c), orchestrator.InterventionDelete)
}

type purgeCommand struct{}

// Run removes all that a stopped server has left.
func (purgeCommand) Run(ctx context.Context, c *config.Config, logs *logwriter.Writer) error {
	if err := c.Check(); err != nil {
		return err
	}
	if address, here := c.ExecutorHere(); c.ExecutorURL != "" && (!here || listens(ctx, address)) {
		return purgeThere(ctx, c, logs)
	}
	c.WarmSandboxes = 0
	p, err := assemble(ctx, c, newLogger(c, logs))
	if err != nil {
		return err
	}
	all, err := p.Sessions(ctx, "")
	if err != nil {
		return err
	}
	if err := p.purge(); err != nil {
		return err
	}
	fmt.Printf("%d sessions removed\n", len(all))
	return nil
}

// purgeThere removes this front's sessions from its executor, which goes on.
func purgeThere(ctx context.Context, c *config.Config, logs *logwriter.Writer) error {
	exec, err := dial(ctx, c, newLogger(c, logs))
	if err != nil {
		return err
	}
	defer exec.Close()
	n, err := purgeOver(ctx, exec)
	fmt.Printf("%d sessions removed\n", n)
	return err
}
