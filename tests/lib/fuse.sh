# shellcheck shell=bash
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# A filesystem in which operations go wrong by rules, whatever the engine that
# asks for them; sourced after tap.sh and loop.sh. The daemon ends with the
# test, also when that is killed. What rules can say: tests/tool/fuse/faults.h.

need_fuse() {
	need_mounts
	[ -x "$TOOL/fuse/faultfs" ] || skip_all "needs libfuse 3, when tests are built"
	grep -qw fuse /proc/filesystems || modprobe fuse 2> /dev/null
	[ -e /dev/fuse ] || mknod -m 666 /dev/fuse c 10 229 2> /dev/null
	(: <> /dev/fuse) 2> /dev/null || skip_all "needs /dev/fuse"
}

# faulty DIR BACKING [OPTION,...]: DIR shows BACKING until the end of the test, or until umount DIR;
# the options are those of tests/tool/fuse/faultfs.c
faulty() {
	local dir=$1 backing=$2 options=${3:-rw} pid _
	mkdir -p "$dir" "$backing"
	"$TOOL/fuse/faultfs" -f -o "$options" "$backing" "$dir" > "$dir.log" 2>&1 < /dev/null &
	pid=$!
	disown "$pid"
	at_end "umount -l '$(realpath "$dir")' 2> /dev/null"
	for _ in $(seq 500); do
		[ ! -e "$dir/.faults" ] || return 0
		kill -0 "$pid" 2> /dev/null || break
		sleep 0.01
	done
	cat "$dir.log"
	return 1
}

# faults DIR [RULE]...: these are the rules, and no others
faults() {
	local dir=$1
	shift
	printf '%s\n' "$@" > "$dir/.faults"
}

# struck DIR: how often the rules have struck
struck() { awk '{ n += $1 } END { print n + 0 }' "$1/.faults"; }
