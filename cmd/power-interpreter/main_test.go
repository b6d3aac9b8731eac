package main

import (
	"strings"
	"testing"
)

func TestACommandLineThatIsNotUnderstoodLeadsToHelp(t *testing.T) {
	for _, args := range [][]string{{"sreve"}, {"serve", "--prot", "1"}} {
		if err := run(t.Context(), args); err == nil || !strings.Contains(err.Error(), "power-interpreter --help") {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestASettingThatIsRefusedSaysWhatIsAllowedAndNoMore(t *testing.T) {
	t.Setenv("MAX_SESSIONS", "zero")
	if err := run(t.Context(), []string{"config"}); err == nil || strings.Contains(err.Error(), "--help") {
		t.Error(err)
	}
}
