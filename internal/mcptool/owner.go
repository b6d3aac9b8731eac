package mcptool

import (
	"context"

	"power-interpreter/orchestrator"
)

type ownerKey struct{}

// WithOwner returns a context whose calls belong to owner: the name of the key
// that the transport checked.
func WithOwner(ctx context.Context, owner string) context.Context {
	return context.WithValue(ctx, ownerKey{}, owner)
}

// Owner returns whose call it is, orchestrator.Anonymous where no key was asked for.
func Owner(ctx context.Context) string {
	if owner, ok := ctx.Value(ownerKey{}).(string); ok && owner != "" {
		return owner
	}
	return orchestrator.Anonymous
}
