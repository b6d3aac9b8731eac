package main

import (
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/hashicorp/go-multierror"

	"power-interpreter/internal/config"
	"power-interpreter/internal/executor/client"
)

// firstAnswer is how long a front waits for its executor before it serves without.
const firstAnswer = 3 * time.Second

// remote is the executor at EXECUTOR_URL.
func remote(ctx context.Context, c *config.Config, log *slog.Logger) (*backend, error) {
	exec, err := dial(ctx, c, log)
	if err != nil {
		return nil, err
	}
	return &backend{
		service: exec, log: log, stopIdle: func() {},
		secret: func() ([]byte, error) { return frontSecret(c.FrontToken(), log) },
		close:  func() error { exec.Close(); return nil },
		purge:  func() error { defer exec.Close(); _, err := purgeOver(context.WithoutCancel(ctx), exec); return err },
	}, nil
}

func dial(ctx context.Context, c *config.Config, log *slog.Logger) (*client.Client, error) {
	roots, err := roots(c.ExecutorCA)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, firstAnswer)
	defer cancel()
	return client.New(ctx, client.Config{
		URL: c.ExecutorURL, Token: c.FrontToken(), Roots: roots, Insecure: c.ExecutorInsecure, Build: version, Logger: log,
	})
}

// roots reads the authority of EXECUTOR_CA, nil for the system's.
func roots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("EXECUTOR_CA: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("EXECUTOR_CA holds no certificate in PEM")
	}
	return pool, nil
}

const (
	// secretRounds make a guess at the token from a link cost a fifth of a second
	// (OWASP's figure for PBKDF2 with SHA-256).
	secretRounds = 600_000
	secretBytes  = 32
	secretSalt   = "power-interpreter front 1"
)

// frontSecret is made of the token, so that links and clients' ids outlive a
// restart, and are the same at each of several fronts with one token. Without one
// it is good for as long as the process.
func frontSecret(token string, log *slog.Logger) ([]byte, error) {
	if token != "" {
		return pbkdf2.Key(sha256.New, token, []byte(secretSalt), secretRounds, secretBytes)
	}
	log.Info("without EXECUTOR_TOKEN, links to files end with this process")
	secret := make([]byte, secretBytes)
	_, err := rand.Read(secret)
	return secret, err
}

// purgeOver deletes all sessions of this front, and counts them.
func purgeOver(ctx context.Context, exec *client.Client) (n int, err error) {
	all, err := exec.Sessions(ctx, "")
	if err != nil {
		return 0, err
	}
	var errs *multierror.Error
	for _, s := range all {
		if err := exec.Delete(ctx, s.Ref); err != nil {
			errs = multierror.Append(errs, err)
			continue
		}
		n++
	}
	return n, errs.ErrorOrNil()
}
