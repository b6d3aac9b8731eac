package orchestrator

import (
	"context"

	"power-interpreter/internal/workspace"
)

// Nonce returns what this session alone has among all of its id; see Service.
// It is the claim's, which outlives the server and dies with the session.
func (o *Orchestrator) Nonce(ctx context.Context, ref Ref, create bool) (nonce string, err error) {
	s, err := o.lookup(ref)
	if err != nil {
		return "", err
	}
	var claim workspace.Claim
	if s != nil {
		claim = o.claimOf(s)
	}
	switch {
	case claim.SandboxID != "":
		return claim.Nonce, nil
	case !create:
		return "", Errorf(CodeNotFound, "session %q has no files yet", ref.ID)
	}
	err = o.inFileTurn(ctx, ref, func(_ context.Context, in filing) error {
		nonce = in.claim.Nonce
		return nil
	})
	return nonce, err
}
