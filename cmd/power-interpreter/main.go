// Command power-interpreter runs Python for AI agents, each session in a
// container of its own, and speaks MCP.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"power-interpreter/internal/config"
	"power-interpreter/internal/logwriter"
)

// version is set by the linker.
var version = "dev"

// program is the command line.
type program struct {
	config.Config
	Serve    serveCommand       `cmd:"" default:"withargs" help:"Serve MCP over HTTP until stopped (the default)."`
	Executor executorCommand    `cmd:"" concerns:"executor sandboxes limits files" help:"Run code for servers elsewhere, which are its fronts (EXECUTOR_URL)."`
	Stdio    stdioCommand       `cmd:"" concerns:"executor sandboxes limits files calls" help:"Serve MCP over stdin and stdout, for desktop clients."`
	Sessions sessionsCommand    `cmd:"" concerns:"serving keys" help:"See every session of a running server, and end them."`
	Doctor   doctorCommand      `cmd:"" help:"Look at everything that the server needs of this host, and say how to mend what it lacks. Ends with 1 where something will not work."`
	Settings configCommand      `cmd:"" name:"config" help:"Print the settings in force and where each came from; keys are masked."`
	Proxy    socketProxyCommand `cmd:"" name:"socket-proxy" concerns:"sandboxes limits files" help:"Offer of the engine's socket what sandboxes of one data folder need, and no more."`
	Health   healthCommand      `cmd:"" concerns:"serving executor" help:"Ask the server of this host whether it can serve; exits 0 only then."`
	Bench    benchCommand       `cmd:"" concerns:"none" help:"Measure the program, and compare measurements."`
	Version  versionCommand     `cmd:"" concerns:"none" help:"Print the version."`
}

type versionCommand struct{}

func (versionCommand) Run() error {
	_, err := fmt.Println(version)
	return err
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "power-interpreter:", err)
		stop()
		os.Exit(1)
	}
}

// run is main without the process: it returns when the command has ended and
// everything that it started is closed.
func run(ctx context.Context, args []string) error {
	var p program
	parser, err := kong.New(&p, append(p.Options(os.LookupEnv), kong.Name("power-interpreter"),
		kong.Description("Runs Python for AI agents in containers without a network, over MCP. A setting is a flag, or else the environment variable beside it."))...)
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if misread(err) {
		return fmt.Errorf("%w: `power-interpreter --help` lists commands and flags", err)
	}
	if err != nil {
		return err
	}
	command.BindTo(ctx, (*context.Context)(nil))
	logs := logwriter.New(os.Stderr)
	defer logs.Flush()
	return command.Run(&p.Config, logs)
}

// misread reports whether the command line itself was not understood, rather
// than a setting of the environment refused.
func misread(err error) bool {
	var failed *kong.ParseError
	return errors.As(err, &failed) && failed.Context.Error != nil
}
