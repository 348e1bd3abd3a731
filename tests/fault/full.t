# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
. "$ROOT/tests/lib/loop.sh"
plan "a filesystem that fills up: told for each file, no half files, and the next run completes"

need_mounts

mkdir -p src/dir
for i in $(seq 100); do head -c 20000 /dev/urandom > "src/dir/$i"; done
for i in 1 2 3 4; do head -c 3000000 /dev/urandom > "src/large$i"; done
ln -s "$UCP" cp

# Every file that is there is whole; every file that is not there is on standard error.
whole_or_told() {
	local f bad=0
	while IFS= read -r f; do
		if [ ! -e "$1/$f" ]; then
			case $err in *"'$1/$f'"*) ;; *) echo "missing, and not told: $f"; bad=1 ;; esac
		elif ! cmp "src/$f" "$1/$f"; then
			bad=1
		fi
	done < <(cd src && find . -type f -printf '%P\n')
	return $bad
}

# fills TYPE STATUS COMMAND...: fill a small filesystem
fills() {
	local type=$1 wanted=$2
	shift 2
	local size=8M # of tmpfs
	[ "$type" = tmpfs ] || size=10M
	mounted "$type" small $size || { ok "$type can be mounted" false; return; }
	run timeout 60 "$@" -a src small/copy
	is "$type ${*/#"$UCP"/ucp}: exit status" "$status" "$wanted"
	ok "$type ${*/#"$UCP"/ucp}: messages" says "ucp: error writing 'small/copy/" "': No space left on device"
	ok "$type ${*/#"$UCP"/ucp}: each file is whole, or told and gone" whole_or_told small/copy
	ok "$type ${*/#"$UCP"/ucp}: something is copied" test -n "$(find small/copy -type f -print -quit)"
	if [ "$type" = tmpfs ]; then
		mount -o remount,size=64M small
		run "$@" -a src/. small/copy
		is "$type ${*/#"$UCP"/ucp}, with more space: exit status" "$status" 0
		ok "$type ${*/#"$UCP"/ucp}, with more space: the copy is the source" same_tree src small/copy
	fi
	unmount small
}

for type in tmpfs ext4; do
	fills $type 6 "$UCP" --engine="$UCP_ENGINE"
	fills $type 6 "$UCP" --engine="$UCP_ENGINE" --fsync=chunk
	fills $type 6 "$UCP" --engine="$UCP_ENGINE" --sparse=always
	fills $type 6 "$UCP" --engine="$UCP_ENGINE" --manifest=list --stats
done
[ "$UCP_ENGINE" != uring ] || fills tmpfs 1 "$UCP" # none of its own options: the status of cp

# called as cp
mounted tmpfs small 8M
run ./cp -a src small/copy
is "called as cp: exit status" "$status" 1
ok "called as cp: message" says "cp: error writing 'small/copy/"
err=${err//cp: /ucp: }
ok "called as cp: each file is whole, or told and gone" whole_or_told small/copy
unmount small

# quota: what is left is more than the user may have
if can_mount btrfs && mounted btrfs small 200M && btrfs -q quota enable small && btrfs -q subvolume create small/sub &&
	btrfs -q qgroup limit 4M small/sub; then
	for how in '' --fsync=chunk --sparse=always --manifest=list; do
		# shellcheck disable=SC2086 # no argument when empty
		run ucp $how -a src small/sub/copy
		is "quota $how: exit status" "$status" 6
		ok "quota $how: messages" says "'small/sub/copy/" "': Disk quota exceeded"
		ok "quota $how: each file is whole, or told and gone" whole_or_told small/sub/copy
		rm -rf small/sub/copy
		sync -f small
	done
	btrfs -q qgroup limit none small/sub
	run ucp -a src small/sub/copy
	is "quota lifted: exit status" "$status" 0
	unmount small
else
	echo "# skipped: quotas of btrfs cannot be used here"
	umount small 2> /dev/null
fi

# out of inodes: names, not data
mounted tmpfs small 8M nr_inodes=50
run ucp -a src/dir small/copy
is "no inodes: exit status" "$status" 6
ok "no inodes: message" says "cannot create regular file 'small/copy/" "': No space left on device"
unmount small
mounted tmpfs small 8M nr_inodes=2
run ucp -a src small/copy
ok "no inode for a subdirectory: message" says "'small/copy/dir': No space left on device"
unmount small

# read-only
mounted tmpfs small 8M
mount -o remount,ro small
run ucp -a src small/copy
is "read-only: exit status" "$status" 1
ok "read-only: one message" says_once "cannot create directory 'small/copy': Read-only file system"
run ucp src/large1 small
ok "read-only, a file: message" says_once "cannot create regular file 'small/large1': Read-only file system"
unmount small
