package config

import (
	"slices"
	"strings"
)

// Misspelt is a name in the environment that is no setting and looks like one.
type Misspelt struct {
	Name string `json:"name"`
	Near string `json:"did_you_mean"`
}

// minGuess is the shortest name, in letters, that is compared with settings:
// near HOST and PORT is half the dictionary.
const minGuess = 6

// longName is the length from which two slips may be one name's: among shorter
// ones, two slips lead from strangers' names to ours (SESSION_DICT, SESSION_DISK).
const longName = 14

// filler are words that people add to a setting's name, or leave out.
var filler = []string{
	"MB", "GB", "MIB", "GIB", "BYTES", "S", "SEC", "SECONDS", "SIZE", "LIMIT",
	"MAX", "IDLE", "ALLOWED", "COUNT",
}

// otherNames are what people call a setting that is near none by its letters.
var otherNames = map[string]string{
	"SANDBOX_DIR": "SANDBOX_DATA_DIR", "SANDBOX_DATA": "SANDBOX_DATA_DIR", "SANDBOX_DATA_PATH": "SANDBOX_DATA_DIR",
}

// prefixes are put before every name by people who know them from elsewhere.
var prefixes = []string{"POWER_INTERPRETER_", "PI_"}

// FindMisspelt looks through an environment (as os.Environ) for names that are
// no settings and were probably meant to be. A name is near when it differs
// from a setting's by its underscores, its case, the plural, a slip of the
// finger, an abbreviated last word (SESSION_MEM), or a filler word more or less
// (MAX_UPLOAD). It is not near for a family's first word alone: SESSION_MANAGER
// and SANDBOX_FLAGS are other programs'.
func (c *Config) FindMisspelt(environ []string) []Misspelt {
	var names []string
	for _, f := range c.fields() {
		names = append(names, f.name)
	}
	var found []Misspelt
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if value == "" || slices.Contains(names, name) {
			continue
		}
		if near := nearest(name, names); near != "" && near != name {
			found = append(found, Misspelt{name, near})
		}
	}
	slices.SortFunc(found, func(a, b Misspelt) int { return strings.Compare(a.Name, b.Name) })
	return found
}

func nearest(name string, names []string) string {
	upper := strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	for _, p := range prefixes {
		if rest, found := strings.CutPrefix(upper, p); found && slices.Contains(names, rest) {
			return rest
		}
	}
	if near, known := otherNames[upper]; known {
		return near
	}
	if len(upper) < minGuess {
		return ""
	}
	for _, alike := range []func(a, b string) bool{sameLetters, slip, abbreviated, fillerApart} {
		for _, n := range names {
			if alike(upper, n) {
				return n
			}
		}
	}
	return ""
}

// sameLetters: SANDBOX_DATADIR, LOGLEVEL, and max_sessions, which is not read.
func sameLetters(a, b string) bool {
	return strings.ReplaceAll(a, "_", "") == strings.ReplaceAll(b, "_", "")
}

// slip: MAX_SESSION, API_KEY, SESSION_MEMROY.
func slip(a, b string) bool {
	if len(b) < minGuess {
		return false
	}
	allowed := 1
	if len(a) >= longName && len(b) >= longName {
		allowed = 2
	}
	return distance(a, b) <= allowed
}

// abbreviated: SESSION_MEM, whose last word begins as SESSION_MEMORY's does.
func abbreviated(a, b string) bool {
	front, last := cutLast(a)
	front2, last2 := cutLast(b)
	const recognisable = 3
	return front != "" && front == front2 && len(last) >= recognisable && strings.HasPrefix(last2, last)
}

func cutLast(s string) (front, last string) {
	i := strings.LastIndexByte(s, '_')
	if i < 0 {
		return "", s
	}
	return s[:i], s[i+1:]
}

// fillerApart: MAX_FETCH_MB, SESSION_MEMORY_MB, SESSION_TIMEOUT. Of both names
// there must be two words, the first the same.
func fillerApart(a, b string) bool {
	first, _, more := strings.Cut(a, "_")
	rest := bare(a)
	return more && strings.HasPrefix(b, first+"_") && rest != "" && rest == bare(b) || tail(a, b) || tail(b, a)
}

// tail: one name is the other and filler at its end.
func tail(long, short string) bool {
	rest, found := strings.CutPrefix(long, short+"_")
	return found && strings.Contains(short, "_") && bare(rest) == ""
}

func bare(name string) string {
	words := strings.Split(name, "_")
	words = slices.DeleteFunc(words, func(w string) bool { return slices.Contains(filler, w) })
	return strings.Join(words, "_")
}

// distance counts the letters to insert, delete, change or swap with their
// neighbour to get from a to b (optimal string alignment).
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
