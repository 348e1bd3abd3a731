# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/loop.sh"
plan "--cache=drop leaves nothing in the page cache but what was there before"
need_mounts
need fincore
need python3

# cached FILE...: bytes that are cached of all of them
cached() { fincore -b -n -o RES "$@" | awk '{ n += $1 } END { print n + 0 }'; }
# can_drop DIR: whether uncached writes can be had there
can_drop() {
	python3 -c 'import os, sys
fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
os.pwritev(fd, [b"x"], 0, 0x80)' "$1/probe" 2> /dev/null
	local status=$?
	rm "$1/probe"
	return $status
}
# written_out WANTED FILE...: whether no more than that is cached, a moment after it was written out
written_out() {
	local wanted=$1 i
	shift
	for i in $(seq 50); do
		[ "$(cached "$@")" -gt "$wanted" ] || return 0
		sleep 0.02
	done
	return 1
}

for type in ext4 xfs btrfs; do
	can_mount $type || continue
	mounted $type src 320M && mounted $type dst 320M
	mkdir src/tree
	for i in 1 2; do head -c 3000000 /dev/urandom > "src/tree/large$i"; done
	for i in $(seq 100); do head -c 5000 /dev/urandom > "src/tree/$i"; done
	truncate -s 1M src/tree/hole && echo data >> src/tree/hole
	for engine in uring threads serial; do
		for args in "" --fsync=file --fsync=batch --safe --verify=both; do
			umount src && mount -o loop src.img src # nothing is cached now
			rm -rf dst/copy
			cat src/tree/large1 src/tree/1 > /dev/null
			before=$(cached src/tree/large1 src/tree/1)
			what="$type, $engine${args:+, $args}"
			# shellcheck disable=SC2086 # options are words
			run "$UCP" --engine=$engine --cache=drop $args -a src/tree dst/copy
			is "$what: exit status" "$status $err" "0 "
			ok "$what: what was cached still is" test "$(cached src/tree/large1 src/tree/1)" -ge $((before / 2))
			ok "$what: no more of the source is" test "$(cached src/tree/*)" -le "$before"
			if [ -n "$args" ]; then
				is "$what: nothing of the copy is" "$(cached dst/copy/*)" 0
			elif can_drop dst; then
				sync -f dst
				ok "$what: nothing of the copy is, once written" written_out 0 dst/copy/*
			fi
			ok "$what: the copy is the source" same_tree src/tree dst/copy
		done
		umount src && mount -o loop src.img src
		umount dst && mount -o loop dst.img dst
		run "$UCP" --engine=$engine --cache=drop --compare -a src/tree dst/copy
		is "$type, $engine, --compare: exit status" "$status" 0
		is "$type, $engine, --compare: nothing is cached" "$(cached src/tree/* dst/copy/*)" 0
	done
	run "$UCP" --cache=keep -a src/tree dst/kept
	ok "$type: kept unless told" test "$(cached src/tree/large1)" -ge 3000000
	unmount src && unmount dst
done
