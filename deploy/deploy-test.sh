#!/usr/bin/env bash
# deploy-test.sh tries every way of deploying on the real engine (internal/deploytest), in minutes.
# Installs the proxies and Compose that it tries, on Debian and Ubuntu as root. Expects `make setup` to
# be done. Arguments go to go test, as -run Compose.
set -euo pipefail
cd "$(dirname "$0")/.."

export DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock}
readonly log=.cache/deploy-test.log

have() { command -v "$1" >/dev/null 2>&1; }

missing() {
	have nginx || echo nginx-light
	have caddy || echo caddy
	have systemd-analyze || echo systemd
	docker compose version >/dev/null 2>&1 || have docker-compose || echo docker-compose
}

# The packages' own services are not wanted: only their programs are.
install_missing() {
	local packages
	mapfile -t packages < <(missing)
	[ "${#packages[@]}" -gt 0 ] || return 0
	if [ "$(id -u)" -ne 0 ] || ! have apt-get; then
		printf 'deploy-test: needs %s: install them and run this again.\n' "${packages[*]}" >&2
		return 1
	fi
	printf 'deploy-test: installing %s (log: %s)\n' "${packages[*]}" "$log" >&2
	mkdir -p .cache
	{
		DEBIAN_FRONTEND=noninteractive apt-get update -q &&
			DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -q -y --no-install-recommends \
				-o DPkg::Lock::Timeout=300 "${packages[@]}"
	} </dev/null >"$log" 2>&1 || {
		tail -n 20 "$log" >&2
		return 1
	}
}

main() {
	install_missing
	go test -race -tags deploy -count=1 -timeout 10m "$@" ./internal/deploytest
}

main "$@"
