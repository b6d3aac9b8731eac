#!/usr/bin/env bash
# gateway.sh RUNNER_IMAGE builds the image of the benchmark's peer on a runner image, and prints its
# name. An image that is made of the same is left as it is.
#
# The packages are locked by, in deploy/gateway:
#   uv pip compile --generate-hashes --only-binary :all: --no-header --no-annotate \
#     --python-version 3.13 --python-platform x86_64-unknown-linux-gnu \
#     -c ../../runner-image/requirements.txt requirements.in -o requirements.txt
set -euo pipefail
cd "$(dirname "$0")/gateway"

readonly runner=$1
readonly image=power-interpreter-gateway
readonly cache=../../.cache/bench/gateway

export DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock}
export DOCKER_BUILDKIT=${DOCKER_BUILDKIT:-0}

fail() {
	printf '%s\n' "$*" >&2
	exit 1
}

# install puts the packages for the image's Python, not this machine's, into a folder.
install() {
	python3 -m venv "$cache/venv" || fail "python3 with its venv module is needed (Debian: apt-get install python3-venv)"
	"$cache/venv/bin/pip" install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes \
		--only-binary :all: --python-version 3.13 --target "$cache/site" -r requirements.txt ||
		fail "pip could not install jupyter_kernel_gateway: is a package index in reach?"
}

# remove_older drops the images on earlier runner images: nothing starts from them again.
remove_older() {
	local tag
	docker image ls --format '{{.Tag}}' "$image" | while read -r tag; do
		[ "$tag" = "$1" ] || docker image rm "$image:$tag" >/dev/null 2>&1 || true
	done
}

main() {
	local id hash
	id=$(docker image inspect --format '{{.Id}}' "$runner") || fail "there is no image $runner; run make image"
	hash=$({ echo "$id"; cat Dockerfile config.py requirements.txt; } | sha256sum | cut -c 1-16)
	if ! docker image inspect "$image:$hash" >/dev/null 2>&1; then
		rm -rf "$cache"
		mkdir -p "$cache"
		install >&2
		cp Dockerfile config.py "$cache/"
		echo venv >"$cache/.dockerignore"
		docker build --network=none --force-rm --build-arg "RUNNER=$runner" --tag "$image:$hash" "$cache" >&2 </dev/null ||
			fail "the gateway's image could not be built"
		rm -rf "$cache"
		remove_older "$hash"
	fi
	echo "$image:$hash"
}

main "$@"
