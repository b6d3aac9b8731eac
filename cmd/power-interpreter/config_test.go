package main

import (
	"strings"
	"testing"
)

func TestConfigShowsSettingsAndEndsWithWhatIsRefused(t *testing.T) {
	for _, args := range []string{"config", "config --json"} {
		if err := run(t.Context(), strings.Fields(args)); err != nil {
			t.Errorf("%s: %v", args, err)
		}
		err := run(t.Context(), append(strings.Fields(args), "--port=70000"))
		if err == nil || !strings.Contains(err.Error(), "--port is 70000") {
			t.Errorf("%s: %v does not name what is refused", args, err)
		}
	}
}

func TestACommandWithoutSettingsRunsWhateverTheySay(t *testing.T) {
	t.Setenv("PORT", "web")
	if err := run(t.Context(), []string{"version"}); err != nil {
		t.Error(err)
	}
}
