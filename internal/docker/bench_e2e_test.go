//go:build e2e

package docker_test

import (
	"io"
	"testing"

	"power-interpreter/orchestrator"
)

// Figures of the engine: go test -tags e2e -run - -bench . ./internal/docker

func BenchmarkStart(b *testing.B) {
	real := newReal(b, nil)
	for b.Loop() {
		b.StopTimer()
		spec := real.spec(b)
		b.StartTimer()
		if err := real.Start(b.Context(), spec); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		real.mustRemove(b, spec)
		b.StartTimer()
	}
}

func BenchmarkRemove(b *testing.B) {
	real := newReal(b, nil)
	for b.Loop() {
		b.StopTimer()
		spec := real.spec(b)
		if err := real.Start(b.Context(), spec); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		real.mustRemove(b, spec)
	}
}

func BenchmarkAttach(b *testing.B) {
	real := newReal(b, nil)
	spec := real.started(b)
	for b.Loop() {
		stream, err := real.Attach(b.Context(), spec.ID)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		_ = stream.Close()
		b.StartTimer()
	}
}

// BenchmarkEcho is a line to the sandbox and its answer back.
func BenchmarkEcho(b *testing.B) {
	real := newReal(b, nil)
	talk := real.attach(b, real.started(b).ID)
	for b.Loop() {
		if _, err := io.WriteString(talk, "echo hello\n"); err != nil {
			b.Fatal(err)
		}
		if _, err := talk.lines.ReadSlice('\n'); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFlood reads a megabyte of a sandbox's output.
func BenchmarkFlood(b *testing.B) {
	real := newReal(b, nil)
	talk := real.attach(b, real.started(b).ID)
	b.SetBytes(1000 * 1000)
	for b.Loop() {
		if _, err := io.WriteString(talk, "flood 1000\n"); err != nil {
			b.Fatal(err)
		}
		if _, err := io.CopyN(io.Discard, talk.lines, 1000*1000); err != nil {
			b.Fatal(err)
		}
	}
}

func (r realEngine) mustRemove(b *testing.B, spec orchestrator.Spec) {
	b.Helper()
	if err := r.Remove(b.Context(), spec.ID); err != nil {
		b.Fatal(err)
	}
}
