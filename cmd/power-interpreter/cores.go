package main

import (
	"os"
	"runtime"
)

// shareCores leaves half of the cores to the sandboxes, which do the work: this
// program passes their words on. It also costs each call less: on two cores a
// warm one took 1.3 ms instead of 1.45, and 30 % less of the server's processor
// time, since no thread looks for work that another has. GOMAXPROCS, if set, has
// its way.
func shareCores() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(max(1, runtime.GOMAXPROCS(0)/2))
	}
}
