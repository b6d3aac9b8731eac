package core_test

import (
	"testing"

	"power-interpreter/internal/wire"
)

func TestACellsTextComesBeforeItsResult(t *testing.T) {
	s := opened(t)
	text, result := s.cell("a1", "print one\nprint two\nvalue 3")
	if text != "one\ntwo\n" || result.Value != "3" || result.Status != wire.StatusOK {
		t.Errorf("got %q, %+v", text, result)
	}
	if result.Output.Bytes != 8 || result.Output.Cut != 0 || result.Generation != 1 {
		t.Errorf("got %+v", result)
	}
}
