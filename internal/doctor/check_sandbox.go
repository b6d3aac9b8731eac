package doctor

import (
	"fmt"
	"time"
)

// sandbox tells of the trial of a real one.
func sandbox(f Facts) []Finding {
	s := f.Sandbox
	ms := func(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }
	var found []Finding
	switch {
	case f.elsewhere():
		return nil
	case !s.Tried:
		return one(skip("sandbox", "none was tried: "+s.Why, ""))
	case s.Err != nil:
		found = one(fail("sandbox", fmt.Sprintf("a trial failed to %s: %v", s.Doing, s.Err), "sessions will fail the same way", "mend what is above first, then see the engine's log"))
	case !s.Seen:
		found = one(fail("sandbox", "the engine does not see the folder that this process has at "+f.Folder.Path, "sessions would start without their files, or not at all",
			"in a container, mount the host's folder at the same path: -v "+f.Folder.Path+":"+f.Folder.Path))
	case s.Value != "2":
		found = one(fail("sandbox", fmt.Sprintf("1+1 gave %q", s.Value), "the image's worker is broken", "make image"))
	default:
		found = one(ok("sandbox", fmt.Sprintf("started in %s, ran 1+1 in %s, removed in %s", ms(s.Start), ms(s.Run), ms(s.Gone)), ""))
	}
	if s.Left != nil {
		found = append(found, warn("sandbox", fmt.Sprintf("the trial could not be removed: %v", s.Left), "it stays until the next doctor", "power-interpreter doctor"))
	}
	return found
}
