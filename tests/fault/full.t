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

# Every file that is there is whole; every file that is not there is on standard error, or among those counted.
whole_or_told() {
	local f bad=0 missing=0 counted
	counted=$(sed -n "s/^ucp: \([0-9]*\) more files were not copied to .*: No space left on device$/\1/p" <<< "$err")
	while IFS= read -r f; do
		if [ ! -e "$1/$f" ]; then
			case $err in *"'$1/$f'"*) ;; *) missing=$((missing + 1)) ;; esac
		elif ! cmp "src/$f" "$1/$f"; then
			bad=1
		fi
	done < <(cd src && find . -type f -printf '%P\n')
	[ "$missing" = "${counted:-0}" ] || { echo "$missing are missing and not told, and ${counted:-none} counted"; bad=1; }
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

# one message when it is full, not one for each of the files that cannot be copied any more
mkdir many && for i in $(seq 3000); do head -c 20000 /dev/zero > "many/$i"; done
mounted ext4 small 10M
for args in --stats --safe --fsync=batch; do
	rm -rf small/many
	run ucp -r $args --sparse=never --reflink=never many small
	is "thousands more, $args: exit status" "$status" 6
	ok "thousands more, $args: a few messages: $(wc -l <<< "$err")" test "$(wc -l <<< "$err")" -lt 200
	ok "thousands more, $args: the last counts the others" \
		grep -Eqx "ucp: [0-9]+ more files were not copied to 'small': No space left on device" <<< "$(tail -n1 <<< "$err")"
	is "thousands more, $args: no temporaries" "$(find small -name '.ucp-*')" ""
	bad=0
	for f in small/many/*; do cmp -s "$f" "many/${f##*/}" || bad=$((bad + 1)); done
	is "thousands more, $args: what is there is whole" "$bad" 0
done

# what is there stays when its new contents do not fit
rm -rf small/* && echo old > small/file && head -c 20000000 /dev/urandom > big && echo fits > fits
for args in '' --atomic --safe -p; do
	# shellcheck disable=SC2086 # no argument when empty
	run ucp $args big small/file
	is "larger than the space, $args: exit status" "$status" 6
	is "larger than the space, $args: the old file stays" "$(cat small/file)" old
	ok "larger than the space, $args: message" says "'small/file': No space left on device"
done
run "$UCP" big small/file
is "larger than the space, as cp: exit status" "$status" 1
is "larger than the space, as cp: the old file stays" "$(cat small/file)" old
mkdir two && mv big two/file && cp fits two
run ucp -r two/. small
is "one that is too large for its place: exit status" "$status" 6
ok "one that is too large for its place: others are copied" cmp fits small/fits
unmount small

# files that are replaced with --atomic need not all be there twice
mkdir new && for i in $(seq 16); do head -c 5000000 /dev/urandom > "new/$i"; done
mounted tmpfs small 100M && cp -r new small/d && for i in $(seq 16); do echo "$i" >> "new/$i"; done
for args in '--fsync=batch' '--fsync=fs' --verify; do
	# shellcheck disable=SC2086 # several options
	run ucp --atomic $args -j1 --queue-depth=1 -r new/. small/d
	is "replaced one after the other, $args: exit status" "$status:$(grep -v 'in the cache only' <<< "$err")" "0:"
	ok "replaced one after the other, $args" diff -r new small/d
	echo more >> new/1
done
unmount small
