package mcptool

import (
	"strings"

	"power-interpreter/orchestrator"
)

// failureText is an exception as Python would print it, or an operation's
// refusal, with what to do next.
func failureText(f *orchestrator.Failure) string {
	if f == nil {
		return ""
	}
	words := f.Name
	if f.Message != "" {
		words += ": " + f.Message
	}
	// A traceback that ends with the exception says it already. One that only
	// mentions it, as of a cause, does not: the exception's own line is the last.
	words = strings.TrimRight(words, "\n")
	if strings.HasSuffix("\n"+strings.TrimRight(f.Traceback, "\n"), "\n"+words) {
		words = ""
	}
	hint := f.Hint
	if hint != "" {
		hint = "hint: " + hint
	}
	return paragraphs(f.Traceback, words, hint)
}
