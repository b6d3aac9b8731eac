package orchestrator

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

const (
	// variablesTimeout bounds the question what a kernel holds: it is asked when
	// its sandbox is about to go, and somebody may wait for the room.
	variablesTimeout = 2 * time.Second
	// variablesTold bounds those that a notice names.
	variablesTold = 12
)

// Variables are what a kernel holds: the largest first, and how many more.
type Variables struct {
	Largest []Variable
	More    int
}

// Variable is a value that code has left in its kernel.
type Variable struct {
	Name  string
	Type  string
	Bytes int64 // -1 when not known
}

// String names them, empty for none.
func (v Variables) String() string {
	var names []string
	more := v.More
	for i, one := range v.Largest {
		if i == variablesTold {
			more += len(v.Largest) - i
			break
		}
		size := ""
		if one.Bytes >= 0 {
			size = ", " + humanize.IBytes(uint64(one.Bytes))
		}
		names = append(names, fmt.Sprintf("%.80s (%.80s%s)", one.Name, one.Type, size))
	}
	if more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// lastVariables asks an idle kernel what will be gone with it, and says so;
// empty when it does not tell. The caller holds the kernel's turn.
func (o *Orchestrator) lastVariables(k Kernel) string {
	ctx, cancel := context.WithTimeout(o.life, 2*variablesTimeout)
	defer cancel()
	out, err := k.Run(ctx, Run{ID: randomHex(4), Op: OpVariables, Timeout: variablesTimeout}, nowhere{})
	if err != nil {
		return ""
	}
	if names := out.Variables.String(); names != "" {
		return ": " + names
	}
	return ""
}

// nowhere takes what nobody asks for.
type nowhere struct{}

func (nowhere) Output(Output) {}
func (nowhere) Chart(Chart)   {}
