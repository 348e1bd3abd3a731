# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "-a copies a small tree with everything that is in it"

mkdir -p src/dir/empty
echo one > src/one
: > src/nothing
ln src/one src/dir/other-name-of-one
ln -s one src/link
ln -s /nowhere src/dangling
mkfifo src/fifo
head -c 3000000 /dev/urandom > src/large
chmod 751 src/dir
chmod 400 src/one
touch -d '2001-02-03 04:05:06.789012345' src/one src/dir
touch -hd '2002-02-03 04:05:06.789012345' src/link

run ucp -a src copy
is "exit status" "$status" 0
is "nothing on standard error" "$err" ""
ok "the copy is the source" same_tree src copy
run ucp -a src copy
is "copying again goes into the existing directory" "$status" 0
ok "the inner copy is the source" same_tree src copy/src
