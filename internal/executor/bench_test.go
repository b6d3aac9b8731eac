package executor_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"

	"power-interpreter/internal/executor/client"
	"power-interpreter/internal/executor/server"
	"power-interpreter/internal/fake"
	"power-interpreter/orchestrator"
)

// BenchmarkCall is what the way to an executor and back costs.
func BenchmarkCall(b *testing.B) {
	s := httptest.NewServer(server.New(server.Config{Logger: slog.New(slog.DiscardHandler)}, &fake.Service{}))
	defer s.Close()
	c, err := client.New(context.Background(), client.Config{URL: s.URL})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	for b.Loop() {
		if _, err := c.Execute(context.Background(), ref("a"), orchestrator.Cell{Code: "x"}, nil); err != nil {
			b.Fatal(err)
		}
	}
}
