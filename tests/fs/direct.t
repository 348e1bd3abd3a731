# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
. "$ROOT/tests/lib/loop.sh"
plan "large files that are to be durable go past the page cache, whatever their length"

need_mounts
export UCP_ENGINE=uring # only a ring has several chunks of a file under way

head -c 40000000 /dev/urandom > whole  # not of whole blocks
head -c 37748736 whole > blocks
head -c 33554432 /dev/urandom > least
head -c 33554431 least > little
head -c 100001 whole > odd
head -c 65536 whole > small
truncate -s 64M holes && dd if=whole of=holes bs=1000 seek=20001 count=9000 conv=notrunc 2> /dev/null

# same SOURCE COPY: contents, also as they are on the medium, and length
same() {
	cmp "$1" "$2" && sync -f "$2" && dd if="$2" iflag=nocache count=0 2> /dev/null && cmp "$1" "$2"
}

# cached FILE: KiB of it in the page cache
cached() { fincore -b -n -o RES "$1" | awk '{ print int($1 / 1024) }'; }

for type in ext4 xfs; do
	can_mount $type && mounted $type on-$type 400M || continue
	cd on-$type || exit 1
	for mode in --fsync=file --fsync=batch --fsync=chunk --fsync=fs --safe '--fsync --verify=cache' \
		'--fsync --verify=both'; do
		files=(whole holes)
		case $mode in --fsync=file | --safe) files+=(blocks least) ;; esac
		for file in "${files[@]}"; do
			# shellcheck disable=SC2086 # options are words
			run ucp -a $mode --debug "../$file" copy
			is "$type, $mode, $file: exit status" "$status" 0
			ok "$type, $mode, $file: directly" grep -q 'direct chunks' <<< "$out$err"
			ok "$type, $mode, $file: the same" same "../$file" copy
			rm copy
		done
	done
	run ucp -a --fsync --debug ../little copy
	ok "$type: a smaller one goes through the cache" grep -q '[0-9] chunks' <<< "$out$err"
	ok "$type: and is the same" same ../little copy
	run ucp -a --debug ../whole copy
	ok "$type: without --fsync the cache is used" grep -q '[0-9] chunks' <<< "$out$err"
	ok "$type: the same over one that was longer" same ../whole copy
	run ucp --fsync ../least copy
	ok "$type: over one that was longer, directly" same ../least copy
	rm copy
	run ucp -a --fsync=batch ../whole copy
	ok "$type: next to nothing of the copy is in the cache: $(cached copy) KiB" test "$(cached copy)" -lt 64
	run ucp -a --sparse=always --fsync --debug ../holes copy
	ok "$type, --sparse=always: through the cache, the same" same ../holes copy
	rm -f copy

	# asked for by name, without --fsync, smaller ones too, whatever the engine
	for engine in uring threads serial; do
		for file in whole holes odd; do
			rm -f copy
			UCP_ENGINE=$engine run ucp -a --direct --debug "../$file" copy
			is "$type, --direct, $engine, $file: exit status" "$status" 0
			ok "$type, --direct, $engine, $file: directly" grep -q 'direct chunk' <<< "$out$err"
			ok "$type, --direct, $engine, $file: next to nothing of it is in the cache: $(cached copy) KiB" \
				test "$(cached copy)" -lt 64
			ok "$type, --direct, $engine, $file: the same" same "../$file" copy
		done
	done
	run ucp -a --direct --debug ../small copy
	ok "$type, --direct: what is small goes through the cache, over one that was longer" same ../small copy
	ok "$type, --direct: not directly" grep -q ': 1 chunk$' <<< "$out"
	rm -f copy

	# the source is read directly when it is not in the cache
	cp ../whole source && sync -f source && dd if=source iflag=nocache count=0 2> /dev/null
	run ucp -a --fsync --reflink=never source copy
	ok "$type, a source that is not cached: the same" cmp ../whole copy
	ok "$type, a source that is not cached: nor is it now: $(cached source) KiB" test "$(cached source)" -lt 64
	rm -f ../through
	run ucp -a --direct --reflink=never source ../through
	ok "$type, --direct to where that is not to be had: the same" cmp ../whole ../through

	# it changes between the look at it and the first read
	if command -v strace > /dev/null && [ "${UCP#*-san-}" = "$UCP" ]; then
		for length in 35000001 34999999 0 47000003; do
			for from in cached not; do
				head -c 40000000 ../whole > source
				rm -f copy trace # an old one would say that it is stopped already
				sync -f source
				[ $from = cached ] || dd if=source iflag=nocache count=0 2> /dev/null
				UCP_TIMEOUT=60 strace -f -qq -o trace -e trace=fallocate \
					-e inject=fallocate:signal=STOP:when=1 "$UCP" --reflink=never --fsync source copy 2> err &
				child=$!
				for _ in $(seq 100); do
					grep -q 'stopped by SIGSTOP' trace 2> /dev/null && break
					sleep 0.05
				done
				if [ $length -gt 40000000 ]; then
					head -c $((length - 40000000)) ../least >> source
				else
					truncate -s $length source
				fi
				while pkill -CONT -P $child; do sleep 0.05; done
				wait $child
				is "$type, $from, becomes $length bytes meanwhile: exit status" "$?:$(< err)" "0:"
				ok "$type, $from, becomes $length bytes meanwhile: the same" same source copy
			done
		done
	fi
	cd .. || exit 1
	unmount on-$type
