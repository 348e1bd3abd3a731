# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/loop.sh"
. "$ROOT/tests/lib/tree.sh"
. "$ROOT/tests/lib/fault.sh"
plan "extents are shared where the filesystem can, and never where it must not be so"

need_mounts
need filefrag

shares() { filefrag -v "$1" | grep -q shared; }
shares_not() { ! filefrag -v "$1" | grep shared; }

for type in xfs btrfs; do
	mounted $type disk 400M || { ok "$type: mounted" false; continue; }
	mkdir disk/src
	head -c 5000000 /dev/urandom > disk/src/large
	head -c 100000 /dev/urandom > disk/src/small
	dd if=disk/src/small of=disk/src/sparse bs=65536 seek=50 count=1 status=none
	truncate -s 8M disk/src/sparse
	: > disk/src/empty
	sync -f disk
	for UCP_ENGINE in uring threads serial; do
		# reflink=auto first: a copy that shares makes the source shared, so a fresh one each time
		for args in --reflink=never --manifest=list --sparse=always --sparse=never; do
			rm -rf disk/copy
			run ucp -a $args disk/src disk/copy
			sync -f disk
			is "$type on $UCP_ENGINE, $args: exit status" "$status" 0
			ok "$type on $UCP_ENGINE, $args: the copy is the source" same_across disk/src disk/copy
			for f in large small sparse; do
				ok "$type on $UCP_ENGINE, $args: $f is not shared" shares_not disk/copy/$f
			done
		done
		for args in '' --reflink=auto --reflink=always --reflink --fsync; do
			rm -rf disk/copy
			# shellcheck disable=SC2086 # no argument when empty
			run ucp -a $args disk/src disk/copy
			sync -f disk
			is "$type on $UCP_ENGINE, $args: exit status" "$status" 0
			is "$type on $UCP_ENGINE, $args: nothing to say" "$err" ""
			ok "$type on $UCP_ENGINE, $args: the copy is the source" same_tree disk/src disk/copy
			for f in large small sparse; do
				ok "$type on $UCP_ENGINE, $args: $f is shared" shares disk/copy/$f
			done
		done
		rm -rf disk/copy
		# over a longer file that is there already
		mkdir disk/copy
		head -c 7000000 /dev/urandom > disk/copy/large
		run ucp -a disk/src/large disk/copy
		sync -f disk
		is "$type on $UCP_ENGINE, over a longer file: exit status" "$status" 0
		ok "$type on $UCP_ENGINE, over a longer file: the data" cmp disk/src/large disk/copy/large
		rm -rf disk/copy
		# to another filesystem it cannot be had
		run ucp -a --reflink=always disk/src/large here
		is "$type on $UCP_ENGINE, --reflink=always to another: exit status" "$status" 1
		ok "$type on $UCP_ENGINE, --reflink=always to another: message" \
			test "$err" = "ucp: failed to clone 'here' from 'disk/src/large': Invalid cross-device link"
		ok "$type on $UCP_ENGINE, --reflink=always to another: nothing is left" test ! -e here
		# what the manifest tells is what the clone has, not what the source has become
		rm -rf disk/copy victim
		mkdir disk/copy victim
		head -c 100000 /dev/urandom > disk/victim
		{
			for ((i = 0; i < 100; i++)); do
				[ -s disk/copy/victim ] && break
				sleep 0.02
			done
			printf changed | dd of=disk/victim conv=notrunc status=none
		} &
		inject "$PWD/disk/copy/victim" ioctl delay_exit=1000000 -a --reflink=always \
			--manifest=list disk/victim disk/copy/victim
		wait $!
		is "$type on $UCP_ENGINE, source changed after the clone: exit status" "$status" 0
		ok "$type on $UCP_ENGINE, source changed after the clone: delayed" grep -q DELAYED strace.log
		ok "$type on $UCP_ENGINE, source changed after the clone: it has" \
			bash -c '! cmp -s disk/victim disk/copy/victim'
		ok "$type on $UCP_ENGINE, source changed after the clone: the manifest" \
			bash -c 'cd disk && sed "s|(.*)|(copy/victim)|" ../list | xxhsum -c'
	done
	unmount disk
done
