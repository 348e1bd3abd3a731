#!/usr/bin/env bash
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# Run one suite, or all: tests/run.sh [unit|cli|fault|fs]...
#
# As root everything runs in a mount namespace of its own with a /dev of its
# own: a copier with a bug could replace the machine's /dev/null.
# Skips are listed at the end; with CI=true one that tests/expected-skips does
# not list is a failure.
set -u
cd "$(dirname "$0")/.." || exit 1
export BUILD="${BUILD:-build}"
ENGINES="${ENGINES:-uring threads serial}"
JOBS="${JOBS:-$(($(nproc) + 1))}" # tests wait now and then

if [ "$(id -u)" = 0 ] && [ -z "${UCP_PRIVATE_DEV:-}" ]; then
	export UCP_PRIVATE_DEV=1
	exec unshare --mount --propagation private -- "$0" "$@"
fi

# A /dev whose nodes are nobody else's; loop devices are shared with the machine by number.
private_dev() {
	local dev node
	dev=$(mktemp -d) || exit 1
	mount -t tmpfs -o mode=755 dev "$dev" || exit 1
	for node in null zero full random urandom tty fuse loop-control; do
		[ -e "/dev/$node" ] && cp -a "/dev/$node" "$dev/"
	done
	mkdir "$dev/pts" "$dev/shm"
	mount --bind /dev/pts "$dev/pts"
	mount -t tmpfs shm "$dev/shm"
	ln -s /proc/self/fd "$dev/fd"
	ln -s fd/0 "$dev/stdin"
	ln -s fd/1 "$dev/stdout"
	ln -s fd/2 "$dev/stderr"
	ln -s pts/ptmx "$dev/ptmx"
	for node in /dev/loop[0-9]*; do
		[ -b "$node" ] && cp -a "$node" "$dev/"
	done
	mount --move "$dev" /dev && rmdir "$dev"
}
# --fsync=batch goes by what others have left unwritten; here that is nothing, whatever the machine does.
private_meminfo() {
	sed -E 's/^(Dirty|Writeback):.*/\1: 0 kB/' /proc/meminfo > "$1" && mount --bind "$1" /proc/meminfo
}

log=$(mktemp)
export ORACLE=$log.oracle # see tests/lib/versus.sh
mkdir "$ORACLE" && chmod 755 "$ORACLE" || exit 1
trap 'rm -rf "$log" "$log.meminfo" "$ORACLE"' EXIT
if [ -n "${UCP_PRIVATE_DEV:-}" ]; then
	private_dev
	private_meminfo "$log.meminfo" || exit 1
fi
status=0

# run LABEL FILE...: prove them, noting what was skipped
run() {
	local label=$1
	shift
	[ $# -gt 0 ] || return 0
	echo "== $label"
	prove --failures -j "$JOBS" "$@" 2>&1 | tee -a "$log"
	[ "${PIPESTATUS[0]}" = 0 ] || status=1
	# what was skipped, with its reason, for the list at the end
	sed -n -e "s|^\([^ ]*\) \.\..*skipped: \(.*\)|\1: \2|p" -e "s|^# skipped: ||p" "$log" >> "$log.skips"
	: > "$log"
}

suite() {
	local engine
	case $1 in
	unit)
		mapfile -t files < <(find "$BUILD/tests/unit" "$BUILD/tests/engine" -type f -executable 2>/dev/null | sort)
		run unit --comments --exec "bash tests/lib/cmocka.sh" "${files[@]}"
		;;
	cli | fault)
		for engine in $ENGINES; do
			mapfile -t files < <(find "tests/$1" -name '*.t' | sort)
			UCP_ENGINE=$engine run "$1 on $engine" --exec bash "${files[@]}"
		done
		;;
	fs)
		# what drops caches and sets up the kernel's trace goes alone
		mapfile -t files < <(find tests/fs -name '*.t' ! -name trace.t | sort)
		JOBS=2 run fs --exec bash "${files[@]}"
		JOBS=1 run fs --exec bash tests/fs/trace.t
		;;
	*)
		echo "tests/run.sh: no suite '$1'" >&2
		exit 2
		;;
	esac
}

: > "$log.skips"
[ $# -gt 0 ] || set -- unit cli fault fs
for s in "$@"; do
	suite "$s"
done
if [ -s "$log.skips" ]; then
	echo "== skipped"
	sort -u "$log.skips"
	if [ "${CI:-}" = true ] && sort -u "$log.skips" | grep -vxF -f tests/expected-skips; then
		echo "tests/run.sh: these skips are not in tests/expected-skips" >&2
		status=1
	fi
fi
rm -f "$log.skips"
exit $status
