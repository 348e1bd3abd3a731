# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/loop.sh"
. "$ROOT/tests/lib/tree.sh"
plan "trees that span filesystems: -x, equal inode numbers, hard links, directories on mounts"

need_mounts

mkdir -p src/before/deep src/after
echo top > src/file
echo deep > src/before/deep/file
echo last > src/after/file
mounted tmpfs src/mount 8M
mkdir -p src/mount/dir
echo other > src/mount/file
echo other > src/mount/dir/file
mounted ext4 src/mount/dir/inner 16M || ok "ext4 mounted" false
echo inner > src/mount/dir/inner/file
chmod 751 src/mount
chown 9:9 src/mount
touch -d '2005-05-05 05:05:05.5' src/mount

# two fresh filesystems give out the same inode numbers
mounted tmpfs twins 8M
mkdir twins/a twins/b
mounted tmpfs twins/a 8M
mounted tmpfs twins/b 8M
for i in $(seq 20); do
	for side in a b; do
		echo "$side$i" > "twins/$side/$i"
		ln "twins/$side/$i" "twins/$side/$i-again"
	done
done
is "the twins have the same inode numbers" "$(stat -c %i twins/a/7)" "$(stat -c %i twins/b/7)"

for UCP_ENGINE in uring threads serial; do
	rm -rf copy copy-x like-cp
	run ucp -a src copy
	is "$UCP_ENGINE: exit status" "$status" 0
	ok "$UCP_ENGINE: all filesystems are copied" same_across src copy

	cp -ax src like-cp
	run ucp -ax src copy-x
	is "$UCP_ENGINE -x: exit status" "$status" 0
	is "$UCP_ENGINE -x: nothing to say" "$err" ""
	ok "$UCP_ENGINE -x: the mount point is there, and empty" test -d copy-x/mount -a -z "$(ls -A copy-x/mount)"
	ok "$UCP_ENGINE -x: as with cp" same_tree like-cp copy-x
	rm -rf copy-x
	run ucp -ax src/mount copy-x
	is "$UCP_ENGINE -x on a mount point: exit status" "$status" 0
	ok "$UCP_ENGINE -x on a mount point: its own files" cmp src/mount/dir/file copy-x/dir/file
	ok "$UCP_ENGINE -x on a mount point: not those of the next" test ! -e copy-x/dir/inner/file -a -d copy-x/dir/inner

	rm -rf twins-copy
	run ucp -a twins twins-copy
	is "$UCP_ENGINE: twins: exit status" "$status" 0
	ok "$UCP_ENGINE: equal inode numbers on two filesystems are two files" same_tree twins twins-copy

	# a destination that spans filesystems: hard links cannot
	rm -rf spans linked
	mkdir -p spans/linked linked/one linked/two
	echo data > linked/one/file
	ln linked/one/file linked/two/file
	mkdir -p spans/linked/two
	mount -t tmpfs tmpfs spans/linked/two
	run ucp -a linked spans
	umount_err=$err
	is "$UCP_ENGINE: a link across mounts: exit status" "$status" 1
	case $umount_err in
	*"cannot create hard link 'spans/linked/"*"Invalid cross-device link"*) told=yes ;;
	*) told=$umount_err ;;
	esac
	is "$UCP_ENGINE: a link across mounts: message" "$told" yes
	umount spans/linked/two
done

# hard links whose copies exist already, into an existing tree, and from operands
mkdir -p links/a links/b
for i in $(seq 200); do echo "$i" > "links/a/$i"; ln "links/a/$i" "links/b/$i"; done
for UCP_ENGINE in uring threads serial; do
	rm -rf out out2
	run ucp -a links out
	ok "$UCP_ENGINE: link groups" same_tree links out
	echo changed > links/a/5
	rm out/b/6
	echo stray > out/b/6
	run ucp -a links/. out
	is "$UCP_ENGINE: link groups again: exit status" "$status" 0
	ok "$UCP_ENGINE: link groups again" same_tree links out
	mkdir out2
	run ucp -a links/a links/b out2
	is "$UCP_ENGINE: link groups of two operands: exit status" "$status" 0
	ok "$UCP_ENGINE: link groups of two operands" test "$(stat -c %i out2/a/9)" = "$(stat -c %i out2/b/9)"
done
