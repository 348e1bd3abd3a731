# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/loop.sh"
. "$ROOT/tests/lib/tree.sh"
plan "filesystems that cannot keep everything, or be written: the data is right, and the message sensible"

need_mounts
for tool in setfattr setfacl; do need $tool; done

mkdir -p src/dir
for i in $(seq 40); do echo "$i" > "src/dir/$i"; done
head -c 3000000 /dev/urandom > src/large
setfattr -n user.note -v text src/large
setfacl -m u:1234:r src/dir/1
setfacl -m d:u:1234:r src/dir
touch -d '2004-05-06 07:08:09.123456789' src/large
ln src/large src/dir/again
chown 7:8 src/dir/2

# no attributes, no ACLs
mkdir bare
mount -t ramfs ramfs bare || ok "ramfs mounted" false
at_end "umount -l '$PWD/bare' 2> /dev/null"
for UCP_ENGINE in uring threads serial; do
	rm -rf bare/*
	run cp -a src bare/cp
	cp_status=$status cp_lines=$(printf '%s' "$err" | grep -c .)
	run ucp -a src bare/copy
	is "ramfs on $UCP_ENGINE: exit status is that of cp" "$status" "$cp_status"
	is "ramfs on $UCP_ENGINE: as many messages as cp" "$(printf '%s' "$err" | grep -c .)" "$cp_lines"
	ok "ramfs on $UCP_ENGINE: all but attributes and ACLs" diff <(HOLES=0 "$TOOL/listing" bare/cp) <(HOLES=0 "$TOOL/listing" bare/copy)
	ok "ramfs on $UCP_ENGINE: the data" diff -r src bare/copy
	run ucp -a --preserve=xattr src bare/asked
	is "ramfs on $UCP_ENGINE, attributes asked for by name: exit status" "$status" 1
	run ucp -a --stats src bare/counted
	is "ramfs on $UCP_ENGINE: what is lost is counted" "$(sed -n 's/^lost *//p' <<< "$out")" "2 ACLs, 1 extended attributes"
	run ucp -a --debug src bare/told
	# under either of its names: which one is copied and which one linked is the engine's affair
	ok "ramfs on $UCP_ENGINE: and told by --debug" \
		grep -Eqx "ucp: debug: not kept: user.note of 'bare/told/(large|dir/again)': Operation not supported" <<< "$err"
	ok "ramfs on $UCP_ENGINE, attributes asked for by name: the data" diff -r src bare/asked
done

# times that end in 2038: the kernel takes the nearest, and says nothing
if can_mount ext4; then
	mkdir small && truncate -s 16M small.img && mkfs.ext4 -q -I 128 small.img 2> /dev/null && mount -o loop small.img small
	at_end "umount -l '$PWD/small' 2> /dev/null"
	mkdir far && echo far > far/file && ln -s x far/link && mkfifo far/fifo && echo near > far/near
	touch -hd '2101-02-03 04:05:06' far/file far/link far/fifo far
	for UCP_ENGINE in uring threads serial; do
		run ucp -a --stats far small
		is "far times on $UCP_ENGINE: no failure" "$status:$err" "0:"
		is "far times on $UCP_ENGINE: counted" "$(sed -n 's/^lost *//p' <<< "$out")" "4 times"
		rm -rf small/far
	done
	umount small
fi

# no ACLs by mount option
if can_mount ext4 && mounted ext4 old 16M 2> /dev/null; then
	mkdir old/read-only
	cp -a src/dir old/read-only/
	for UCP_ENGINE in uring threads serial; do
		mount -o remount,ro old
		run ucp -a src old
		is "read-only on $UCP_ENGINE: exit status" "$status" 1
		ok "read-only on $UCP_ENGINE: message" grep -q "'old/src.*': Read-only file system" <<< "$err"
		run ucp -a old/read-only "from-$UCP_ENGINE"
		is "from read-only on $UCP_ENGINE: exit status" "$status" 0
		ok "from read-only on $UCP_ENGINE: the copy is the source" same_tree old/read-only "from-$UCP_ENGINE"
	done
fi

# a compressed, read-only source
if command -v mksquashfs > /dev/null && grep -qw squashfs /proc/filesystems; then
	mksquashfs src squash.img -quiet -no-progress > /dev/null 2>&1
	mkdir squash
	if mount -t squashfs -o loop squash.img squash; then
		at_end "umount -l '$PWD/squash' 2> /dev/null"
		for UCP_ENGINE in uring threads serial; do
			run ucp -a squash "unsquashed-$UCP_ENGINE"
			is "from squashfs on $UCP_ENGINE: exit status" "$status" 0
			ok "from squashfs on $UCP_ENGINE: the copy is the source" same_across squash "unsquashed-$UCP_ENGINE"
		done
	fi
fi
