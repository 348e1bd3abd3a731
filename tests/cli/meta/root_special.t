# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
need_root
need setcap
plan "device nodes, set-id modes, capabilities, owners and ACLs come along with -a"

mkdir src
(
	cd src || exit
	mknod null c 1 3 && mknod block b 7 200 && mknod large c 4095 1048575 && mkfifo fifo && chmod 640 null && chown 1:2 block fifo
	python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
	echo > suid && chown 3:4 suid && chmod 4751 suid
	echo > sgid && chown 3:4 sgid && chmod 2710 sgid
	echo > both && chmod 6777 both
	echo > none && chmod 0 none && chown 65534:65534 none
	mkdir sticky && chmod 1777 sticky
	mkdir sgid-dir && chown 5:6 sgid-dir && chmod 2770 sgid-dir && echo > sgid-dir/f
	echo > caps && chown 7:8 caps && setcap cap_net_raw,cap_net_bind_service+ep caps
	echo > acl && setfacl -m u:1:rw,g:2:-,m:r acl && chown 9:9 acl
	mkdir acl-dir && setfacl -m u:1:rwx -d -m u:2:rx,g::-,o::- acl-dir && echo > acl-dir/inherits && mkdir acl-dir/sub
	echo > plain-in-acl && mv plain-in-acl acl-dir/
	echo > attrs && setfattr -n user.one -v 1 attrs && setfattr -n trusted.two -v 2 attrs && setfattr -n user.empty attrs
	setfattr -n user.large -v "$(printf '%02000d' 7)" attrs && chmod 400 attrs
	ln -s nowhere link && chown -h 10:11 link && setfattr -hn trusted.link -v x link
	ln caps caps-too && ln link link-too && ln fifo fifo-too
	touch -hd '1999-12-31 23:59:59.999999999' link null fifo suid sticky acl-dir
)
for more in "" -j1 -j8 --fsync --reflink=never; do
	# shellcheck disable=SC2086 # options are words
	run ucp -a $more src dst
	is "copy $more" "$status:$err" "0:"
	ok "the same tree" same_tree src dst
	ok "-a over it" ucp -aT $more src dst
	ok "is still the same tree" same_tree src dst
	rm -rf dst
done
mkdir -m 2755 parent && chgrp 9 parent && setfacl -d -m u:12:rwx parent
ok "into a directory with set-group-ID and a default ACL" ucp -a src parent
ok "the same tree" same_tree src parent/src
umask 0
ok "whatever the umask" ucp -a src open
ok "the same tree" same_tree src open
