package executor_test

import (
	"context"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"power-interpreter/internal/executor/client"
	"power-interpreter/internal/fake"
	"power-interpreter/internal/keyring"
	"power-interpreter/orchestrator"
)

// fronts are two of one executor, each with a token of its own, and one whose
// token has no name.
func fronts(t *testing.T, svc *fake.Service) (web, desk, plain *client.Client) {
	e := newExecutor(t, svc,
		keyring.Key{Name: "web", Secret: token}, keyring.Key{Name: "desk", Secret: token + "2"}, keyring.Key{Secret: token + "3"})
	return e.front(t, token), e.front(t, token+"2"), e.front(t, token+"3")
}

func TestTwoFrontsOwnersOfOneNameAreTwo(t *testing.T) {
	owners := map[string]bool{}
	svc := &fake.Service{OnFiles: func(_ context.Context, ref orchestrator.Ref) (l orchestrator.Listing, err error) {
		owners[ref.Owner] = true
		return l, nil
	}}
	web, desk, plain := fronts(t, svc)
	for _, c := range []*client.Client{web, desk, plain, web} {
		if _, err := c.Files(t.Context(), orchestrator.Ref{Owner: orchestrator.Anonymous, ID: "default"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(owners) != 3 {
		t.Errorf("three fronts' owners are %v", owners)
	}
}

// TestNoFrontCanNameAnothersOwner tries what an owner's name can be.
func TestNoFrontCanNameAnothersOwner(t *testing.T) {
	got := make(chan string, 1)
	svc := &fake.Service{OnJob: func(_ context.Context, owner, _ string) (e orchestrator.Execution, err error) {
		got <- owner
		return e, nil
	}}
	web, desk, plain := fronts(t, svc)
	owners := map[string]string{} // by what the service got: by whom
	names := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "ann", "web:ann", "desk:ann", ":ann", "web", "web:", "web\x00ann", "ann ", "\xff", strings.Repeat("a", 1000)}))
	rapid.Check(t, func(t *rapid.T) {
		who := rapid.SampledFrom([]string{"web", "desk", "plain"}).Draw(t, "front")
		name := names.Draw(t, "owner")
		c := map[string]*client.Client{"web": web, "desk": desk, "plain": plain}[who]
		_, err := c.Job(context.Background(), name, "x")
		if err != nil {
			if orchestrator.AsError(err).Code != orchestrator.CodeInvalid {
				t.Fatal(err)
			}
			return
		}
		there, by := <-got, who+" "+name
		if before, known := owners[there]; known && before != by {
			t.Fatalf("%q is the owner of %q and of %q", there, before, by)
		}
		owners[there] = by
	})
}

func TestAFrontSeesItsOwnSessionsAlone(t *testing.T) {
	sessions := func(owners ...string) (all []orchestrator.Session) {
		for _, o := range owners {
			all = append(all, orchestrator.Session{Ref: orchestrator.Ref{Owner: o, ID: "default"}, ID: "default"})
		}
		return all
	}
	overview := orchestrator.Overview{Totals: orchestrator.Totals{Sessions: 4, States: map[orchestrator.State]int{orchestrator.StateIdle: 4}, Places: 6}}
	for _, s := range sessions("ann", "web:ann", "desk:ann", "webby:ann") {
		overview.Sessions = append(overview.Sessions, orchestrator.Inspection{ID: s.Ref.Owner, Owner: s.Ref.Owner, State: orchestrator.StateIdle})
	}
	svc := &fake.Service{
		OnSessions: func(_ context.Context, owner string) ([]orchestrator.Session, error) {
			if owner != "" {
				return sessions(owner), nil
			}
			return sessions("ann", "web:ann", "desk:ann", "webby:ann"), nil
		},
		OnOverview: func(context.Context) (orchestrator.Overview, error) { return overview, nil },
		OnInspect: func(_ context.Context, id string) (orchestrator.Inspection, error) {
			return orchestrator.Inspection{ID: id, Owner: id}, nil
		},
	}
	web, _, plain := fronts(t, svc)
	for who, c := range map[string]*client.Client{"web:ann": web, "ann": plain} {
		all, err := c.Sessions(t.Context(), "")
		if err != nil || len(all) != 1 || all[0].Ref.Owner != "ann" {
			t.Errorf("%s sees %+v, %v", who, all, err)
		}
		if all, err = c.Sessions(t.Context(), "ann"); err != nil || len(all) != 1 || all[0].Ref.Owner != "ann" {
			t.Errorf("%s sees of ann %+v, %v", who, all, err)
		}
		seen, err := c.Overview(t.Context())
		if err != nil || len(seen.Sessions) != 1 || seen.Sessions[0].Owner != "ann" || seen.Sessions[0].ID != who {
			t.Errorf("%s oversees %+v, %v", who, seen.Sessions, err)
		}
		if seen.Totals.Sessions != 1 || seen.Totals.States[orchestrator.StateIdle] != 1 || seen.Totals.Places != 6 {
			t.Errorf("%s counts %+v", who, seen.Totals)
		}
		for _, other := range []string{"ann", "web:ann", "desk:ann", "webby:ann"} {
			if other == who {
				continue
			}
			_, err := c.Inspect(t.Context(), other)
			wantCode(t, err, orchestrator.CodeNotFound)
			_, err = c.Intervene(t.Context(), other, orchestrator.InterventionDelete)
			wantCode(t, err, orchestrator.CodeNotFound)
		}
	}
	for _, call := range svc.Calls() {
		if call.Method == "Intervene" {
			t.Errorf("it came to %+v", call)
		}
	}
}
