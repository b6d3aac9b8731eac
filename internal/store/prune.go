package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"power-interpreter/orchestrator"
)

// Prune forgets ended executions beyond the bounds; see orchestrator.Store.
func (s *Store) Prune(ctx context.Context, b orchestrator.StoreBounds) (gone []string, err error) {
	err = s.inTx(ctx, func(t tx) error {
		jobs, others, bytes := 0, 0, int64(0)
		err := t.each(func(rows *sql.Rows) error {
			var id string
			var job bool
			var size, ended int64
			if err := rows.Scan(&id, &job, &size, &ended); err != nil {
				return err
			}
			count, most := &others, b.Others
			if job {
				count, most = &jobs, b.Jobs
			}
			*count++
			bytes += size
			if *count > most || bytes > b.Bytes || ended < nanoseconds(b.Before) {
				gone = append(gone, id)
			}
			return nil
		}, "SELECT id, job, bytes, ended_at FROM executions WHERE ended ORDER BY job DESC, ended_at DESC")
		if err != nil || len(gone) == 0 {
			return err
		}
		ids, err := json.Marshal(gone) // one statement, however many they are
		if err != nil {
			return err
		}
		return t.exec("DELETE FROM executions WHERE id IN (SELECT value FROM json_each(?))", string(ids))
	})
	if err != nil || len(gone) == 0 {
		return nil, explain(err)
	}
	// Give the space back; that it can't be now is no failure.
	_, _ = s.db.ExecContext(ctx, "PRAGMA incremental_vacuum")
	return gone, nil
}
