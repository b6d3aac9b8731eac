//go:build e2e

package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// split is there with E2E_SPLIT: every server is then a front and an executor,
// two processes in two network namespaces, which share no more than a cable. The
// front has no engine and no data folder. TLS is between them.
var split *divide

// divide is the cable, with what both ends need to trust each other.
type divide struct {
	front     *netns
	cert, key string
	token     string
}

func newSplit(dir string) (*divide, error) {
	ns, err := newNetns()
	if err != nil {
		return nil, err
	}
	d := &divide{front: ns, cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem"), token: rand.Text()}
	if err := writeCertificate(d.cert, d.key, ns.near); err != nil {
		ns.close()
		return nil, err
	}
	return d, nil
}

func (d *divide) close() { d.front.close() }

// otherToken is another front's.
const otherToken = "the-token-of-another-front"

// apart boots a front and an executor, whether or not all servers are.
func apart(t *testing.T, env ...string) *server {
	t.Helper()
	d := split
	if d == nil {
		var err error
		if d, err = newSplit(t.TempDir()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(d.close)
	}
	s := &server{dir: t.TempDir(), env: env, divide: d}
	t.Cleanup(func() { removed(t, s.dir) })
	s.again(t)
	t.Cleanup(func() {
		for _, p := range s.processes() { // those that it has then
			p.kill()
		}
	})
	return s
}

// executor is the far half of a server.
type executor struct {
	*process
	url string
}

// bootSplit starts an executor, where the server has none that runs, and a front.
func (s *server) bootSplit(args ...string) error {
	listen := net.JoinHostPort(s.divide.front.near, "0")
	remove := args[len(args)-1] == "--rm"
	if err := s.bootExecutor(listen, remove); err != nil {
		return err
	}
	return s.bootFront(args...)
}

func (s *server) bootExecutor(listen string, remove bool) error {
	args := []string{"executor"}
	if remove {
		args = append(args, "--rm")
	}
	p, url, err := launch(nil, s.log, s.environment(
		"SANDBOX_DATA_DIR="+s.dir, "EXECUTOR_LISTEN="+listen, "EXECUTOR_TOKEN=other:"+otherToken+",front:"+s.divide.token,
		"EXECUTOR_TLS_CERT="+s.divide.cert, "EXECUTOR_TLS_KEY="+s.divide.key,
	), "executor listening on ", args...)
	if err != nil {
		return err
	}
	s.executor = &executor{p, url}
	return nil
}

func (s *server) bootFront(args ...string) error {
	p, url, err := launch(s.divide.front, s.log, s.environment(
		"SANDBOX_DATA_DIR=/nowhere", "DOCKER_HOST=unix:///nowhere",
		"EXECUTOR_URL="+s.executor.url, "EXECUTOR_TOKEN="+s.divide.token, "EXECUTOR_CA="+s.divide.cert,
	), "listening on ", args...)
	if err != nil {
		return err
	}
	s.process = p
	s.url, err = s.divide.front.reach(strings.TrimSuffix(url, "/mcp"))
	return err
}

// writeCertificate makes an authority that vouches for itself, at an address.
func writeCertificate(cert, key, address string) error {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.ParseIP(address)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	raw, err := x509.CreateCertificate(rand.Reader, about, about, &private.PublicKey, private)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: raw}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			return fmt.Errorf("write %s: %w", file, err)
		}
	}
	return nil
}
