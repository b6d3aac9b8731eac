package main

import (
	"context"
	"fmt"

	"power-interpreter/internal/config"
)

type sessionsCommand struct {
	Purge purgeCommand `cmd:"" help:"Remove every session: its sandbox, its files, its record. The server must be stopped."`
}

type purgeCommand struct{}

// Run removes all that a stopped server has left.
func (purgeCommand) Run(ctx context.Context, c *config.Config) error {
	c.WarmSandboxes = 0
	p, err := assemble(ctx, c)
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
