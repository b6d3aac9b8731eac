package main

import (
	"context"
	"fmt"

	"power-interpreter/internal/config"
)

type sessionsCommand struct {
	Purge purgeCommand `cmd:"" help:"Remove every session: its sandbox, its files, its record. The server must be stopped. With EXECUTOR_URL, every session that this front has at its executor."`
}

type purgeCommand struct{}

// Run removes all that a stopped server has left.
func (purgeCommand) Run(ctx context.Context, c *config.Config) error {
	if err := c.Check(); err != nil {
		return err
	}
	if address, here := c.ExecutorHere(); c.ExecutorURL != "" && (!here || listens(ctx, address)) {
		return purgeThere(ctx, c)
	}
	c.WarmSandboxes = 0
	p, err := assemble(ctx, c, newLogger(c))
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
func purgeThere(ctx context.Context, c *config.Config) error {
	exec, err := dial(ctx, c, newLogger(c))
	if err != nil {
		return err
	}
	defer exec.Close()
	n, err := purgeOver(ctx, exec)
	fmt.Printf("%d sessions removed\n", n)
	return err
}
