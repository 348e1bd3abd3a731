# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
. "$ROOT/tests/lib/loop.sh"
. "$ROOT/tests/lib/fuse.sh"
plan "bits that flip on the way to the disk: in each of a thousand files, and unseen where the page cache hides them"

need_fuse
mounted tmpfs back 200M
UCP_TIMEOUT=20

# Whole pages, so that the kernel has all of what was written in its page cache.
mkdir -p src/small src/large
head -c 4096000 /dev/urandom | split -b 4096 -a 3 -d - src/small/
for i in 1 2 3; do head -c 2097152 /dev/urandom > "src/large/$i"; done
truncate -s 4M src/large/sparse
dd if=src/large/1 of=src/large/sparse bs=4096 seek=300 count=50 conv=notrunc status=none
FILES=1004

# differ A B: how many files of one are other files in the other
differ() { diff -rq "$1" "$2" | grep -c '^Files .* differ$'; }

# --- what the faults themselves do: they reach the disk, each at its place, and the page cache hides them
faulty mnt back cache || { ok "faultfs is mounted" false; exit; }
faults mnt 'write copy/* flip seed=1'
run ucp -rT src mnt/copy
is "flips: nobody notices" "$status $err" "0 "
is "flips: each file is struck once" "$(struck mnt)" $FILES
is "flips: each copy is another file" "$(differ src back/copy)" $FILES
is "flips: in the page cache each is its source" "$(differ src mnt/copy)" 0
ok "flips: one bit in each" test "$(cmp -l src/large/sparse back/copy/large/sparse | wc -l)" = 1
places=$(for i in $(seq -f %03.0f 0 99); do cmp "src/small/$i" "back/copy/small/$i"; done |
	sed 's/.*byte \([0-9]*\).*/\1/' | sort -u | wc -l)
ok "flips: in many places ($places of 100)" test "$places" -gt 80
faults mnt
umount mnt
faulty mnt back cache || { ok "faultfs is mounted" false; exit; }
is "flips: seen without the page cache" "$(differ src mnt/copy)" $FILES

# once: what is written again is right; always: it is not
for word in once ''; do
	rm -rf back/copy
	faults mnt "write copy/* flip seed=2 $word"
	run ucp -rT src/large mnt/copy
	is "flips, ${word:-always}: at first" "$(differ src/large back/copy)" 4
	run ucp -rT src/large mnt/copy
	is "flips, ${word:-always}: written again" "$(differ src/large back/copy)" "$([ -n "$word" ] && echo 0 ||
		echo 4)"
done
# the offset and the bit; the Nth file; on reading
rm -rf back/copy
faults mnt 'write copy/2 flip at=1500000 bit=3'
run ucp -rT src/large mnt/copy
is "flips, at=1500000 bit=3" "$(cmp -l src/large/2 back/copy/2 | awk '{ print $1 }')" 1500001
is "flips, at=1500000: no other file" "$(differ src/large back/copy)" 1
rm -rf back/copy
faults mnt 'write copy/* flip seed=3 nth=500'
run ucp -rT src mnt/copy
is "flips, nth=500: one file" "$(differ src back/copy)" 1
cp -r src back/src
rm -rf back/copy
faults mnt 'read src/large/1 flip at=0 bit=0'
run ucp -rT mnt/src mnt/copy
is "flips on reading: nobody notices" "$status $err" "0 "
is "flips on reading: the copy has it" "$(diff -rq src back/copy)" "Files src/large/1 and back/copy/large/1 differ"
is "flips on reading: the source has not" "$(differ src back/src)" 0
rm -rf back/src
umount mnt

# --- what --verify makes of them
if ! "$UCP" --help | grep -q -e --verify; then
	echo "# no --verify yet"
	exit
fi
# Each is told by name, with status 4, whether or not the page cache has it right.
for options in rw cache cache,writeback; do
	faulty mnt back "$options" || { ok "faultfs is mounted" false; exit; }
	rm -rf back/copy
	faults mnt 'write copy/* flip seed=4'
	run ucp --verify -rT src mnt/copy
	is "--verify, $options: exit status" "$status" 4
	is "--verify, $options: it struck" "$(struck mnt)" $FILES
	is "--verify, $options: every file is told" \
		"$(printf '%s\n' "$err" | grep -o "'mnt/copy/[^']*'" | sort -u | wc -l)" $FILES
	rm -rf back/copy
	faults mnt 'write copy/large/sparse flip at=1230000 bit=7'
	run ucp --verify -rT src mnt/copy
	is "--verify, $options, one file: exit status" "$status" 4
	ok "--verify, $options, one file: message" says "'mnt/copy/large/sparse'"
	faults mnt
	rm -rf back/copy
	run ucp --verify -rT src mnt/copy
	is "--verify, $options, without faults: exit status" "$status $err" "0 "
	is "--verify, $options, without faults: all copied" "$(diff -rq src back/copy)" ""
	umount mnt
done
