#!/usr/bin/env bash
# test-worker.sh runs the Python tests, of the image (runner-image/tests) and of the worker
# (runner-image/worker/tests), inside a container of the runner image that is as closed as a session's.
#
# pytest is not in the image: it is mounted beside the tests. Arguments are handed to pytest; its
# closing line is the last line printed.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly image=power-interpreter-runner:latest
readonly uid=70001
# A hung test must not hold the run for ever; all of them take a few minutes on two cores.
readonly limit_seconds=1800
readonly stage=$PWD/.cache/test-worker
readonly container=power-interpreter-test-worker-$$

export DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock}

# install_pytest puts pytest's packages, pure Python all, into a folder of their own.
install_pytest() {
	local lock=runner-image/requirements-test.txt
	cmp -s "$lock" "$stage/packages/lock" && return
	deploy/tools.sh
	rm -rf "$stage/packages"
	.cache/tools/bin/uv pip install --quiet --no-config --target "$stage/packages" --python-version 3.13 \
		--python-platform x86_64-unknown-linux-gnu --only-binary :all: --require-hashes -r "$lock"
	cp "$lock" "$stage/packages/lock"
}

# copy_sources makes the tests readable for the sandbox's user, whatever this checkout's modes are.
copy_sources() {
	rm -rf "$stage/src" "$stage/facts"
	mkdir -p "$stage/src" "$stage/facts"
	cp -r runner-image/tests runner-image/worker runner-image/testdata runner-image/requirements.txt \
		runner-image/requirements.in "$stage/src"
	chmod -R a+rX "$stage"
}

# note_facts hands the tests what only the host can see of the image.
note_facts() {
	docker image inspect "$image" >"$stage/facts/inspect.json"
	docker image history --no-trunc --format '{{.CreatedBy}}' "$image" >"$stage/facts/history.txt"
}

run_tests() {
	local data
	data=$(mktemp -d "$stage/data.XXXXXX")
	chown "$uid:$uid" "$data" 2>/dev/null || chmod 777 "$data"
	# shellcheck disable=SC2064 # the values of now are meant
	trap "docker rm -f $container >/dev/null 2>&1 || true; rm -rf $data" EXIT
	timeout "$limit_seconds" docker run --name "$container" --rm --network none --read-only --cap-drop ALL \
		--security-opt no-new-privileges --security-opt "seccomp=$PWD/deploy/seccomp.json" \
		--user "$uid:$uid" --ipc private --shm-size 64m --memory 4g --memory-swap 4g --pids-limit 512 \
		--tmpfs /tmp:rw,nosuid,nodev,mode=1777,size=1g \
		--volume "$data:/app/sandbox_data" --volume "$stage/src:/src:ro" \
		--volume "$stage/packages:/packages:ro" --volume "$stage/facts:/facts:ro" \
		--env PYTHONPATH=/packages --workdir /src/worker --entrypoint python3 \
		"$image" -m pytest -c /src/worker/pyproject.toml -p no:cacheprovider "$@"
}

mkdir -p "$stage"
install_pytest
copy_sources
note_facts
run_tests "$@" /src/tests /src/worker/tests
