# shellcheck shell=bash
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# Failing system calls, through strace; sourced after tap.sh. To hit one file
# and nothing else a victim has a directory of its own, and only calls on one
# path are traced: strace -P knows a file by the path of its descriptor, and a
# call like openat(2) by the path of its directory's descriptor.

# strace must be there and allowed to trace
need_strace() {
	need strace
	strace -qq -o /dev/null -e trace=close -e inject=close:delay_enter=1 true 2> /dev/null ||
		skip_all "strace cannot inject faults here"
}

# inject PATH CALL FAULT UCP-ARG...: run ucp with a fault in calls on PATH, or on
# any when that is empty; sets $status, $out and $err, and $hits, the number of times the fault struck
inject() {
	local path=$1 call=$2 fault=$3
	shift 3
	run "${TRACED[@]}" timeout -k 5 "${UCP_TIMEOUT:-60}" strace -f -qq -o strace.log ${path:+-P "$path"} \
		-e trace="$call" -e inject="$call:$fault" "$UCP" --engine="$UCP_ENGINE" "$@"
	# shellcheck disable=SC2034 # for the test that called
	hits=$(grep -c INJECTED strace.log)
}

# says TEXT...: standard error, as run() left it, has every one of these
says() {
	local text
	: "${err=}"
	for text; do
		case $err in
		*"$text"*) ;;
		*)
			printf 'not on standard error: %s\nthere is:\n%s\n' "$text" "$err"
			return 1
			;;
		esac
	done
}

# says_once TEXT: standard error is one line, and has this
says_once() {
	[ "$(printf '%s\n' "$err" | wc -l)" = 1 ] || {
		printf 'not one line:\n%s\n' "$err"
		return 1
	}
	says "$@"
}

# absent PATH: there is nothing of this name
absent() { ! ls -la "$1" 2> /dev/null; }

# on ENGINE...: whether this run is on one of these
on() { case " $* " in *" $UCP_ENGINE "*) ;; *) return 1 ;; esac; }

# started FILE: wait until something is in it
started() {
	for _ in $(seq 2000); do
		[ -s "$1" ] && return 0
		sleep 0.002
	done
	return 1
}
