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
# (where the machine has not taken the cache away meanwhile)
seen=$(differ src mnt/copy)
ok "flips: the page cache hides them ($seen of $FILES are seen)" test "$seen" -lt $((FILES / 2))
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

# told: names of copies in messages that are no warnings
told() { printf '%s\n' "$err" | grep -v ' warning: ' | grep -o "'mnt/copy/[^']*'" | sort -u | wc -l; }

# Each is told by name, with status 4, whether or not the page cache has it right; no bad copy stays.
for options in rw cache cache,writeback; do
	faulty mnt back "$options" || { ok "faultfs is mounted" false; exit; }
	modes=(--safe)
	[ $options != rw ] || modes+=(--verify '--verify=both --fsync=file')
	for args in "${modes[@]}"; do
		rm -rf back/copy
		faults mnt 'write * flip seed=4'
		# shellcheck disable=SC2086 # options are words
		run ucp $args -rT src mnt/copy
		is "$args, $options: exit status" "$status" 4
		is "$args, $options: it struck each time that each was copied" "$(struck mnt)" $((2 * FILES))
		is "$args, $options: every file is told" "$(told)" $FILES
		ok "$args, $options: with both digests" \
			grep -Eqx "ucp: verification of 'mnt/copy/[^']*' failed: copied XXH128 [0-9a-f]{32}, read back [0-9a-f]{32}" <<< "$err"
		is "$args, $options: no bad copy stays" "$(find back/copy -type f | wc -l)" 0
	done
	# what happens once is told and done again
	rm -rf back/copy
	faults mnt 'write * flip seed=5 once'
	run ucp --verify -rT --stats src mnt/copy
	is "once, $options: exit status" "$status" 0
	is "once, $options: a warning each" "$(grep -c "^ucp: warning: copying 'mnt/copy/[^']*' again: copied " <<< "$err")" $FILES
	is "once, $options: all copied right" "$(diff -rq src back/copy)" ""
	ok "once, $options: counted" grep -q "^verified $FILES files.*copied again $FILES$" <<< "$out"

	rm -rf back/copy
	faults mnt 'write copy/large/sparse flip at=1230000 bit=7'
	run ucp --verify -rT src mnt/copy
	is "--verify, $options, one file: exit status" "$status" 4
	is "--verify, $options, one file: told" "$(told)" 1
	ok "--verify, $options, one file: message" says "'mnt/copy/large/sparse'"
	faults mnt
	rm -rf back/copy
	run ucp --verify -rT src mnt/copy
	is "--verify, $options, without faults: exit status" "$status $err" "0 "
	is "--verify, $options, without faults: all copied" "$(diff -rq src back/copy)" ""
	umount mnt
done

# --- a copy that replaces another: with --atomic the old one stays
faulty mnt back cache || { ok "faultfs is mounted" false; exit; }
rm -rf back/copy && mkdir -p back/copy/dir && echo old > back/copy/dir/file
faults mnt 'write copy/dir/* flip at=1230000 bit=3'
run ucp --safe src/large/sparse mnt/copy/dir/file
is "--safe over an old file: exit status" "$status" 4
ok "--safe over an old file: it stays" grep -qx old back/copy/dir/file
is "--safe over an old file: no temporaries" "$(find back/copy -name '.ucp-*')" ""
run ucp --verify --retries=0 src/large/sparse mnt/copy/dir/file
is "in place: exit status" "$status" 4
ok "in place: not told to be copied again" says_once "verification of 'mnt/copy/dir/file' failed"

# --- what cannot be read back
faults mnt 'read copy/dir/* fail=EIO at=1230000'
rm -rf back/copy/dir/file
run ucp --verify src/large/sparse mnt/copy/dir/file
is "EIO when it is read back: exit status" "$status" 4
ok "EIO when it is read back: message" says "ucp: cannot read back 'mnt/copy/dir/file': Input/output error"
ok "EIO when it is read back: no copy" absent back/copy/dir/file

# --- a source that reads otherwise the second time
# (each from a new file, as the page cache of the mount hides what is read once more)
cp src/large/sparse back/flips
faults mnt 'read flips flip at=1230000 bit=2 times=1'
run ucp --verify=both --stats mnt/flips second
is "a flip when the source is read, both: exit status" "$status" 0
ok "a flip when the source is read, both: the copy is right" cmp src/large/sparse second
ok "a flip when the source is read, both: it was copied again" grep -q 'copied again 1$' <<< "$out"
cp src/large/sparse back/fails
faults mnt 'read fails fail=EIO at=1230000 skip=1'
run ucp --verify=both --retries=0 mnt/fails third
is "EIO when the source is read again: exit status" "$status" 4
ok "EIO when the source is read again: message" says_once "ucp: cannot read 'mnt/fails' again: Input/output error"
ok "EIO when the source is read again: no copy" absent third
umount mnt
