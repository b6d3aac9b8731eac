#!/usr/bin/env bash
# test.sh runs every test and closes with `N passed, N failed, N skipped`; it exits 0 only when all
# that was to run did, and passed. `make test` calls it when everything is set up.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly gotestsum=gotest.tools/gotestsum@v1.13.0
readonly results=.cache/test
# What is run again through front and executor: something of each that goes between them. `make split`
# runs all of it.
readonly split='EachChartLibrary|LongCellDetaches|CancelledCall|ProgressCarries|ConnectionThatDrops|FilesWithoutTheModel|FileOf500MB|FetchFromURL|KeysSeparate|CallsOnASession|AKilledServer|EachDatasetFormat'
passed=0 failed=0 skipped=0

title() { printf '\n== %s\n' "$*"; }

count() { grep -c -- "$1" "$2" || true; }

# failure NAME: a stage that failed without a failed test to count (it did not compile, or crashed).
failure() {
	printf '%s: failed\n' "$1"
	failed=$((failed + 1))
}

# go_tests NAME ARGUMENT...: `go test -race` with these arguments, counted from its event stream. A
# package that failed without a failing test did not build, panicked or timed out.
go_tests() {
	local name=$1 events=$results/$1.json tests=$results/$1.tests bad=0 code=0
	shift
	go run "$gotestsum" --format pkgname --jsonfile "$events" -- -race "$@" || code=$?
	touch "$events"
	grep '"Test":' "$events" >"$tests" || true
	passed=$((passed + $(count '"Action":"pass"' "$tests")))
	bad=$(count '"Action":"fail"' "$tests")
	failed=$((failed + bad))
	skipped=$((skipped + $(count '"Action":"skip"' "$tests")))
	if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then failure "$name"; fi
	[ -s "$tests" ] || failure "$name, which ran nothing"
}

# number WORD FILE: the N of "N WORD" in pytest's closing line.
number() { tail -n 1 "$2" | grep -oE "[0-9]+ $1" | grep -oE '[0-9]+' || echo 0; }

python_tests() {
	local output=$results/python.txt good=0 bad=0 code=0
	deploy/test-worker.sh 2>&1 | tee "$output" || code=$?
	good=$(number passed "$output")
	bad=$(($(number failed "$output") + $(number 'errors?' "$output")))
	passed=$((passed + good))
	failed=$((failed + bad))
	skipped=$((skipped + $(number skipped "$output")))
	if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then failure "the Python tests"; fi
	[ "$good" -gt 0 ] || failure "the Python tests ran nothing"
}

# end_to_end_packages have tests that need the engine and the image, beside other tests or alone.
end_to_end_packages() {
	git grep -l --untracked '^//go:build e2e$' -- '*_test.go' | xargs -n 1 dirname | sort -u |
		sed 's!^!power-interpreter/!'
}

rm -rf "$results"
mkdir -p "$results"
mapfile -t whole < <(end_to_end_packages)
mapfile -t units < <(go list ./... | grep -vxF "$(printf '%s\n' "${whole[@]}")")
title "go vet"
go vet ./... || failure "go vet"
go vet -tags e2e ./... || failure "go vet -tags e2e"
title "Go"
go_tests go -timeout 20m "${units[@]}"
title "Python, in a sandbox"
python_tests
title "Go, with the engine and the whole program"
# One package at a time: each boots servers and sandboxes of its own.
go_tests e2e -count=1 -p 1 -timeout 30m -tags e2e "${whole[@]}"
title "Go, through a front and an executor in two network namespaces"
E2E_SPLIT=1 go_tests split -count=1 -timeout 20m -tags e2e -run "$split" ./internal/e2e

printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
