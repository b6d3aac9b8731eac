package store

import (
	"context"
	"database/sql"
	"errors"
)

// tx is a transaction under way.
type tx struct {
	ctx context.Context
	*sql.Tx
}

// inTx does all of do or nothing.
func (s *Store) inTx(ctx context.Context, do func(tx) error) error {
	begun, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx{ctx, begun}); err != nil {
		return errors.Join(err, begun.Rollback())
	}
	return begun.Commit()
}

// run executes a prepared statement, a short one: it is not interrupted when the
// transaction's context ends, only not begun any more, since to be interruptible
// costs a goroutine each time.
func (t tx) run(s *sql.Stmt, args ...any) error {
	ctx := context.WithoutCancel(t.ctx)
	_, err := t.StmtContext(ctx, s).ExecContext(ctx, args...)
	return err
}

func (t tx) exec(query string, args ...any) error {
	_, err := t.ExecContext(t.ctx, query, args...)
	return err
}

// each calls see for every row of a query.
func (t tx) each(see func(*sql.Rows) error, query string, args ...any) (err error) {
	rows, err := t.QueryContext(t.ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := see(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
