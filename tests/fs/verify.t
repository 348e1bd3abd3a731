# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/loop.sh"
. "$ROOT/tests/lib/tree.sh"
plan "--verify reads what it wrote from the medium, whatever the filesystem, the options and the file"

need_mounts

# Sectors of 512 bytes that have been read from the device a directory is on.
sectors_read() { awk '{ print $3 }' "/sys/dev/block/$(mountpoint -d "$1")/stat"; }

mkdir src && tree_build src > /dev/null
head -c 3000001 /dev/urandom > src/large
head -c 4096 /dev/urandom > src/block
truncate -s 30M src/void && printf x | dd of=src/void bs=1 seek=20000001 conv=notrunc 2> /dev/null
for i in $(seq 200); do echo "$i" > "src/small-$i"; done
# what is data: in a hole there is nothing to be read
bytes=$(find src -type f -links 1 -printf '%s %b\n' | awk '{ n += $1 < $2 * 512 ? $1 : $2 * 512 } END { print n }')

for type in ext4 xfs btrfs; do
	can_mount $type && mounted $type on-$type 400M || continue
	for UCP_ENGINE in uring threads serial; do
		modes=(--safe '--verify=both --fsync=fs --chunk-size=64K')
		[ $type$UCP_ENGINE != ext4uring ] || modes+=(--verify '--safe --sparse=always' '--verify --fsync=chunk')
		for args in "${modes[@]}"; do
			rm -rf on-$type/copy
			[ $type = btrfs ] || before=$(sectors_read on-$type)
			# shellcheck disable=SC2086 # options are words
			run ucp -a $args --stats src on-$type/copy
			is "$type on $UCP_ENGINE, $args: exit status" \
				"$status:$(grep -vE 'warning: [0-9]+ of [0-9]+ files were verified in the cache' <<< "$err")" "0:"
			ok "$type on $UCP_ENGINE, $args: the copy is the source" same_across src on-$type/copy
			# of small files btrfs keeps the data with the inode, in memory
			[ $type = btrfs ] && cached='[0-9]+' || cached=0
			ok "$type on $UCP_ENGINE, $args: all from the medium" \
				grep -Eq "^verified [1-9][0-9]* files on the medium, $cached in the cache, .*again 0$" <<< "$out"
			[ $type = btrfs ] && continue
			got=$((($(sectors_read on-$type) - before) * 512))
			ok "$type on $UCP_ENGINE, $args: that many bytes were read: $got of $bytes" test "$got" -ge "$bytes"
		done
		rm -rf on-$type/copy
		before=0
		[ $type = btrfs ] || before=$(sectors_read on-$type)
		run ucp -a --verify=cache --stats src on-$type/copy
		is "$type on $UCP_ENGINE, --verify=cache: exit status" "$status:$err" "0:"
		ok "$type on $UCP_ENGINE, --verify=cache: counted so" grep -q '^verified 0 files on the medium' <<< "$out"
		[ $type = btrfs ] && continue
		got=$((($(sectors_read on-$type) - before) * 512))
		ok "$type on $UCP_ENGINE, --verify=cache: nothing is read: $got" test "$got" -lt 1000000
	done
done

# a clone shares what it is compared with; with a digest it is not one, unless it must be
if [ -d on-btrfs ]; then
	for UCP_ENGINE in uring threads serial; do
		cp src/large on-btrfs/one
		run ucp --verify --reflink=always --debug on-btrfs/one on-btrfs/two
		is "a clone on $UCP_ENGINE: exit status" "$status:$(grep -v debug: <<< "$err")" "0:"
		ok "a clone on $UCP_ENGINE: it is one" grep -q ': clone$' <<< "$out"
		run ucp --verify --debug on-btrfs/one on-btrfs/three
		ok "reflink=auto on $UCP_ENGINE: bytes" grep -q ': [0-9]* chunks$' <<< "$out"
	done
fi

