package workspace_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"power-interpreter/internal/workspace"
)

func claim(id string) workspace.Claim {
	return workspace.Claim{
		SandboxID: id, Owner: "alice", SessionID: "analysis", UID: 20001, Nonce: "n0",
		CreatedAt: time.Date(2026, 3, 1, 12, 0, 0, 5, time.UTC),
	}
}

func TestClaimsSurviveAServer(t *testing.T) {
	dir := t.TempDir()
	root, err := workspace.Open(dir)
	must(t, err)
	for _, id := range []string{"b", "a"} {
		must(t, root.WriteClaim(claim(id)))
	}
	newer := claim("a")
	newer.Nonce = "n1"
	must(t, root.WriteClaim(newer))
	must(t, root.Close())

	root, err = workspace.Open(dir)
	must(t, err)
	defer root.Close()
	got, bad, err := root.ReadClaims()
	must(t, err)
	if len(bad) != 0 || len(got) != 2 || got[0] != newer || got[1] != claim("b") {
		t.Errorf("claims are %v, bad are %v", got, bad)
	}
}

func TestDamagedClaimsAreToldApart(t *testing.T) {
	root := openRoot(t)
	must(t, root.WriteClaim(claim("good")))
	must(t, root.WriteClaim(claim("moved")))
	claims := filepath.Join(root.Dir(), "claims")
	must(t, os.Rename(filepath.Join(claims, "moved"), filepath.Join(claims, "elsewhere")))
	put(t, filepath.Join(claims, "torn", "claim.json"), `{"sandbox_id":"torn","uid":2`)
	put(t, filepath.Join(claims, "root", "claim.json"), `{"sandbox_id":"root","session_id":"s","uid":0}`)
	put(t, filepath.Join(claims, "dots", "claim.json"), `{"sandbox_id":"dots","session_id":"..","uid":20001}`)
	must(t, os.Mkdir(filepath.Join(claims, "empty"), 0o700))

	got, bad, err := root.ReadClaims()
	must(t, err)
	if len(got) != 1 || got[0].SandboxID != "good" {
		t.Errorf("good claims are %v", got)
	}
	for i, id := range []string{"dots", "elsewhere", "empty", "root", "torn"} {
		if i >= len(bad) || bad[i].SandboxID != id || bad[i].Err == nil {
			t.Fatalf("bad claims are %v, want %s at %d", bad, id, i)
		}
		must(t, root.RemoveClaim(id))
	}
	if _, bad, _ = root.ReadClaims(); len(bad) != 0 {
		t.Errorf("after RemoveClaim there are %v", bad)
	}
}

func TestWriteClaimRecoversFromAHalfWrittenOne(t *testing.T) {
	root := openRoot(t)
	put(t, filepath.Join(root.Dir(), "claims", "a", "claim.json.new"), "a torn and much longer text than any claim")
	must(t, root.WriteClaim(claim("a")))
	if got, bad, err := root.ReadClaims(); err != nil || len(bad) != 0 || len(got) != 1 || got[0] != claim("a") {
		t.Errorf("claims are %v, %v, %v", got, bad, err)
	}
}

func TestOnlyAClaimWithNeitherFileNorFilesIsHalf(t *testing.T) {
	root := openRoot(t)
	must(t, root.WriteClaim(claim("whole")))
	for _, id := range []string{"alone", "empty", "used"} {
		must(t, os.Mkdir(filepath.Join(root.Dir(), "claims", id), 0o700))
	}
	put(t, filepath.Join(root.Dir(), "claims", "alone", "claim.json.new"), "torn")
	must(t, os.Mkdir(filepath.Join(root.Dir(), "sandboxes", "empty"), 0o700))
	put(t, filepath.Join(root.Dir(), "sandboxes", "used", "s", "data.csv"), "1")
	for id, want := range map[string]bool{"whole": false, "alone": true, "empty": true, "used": false} {
		if dropped, err := root.DropHalfClaim(id); err != nil || dropped != want {
			t.Errorf("%s: %t, %v", id, dropped, err)
		}
	}
	got, bad, err := root.ReadClaims()
	must(t, err)
	if len(got) != 1 || len(bad) != 1 || bad[0].SandboxID != "used" {
		t.Errorf("claims are %v, bad are %v", got, bad)
	}
}

// A full disk has no room for another file, and deleting is what makes room.
func TestCondemningWritesNothingNew(t *testing.T) {
	root := openRoot(t)
	must(t, root.WriteClaim(claim("a")))
	must(t, root.CondemnClaim("a"))
	must(t, root.CondemnClaim("a"))
	left, err := os.ReadDir(filepath.Join(root.Dir(), "claims", "a"))
	must(t, err)
	if len(left) != 1 || left[0].Name() == "claim.json" {
		t.Errorf("there are %v", left)
	}
	want := claim("a")
	want.Condemned = true
	if got, _, _ := root.ReadClaims(); len(got) != 1 || got[0] != want {
		t.Errorf("claims are %v", got)
	}
	if dropped, err := root.DropHalfClaim("a"); dropped || err != nil {
		t.Errorf("dropped: %t, %v", dropped, err)
	}
}

func TestRemoveClaimTwiceIsNoError(t *testing.T) {
	root := openRoot(t)
	must(t, root.WriteClaim(claim("a")))
	must(t, root.RemoveClaim("a"))
	must(t, root.RemoveClaim("a"))
	if got, _, _ := root.ReadClaims(); len(got) != 0 {
		t.Errorf("claims are %v", got)
	}
}

func TestClaimsThatCannotBeAreRefused(t *testing.T) {
	root := openRoot(t)
	for name, change := range map[string]func(*workspace.Claim){
		"id leaves the folder": func(c *workspace.Claim) { c.SandboxID = "../a" },
		"id is empty":          func(c *workspace.Claim) { c.SandboxID = "" },
		"session is no name":   func(c *workspace.Claim) { c.SessionID = "a/b" },
		"user is root":         func(c *workspace.Claim) { c.UID = 0 },
	} {
		c := claim("a")
		change(&c)
		if root.WriteClaim(c) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
