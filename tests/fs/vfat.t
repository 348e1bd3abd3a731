# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/loop.sh"
. "$ROOT/tests/lib/tree.sh"
plan "on vfat, what cannot be kept is told, the data is right, and nothing crashes"

need_mounts
can_mount vfat || skip_all "the kernel has no vfat"

tree_sizes src/sizes
mkdir -p src/special
echo target > src/special/target
ln -s target src/special/link
ln src/special/target src/special/hard
mkfifo src/special/fifo
echo owned > src/special/owned
chown 12:34 src/special/owned
chmod 751 src/special/owned

mounted vfat disk 128M
for UCP_ENGINE in uring threads serial; do
	run ucp -r src/sizes disk/plain
	is "-r on $UCP_ENGINE: exit status" "$status" 0
	is "-r on $UCP_ENGINE: nothing to say" "$err" ""
	ok "-r on $UCP_ENGINE: the data" diff -r src/sizes disk/plain
	run ucp -a src disk/all
	is "-a on $UCP_ENGINE: exit status" "$status" 1
	for what in "cannot create symbolic link 'disk/all/special/link': Operation not permitted" \
		"cannot create fifo 'disk/all/special/fifo': Operation not permitted" \
		"failed to preserve ownership for 'disk/all/special/owned': Operation not permitted" \
		"cannot create hard link 'disk/all/special/"; do
		ok "-a on $UCP_ENGINE: told: $what" grep -qF "$what" <<< "$err"
	done
	ok "-a on $UCP_ENGINE: the data" diff -r src/sizes disk/all/sizes
	run ucp -r --fsync --manifest=- disk/plain "back-$UCP_ENGINE"
	is "back on $UCP_ENGINE: exit status" "$status" 0
	ok "back on $UCP_ENGINE: the data" diff -r src/sizes "back-$UCP_ENGINE"
	rm -rf disk/plain disk/all
done
