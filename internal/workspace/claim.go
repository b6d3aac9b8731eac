package workspace

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// A Claim says whose a sandbox is. It lies outside the mount, so code cannot
// read or forge it, and on disk before the session's folder is made: after a
// crash, claims are the truth.
type Claim struct {
	SandboxID string    `json:"sandbox_id"`
	Owner     string    `json:"owner"` // the name of the key; empty for anonymous
	SessionID string    `json:"session_id"`
	UID       int       `json:"uid"` // the sandbox's user; never 0
	Nonce     string    `json:"nonce"`
	CreatedAt time.Time `json:"created_at"`
	// Condemned says that the sandbox is being deleted: nobody is served from
	// it again, and whoever finds it finishes the deletion.
	Condemned bool `json:"condemned,omitempty"`
}

// A BadClaim is a folder of claims that holds no usable claim.
type BadClaim struct {
	SandboxID string
	Err       error
}

const (
	claimName    = "claim.json"
	claimTmpName = "claim.json.new"

	// maxClaim bounds a claim's file: names of a few hundred bytes at most.
	maxClaim = 64 << 10
)

// WriteClaim puts a claim on disk: when it returns nil, the claim outlives a
// power cut, and a reader sees the old one or the new one, whole.
func (r *Root) WriteClaim(c Claim) error {
	if err := c.check(); err != nil {
		return err
	}
	data, err := json.Marshal(c)
	if err != nil {
		return failed(Internal, err, "the claim of sandbox %s cannot be written", c.SandboxID)
	}
	if err := r.writeClaim(c.SandboxID, data); err != nil {
		return explain(c.SandboxID, err)
	}
	return nil
}

func (r *Root) writeClaim(id string, data []byte) error {
	if err := r.claims.Mkdir(id, privateMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	dir, err := r.claims.OpenRoot(id)
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := writeSynced(dir, claimTmpName, data); err != nil {
		return err
	}
	if err := dir.Rename(claimTmpName, claimName); err != nil {
		return err
	}
	return errors.Join(syncDir(dir), syncDir(r.claims))
}

func writeSynced(dir *os.Root, name string, data []byte) error {
	f, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// ReadClaims returns every claim, and apart from them the folders whose claim
// is missing, damaged or another sandbox's (a crash in the middle of WriteClaim
// leaves such a folder); RemoveClaim clears those too.
func (r *Root) ReadClaims() ([]Claim, []BadClaim, error) {
	ids, err := folderIDs(r.claims)
	if err != nil {
		return nil, nil, err
	}
	var good []Claim
	var bad []BadClaim
	for _, id := range ids {
		c, err := r.readClaim(id)
		if err != nil {
			bad = append(bad, BadClaim{SandboxID: id, Err: err})
			continue
		}
		good = append(good, c)
	}
	return good, bad, nil
}

func (r *Root) readClaim(id string) (c Claim, err error) {
	f, err := r.claims.Open(id + "/" + claimName)
	condemned := errors.Is(err, fs.ErrNotExist)
	if condemned {
		f, err = r.claims.Open(id + "/" + condemnedName)
	}
	if err != nil {
		return c, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxClaim))
	if err != nil {
		return c, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&c); err != nil {
		return c, err
	}
	if c.SandboxID != id {
		return c, failed(Internal, nil, "the claim of sandbox %s names another", id)
	}
	c.Condemned = c.Condemned || condemned
	return c, c.check()
}

// RemoveClaim deletes a sandbox's claim; one that does not exist is no error.
func (r *Root) RemoveClaim(id string) error {
	if err := checkSandboxID(id); err != nil {
		return err
	}
	if err := r.claims.RemoveAll(id); err != nil {
		return explain(id, err)
	}
	if err := syncDir(r.claims); err != nil {
		return explain(id, err)
	}
	return nil
}

func (c Claim) check() error {
	if err := checkSandboxID(c.SandboxID); err != nil {
		return err
	}
	if err := checkUID(c.UID); err != nil {
		return err
	}
	return ValidSessionID(c.SessionID)
}

// checkUID refuses root, whose files no sandbox may own.
func checkUID(uid int) error {
	if uid <= 0 {
		return failed(Internal, nil, "%d is not the uid of a sandbox", uid)
	}
	return nil
}

// DropHalfClaim removes a sandbox's claim that has no file, unless the sandbox's
// folder holds something. A crash leaves one so when it comes before the first
// claim is written, or after a deletion has removed all but the claim's folder.
func (r *Root) DropHalfClaim(id string) (dropped bool, err error) {
	if err := checkSandboxID(id); err != nil {
		return false, err
	}
	for _, name := range []string{claimName, condemnedName} {
		if _, err := r.claims.Lstat(id + "/" + name); !errors.Is(err, fs.ErrNotExist) {
			return false, explain(id, err)
		}
	}
	inside, err := fs.ReadDir(r.sandboxes.FS(), id)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, explain(id, err)
	}
	if len(inside) > 0 {
		return false, nil
	}
	return true, r.RemoveClaim(id)
}
