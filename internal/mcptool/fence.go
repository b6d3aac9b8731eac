package mcptool

import "strings"

// fenceTags are the info strings of a fence that holds Python.
var fenceTags = map[string]bool{"": true, "py": true, "python": true, "python3": true, "ipython": true, "ipython3": true}

// unfence returns the code inside, when all of it is one Markdown fence
// (CommonMark, 4.5: three or more backticks or tildes, closed by at least as
// many of them). Lines are then counted from the first one inside. Any other
// code is returned as it is.
func unfence(code string) string {
	lines := strings.Split(strings.TrimSpace(code), "\n")
	first, last := strings.TrimSpace(lines[0]), len(lines)-1
	mark := fenceMark(first)
	if mark == "" || last == 0 || !fenceTags[strings.ToLower(strings.TrimSpace(first[len(mark):]))] {
		return code
	}
	for i, line := range lines[1:] {
		line = strings.TrimSpace(line)
		if closing := fenceMark(line); closing == line && strings.HasPrefix(line, mark) {
			if i+1 == last {
				return strings.Join(lines[1:last], "\n")
			}
			return code // something follows the fence
		}
	}
	return code
}

// fenceMark returns the backticks or tildes that a line begins with, "" if
// they are fewer than three.
func fenceMark(line string) string {
	for _, c := range []string{"`", "~"} {
		if rest := strings.TrimLeft(line, c); len(line)-len(rest) >= 3 {
			return line[:len(line)-len(rest)]
		}
	}
	return ""
}
