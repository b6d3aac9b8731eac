#!/usr/bin/env bash
# lock.sh [--upgrade] writes runner-image/requirements*.txt anew from their .in files: every package
# that they need, at one version, with the hashes of its files. Packages that the .in files do not
# name keep their locked version unless --upgrade is given.
set -euo pipefail
cd "$(dirname "$0")/.."
deploy/tools.sh

readonly upgrade=("$@")

# compile NAME OPTION...: NAME.in to NAME.txt.
compile() {
	local name=$1
	shift
	(
		cd runner-image
		cp "$name.txt" "$name.new"
		../.cache/tools/bin/uv pip compile --quiet --generate-hashes --only-binary :all: --no-header \
			--no-emit-index-url --no-emit-find-links --no-annotate "${upgrade[@]}" "$@" "$name.in" -o "$name.new"
		{
			printf '# Written by make lock from %s.in: do not edit.\n' "$name"
			cat "$name.new"
		} >"$name.txt"
		rm "$name.new"
	)
}

# The image has one interpreter on one platform. jedi, 35 MB with its parser, completes code at a
# prompt that no cell has; IPython does without it.
image=(--python-version 3.13 --python-platform x86_64-unknown-linux-gnu)
compile requirements "${image[@]}" --no-emit-package jedi --no-emit-package parso
compile requirements-test "${image[@]}"
# The build machine's Python is any that is not too old.
compile requirements-dev --python-version 3.10 --universal
