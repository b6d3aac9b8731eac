#!/usr/bin/env bash
# release.sh builds dist/: the program for each platform, static, with SHA256SUMS beside it. The same
# sources and the same Go make the same bytes, wherever they lie.
#
#   VERSION    what `power-interpreter version` prints (default: git's description of the sources)
#   PLATFORMS  as "linux/amd64 linux/arm64", the default
#   DIST       where to (default: dist)
set -euo pipefail
cd "$(dirname "$0")/.."

readonly version=${VERSION:-$(git describe --tags --always --dirty 2>/dev/null || echo dev)}
readonly platforms=${PLATFORMS:-linux/amd64 linux/arm64}
dist=$(realpath -m "${DIST:-dist}")
readonly dist

build() {
	local os=${1%/*} arch=${1#*/}
	# What the environment says of Go's flags and processors would be in the bytes.
	GOFLAGS='' GOAMD64=v1 GOARM64=v8.0 CGO_ENABLED=0 GOOS=$os GOARCH=$arch GOWORK=off \
		go build -trimpath -buildvcs=false -ldflags "-s -w -buildid= -X main.version=$version" \
		-o "$dist/power-interpreter-$os-$arch" ./cmd/power-interpreter
}

main() {
	local platform
	rm -rf "$dist"
	mkdir -p "$dist"
	for platform in $platforms; do
		build "$platform"
	done
	(cd "$dist" && sha256sum power-interpreter-* >SHA256SUMS)
	printf 'release: %s in %s\n' "$version" "$dist" >&2
}

main
