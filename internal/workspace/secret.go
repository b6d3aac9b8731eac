package workspace

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
)

const (
	secretName = "secret"
	// secretLength is the secret's size in bytes: a key for HMAC-SHA-256.
	secretLength = 32
)

// Secret returns 32 random bytes that stay the same for this data folder: what
// is signed with them outlives a restart. They are made at the first call.
func (r *Root) Secret() ([]byte, error) {
	secret, err := r.readSecret()
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	secret = make([]byte, secretLength)
	_, _ = rand.Read(secret) // never fails since Go 1.24
	if err := errors.Join(writeSynced(r.data, secretName+".new", secret), r.data.Rename(secretName+".new", secretName)); err != nil {
		return nil, failed(Internal, err, "the data folder's secret cannot be written; check its owner and free space")
	}
	return secret, nil
}

func (r *Root) readSecret() ([]byte, error) {
	f, err := r.data.Open(secretName)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	secret := make([]byte, secretLength)
	if _, err := io.ReadFull(f, secret); err != nil {
		return nil, failed(Internal, err, "the data folder's secret is damaged; remove the file %q in it and start again", secretName)
	}
	return secret, nil
}
