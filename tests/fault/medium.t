# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
. "$ROOT/tests/lib/loop.sh"
plan "errors of the medium itself, which reach every engine: a read that fails, an fsync that fails"

need_mounts
need filefrag

# --- reading: the end of the image is cut off under the mounted filesystem
mounted ext4 bad 64M || { ok "ext4 can be mounted" false; exit; }
mkdir -p bad/src/dir
for i in $(seq 50); do echo "$i" > "bad/src/dir/$i"; done
head -c 1000000 /dev/urandom > bad/src/near
head -c 8000000 /dev/urandom > bad/src/large
cp -a bad/src whole
sync -f bad
# the physical end of what must stay readable, in blocks of 4096: the middle of the large file
middle=$(filefrag -v bad/src/large | awk -F'[ .:]+' '$2 ~ /^[0-9]+$/ && $5 ~ /^[0-9]+$/ {
	for (b = 0; b <= $6 - $5; b++) at[$3 + b] = $5 + b } END { print at[1000] }')
highest=$(for f in near dir; do filefrag -v bad/src/$f; done 2> /dev/null |
	awk -F'[ .:]+' '$2 ~ /^[0-9]+$/ && $6 + 0 > most { most = $6 } END { print most + 0 }')
# Only these, as other tests that run now count on the cache.
find bad/src -type f -exec dd if={} iflag=nocache count=0 status=none \;
if [ "${middle:-0}" -gt "$highest" ]; then
	truncate -s $((middle * 4096)) bad.img
	run ucp -a bad/src copy
	is "a read fails: exit status" "$status" 1
	ok "a read fails: one message" says_once "ucp: error reading 'bad/src/large': Input/output error"
	ok "a read fails: no part of it is left" absent copy/large
	ok "a read fails: the rest is copied" diff -r whole/dir copy/dir
	ok "a read fails: what is beside it is copied" cmp whole/near copy/near
	run ucp --manifest=list -a bad/src copy2
	is "a read fails, digests: exit status" "$status" 1
	ok "a read fails, digests: it is not in the manifest" test "$(grep -c large list)" = 0
	ok "a read fails, digests: the others are" test "$(grep -c dir/ list)" = 50
else
	ok "the large file lies behind the others ($middle, $highest)" false
fi
umount bad 2> /dev/null

# --- writing: the image is sparse and what it lies on is full; only an fsync hears of it
mounted tmpfs lower 6M
truncate -s 64M lower/img
# all that is not data has its place before the space runs out
mkfs.ext4 -q -F -b 4096 -N 64 -O ^has_journal -E lazy_itable_init=0,nodiscard lower/img
mkdir upper
mount -o loop lower/img upper
at_end "umount -l '$PWD/upper' 2> /dev/null"
mkdir src upper/file upper/chunk
sync -f upper
for i in 1 2 3 4 5 6; do head -c 2000000 /dev/urandom > "src/$i"; done
for how in file chunk; do
	run ucp --fsync=$how -r src/. upper/$how
	is "--fsync=$how fails: exit status" "$status" 7
	ok "--fsync=$how fails: message" says "ucp: error syncing 'upper/$how" # the cause is EIO or ENOSPC
	left=0
	for f in upper/"$how"/*; do
		case $err in *"'$f'"*) absent "$f" || left=$((left + 1)) ;; esac
	done
	is "--fsync=$how fails: files told about and left" "$left" 0
done
umount -l upper
