package workspace

// CondemnClaim marks a sandbox as being deleted. It is on disk when it returns
// nil, so that a crash between here and RemoveClaim leaves nothing that could be
// taken for a session or for a sandbox that nobody has used.
func (r *Root) CondemnClaim(id string) error {
	c, err := r.readClaim(id)
	if err != nil {
		return explain(id, err)
	}
	if c.Condemned {
		return nil
	}
	c.Condemned = true
	return r.WriteClaim(c)
}
