package fake

import (
	"context"
	"slices"
	"sync"
	"time"

	"power-interpreter/orchestrator"
)

// Store is an orchestrator.Store in memory: it outlives an orchestrator, as a
// file does.
type Store struct {
	mu      sync.Mutex
	fail    func() error
	records map[string]orchestrator.Record
	order   []string
	notices map[orchestrator.Ref][]string
	used    map[orchestrator.Ref]time.Time
}

// NewStore returns an empty store.
func NewStore() *Store {
	return &Store{
		records: map[string]orchestrator.Record{}, notices: map[orchestrator.Ref][]string{}, used: map[orchestrator.Ref]time.Time{},
	}
}

// Load returns what a start needs to know.
func (s *Store) Load(context.Context) (orchestrator.Memory, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := orchestrator.Memory{IDs: slices.Clone(s.order), Notices: map[orchestrator.Ref][]string{}, Used: map[orchestrator.Ref]time.Time{}, Tallies: map[orchestrator.Ref]orchestrator.Tally{}}
	for _, id := range s.order {
		if r := s.records[id]; !r.Status.Ended() {
			m.Unfinished = append(m.Unfinished, r)
		} else {
			m.Tallies[r.Session] = tallied(m.Tallies[r.Session], r)
		}
	}
	for ref, n := range s.notices {
		m.Notices[ref] = slices.Clone(n)
	}
	for ref, t := range s.used {
		m.Used[ref] = t
	}
	return m, nil
}

// tallied is a tally with one more ended execution.
func tallied(t orchestrator.Tally, r orchestrator.Record) orchestrator.Tally {
	if r.Op == orchestrator.OpDatasets || r.Op == orchestrator.OpVariables {
		return t
	}
	t.Ended++
	if r.Job {
		t.Jobs++
	}
	if r.Status != orchestrator.StatusCompleted {
		t.Failed++
	}
	return t
}

// SetFail has fail decide, from now on, whether a write fails; nil lets all be.
func (s *Store) SetFail(fail func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = fail
}

// Write does all of a batch, unless it is made to fail.
func (s *Store) Write(_ context.Context, b orchestrator.Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		if err := s.fail(); err != nil {
			return err
		}
	}
	for _, ref := range b.Gone {
		s.drop(func(r orchestrator.Record) bool { return r.Session == ref })
		delete(s.notices, ref)
		delete(s.used, ref)
	}
	for _, r := range b.Executions {
		if _, known := s.records[r.ID]; !known {
			s.order = append(s.order, r.ID)
		}
		s.records[r.ID] = r
	}
	for ref, n := range b.Notices {
		s.notices[ref] = n
	}
	for ref, t := range b.Used {
		s.used[ref] = t
	}
	return nil
}

// Execution returns an execution of the owner.
func (s *Store) Execution(_ context.Context, owner, id string) (orchestrator.Record, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, found := s.records[id]
	return r, found && r.Session.Owner == owner, nil
}

// Prune forgets those that ended before the bound; the other bounds are the
// real store's.
func (s *Store) Prune(_ context.Context, b orchestrator.StoreBounds) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drop(func(r orchestrator.Record) bool { return r.Status.Ended() && r.Ended.Before(b.Before) }), nil
}

func (s *Store) drop(which func(orchestrator.Record) bool) (gone []string) {
	s.order = slices.DeleteFunc(s.order, func(id string) bool {
		if !which(s.records[id]) {
			return false
		}
		gone = append(gone, id)
		delete(s.records, id)
		return true
	})
	return gone
}