done

# where there is room for the bytes, and not for whole blocks of ours
mkdir -p tight && truncate -s 60M tight.img && mkfs.ext4 -q -F -b 1024 -m 0 tight.img &&
	mount -o loop tight.img tight && at_end "umount -l '$PWD/tight' 2> /dev/null"
head -c 40000100 /dev/urandom > tail
cp tail tight/copy && sync -f tight
fallocate -l "$(($(stat -f -c %f tight) * 1024))" tight/filling 2> /dev/null
rm tight/copy
sync -f tight
cp tail tight/copy # as it fits
is "a full disk: cp's copy fits" "$?" 0
rm tight/copy
sync -f tight
run ucp --fsync tail tight/copy
is "a full disk: so does ours: exit status" "$status:$err" "0:"
ok "a full disk: the same" same tail tight/copy
unmount tight
mounted ext4 room 100M
for limit in 40000000 40000512 40000100; do
	cat whole least | head -c $limit > limited
	UCP_TIMEOUT=60 prlimit --fsize=$limit "$UCP" --fsync limited room/copy 2> err
	is "files of at most $limit bytes: exit status" "$?:$(< err)" "0:"
	ok "files of at most $limit bytes: the same" same limited room/copy
	rm -f room/copy
done

# one that does not fit takes no room from others beforehand
mkdir tree
for i in $(seq 20); do head -c 200K /dev/urandom > "tree/$i"; done
cat whole whole whole whole > tree/large
run ucp -r --fsync tree room/
is "one file too large: exit status" "$status" 6
ok "one file too large: told" says "'room/tree/large'"
ok "one file too large: others are there: $(find room/tree -type f | wc -l)" test "$(find room/tree -type f | wc -l)" -gt 0
rm -rf room/tree
# an allocation that is refused; strace cannot let it come part of the way first
if command -v strace > /dev/null && [ "${UCP#*-san-}" = "$UCP" ]; then
	head -c 40000000 /dev/zero | tr '\0' x > room/copy
	UCP_TIMEOUT=60 strace -f -qq -o trace -e trace=fallocate -e inject=fallocate:error=ENOSPC "$UCP" \
		--fsync least room/copy 2> err
	is "no space allocated: exit status" "$?:$(< err)" "0:"
	ok "no space allocated: the same" same least room/copy
	rm -f room/copy

	# a quota that what lies behind the tail would exceed, and the tail itself does not
	for error in ENOSPC EDQUOT; do
		UCP_TIMEOUT=60 strace -f -qq -o trace -e trace=pwrite64 -e inject=pwrite64:error=$error:when=1 "$UCP" \
			--fsync tail room/copy 2> err
		is "$error behind the tail: exit status" "$?:$(< err)" "0:"
		ok "$error behind the tail: the same" same tail room/copy
		rm -f room/copy
	done
fi

# no memory for so many buffers: fewer do
if [ "${UCP#*-san-}" = "$UCP" ]; then
	for kib in 130000 100000; do
		(ulimit -v $kib && UCP_TIMEOUT=60 exec "$UCP" --fsync tail room/copy) 2> err
		is "$kib KiB of address space: exit status" "$?:$(< err)" "0:"
		ok "$kib KiB of address space: the same" same tail room/copy
		rm -f room/copy
	done
fi
