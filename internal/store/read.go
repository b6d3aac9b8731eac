package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"power-interpreter/orchestrator"
)

// Load returns what a start needs to know; see orchestrator.Store.
func (s *Store) Load(ctx context.Context) (orchestrator.Memory, error) {
	m := orchestrator.Memory{Notices: map[orchestrator.Ref][]string{}, Used: map[orchestrator.Ref]time.Time{}, Tallies: map[orchestrator.Ref]orchestrator.Tally{}}
	err := s.inTx(ctx, func(t tx) error {
		return errors.Join(
			t.each(func(rows *sql.Rows) error {
				var id string
				err := rows.Scan(&id)
				m.IDs = append(m.IDs, id)
				return err
			}, "SELECT id FROM executions"),
			t.each(func(rows *sql.Rows) error {
				r, err := record(rows)
				m.Unfinished = append(m.Unfinished, r)
				return err
			}, "SELECT "+columns+" FROM executions WHERE NOT ended ORDER BY queued_at, rowid"),
			t.each(func(rows *sql.Rows) error {
				var ref orchestrator.Ref
				var text string
				err := rows.Scan(&ref.Owner, &ref.ID, &text)
				m.Notices[ref] = append(m.Notices[ref], text)
				return err
			}, "SELECT owner, session, text FROM notices ORDER BY owner, session, number"),
			t.each(func(rows *sql.Rows) error {
				var ref orchestrator.Ref
				var at int64
				err := rows.Scan(&ref.Owner, &ref.ID, &at)
				m.Used[ref] = moment(at)
				return err
			}, "SELECT owner, session, used_at FROM sessions"),
			t.each(func(rows *sql.Rows) error {
				var ref orchestrator.Ref
				var tally orchestrator.Tally
				err := rows.Scan(&ref.Owner, &ref.ID, &tally.Ended, &tally.Jobs, &tally.Failed)
				m.Tallies[ref] = tally
				return err
			}, "SELECT owner, session, count(*), sum(job), sum(status <> ?) FROM executions WHERE ended AND op NOT IN (?, ?) GROUP BY owner, session",
				string(orchestrator.StatusCompleted), string(orchestrator.OpDatasets), string(orchestrator.OpVariables)),
		)
	})
	return m, explain(err)
}

// Execution returns an execution of the owner; see orchestrator.Store.
func (s *Store) Execution(ctx context.Context, owner, id string) (r orchestrator.Record, found bool, err error) {
	err = s.inTx(ctx, func(t tx) error {
		err := t.each(func(rows *sql.Rows) (err error) {
			found = true
			r, err = record(rows)
			return err
		}, "SELECT "+columns+" FROM executions WHERE id = ? AND owner = ?", id, owner)
		if err != nil || !found {
			return err
		}
		return t.each(func(rows *sql.Rows) error {
			var number int
			var png []byte
			err := rows.Scan(&number, &png)
			if number < len(r.Reply.Charts) {
				r.Reply.Charts[number].PNG = png
			}
			return err
		}, "SELECT number, png FROM pictures WHERE execution = ?", id)
	})
	return r, found, explain(err)
}

// columns are what record reads.
const columns = "id, owner, session, op, status, job, detached, queued_at, started_at, ended_at, timeout, code, reply"

func record(rows *sql.Rows) (r orchestrator.Record, err error) {
	var queued, started, ended, timeout int64
	var reply string
	if err := rows.Scan(&r.ID, &r.Session.Owner, &r.Session.ID, &r.Op, &r.Status, &r.Job, &r.Detached,
		&queued, &started, &ended, &timeout, &r.Code, &reply); err != nil {
		return r, err
	}
	r.Queued, r.Started, r.Ended, r.Timeout = moment(queued), moment(started), moment(ended), time.Duration(timeout)
	return r, json.Unmarshal([]byte(reply), &r.Reply)
}
