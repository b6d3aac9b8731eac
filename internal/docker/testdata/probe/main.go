// Command probe stands in for a runner in the tests of a real engine: PID 1 of
// a sandbox that answers each line on stdin with a line on stdout.
//
//	echo TEXT     TEXT
//	facts         what it sees of its confinement, as JSON
//	stderr TEXT   writes TEXT to stderr, answers "ok"
//	flood COUNT   COUNT lines of 1000 bytes
//	exit CODE     ends
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) > 1 {
		child(os.Args[1])
		return
	}
	signal.Notify(make(chan os.Signal, 1)) // as the supervisor: no signal ends PID 1
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		verb, text, _ := strings.Cut(lines.Text(), " ")
		switch verb {
		case "echo":
			fmt.Println(text)
		case "facts":
			_ = json.NewEncoder(os.Stdout).Encode(facts())
		case "stderr":
			fmt.Fprintln(os.Stderr, text)
			fmt.Println("ok")
		case "flood":
			for range number(text) {
				fmt.Println(strings.Repeat("x", 999))
			}
		case "exit":
			os.Exit(number(text))
		}
	}
}

func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}
