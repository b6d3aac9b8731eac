#!/usr/bin/env bash
# image.sh builds the runner image, power-interpreter-runner:latest, when its parts have changed.
#
# The image carries the hash of its parts as the label power-interpreter.runner and as a second tag;
# an image with the right label is left as it is. Needs an engine (deploy/engine.sh), the base image
# (deploy/base-image.sh) and Go.
#
#   http_proxy, https_proxy, no_proxy (either case), PIP_INDEX_URL, PIP_EXTRA_INDEX_URL,
#   PIP_TRUSTED_HOST, PIP_DEFAULT_TIMEOUT, PIP_RETRIES  are handed to the build
#   SSL_CERT_FILE, PIP_CERT, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE  the bundle that pip trusts in the build
set -euo pipefail
cd "$(dirname "$0")/.."

readonly base=power-interpreter-base:trixie
readonly image=power-interpreter-runner
readonly label=power-interpreter.runner
readonly log=.cache/runner-image.log
readonly handed_on=(
	http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY
	PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_TRUSTED_HOST PIP_DEFAULT_TIMEOUT PIP_RETRIES
)

export DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock}
# The builder that every engine has.
export DOCKER_BUILDKIT=${DOCKER_BUILDKIT:-0}

say() { printf 'runner image: %s\n' "$*" >&2; }

# build_supervisor makes the same bytes from the same sources anywhere, so that its hash stands for them.
build_supervisor() {
	CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build -trimpath -buildvcs=false -ldflags='-s -w' \
		-o runner-image/build/supervisor ./runner-image/supervisor
}

# trusted_certificates gives the build the bundle that this machine trusts, or an empty file.
trusted_certificates() {
	local bundle
	for bundle in "${SSL_CERT_FILE:-}" "${PIP_CERT:-}" "${REQUESTS_CA_BUNDLE:-}" "${CURL_CA_BUNDLE:-}" \
		/etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
		if [ -n "$bundle" ] && [ -r "$bundle" ]; then
			cp "$bundle" runner-image/build/ca-certificates.crt
			return
		fi
	done
	: >runner-image/build/ca-certificates.crt
}

# content_hash covers all that the image is made of, but for the certificates, which are not in it.
content_hash() {
	(
		cd runner-image
		find Dockerfile .dockerignore requirements.txt build/supervisor stack worker/power_worker -type f \
			! -path '*/__pycache__/*' ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
	) | sha256sum | cut -c 1-16
}

built_hash() {
	docker image inspect --format "{{index .Config.Labels \"$label\"}}" "$image:latest" 2>/dev/null || true
}

build() {
	local hash=$1 name arguments=()
	for name in "${handed_on[@]}"; do
		[ -z "${!name:-}" ] || arguments+=(--build-arg "$name")
	done
	say "building $image:$hash: minutes the first time (log: $log)"
	docker build --network=host --force-rm --build-arg "BASE=$base" "${arguments[@]}" --label "$label=$hash" \
		--tag "$image:latest" --tag "$image:$hash" runner-image >"$log" 2>&1 </dev/null || {
		tail -n 40 "$log" >&2
		say "the build failed; the end of $log is above. Mend what it names and run this again."
		return 1
	}
}

# remove_older drops other builds' tags and first stages, gigabytes each; the newest first stage makes
# the next build quick. What a sandbox still runs on stays until it ends.
remove_older() {
	local hash=$1 tag
	docker image ls --filter "label=$label" --format '{{.Tag}}' "$image" | while read -r tag; do
		[ "$tag" = latest ] || [ "$tag" = "$hash" ] || docker image rm "$image:$tag" >/dev/null 2>&1 || true
	done
	docker image ls --quiet --filter dangling=true --filter label=power-interpreter.stage=stack |
		tail -n +2 | xargs -r docker image rm >/dev/null 2>&1 || true
}

main() {
	mkdir -p .cache runner-image/build
	# One build at a time in this tree.
	exec 9>.cache/runner-image.lock
	flock 9
	build_supervisor
	local hash
	hash=$(content_hash)
	[ "$(built_hash)" != "$hash" ] || return 0
	trusted_certificates
	build "$hash"
	remove_older "$hash"
	say "$image:$hash is ready, $(docker image ls --format '{{.Size}}' "$image:$hash")"
}

main "$@"
