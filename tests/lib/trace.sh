# shellcheck shell=bash
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# What the kernel did for the rings of a run: the events of io_uring in a trace
# instance of the test's own; sourced after tap.sh.

TRACE=/sys/kernel/tracing/instances/ucp-test-$$

# need_trace: make the instance, which is gone at the end
need_trace() {
	need_root
	[ -d /sys/kernel/tracing/events/io_uring ] || mount -t tracefs tracefs /sys/kernel/tracing 2> /dev/null
	[ -d /sys/kernel/tracing/events/io_uring ] || skip_all "needs the io_uring events of tracefs"
	mkdir "$TRACE" 2> /dev/null || skip_all "needs trace instances"
	at_end "echo 0 > '$TRACE/tracing_on'; rmdir '$TRACE'"
	echo 0 > "$TRACE/tracing_on"
	echo 24000 > "$TRACE/buffer_size_kb" # for each CPU
	echo 1 > "$TRACE/options/event-fork" # threads too
	echo 1 > "$TRACE/events/io_uring/enable"
}

# traced COMMAND...: run it; its events, by time, are in the file trace.log, and what
# trace.awk makes of them in trace.sum; sets $status, $out and $err
traced() {
	# Only once the list of processes holds is nobody else's ring recorded.
	# shellcheck disable=SC2016 # for the inner shell
	run bash -c 'echo $$ > "$0/set_event_pid"; echo > "$0/trace"; echo 1 > "$0/tracing_on"
		exec timeout 60 "$@"' "$TRACE" "$@"
	echo 0 > "$TRACE/tracing_on"
	cat "$TRACE/trace" > trace.log
	cat "$TRACE"/per_cpu/cpu*/stats | awk -F: '
		$1 == "overrun" || $1 == "dropped events" { lost += $2 }
		END { print "lost", lost + 0 }' > trace.sum
	awk -f "$ROOT/tests/lib/trace.awk" trace.log >> trace.sum
	sed 's/^/# /' trace.sum
}

# seen NAME: a number of the summary
seen() { awk -v name="$1" '$1 == name { print $2 }' trace.sum; }
