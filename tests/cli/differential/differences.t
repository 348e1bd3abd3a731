# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "where ucp is on purpose not like GNU cp 9.1, it does what is written here"

# GNU cp leaves an empty or partial new file behind when the copy fails.
echo a > a
run ucp /proc/self/mem new
is "an unreadable source fails" "$status" 1
ok "and leaves no new file" test ! -e new

# GNU cp copies what it happens to read before it meets its own copy.
mkdir -p dir/sub && echo one > dir/one && echo two > dir/sub/two
run ucp -r dir dir/sub
is "a directory into itself fails" "$status" 1
is "and says so" "$err" "ucp: cannot copy a directory, 'dir', into itself, 'dir/sub/dir'"
ok "and the rest is copied" cmp dir/one dir/sub/dir/one
ok "once" test ! -e dir/sub/dir/sub/dir
rm -rf dir/sub/dir

# GNU cp fails on its own directory.
mkdir t
ok "--parents takes a source that ends in a dot" ucp -r --parents dir/sub/. t
ok "and copies what is in it" cmp dir/sub/two t/dir/sub/two
rm -rf t

# GNU cp 9.1 leaves set-id bits of the old file or the parent where the source has none; see modes.t, too.
mkdir -m 2755 t && cp a suid && chmod 4755 suid && chmod 644 a
ok "-p over a set-user-ID file" ucp -p a suid
is "gives it the mode of the source" "$(stat -c %a suid)" 644
ok "-a into a set-group-ID directory" ucp -a dir t
is "gives a directory the mode of the source" "$(stat -c %a t/dir)" "$(stat -c %a dir)"
