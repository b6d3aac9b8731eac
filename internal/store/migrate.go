package store

import (
	"context"
	"fmt"
)

// migrations bring a file from one version to the next; PRAGMA user_version
// counts those done. One that was released is never changed.
var migrations = []string{
	`CREATE TABLE executions (
		id         TEXT PRIMARY KEY,
		owner      TEXT NOT NULL,
		session    TEXT NOT NULL,
		op         TEXT NOT NULL,
		status     TEXT NOT NULL,
		ended      INTEGER NOT NULL, -- 0 until it has
		job        INTEGER NOT NULL,
		detached   INTEGER NOT NULL,
		queued_at  INTEGER NOT NULL, -- nanoseconds since 1970, 0 for not yet
		started_at INTEGER NOT NULL,
		ended_at   INTEGER NOT NULL,
		timeout    INTEGER NOT NULL, -- nanoseconds
		code       TEXT NOT NULL,    -- of a job that waits, else empty
		reply      TEXT NOT NULL,    -- JSON, without the pictures
		bytes      INTEGER NOT NULL  -- of reply and pictures
	) STRICT;
	CREATE INDEX executions_session ON executions (owner, session);
	CREATE INDEX executions_kept ON executions (ended, job, ended_at);
	CREATE TABLE pictures (
		execution TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
		number    INTEGER NOT NULL,
		png       BLOB NOT NULL,
		PRIMARY KEY (execution, number)
	) STRICT;
	CREATE TABLE notices (
		owner   TEXT NOT NULL,
		session TEXT NOT NULL,
		number  INTEGER NOT NULL,
		text    TEXT NOT NULL,
		PRIMARY KEY (owner, session, number)
	) STRICT;
	CREATE TABLE sessions (
		owner   TEXT NOT NULL,
		session TEXT NOT NULL,
		used_at INTEGER NOT NULL,
		PRIMARY KEY (owner, session)
	) STRICT;`,
}

func (s *Store) migrate(ctx context.Context) error {
	var version int
	if err := s.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > len(migrations) {
		return fmt.Errorf("%w: %d, and this one knows %d", errNewer, version, len(migrations))
	}
	for ; version < len(migrations); version++ {
		err := s.inTx(ctx, func(tx tx) error {
			if err := tx.exec(migrations[version]); err != nil {
				return err
			}
			return tx.exec(fmt.Sprintf("PRAGMA user_version = %d", version+1))
		})
		if err != nil {
			return err
		}
	}
	return nil
}
