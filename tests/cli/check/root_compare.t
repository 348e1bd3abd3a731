# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
need_root
plan "--compare tells owners and device numbers apart, and stays on one filesystem with -x"

mkdir -p src dst && echo x > src/x && echo x > dst/x && touch -r src/x dst/x
chown 12:34 src/x && chown 12:35 dst/x
run ucp --compare src dst
is "owners are not asked for" "$status:$out$err" "0:"
run ucp --compare --preserve=ownership src dst
is "owners are" "$status:$out:$err" "8:owner: 'x':"
if mknod src/dev c 1 3 2> err.log && mknod dst/dev c 1 5; then
	run ucp --compare src dst
	is "devices have their numbers" "$status:$out:$err" "8:device: 'dev':"
	rm src/dev dst/dev
fi
mkdir src/m dst/m
if mount -t tmpfs tmpfs dst/m 2> err.log; then
	at_end umount "$WORK/dst/m"
	echo y > dst/m/y
	run ucp --compare src dst
	is "another filesystem is entered" "$status:$out" "8:extra: 'm/y'"
	run ucp --compare -x src dst
	is "not with -x" "$status:$out$err" "0:"
	run ucp --check=/dev/null dst
	is "--check likewise" "$status:$out" "8:extra: 'm/y'
extra: 'x'"
	run ucp --check=/dev/null -x dst
	is "--check -x" "$status:$out" "8:extra: 'x'"
fi
