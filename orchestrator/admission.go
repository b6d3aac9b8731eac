package orchestrator

import "context"

type admissionKey struct{}

// OnAdmitted returns a context whose call on a session calls told once it has
// its place in that session's line, or has taken effect where it needs none:
// a call that is made after that comes after it. execution is the id of the cell's
// execution, empty for other calls. A call that is refused never calls it. It is
// called on the goroutine of the call, and more than once where a call joins
// more than one line.
//
// Who calls from afar needs it to keep the order of its calls without waiting
// for the end of each.
func OnAdmitted(ctx context.Context, told func(execution string)) context.Context {
	return context.WithValue(ctx, admissionKey{}, told)
}

func admitted(ctx context.Context, execution string) {
	if told, wanted := ctx.Value(admissionKey{}).(func(string)); wanted {
		told(execution)
	}
}
