// Package store keeps executions, notices and the sessions' last use in SQLite:
// an orchestrator.Store.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	_ "modernc.org/sqlite" // the driver: SQLite without cgo, so that the program stays one static file

	"power-interpreter/orchestrator"
)

// settings of each connection. WAL with synchronous=NORMAL writes a commit
// without waiting for the disk: it survives the death of the process, and a
// power cut loses at most the last moments (sqlite.org/pragma.html#pragma_synchronous).
const settings = "?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(5000)" +
	"&_pragma=foreign_keys(ON)&_pragma=secure_delete(ON)&_pragma=auto_vacuum(INCREMENTAL)&_txlock=immediate"

// openTimeout bounds the check of an existing file, hundreds of megabytes at most.
const openTimeout = 60 * time.Second

// Store is an orchestrator.Store in one file. Its methods may be called by any
// goroutine.
type Store struct {
	db             *sql.DB
	execution, use *sql.Stmt // in nearly every write; to parse one costs as much as to run it
}

var _ orchestrator.Store = (*Store)(nil)

// Open opens the file, or makes it. One that is damaged, or that a newer version
// of this program has written, is put aside under another name and begun anew:
// sessions and files are known without it. The caller closes the store.
func Open(path string, log *slog.Logger) (*Store, error) {
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	s, err := open(ctx, path)
	if err == nil || !unusable(err) {
		return s, explain(err)
	}
	aside := fmt.Sprintf("%s.unusable-%d", path, time.Now().Unix())
	log.Error("the record of executions cannot be used; it is put aside and begun anew: results of earlier jobs are not found, sessions and files are",
		"error", err, "kept_as", aside)
	if err := putAside(path, aside); err != nil {
		return nil, explain(err)
	}
	s, err = open(ctx, path)
	return s, explain(err)
}

func open(ctx context.Context, path string) (*Store, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) // SQLite gives its companions the same mode
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", "file:"+path+settings)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(2) // SQLite has one writer; a look-up need not wait for it
	s := &Store{db: db}
	if err := errors.Join(s.check(ctx), s.migrate(ctx), s.prepare(ctx)); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// Close writes what is in the log into the file.
func (s *Store) Close() error { return s.db.Close() }

// check finds damage that would show later in the middle of a call.
func (s *Store) check(ctx context.Context) error {
	var verdict string
	if err := s.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s", errDamaged, verdict)
	}
	return nil
}

// putAside renames the file with the two that SQLite keeps beside it.
func putAside(path, aside string) error {
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(path+suffix, aside+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
