package ledger_test

import (
	"strings"
	"testing"
	"time"

	"power-interpreter/internal/chaos/ledger"
)

const (
	told    = `the sandbox of session "s" stopped unexpectedly: its files are kept, its variables are lost`
	silence = "the server restarted; session \"s\" has kept its variables"
)

// book has marks 1 to 3: a cell's, a job's, and one without an answer.
func book() *ledger.Book {
	b := ledger.NewBook("s")
	b.See("c1", b.Mark(), []int{1}, []int{1})
	b.Submitted("j2", b.Mark())
	b.Mark()
	return b
}

// hit is what the suite does to a sandbox.
func hit(b *ledger.Book) { b.Hit()(true) }

func TestTheListsMustHoldWhatWasAcknowledged(t *testing.T) {
	type list = []int
	for _, tt := range []struct {
		name         string
		before       func(*ledger.Book)
		memory, file list
		fault        string
	}{
		{"all there", nil, list{1, 2, 3, 4}, list{1, 2, 3, 4}, ""},
		{"without the unanswered", nil, list{1, 2, 4}, list{1, 2, 4}, ""},
		{"without the job's", nil, list{1, 4}, list{1, 2, 4}, "kernel lost the acknowledged 2"},
		{"begun anew silently", nil, list{4}, list{1, 2, 4}, "kernel forgot silently"},
		{"begun anew, and words that tell of no loss", func(b *ledger.Book) { b.Hear(silence) }, list{4}, list{1, 2, 4}, "forgot silently"},
		{"begun anew and told", func(b *ledger.Book) { hit(b); b.Hear(told) }, list{4}, list{1, 2, 4}, ""},
		{"begun anew, told, and the job ran in between", func(b *ledger.Book) { hit(b); b.Hear(told) }, list{2, 4}, list{1, 2, 4}, ""},
		{"a loss without a cause", func(b *ledger.Book) { b.Hear(told) }, list{4}, list{1, 2, 4}, "nothing had caused"},
		{"the file lost with the kernel", func(b *ledger.Book) { hit(b); b.Hear(told) }, list{4}, list{4}, "file forgot silently"},
		{"run twice", nil, list{1, 2, 2, 4}, list{1, 2, 2, 4}, "ran twice"},
		{"out of turn", nil, list{1, 3, 2, 4}, list{1, 2, 4}, "out of turn"},
		{"another session's", func(b *ledger.Book) { b.Deleted() }, list{1, 4}, list{4}, "nobody sent"},
		{"refused and run", func(b *ledger.Book) { b.Settle(3, ledger.Never) }, list{1, 2, 3, 4}, list{1, 2, 3, 4}, "was refused"},
		{"the run's own is missing", nil, list{1, 2}, list{1, 2, 4}, "ends before mark 4"},
		{"reset", func(b *ledger.Book) { b.Reset() }, list{4}, list{1, 2, 4}, ""},
		{"a job that was cancelled", func(b *ledger.Book) { b.Cancelling("j2") }, list{1, 4}, list{1, 4}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := book()
			if tt.before != nil {
				tt.before(b)
			}
			b.See("c4", b.Mark(), tt.memory, tt.file)
			wants(t, b, tt.fault)
		})
	}
}

func TestAJobMustEndAsItWasAcknowledged(t *testing.T) {
	for _, tt := range []struct {
		name   string
		do     func(*ledger.Book)
		status string
		mark   int
		fault  string
	}{
		{"completed", nil, "completed", 2, ""},
		{"with another's reply", nil, "completed", 1, "not 2"},
		{"without its reply", nil, "completed", 0, "not 2"},
		{"lost", nil, "lost", 0, "nothing had caused"},
		{"lost with its sandbox", hit, "lost", 0, ""},
		{"cancelled", func(b *ledger.Book) { b.Cancelling("j2") }, "cancelled", 0, ""},
		{"cancelled by itself", nil, "cancelled", 0, "nothing had caused"},
		{"otherwise than before", func(b *ledger.Book) { hit(b); b.Ended("j2", "completed", 2, "") }, "lost", 0, "had ended completed"},
		{"unknown", func(b *ledger.Book) { b.Missing("j2") }, "completed", 2, "not known any more"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := book()
			if tt.do != nil {
				tt.do(b)
			}
			b.Ended("j2", tt.status, tt.mark, "")
			wants(t, b, tt.fault)
		})
	}
}

func TestARunThatANoticeNamesIsHeldToItsEnd(t *testing.T) {
	b := book()
	b.Named("j3", false)
	if open := b.Open(); len(open) != 2 {
		t.Errorf("open are %v", open)
	}
	b.Ended("j3", "completed", 3, "")
	b.See("c4", b.Mark(), []int{1, 2, 4}, []int{1, 2, 3, 4})
	wants(t, b, "kernel lost the acknowledged 3")
}

func TestWhatHadNoAnswerMayBeLostIfThatIsTold(t *testing.T) {
	b := book()
	b.Named("j3", true)
	b.Named("j2", true) // acknowledged
	b.Ended("j3", "lost", 0, "")
	wants(t, b, "")
	b.Ended("j2", "lost", 0, "")
	wants(t, b, "job j2 (mark 2) ended lost")
}

func TestALossBeforeAnythingRanIsNoFault(t *testing.T) {
	b := ledger.NewBook("s")
	b.Submitted("j1", b.Mark())
	b.Hear(told)
	wants(t, b, "")
	b.See("c2", b.Mark(), []int{2}, []int{2})
	wants(t, b, "file lost the acknowledged 1")
}

func TestALossToldAgainAfterAKillIsNoFault(t *testing.T) {
	b := book()
	hit(b)
	b.Hear(told)
	b.See("c4", b.Mark(), []int{4}, []int{1, 2, 4})
	b.Killed()
	b.Hear(told)
	wants(t, b, "")
	b.Hear(told)
	b.See("c5", b.Mark(), []int{4, 5}, []int{1, 2, 4, 5})
	b.Hear(told)
	wants(t, b, "nothing had caused")
}

func TestAnUploadStaysAsItWas(t *testing.T) {
	b := book()
	b.Put("a", 3)
	b.Listed(map[string]int64{"a": 3, "b": 1})
	wants(t, b, "")
	b.Listed(map[string]int64{"a": 2})
	wants(t, b, "a of 3 bytes")
}

func wants(t *testing.T, b *ledger.Book, fault string) {
	t.Helper()
	faults := strings.Join(b.Faults(), "\n")
	if fault == "" && faults != "" || !strings.Contains(faults, fault) {
		t.Errorf("faults %q, want %q", faults, fault)
	}
}

func TestWhatServerAndSandboxTakeWithThemIsUnsure(t *testing.T) {
	b := book()
	b.Ended("j2", "completed", 2, "")
	b.Bereft(time.Now())
	if b.Cells()[0].Unsure {
		t.Error("a reply from long before is unsure")
	}
	b.Bereft(time.Now().Add(-time.Minute))
	if !b.Cells()[0].Unsure {
		t.Error("a reply from just before is not unsure")
	}
	b.Ended("j2", "lost", 0, "")
	wants(t, b, "")
	b.Ended("j2", "failed", 0, "")
	wants(t, b, "and nothing had caused that")
}

func TestAJobThatHadEndedIsNotLost(t *testing.T) {
	b := book()
	b.Ended("j2", "completed", 2, "")
	b.Bereft(time.Now())
	b.Ended("j2", "lost", 0, "")
	wants(t, b, "nothing had caused that")
}
