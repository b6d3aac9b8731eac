package main

import (
	"context"
	"errors"
	"os"

	"power-interpreter/internal/config"
	"power-interpreter/internal/logwriter"
	"power-interpreter/internal/mcptool"
	"power-interpreter/internal/mcptool/transport"
	"power-interpreter/orchestrator"
)

type stdioCommand struct{}

// Run serves one client on stdin and stdout until it closes them. Nobody may
// start this server again soon, so idle sandboxes are stopped; what runs as a
// job goes on, and the next start adopts it.
func (stdioCommand) Run(ctx context.Context, c *config.Config, logs *logwriter.Writer) error {
	b, err := behind(ctx, c, logs)
	if err != nil {
		return err
	}
	err = transport.ServeStdio(ctx, os.Stdin, os.Stdout, mcptool.NewServer(b, b.options(c)), orchestrator.Anonymous, transport.Config{Logger: b.log})
	b.stopIdle()
	return errors.Join(err, b.close())
}
