// Command demo starts the built server, walks through the workflow that
// everyone starts with as a client would, checks every answer, and stops what
// it started. It is run from the top of the repository, by make demo.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"power-interpreter/internal/demo/show"
)

// patience bounds everything but the stop: a walk takes seconds, on a busy
// machine with a cold image a minute.
const patience = 5 * time.Minute

// The main goroutine keeps the main thread, which lives as long as the process:
// the server is told to end with it, so that not even a kill -9 leaves it.
func init() { runtime.LockOSThread() }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("the demo took longer than %v", patience))
	out := show.New(os.Stdout, show.Colour(os.Stdout))
	err := run(ctx, out)
	cancel()
	stop()
	if err != nil {
		out.Failed(err)
		os.Exit(1)
	}
}
