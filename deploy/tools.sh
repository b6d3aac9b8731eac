#!/usr/bin/env bash
# tools.sh makes sure that .cache/tools/bin holds ruff and uv at their locked versions.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly lock=runner-image/requirements-dev.txt
readonly venv=.cache/tools

if ! cmp -s "$lock" "$venv/lock"; then
	rm -rf "$venv"
	mkdir -p .cache
	python3 -m venv "$venv" || {
		echo "tools: python3 with its venv module is needed (Debian: apt-get install python3-venv)" >&2
		exit 1
	}
	"$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$lock"
	cp "$lock" "$venv/lock"
fi