# no medium
mkdir memory && mount -t tmpfs tmpfs memory && at_end "umount -l '$PWD/memory' 2> /dev/null"
for UCP_ENGINE in uring threads serial; do
	rm -rf memory/*
	run ucp -a --verify --stats src memory/copy
	is "tmpfs on $UCP_ENGINE: exit status" "$status" 0
	ok "tmpfs on $UCP_ENGINE: the copy is the source" same_across src memory/copy
	ok "tmpfs on $UCP_ENGINE: a warning" \
		grep -qE "^ucp: warning: [0-9]+ of [0-9]+ files were verified in the cache only" <<< "$err"
	run ucp -a --verify=cache src memory/cached
	is "tmpfs on $UCP_ENGINE, cache: no warning" "$status:$err" "0:"
done

# a filesystem of coarse times, and one whose page cache is that of another
mkdir coarse && truncate -s 64M coarse.img && mkfs.ext4 -q -I 128 coarse.img 2> /dev/null && mount -o loop coarse.img coarse &&
	at_end "umount -l '$PWD/coarse' 2> /dev/null"
mkdir few && cp src/small-* few && touch -d '2004-05-06 07:08:09.123456789' few/*
mkdir -p layers/upper layers/lower layers/work merged && mount -t tmpfs tmpfs layers && mkdir layers/upper layers/lower layers/work &&
	mount -t overlay overlay -o lowerdir=layers/lower,upperdir=layers/upper,workdir=layers/work merged && has_overlay=1
at_end "umount -l '$PWD/merged' '$PWD/layers' 2> /dev/null"
for UCP_ENGINE in uring threads serial; do
	rm -rf coarse/few
	run ucp -a --verify few coarse
	is "coarse times on $UCP_ENGINE" "$status:$err" "0:"
	[ "${has_overlay:-0}" = 1 ] || continue
	rm -rf merged/few
	run ucp -a --verify few merged
	is "overlayfs on $UCP_ENGINE: exit status" "$status" 0
	ok "overlayfs on $UCP_ENGINE: what is below is not known" \
		grep -q "^ucp: warning: 200 of 200 files were verified in the cache only" <<< "$err"
	run ucp --verify=both /sys/kernel/mm/transparent_hugepage/enabled sysfs
	is "sysfs on $UCP_ENGINE" "$status" 0
done

# what exists, what cannot be read, what is no file
for UCP_ENGINE in uring threads serial; do
	echo old > there && ln -sf there link && cp there again
	run ucp --verify src/large there
	is "overwritten on $UCP_ENGINE" "$status:$err" "0:"
	ok "overwritten on $UCP_ENGINE: data" cmp src/large there
	run ucp --verify src/block link
	ok "through a symlink on $UCP_ENGINE" cmp src/block there
	run ucp --verify src/block /dev/null
	is "/dev/null on $UCP_ENGINE" "$status:$err" "0:"
	run bash -c "'$UCP' --engine=$UCP_ENGINE --verify src/block /dev/stdout | cmp - src/block"
	is "a pipe on $UCP_ENGINE" "$status:$err" "0:"
	if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
		rm -rf locked && mkdir locked && echo old > locked/file && chmod 777 locked && chmod 222 locked/file
		chmod a+rx . && cp src/block readable && chmod a+r readable
		run timeout 20 setpriv --reuid=65534 --regid=65534 --clear-groups -- \
			"$UCP" --engine=$UCP_ENGINE --verify=cache readable locked/file
		is "write only on $UCP_ENGINE: exit status" "$status" 4
		is "write only on $UCP_ENGINE: message" "$(tail -n1 <<< "$err")" "ucp: cannot read back 'locked/file': Permission denied"
		ok "write only on $UCP_ENGINE: it is written all the same" cmp readable locked/file
	fi
done
# two copies into one file wait for each other, and for what is read back
mkdir -p one two both && cp src/large one/file && head -c 3000000 /dev/urandom > two/file && touch both/file
ln -s file both/other && mkdir three && cp src/block three/other
for UCP_ENGINE in uring threads serial; do
	for args in --verify --safe; do
		run ucp $args one/file two/file both
		is "two sources of one name on $UCP_ENGINE, $args" "$status" 1
		run ucp $args three/other one/file both
		is "two names of one file on $UCP_ENGINE, $args: exit status" "$status:$err" "0:"
	done
done
