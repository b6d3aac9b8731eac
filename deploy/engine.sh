#!/usr/bin/env bash
# engine.sh makes sure that a Docker engine answers on this host, and exits 0 only when one does.
#
#   DOCKER_HOST                  unix:// socket to use (default unix:///var/run/docker.sock)
#   POWER_INTERPRETER_ENGINE_LOG where an engine started here logs
#                                (default /var/log/power-interpreter-dockerd.log)
#
# Nothing is done when an engine answers. Where none does: on Debian or Ubuntu, as root, the engine
# is installed and started; anywhere else the script says what to do and exits 1.
set -euo pipefail

readonly default_socket=/var/run/docker.sock
readonly log=${POWER_INTERPRETER_ENGINE_LOG:-/var/log/power-interpreter-dockerd.log}
# A cold start with thousands of layers was seen to take seconds, never a minute.
readonly start_seconds=60
readonly exec_seconds=5
# An engine that holds its socket open but does not answer must not hold us for ever.
readonly answer_seconds=10
# Another package manager run (unattended upgrades) may hold dpkg's lock for minutes.
readonly dpkg_lock_seconds=300

say() { printf 'engine: %s\n' "$*" >&2; }

fail() {
	say "$1"
	shift
	for line in "$@"; do printf '        %s\n' "$line" >&2; done
	exit 1
}

refuse_remote_engine() {
	case ${DOCKER_HOST:-} in
	'' | unix://*) ;;
	*) fail "DOCKER_HOST=$DOCKER_HOST is not a unix socket of this host." \
		"Sandboxes mount folders of the host that the engine runs on. Run" \
		"'power-interpreter executor' on that host and point EXECUTOR_URL at it," \
		"or unset DOCKER_HOST to use an engine here." ;;
	esac
}

socket() {
	local host=${DOCKER_HOST:-unix://$default_socket}
	printf '%s' "${host#unix://}"
}

have() { command -v "$1" >/dev/null 2>&1; }

answers() {
	have docker && timeout "$answer_seconds" docker -H "unix://$(socket)" version >/dev/null 2>&1
}

is_debian() { [ -r /etc/debian_version ] && have apt-get; }

# explain ends the script where the engine cannot be started for the user.
explain() {
	if [ -S "$(socket)" ] && ! [ -w "$(socket)" ]; then
		fail "no permission to use $(socket)." \
			"Add yourself to its group (sudo usermod -aG docker \"\$USER\", then log in again) or run as root."
	fi
	if [ "$(socket)" != "$default_socket" ]; then
		fail "nothing answers on DOCKER_HOST=$DOCKER_HOST." \
			"Start that engine, or unset DOCKER_HOST to use $default_socket."
	fi
	if is_debian; then
		fail "no Docker engine answers on $default_socket, and only root can install and start one." \
			"Run 'sudo deploy/engine.sh', or: sudo apt-get install docker.io && sudo systemctl start docker"
	fi
	fail "no Docker engine answers on $default_socket." \
		"Install and start Docker (Linux: your distribution's docker package, then 'systemctl start docker';" \
		"macOS or Windows: Docker Desktop), then run this again."
}

# installed runs apt-get with its output in the log: a service that a package's script starts then
# holds the log open, never the caller's pipes.
installed() {
	say "installing $* (log: $log)"
	{
		DEBIAN_FRONTEND=noninteractive apt-get update -q &&
			DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
				-o "DPkg::Lock::Timeout=$dpkg_lock_seconds" "$@"
	} </dev/null >>"$log" 2>&1 9>&- || {
		tail -n 20 "$log" >&2
		fail "could not install $*; the end of $log is above."
	}
}

# The client is a package of its own from Debian 13 on, part of docker.io before.
install_missing() {
	have dockerd || installed docker.io
	have iptables || installed iptables
	have docker || installed docker-cli
}

# is_live says whether process $1 is a $2 that still runs. A killed one may stay a zombie for seconds.
is_live() {
	local fields
	read -r fields 2>/dev/null <"/proc/$1/stat" || return 1
	[[ $fields == *"($2) "* && $fields != *"($2) "[ZX]* ]]
}

dockerd_lives() {
	local process
	for process in /proc/[0-9]*; do
		is_live "${process#/proc/}" dockerd && return
	done
	return 1
}

# drop_stale_pid removes pid file $1 when its process is gone or is not a $2: after a kill -9 the
# number may belong to somebody else, and dockerd would then refuse to start, or wait for it.
drop_stale_pid() {
	[ -e "$1" ] || return 0
	is_live "$(tr -cd 0-9 <"$1")" "$2" && return
	say "removing stale $1"
	rm -f "$1"
}

# launch starts dockerd as a daemon of its own: a new session, no descriptor of the caller's (a pipe
# or make's job server left open would keep the caller waiting for ever), no folder of the caller's.
launch() (
	cd /
	[ ! -e "$log" ] || mv -f "$log" "$log.1"
	exec </dev/null >"$log" 2>&1
	for descriptor in /proc/self/fd/*; do
		number=${descriptor##*/}
		[ "$number" -le 2 ] || eval "exec $number>&-"
	done
	nohup setsid dockerd &
)

start() {
	if [ -d /run/systemd/system ]; then
		say "starting docker.service"
		systemctl start docker || fail "systemd could not start docker.service." "See: journalctl -u docker"
		return
	fi
	if dockerd_lives; then
		say "dockerd is running but silent; waiting for it"
		return
	fi
	drop_stale_pid /var/run/docker.pid dockerd
	drop_stale_pid /var/run/docker/containerd/containerd.pid containerd
	say "starting dockerd (log: $log)"
	launch
}

wait_until_it_answers() {
	local begin=$SECONDS
	until answers; do
		if [ $((SECONDS - begin)) -ge "$start_seconds" ]; then
			give_up "the engine did not answer within $start_seconds s"
		fi
		# The first seconds are for the fork to become dockerd.
		if [ $((SECONDS - begin)) -ge "$exec_seconds" ] && ! dockerd_lives; then
			give_up "dockerd ended"
		fi
		sleep 0.2
	done
}

give_up() {
	[ ! -r "$log" ] || tail -n 20 "$log" >&2
	fail "$1; the end of its log ($log) is above." \
		"dockerd needs root, a mounted /sys/fs/cgroup and iptables. Mend what the log names and run this again."
}

main() {
	refuse_remote_engine
	answers && return
	if [ "$(id -u)" -ne 0 ] || [ "$(socket)" != "$default_socket" ] || ! is_debian; then
		explain
	fi
	# One start at a time: whoever waited finds the engine that the other one started.
	exec 9>/run/power-interpreter-engine.lock
	flock 9
	answers && return
	install_missing
	answers || start
	wait_until_it_answers
	say "answers, version $(docker -H "unix://$default_socket" version --format '{{.Server.Version}}')"
}

main "$@"
