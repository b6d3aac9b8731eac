package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"power-interpreter/orchestrator"
)

// prepare parses once what nearly every write does. A row that is replaced takes
// its pictures with it.
func (s *Store) prepare(ctx context.Context) (err error) {
	s.execution, err = s.db.PrepareContext(ctx, `INSERT OR REPLACE INTO executions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	s.use, err = s.db.PrepareContext(ctx, "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?)")
	return err
}

// Write does all of a batch or nothing; see orchestrator.Store.
func (s *Store) Write(ctx context.Context, b orchestrator.Batch) error {
	return explain(s.inTx(ctx, func(t tx) error {
		for _, ref := range b.Gone {
			if err := t.forget(ref); err != nil {
				return err
			}
		}
		for _, r := range b.Executions {
			if err := t.execution(s.execution, r); err != nil {
				return err
			}
		}
		for ref, notices := range b.Notices {
			if err := t.notices(ref, notices); err != nil {
				return err
			}
		}
		for ref, used := range b.Used {
			if err := t.run(s.use, ref.Owner, ref.ID, nanoseconds(used)); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (t tx) forget(ref orchestrator.Ref) error {
	for _, table := range []string{"executions", "notices", "sessions"} {
		if err := t.exec("DELETE FROM "+table+" WHERE owner = ? AND session = ?", ref.Owner, ref.ID); err != nil {
			return err
		}
	}
	return nil
}

func (t tx) execution(insert *sql.Stmt, r orchestrator.Record) error {
	reply := r.Reply
	reply.Charts = make([]orchestrator.Chart, len(r.Reply.Charts))
	size := len(r.Code)
	for i, c := range r.Reply.Charts {
		size += len(c.PNG)
		reply.Charts[i], reply.Charts[i].PNG = c, nil
	}
	text, err := json.Marshal(reply)
	if err != nil {
		return err
	}
	if err := t.run(insert, r.ID, r.Session.Owner, r.Session.ID, string(r.Op), string(r.Status), r.Status.Ended(), r.Job, r.Detached,
		nanoseconds(r.Queued), nanoseconds(r.Started), nanoseconds(r.Ended), int64(r.Timeout), r.Code, string(text), size+len(text)); err != nil {
		return err
	}
	for i, c := range r.Reply.Charts {
		if len(c.PNG) == 0 {
			continue
		}
		if err := t.exec("INSERT INTO pictures VALUES (?, ?, ?)", r.ID, i, c.PNG); err != nil {
			return err
		}
	}
	return nil
}

func (t tx) notices(ref orchestrator.Ref, notices []string) error {
	if err := t.exec("DELETE FROM notices WHERE owner = ? AND session = ?", ref.Owner, ref.ID); err != nil {
		return err
	}
	for i, text := range notices {
		if err := t.exec("INSERT INTO notices VALUES (?, ?, ?, ?)", ref.Owner, ref.ID, i, text); err != nil {
			return err
		}
	}
	return nil
}

// nanoseconds keeps the zero time as 0.
func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func moment(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns)
}
