# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/loop.sh"
need_mounts
need losetup
need strace
need script
plan "--fsync syncs a block device that is copied to, and asks nothing of what cannot be synced"

seq 450000 | head -c 3000000 > data
truncate -s 8M image
loop=$(losetup --find --show image 2> /dev/null) || skip_all "no loop device to be had"
at_end "losetup --detach $loop 2> /dev/null"
exec 9< "$loop" || exit 1
losetup --detach "$loop" # goes with the last descriptor, however this ends

# syncs TARGET OPTION...: system calls of a copy to it that sync, and how they end
syncs() {
	local to=$1
	shift
	"${TRACED[@]}" strace -f -qq -y -e trace=fsync,fdatasync -o trace "$UCP" --engine="$ENGINE" "$@" data "$to" < /dev/null || return
	grep -E "sync\([0-9]+<$to(<[^>]*>)?>" trace | sed 's/.* = //'
}
ENGINE=$UCP_ENGINE
[ "$ENGINE" != uring ] || ENGINE=serial # a ring's calls are not seen: it is counted below
for when in file chunk; do
	is "--fsync=$when to a block device" "$(syncs "$loop" --fsync=$when)" 0
	run ucp --fsync=$when --stats data "$loop"
	is "says so" "$status:$err" "0:"
	ok "and counts it" grep -q 'fsyncs 2$' <<< "$out"
	is "what is there" "$(cmp -n 3000000 data "$loop" && stat -c %F "$loop")" "block special file"
	mkfifo pipe-$when
	cat pipe-$when > got &
	run ucp --fsync=$when data pipe-$when
	wait $!
	is "--fsync=$when to a FIFO" "$status:$err" "0:"
	ok "and it all goes through" cmp data got
	for to in /dev/null /dev/stdout; do
		run ucp --fsync=$when --stats data $to
		is "--fsync=$when to $to" "$status:$err" "0:"
	done
	run bash -c "'$UCP' --engine=$UCP_ENGINE --fsync=$when data /dev/stdout | cmp - data"
	is "--fsync=$when to a pipe" "$status:$err:$out" "0::"
	run script -qec "'$UCP' --engine=$UCP_ENGINE --fsync=$when trace /dev/tty" /dev/null
	is "--fsync=$when to a terminal" "$status" 0
done
is "without --fsync a block device is not synced" "$(syncs "$loop")" ""

# what the device says is told
run "${TRACED[@]}" strace -f -qq -o trace -P "$loop" -e trace=fsync -e inject=fsync:error=EIO "$UCP" --engine=serial --fsync data "$loop"
is "an error of the device is a failure" "$status" 7
is "that names it" "$err" "ucp: error syncing '$loop': Input/output error"
