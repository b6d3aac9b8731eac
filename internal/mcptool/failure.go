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
	// A traceback ends with the exception; one that does not gets it.
	words := f.Name + ": " + f.Message
	if f.Message == "" {
		words = f.Name
	}
	if f.Traceback != "" {
		head, _, _ := strings.Cut(words, "\n")
		if strings.Contains(f.Traceback, head) {
			words = ""
		}
	}
	hint := f.Hint
	if hint != "" {
		hint = "hint: " + hint
	}
	return paragraphs(f.Traceback, words, hint)
}
