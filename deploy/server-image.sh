#!/usr/bin/env bash
# server-image.sh builds the image of the server itself, power-interpreter:latest and power-interpreter:VERSION.
# Needs an engine (deploy/engine.sh) and Go; no registry.
#
#   VERSION       as for release.sh
#   SERVER_IMAGE  its name without a tag (default: power-interpreter)
set -euo pipefail
cd "$(dirname "$0")/.."

readonly image=${SERVER_IMAGE:-power-interpreter}
VERSION=${VERSION:-$(git describe --tags --always --dirty 2>/dev/null || echo dev)}
export VERSION
export DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock}
export DOCKER_BUILDKIT=${DOCKER_BUILDKIT:-0} # the builder that every engine has

# created is the time of the sources, not of the build, so that the same sources make the same labels.
created() {
	local seconds
	seconds=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
	date -u -d "@$seconds" +%Y-%m-%dT%H:%M:%SZ
}

main() {
	local context
	context=$(mktemp -d)
	# shellcheck disable=SC2064 # the folder is known now
	trap "rm -rf '$context'" EXIT
	PLATFORMS=linux/amd64 DIST=$context/dist deploy/release.sh 2>/dev/null
	mv "$context/dist/power-interpreter-linux-amd64" "$context/power-interpreter"
	rm -r "$context/dist"
	# The engine keeps the tag of an image within 128 of these characters.
	local tag=${VERSION//[^A-Za-z0-9_.-]/-}
	docker build --quiet --force-rm --file deploy/server/Dockerfile \
		--build-arg "VERSION=$VERSION" --build-arg "REVISION=$(git rev-parse HEAD 2>/dev/null || true)" \
		--build-arg "CREATED=$(created)" --tag "$image:latest" --tag "$image:$tag" "$context" >/dev/null
	printf 'server image: %s:%s, %s\n' "$image" "$tag" "$(docker image ls --format '{{.Size}}' "$image:$tag")" >&2
}

main
