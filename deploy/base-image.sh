#!/usr/bin/env bash
# base-image.sh makes sure that the image power-interpreter-base:trixie is there: Debian 13, the
# ground that the runner image is built on. An existing one is left as it is; remove it to renew it.
#
#   DEBIAN_MIRROR  archive that debootstrap uses (default: debootstrap's own)
set -euo pipefail

readonly image=power-interpreter-base:trixie
# The multi-platform index of trixie-20261005-slim.
readonly upstream=debian:trixie-slim@sha256:a29215f6a35e51e22adffa17f89e9d2ef06214e64a2bad10d765c46aea49f11f
# The image is 30 MB; where no registry answers, the same Debian is built here instead of waiting.
readonly pull_seconds=60

export DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock}

say() { printf 'base image: %s\n' "$*" >&2; }

fail() {
	say "$1"
	shift
	for line in "$@"; do printf '            %s\n' "$line" >&2; done
	exit 1
}

pull() {
	say "pulling $upstream (at most $pull_seconds s)"
	timeout "$pull_seconds" docker pull --quiet "$upstream" >/dev/null 2>&1 &&
		docker tag "$upstream" "$image"
}

install_debootstrap() {
	command -v debootstrap >/dev/null 2>&1 && return
	say "installing debootstrap"
	DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
	DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
		-o DPkg::Lock::Timeout=300 debootstrap debian-archive-keyring >&2
}

# add_updates gives root file system $1 the suites that a Debian installation has beside the
# release: security fixes above all, Chromium's among them.
add_updates() {
	local archive
	archive=$(sed -n 's/^deb \([^ ]*\) .*/\1/p' "$1/etc/apt/sources.list" | head -n 1)
	printf 'deb %s trixie-updates main\ndeb %s-security trixie-security main\n' \
		"$archive" "${archive%/}" >>"$1/etc/apt/sources.list"
}

bootstrap() (
	root=$(mktemp -d /var/tmp/power-interpreter-base.XXXXXX)
	trap 'rm -rf --one-file-system "$root"' EXIT
	say "no registry answered; building Debian with debootstrap"
	# shellcheck disable=SC2086 # an unset mirror must be no argument at all
	debootstrap --variant=minbase trixie "$root" ${DEBIAN_MIRROR:-} >"$root.log" 2>&1 || {
		tail -n 20 "$root.log" >&2
		fail "debootstrap failed; the end of $root.log is above."
	}
	[ -n "${DEBIAN_MIRROR:-}" ] || add_updates "$root"
	rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root.log"
	tar -C "$root" --numeric-owner --one-file-system -c . |
		docker import --message "debootstrap --variant=minbase trixie" - "$image" >/dev/null
)

main() {
	docker image inspect "$image" >/dev/null 2>&1 && return
	if ! pull; then
		if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
			fail "could not pull $upstream, and only root on Debian or Ubuntu can build it instead." \
				"Let the engine reach a registry, or load the image by hand:" \
				"docker load <debian.tar && docker tag debian:trixie-slim $image"
		fi
		install_debootstrap
		bootstrap
	fi
	say "$image is ready"
}

main "$@"
