package doctor

import "fmt"

// settings tells of values that are refused and of names that are unknown.
func settings(f Facts) []Finding {
	var found []Finding
	for _, refused := range f.Refused {
		found = append(found, fail("settings", refused, "the server will not start", "power-interpreter config"))
	}
	for _, m := range f.Misspelt {
		found = append(found, warn("settings", m.Name+" is in the environment and is no setting", "it has no effect", "did you mean "+m.Near+"?"))
	}
	if len(found) == 0 {
		given := 0
		for _, s := range f.Config.Settings() {
			if s.From == "environment" || s.From == "flag" {
				given++
			}
		}
		return one(ok("settings", fmt.Sprintf("all allowed, %d of them given", given), ""))
	}
	return found
}
