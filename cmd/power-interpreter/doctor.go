package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"power-interpreter/internal/config"
	"power-interpreter/internal/doctor"
)

type doctorCommand struct {
	JSON  bool `name:"json" help:"As JSON."`
	Quick bool `help:"Leave out the trial of a real sandbox."`
}

// Run looks, prints, and is an error where something will not work.
func (d doctorCommand) Run(ctx context.Context, c *config.Config) error {
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: doctorLevel(c)}))
	facts := doctor.Look(ctx, doctor.Options{
		Config: c, Environ: os.Environ(), Quick: d.Quick, Logger: log, AskExecutor: asker(ctx, c, log),
	})
	if ctx.Err() != nil {
		return errors.New("doctor was stopped")
	}
	findings := doctor.Judge(facts)
	show := doctor.Print
	if d.JSON {
		show = doctor.JSON
	}
	if err := show(os.Stdout, findings); err != nil {
		return err
	}
	if n := doctor.Failures(findings); n > 0 {
		return fmt.Errorf("%d of the above will not work", n)
	}
	return nil
}

// doctorLevel keeps the log quiet, but for who asks for all of it.
func doctorLevel(c *config.Config) slog.Level {
	if c.Level() == slog.LevelDebug {
		return slog.LevelDebug
	}
	return slog.LevelError
}

// asker asks the executor at EXECUTOR_URL; nil where serve would start one.
func asker(ctx context.Context, c *config.Config, log *slog.Logger) func(context.Context) error {
	if address, here := c.ExecutorHere(); here && !listens(ctx, address) {
		return nil
	}
	return func(ctx context.Context) error {
		exec, err := dial(ctx, c, log)
		if err != nil {
			return err
		}
		defer exec.Close()
		return exec.Health(ctx)
	}
}
