#!/usr/bin/env bash
# clean.sh removes what the other scripts built: files, and images that no container uses.
set -euo pipefail
cd "$(dirname "$0")/.."

export DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock}

rm -rf bin dist demo-out .cache runner-image/build
if docker version >/dev/null 2>&1; then
	for image in power-interpreter power-interpreter-systemd power-interpreter-gateway power-interpreter-runner power-interpreter-base; do
		docker image ls --format '{{.Repository}}:{{.Tag}}' "$image" | xargs -r docker image rm
	done
fi
