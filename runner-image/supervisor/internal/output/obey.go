package output

import (
	"strconv"
	"strings"
)

// obey does what a control sequence says, as far as it concerns the text.
func (t *terminal) obey(final byte, params string) {
	if t.cr && strings.IndexByte("ABCDEFGHJKf", final) >= 0 {
		t.goTo(0)
	}
	n := number(params)
	switch final {
	case 'A':
		t.move(-max(n, 1))
	case 'F':
		t.move(-max(n, 1))
		t.goTo(0)
	case 'B':
		t.move(max(n, 1))
	case 'E':
		t.move(max(n, 1))
		t.goTo(0)
	case 'C':
		t.step(max(n, 1))
	case 'D':
		t.step(-max(n, 1))
	case 'G':
		t.goTo(0)
		t.step(n - 1)
	case 'H', 'f':
		t.home(params)
	case 'J':
		t.erase(n)
	case 'K':
		t.eraseLine(n)
	case 'h', 'l': // a program that hides its cursor is about to draw
		if strings.HasPrefix(params, "?") {
			t.hold = maxRows
		}
	}
}

// home goes to the window's beginning: other places on the screen are not known.
func (t *terminal) home(params string) {
	if number(params) <= 1 {
		t.move(-len(t.rows))
		t.goTo(0)
	}
}

// erase drops what follows the cursor, or all of the window.
func (t *terminal) erase(mode int) {
	switch mode {
	case 0:
		for _, r := range t.rows[t.at+1:] {
			t.size -= len(r.text) + 1
		}
		t.rows = t.rows[:t.at+1]
		t.eraseLine(0)
	case 2, 3:
		t.rows = append(t.rows[:0], row{rewritten: true})
		t.at, t.size = 0, 0
		t.goTo(0)
	}
}

// eraseLine drops what follows the cursor in its row, or all of the row.
func (t *terminal) eraseLine(mode int) {
	if mode == 2 {
		t.goTo(0)
	}
	if mode != 1 && t.col < len(t.rows[t.at].text) {
		t.goTo(t.col)
		t.truncate()
	}
}

// number is the first of the parameters, 0 where there is none.
func number(params string) int {
	digits, _, _ := strings.Cut(params, ";")
	n, _ := strconv.Atoi(digits)
	return min(max(n, 0), maxWindow)
}
