# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
need_root
need python3
need bsdtar
plan "devices, sockets and owners in a manifest in mtree form, written and checked"

mkdir src && mknod src/char c 1 3 && mknod src/block b 259 300 && mkfifo src/fifo && echo x > src/file
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("src/socket")'
chown 12:34 src/file && chown -h 4000000000:7 src/char
run ucp -a --manifest=m --manifest-format=mtree src dst
[ "$status" != 2 ] || skip_all "this build has no SHA-256"
is "a copy" "$status:$err" "0:"
ok "a character device" grep -qE '^\./char type=char mode=0644 uid=4000000000 gid=7 time=[0-9.]+ device=native,1,3$' m
ok "a block device" grep -qE '^\./block type=block mode=0644 uid=0 gid=0 time=[0-9.]+ device=native,259,300$' m
ok "a socket" grep -qE '^\./socket type=socket ' m
run ucp --check=m dst
is "all is as it says" "$status:$out$err" "0:"
is "bsdtar reads the devices" "$(bsdtar -tvf m 2> /dev/null | awk '/char|block/ { print $1, $5 }')" "brw-r--r-- 259,300
crw-r--r-- 1,3"
bsdtar -cf m2 --format=mtree --options='mtree:!all,mtree:type,mtree:device,mtree:uid' -C dst char block fifo file
run ucp --check=m2 dst
is "and we those of bsdtar" "$status:$out$err" "8:extra: 'socket'"

rm dst/char && mknod dst/char c 1 5 && chown 4000000000:7 dst/char && touch -r src/char dst/char
rm dst/block && mknod dst/block c 259 300 && rm dst/socket && mkfifo dst/socket
chown 12:35 dst/file && touch -r src dst
run ucp --check=m dst
is "what differs" "$status:$out" "8:changed: 'block' (type)
changed: 'char' (device)
changed: 'file' (owner)
changed: 'socket' (type)"
