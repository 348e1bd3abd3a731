# shellcheck shell=bash
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# What every test script begins with:
#
#     . tests/lib/tap.sh
#     plan "what this protects"
#
# It runs in an empty directory of its own ($WORK), removed at the end, with
# ucp() running the program under test on the engine of this run ($UCP_ENGINE).
set -u
ROOT=$(pwd)
UCP="$ROOT/${BUILD:-build}/ucp"
TOOL="$ROOT/${BUILD:-build}/tests/tool"
UCP_ENGINE=${UCP_ENGINE:-uring}
TAP_N=0
TAP_FAILED=0
export LC_ALL=C.UTF-8
unset POSIXLY_CORRECT SIMPLE_BACKUP_SUFFIX VERSION_CONTROL COLUMNS
umask 022

WORK=$(mktemp -d "${TMPDIR:-/var/tmp}/ucp-test.XXXXXX") || exit 1
cd "$WORK" || exit 1

# What to do at the end, last in first out: at_end COMMAND...
TAP_ENDS=()
at_end() { TAP_ENDS=("$*" "${TAP_ENDS[@]}"); }

tap_end() {
	local status=$? end
	cd / || exit 1
	for end in "${TAP_ENDS[@]}"; do
		eval "$end"
	done
	chmod -R u+rwx "$WORK" 2>/dev/null
	rm -rf "$WORK"
	[ "$TAP_N" -eq 0 ] || echo "1..$TAP_N"
	[ "$status" -eq 0 ] && [ "$TAP_FAILED" -gt 0 ] && status=1
	exit "$status"
}
trap tap_end EXIT
trap 'exit 130' INT TERM

plan() { echo "# $*"; }

# listens PID: wait until a job in the background catches SIGINT. Opening its log alone may wait long for the
# disk, and a signal that comes before env has given the default back is ignored.
listens() {
	local _
	for _ in $(seq 500); do
		grep -q '^SigCgt:.*[2367abef]$' "/proc/$1/status" 2> /dev/null && return
		kill -0 "$1" 2> /dev/null || return
		sleep 0.01
	done
}

# skip_all REASON: this whole file cannot run here
skip_all() {
	echo "1..0 # SKIP $*"
	exit 0
}

# ok DESCRIPTION COMMAND...: the command must succeed
ok() {
	local what=$1
	shift
	TAP_N=$((TAP_N + 1))
	if "$@" > ok.log 2>&1; then
		echo "ok $TAP_N - $what"
	else
		echo "not ok $TAP_N - $what"
		TAP_FAILED=$((TAP_FAILED + 1))
		sed 's/^/#   /' ok.log
	fi
	rm -f ok.log
}

# is DESCRIPTION GOT WANTED: two strings are the same
is() {
	TAP_N=$((TAP_N + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $TAP_N - $1"
	else
		echo "not ok $TAP_N - $1"
		TAP_FAILED=$((TAP_FAILED + 1))
		printf '%s\n' "got:    $2" "wanted: $3" | sed 's/^/#   /'
	fi
}

# ucp ARG...: the program under test, on this run's engine, never longer than a minute
ucp() { timeout -k 5 "${UCP_TIMEOUT:-60}" "$UCP" --engine="$UCP_ENGINE" "$@"; }

# What goes before strace: a program built with sanitizers cannot look for leaks while it is traced,
# nor where it may not have a task more.
# shellcheck disable=SC2034 # for the tests
TRACED=(env "ASAN_OPTIONS=detect_leaks=0:${ASAN_OPTIONS:-}")

# run COMMAND...: run it; what it printed and its status are in $out, $err and $status
run() {
	status=0
	"$@" > run.out 2> run.err || status=$?
	# shellcheck disable=SC2034 # for the test that called
	out=$(cat run.out) err=$(cat run.err)
	rm -f run.out run.err
}

# same_tree A B: every name, type, mode, owner, time, attribute, link group and byte
same_tree() {
	local diff
	diff=$(rsync -aHAXnci --delete "$1/" "$2/") || return 1
	[ -z "$diff" ] || { echo "$diff"; return 1; }
	"$TOOL/listing" "$1" > listing.a && "$TOOL/listing" "$2" > listing.b || return 1
	diff listing.a listing.b
}

# is_calm: others have left little unwritten, so that --fsync=batch takes its barrier (always so below run.sh
# as root)
is_calm() { awk '/^(Dirty|Writeback):/ { n += $2 } END { exit n > 32768 }' /proc/meminfo; }

need_root() { [ "$(id -u)" = 0 ] || skip_all "needs root"; }
need() { command -v "$1" > /dev/null || skip_all "needs $1"; }
