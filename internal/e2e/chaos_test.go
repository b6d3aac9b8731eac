//go:build e2e

package e2e

import (
	"path/filepath"
	"testing"

	"power-interpreter/internal/chaos/storm"
)

// chaosKills keeps the test within a minute; `make chaos` has more of everything.
const chaosKills = 20

// TestNothingAcknowledgedIsLostHoweverOftenTheServerIsKilled keeps four sessions
// under mixed load and holds every answer against a ledger.
func TestNothingAcknowledgedIsLostHoweverOftenTheServerIsKilled(t *testing.T) {
	logs, err := filepath.Abs("../../.cache/chaos/test")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Cleanup(func() { removed(t, dir) })
	s, err := storm.Begin(t.Context(), storm.Config{Program: program(), DataDir: dir, LogDir: logs, Seed: 1, Sessions: 4})
	if err != nil {
		t.Fatal(err)
	}
	for n := range chaosKills {
		act := s.Kill
		if n%5 == 4 {
			act = s.KillAndRemove
		}
		if err := act(t.Context()); err != nil {
			s.Abort()
			t.Fatalf("%v; see %s", err, logs)
		}
	}
	f, err := s.Close(t.Context())
	if err != nil {
		t.Error(err)
	}
	t.Log(f)
	for _, fault := range f.Faults {
		t.Error(fault)
	}
	if f.Cells < chaosKills || f.Jobs < chaosKills || f.Resumed == 0 {
		t.Errorf("there was hardly a load: %s", f)
	}
}
