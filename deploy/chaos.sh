#!/usr/bin/env bash
# chaos.sh runs the chaos suite (internal/chaos) with an engine and a small disk of its own, so that
# both may break and nobody else's sandboxes are touched. Arguments are the suite's: -kills, -seed, ...
#
#   chaos.sh [ARGUMENT...]     start the engine and the disk, run the suite, remove both
#   chaos.sh engine ACTION     for the suite: stop, start, kill, hang or resume the engine
#
# The engine's images are kept in .cache/chaos-engine for the next run. Needs root and dockerd.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly data=$PWD/.cache/chaos-engine
readonly run=/run/power-interpreter-chaos # short: a socket's path has 107 bytes at most
readonly disk=$run/disk
# Room for the record of executions and small files, and quickly filled.
readonly disk_size=96m
readonly start_seconds=60
readonly host=unix://$run/docker.sock
readonly image=${SANDBOX_IMAGE:-power-interpreter-runner:latest}

say() { printf 'chaos: %s\n' "$*" >&2; }

fail() {
	say "$*"
	exit 1
}

answers() { timeout 5 docker -H "$host" version >/dev/null 2>&1; }

engine_pid() { cat "$run/docker.pid" 2>/dev/null || true; }

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
	local begin=$SECONDS seconds=$1
	shift
	until "$@"; do
		[ $((SECONDS - begin)) -lt "$seconds" ] || return 1
		sleep 0.1
	done
}

engine_ended() { ! kill -0 "$1" 2>/dev/null || [ "$(cut -d' ' -f3 "/proc/$1/stat" 2>/dev/null)" = Z ]; }

engine_start() {
	mkdir -p "$data" "$run"
	unmount_forgotten
	rm -f "$run/docker.pid" # it is ours alone, and its process has ended
	# In a network of its own: with no bridge, dockerd takes down docker0, which is the host's engine's.
	setsid unshare --net dockerd --data-root "$data/root" --exec-root "$run/exec" -H "$host" --pidfile "$run/docker.pid" \
		--bridge=none --iptables=false --ip-forward=false </dev/null >>"$data/dockerd.log" 2>&1 &
	wait_for "$start_seconds" answers || {
		tail -n 20 "$data/dockerd.log" >&2
		fail "the engine did not start; the end of its log is above"
	}
}

# unmount_forgotten undoes what an engine has mounted that ended in the middle of it: its successor
# knows nothing of it, and could not remove the container ("device or resource busy"). An
# administrator would have to. Sandboxes that still run keep their own mounts.
unmount_forgotten() {
	local merged
	! mountpoint -q "$data/root" || umount --lazy "$data/root"
	for merged in "$data"/root/overlay2/*/merged; do
		! mountpoint -q "$merged" || umount --lazy "$merged"
	done
}

# engine_signal SIGNAL: to the engine, and wait for its end.
engine_signal() {
	local pid
	pid=$(engine_pid)
	[ -n "$pid" ] || return 0
	kill "-$1" "$pid"
	wait_for 60 engine_ended "$pid" || fail "the engine did not end"
}

engine() {
	case $1 in
	start) engine_start ;;
	stop) engine_signal TERM ;;
	kill) engine_signal KILL ;;
	hang) kill -STOP "$(engine_pid)" ;;
	resume) kill -CONT "$(engine_pid)" ;;
	*) fail "no such action: $1" ;;
	esac
}

# carry_image copies the runner image from the usual engine, unless it is there.
carry_image() {
	local id
	id=$(docker image inspect --format '{{.Id}}' "$image")
	if [ "$(docker -H "$host" image inspect --format '{{.Id}}' "$image" 2>/dev/null)" != "$id" ]; then
		say "copying the runner image"
		docker save "$image" | docker -H "$host" load --quiet >/dev/null
	fi
}

clear_away() {
	[ -z "$(engine_pid)" ] || engine resume 2>/dev/null || true
	docker -H "$host" ps --all --quiet 2>/dev/null | xargs -r docker -H "$host" rm --force >/dev/null 2>&1 || true
	engine stop || true
	! mountpoint -q "$disk" || umount "$disk"
}

main() {
	if [ "${1:-}" = engine ]; then
		engine "$2"
		return
	fi
	[ "$(id -u)" -eq 0 ] || fail "only root can start an engine; without one: go run ./internal/chaos"
	command -v dockerd >/dev/null || fail "dockerd is not installed: run deploy/engine.sh first"
	exec 9>/run/power-interpreter-chaos.lock
	flock --nonblock 9 || fail "another run is under way"
	trap clear_away EXIT
	clear_away # of a run that was killed
	engine start 9>&-
	carry_image
	mkdir -p "$disk"
	mount -t tmpfs -o "size=$disk_size,mode=700" power-interpreter-chaos "$disk"
	DOCKER_HOST=$host go run ./internal/chaos -engine deploy/chaos.sh -data "$disk" "$@" 9>&-
}

main "$@"
