package workspace

// condemnedName is a claim's file once its sandbox is being deleted.
const condemnedName = "condemned.json"

// CondemnClaim marks a sandbox as being deleted. It is on disk when it returns
// nil, so that a crash between here and RemoveClaim leaves nothing that could be
// taken for a session or for a sandbox that nobody has used. It takes no space:
// on a full disk, deleting is what makes some.
func (r *Root) CondemnClaim(id string) error {
	c, err := r.readClaim(id)
	if err != nil {
		return explain(id, err)
	}
	if c.Condemned {
		return nil
	}
	if err := r.claims.Rename(id+"/"+claimName, id+"/"+condemnedName); err != nil {
		return explain(id, err)
	}
	dir, err := r.claims.OpenRoot(id)
	if err != nil {
		return explain(id, err)
	}
	defer dir.Close()
	return explain(id, syncDir(dir))
}
