#!/usr/bin/env bash
# lint.sh checks the form of everything: gofmt, go vet and staticcheck; ruff; shellcheck where it is
# installed. It changes nothing. Every check runs; the exit code tells whether one failed.
#
# shellcheck disable=SC2317 # functions are called by their names, through check
set -euo pipefail
cd "$(dirname "$0")/.."

readonly staticcheck=honnef.co/go/tools/cmd/staticcheck@v0.8.2
readonly ruff=.cache/tools/bin/ruff
failed=0

# check NAME COMMAND...: run it, and remember that it failed.
check() {
	local name=$1
	shift
	if "$@"; then
		printf 'lint: %s: ok\n' "$name"
	else
		printf 'lint: %s: FAILED\n' "$name"
		failed=1
	fi
}

formatted() {
	local unformatted
	unformatted=$(git ls-files -z '*.go' | xargs -0 gofmt -l)
	[ -z "$unformatted" ] || {
		printf 'not formatted (gofmt -w): %s\n' "$unformatted"
		return 1
	}
}

shell_scripts() {
	command -v shellcheck >/dev/null 2>&1 || {
		echo "shellcheck is not installed: skipped (Debian: apt-get install shellcheck)"
		return 0
	}
	shellcheck .ci/run deploy/*.sh runner-image/stack/*.sh
}

deploy/tools.sh
check gofmt formatted
check 'go vet' go vet ./...
check 'go vet, end to end' go vet -tags e2e ./...
check staticcheck go run "$staticcheck" -tags e2e ./...
check 'ruff check' "$ruff" check --quiet runner-image
check 'ruff format' "$ruff" format --check --quiet runner-image
check shellcheck shell_scripts
exit "$failed"
