package core_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"power-interpreter/internal/wire"
)

// BenchmarkCell is a cell's whole way through the supervisor and back, by two
// pipes and a scripted kernel that needs no time of its own.
func BenchmarkCell(b *testing.B) {
	for _, c := range []struct{ name, code string }{
		{"silent", "value 1"},
		{"printing", "print x"},
		{"writing a file", "write a x"},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := opened(b)
			before := s.cpu()
			for i := 0; b.Loop(); i++ {
				s.start("r"+strconv.Itoa(i), c.code, 0, 0)
				last := s.next(wire.KindResult)
				s.send(wire.New(wire.KindAck, "", wire.Ack{Seq: last.Seq}))
			}
			b.ReportMetric(float64((s.cpu()-before).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}

// cpu is the processor time that the supervisor has taken (schedstat in proc(5)).
func (s *sandbox) cpu() time.Duration {
	s.t.Helper()
	tasks, err := filepath.Glob("/proc/" + strconv.Itoa(s.cmd.Process.Pid) + "/task/*/schedstat")
	check(s.t, err)
	var sum time.Duration
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		check(s.t, err)
		n, err := strconv.Atoi(strings.Fields(string(text))[0])
		check(s.t, err)
		sum += time.Duration(n)
	}
	return sum
}

// BenchmarkFlood is a cell that prints 10 MiB, nearly all of which is cut.
func BenchmarkFlood(b *testing.B) {
	const size = 10 << 20
	s := opened(b)
	b.SetBytes(size)
	for i := 0; b.Loop(); i++ {
		s.start("f"+strconv.Itoa(i), "flood "+strconv.Itoa(size), 0, 0)
		s.next(wire.KindResult)
	}
}

// BenchmarkReset is from one kernel to the next.
func BenchmarkReset(b *testing.B) {
	s := opened(b)
	for b.Loop() {
		s.send(wire.New(wire.KindReset, "", nil))
		s.ready()
	}
}
