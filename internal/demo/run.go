package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"power-interpreter/internal/demo/show"
	"power-interpreter/internal/demo/tour"
	"power-interpreter/internal/workbook"
)

// The folder of what the demo leaves behind, and what is in it.
const (
	outFolder = "demo-out"
	chartFile = "chart.png"
	logFile   = "server.log"
)

const (
	rows    = 6000
	session = "analysis"
)

// run is the demo from start to end. When it returns, everything that it
// started has ended, or the error says what has not.
func run(ctx context.Context, out *show.Printer) (err error) {
	began := time.Now()
	out.Title("Power Interpreter: the workflow everyone starts with")
	sales := workbook.Sales(rows)
	var book bytes.Buffer
	if err := workbook.Write(&book, sales); err != nil {
		return fmt.Errorf("the workbook could not be made: %w", err)
	}
	source, err := tour.Offer(book.Bytes())
	if err != nil {
		return fmt.Errorf("the workbook could not be offered: %w", err)
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	out.Fact("workbook", fmt.Sprintf("%d sales, 3 sheets, %s, at %s", len(sales), show.Bytes(book.Len()), source.URL))

	walk := tour.Tour{Session: session, URL: source.URL, Size: book.Len(), Sales: sales, Out: out}
	chart, err := withServer(ctx, out, walk.Walk)
	if err != nil {
		return err
	}
	kept := filepath.Join(outFolder, chartFile)
	if err := os.WriteFile(kept, chart, 0o644); err != nil {
		return err
	}
	out.Title(fmt.Sprintf("All answers are right (%s). The chart is in %s.", show.Took(time.Since(began)), kept))
	return nil
}

// withServer starts the server, connects a client, hands it to walk, and stops
// both. The walk counts only if the server then ends in order, with nothing
// left of its sessions.
func withServer(ctx context.Context, out *show.Printer, walk func(context.Context, tour.Caller) ([]byte, error)) (_ []byte, err error) {
	s, err := start(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop(out)) }()
	out.Fact("server", fmt.Sprintf("ready in %s at %s", show.Took(s.took), s.program.Endpoint))
	client := mcp.NewClient(&mcp.Implementation{Name: "power-interpreter-demo", Version: "1"}, nil)
	connection, err := client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: s.program.Endpoint}, nil)
	if err != nil {
		return nil, s.explain(fmt.Errorf("the client could not connect: %w", err))
	}
	defer func() { err = errors.Join(err, connection.Close()) }()
	chart, err := walk(ctx, connection)
	if err != nil {
		return nil, s.explain(err)
	}
	return chart, s.checkDeleted()
}
