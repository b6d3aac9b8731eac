#!/usr/bin/env bash
# rootfs.sh DIRECTORY puts into DIRECTORY the file system of the runner image: of the build stage's
# Debian what is named below or linked to by it, the library stack, and the sandbox users.
set -euo pipefail

readonly root=$1
readonly site=/usr/local/lib/python3.13/dist-packages
# Numbers that nothing else uses: above systemd's dynamic users, below the first subordinate range.
readonly first_uid=70000 users=4096

# What a cell can see or start. Libraries that these link to are found below, the rest of Debian
# (apt, dpkg, perl, mount, login, Mesa and LLVM: Chromium brings a renderer of its own) stays behind.
readonly packages=(
	base-files base-passwd bash bsdutils coreutils dash debianutils diffutils findutils grep gzip
	hostname libc-bin mawk ncurses-base sed tar util-linux
	media-types netbase tzdata
	libnss-myhostname # an /etc/hosts of the image is hidden by the engine's, which is empty without a network
	python3 python3-minimal python3.13 python3.13-minimal
	libpython3-stdlib libpython3.13-minimal libpython3.13-stdlib libgomp1
	chromium-common chromium-headless-shell gcc-14-base
	fontconfig fontconfig-config fonts-liberation fonts-noto-color-emoji fonts-wqy-microhei
)

# Of those packages, what no headless, English, read-only machine uses.
readonly unused=(
	etc/apt etc/cron.daily etc/dpkg etc/init.d etc/pam.d etc/profile.d etc/systemd
	etc/passwd- etc/group- etc/shadow etc/shadow- etc/gshadow etc/gshadow-
	etc/ssl/certs etc/ca-certificates etc/ca-certificates.conf usr/share/ca-certificates
	usr/lib/apt usr/lib/dpkg usr/lib/init usr/lib/pkgconfig usr/lib/systemd usr/lib/tmpfiles.d
	usr/lib/python3/dist-packages usr/lib/python3.13/test usr/include usr/src usr/games
	usr/lib/chromium/libVkLayer_khronos_validation.so usr/lib/chromium/libVkICD_mock_icd.so
	usr/lib/chromium/chrome_crashpad_handler usr/lib/chromium/resources.pak
	usr/share/applications usr/share/bash-completion usr/share/bug usr/share/debconf usr/share/icons
	usr/share/info usr/share/lintian usr/share/locale usr/share/man usr/share/menu
	usr/share/pixmaps usr/share/util-linux usr/share/zsh
	usr/local/share/ca-certificates usr/local/share/jupyter usr/local/share/man
	usr/local/bin/__pycache__ build
)

# files PACKAGE... prints their files as they are on disk: /bin and its like are links into /usr.
files() {
	dpkg-query -L "$@" | grep '^/' | sed -E 's!^/(bin|sbin|lib|lib64)/!/usr/\1/!' | sort -u
}

# libraries prints the shared libraries that programs and modules of the image link to.
libraries() {
	{
		files "${packages[@]}"
		find "$site" -name '*.so*' -type f
	} | while read -r file; do
		[ -f "$file" ] && [ "$(head -c 4 "$file" | tr -d '\0')" = $'\x7fELF' ] && printf '%s\n' "$file"
	done | sort -u | xargs -d '\n' ldd 2>/dev/null >/tmp/ldd || true # ldd fails for a static program
	if grep 'not found' /tmp/ldd >&2; then
		echo "rootfs: nothing provides the libraries above" >&2
		return 1
	fi
	grep -o '=> /[^ ]*' /tmp/ldd | cut -c 4- | sort -u | xargs realpath | sort -u
}

# owners prints the packages of the files that it reads; the library stack's own have none.
owners() {
	while read -r file; do
		dpkg-query -S "$file" "${file#/usr}" 2>/dev/null || true
	done | grep -v '^diversion by' | cut -d : -f 1 | sort -u
}

# copy KEPT fills root with everything but the files of the packages that KEPT does not list.
copy() {
	local kept dropped
	mapfile -t kept <"$1"
	mapfile -t dropped < <(dpkg-query -W -f '${Package}\n' | sort -u | comm -23 - "$1")
	# Not their directories: others' files may lie in them, as the links of /etc/alternatives do.
	comm -23 <(files "${dropped[@]}") <(files "${kept[@]}") | while read -r file; do
		[ -d "$file" ] && [ ! -L "$file" ] || printf '.%s\n' "$file"
	done >/tmp/exclude
	tar -C / --one-file-system --no-wildcards --anchored --exclude-from=/tmp/exclude \
		--exclude="./${root#/}" --exclude=./tmp --exclude=./var --exclude=./root --exclude=./home -c . |
		tar -C "$root" -xp
	# Scanners read from it which versions the image has.
	mkdir -p "$root/var/lib/dpkg"
	dpkg-query -s "${kept[@]}" >"$root/var/lib/dpkg/status"
}

trim() {
	local path
	for path in "${unused[@]}"; do rm -rf "${root:?}/$path"; done
	find "$root/usr/share/doc" -type f ! -name copyright -delete
	# Inside, so that absolute links are followed there.
	chroot "$root" find /etc /usr -xtype l -delete
	find "$root/etc" "$root/usr" -type d -empty -delete
	find "$root" -xdev -perm /6000 -type f -exec chmod a-s {} +
}

# prepare makes the places that a read-only root cannot make at run time, and the caches.
prepare() {
	mkdir -p "$root"/{dev,proc,sys,run,root,home,var/cache,app/sandbox_data,opt/power-interpreter}
	install -d -m 1777 "$root/tmp" "$root/var/tmp"
	ldconfig -r "$root"
	chroot "$root" fc-cache --really-force --system-only
	chroot "$root" env MPLCONFIGDIR=/opt/power-interpreter/mplcache MPLBACKEND=agg HOME=/tmp \
		python3 -c 'import matplotlib.font_manager'
	rm -rf "${root:?}"/tmp/* "$root/opt/power-interpreter/mplcache/"*.lock
}

# name_users gives each sandbox a user of its own with a name, so that whoami and getpass work.
name_users() {
	printf 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/false\n' >"$root/etc/passwd"
	printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
	awk -v first="$first_uid" -v count="$users" 'BEGIN {
		for (i = 0; i < count; i++)
			printf "sandbox%04d:x:%d:%d::/tmp/home:/bin/sh\n", i, first + i, first + i
	}' </dev/null >>"$root/etc/passwd"
	awk -v first="$first_uid" -v count="$users" 'BEGIN {
		for (i = 0; i < count; i++) printf "sandbox%04d:x:%d:\n", i, first + i
	}' </dev/null >>"$root/etc/group"
}

mkdir -p "$root"
{
	printf '%s\n' "${packages[@]}"
	libraries | owners
} | sort -u >/tmp/kept
copy /tmp/kept
trim
name_users
prepare
