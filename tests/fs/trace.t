# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/loop.sh"
. "$ROOT/tests/lib/trace.sh"
plan "by the kernel's own evidence: reads and writes are linked, small files fill the ring, no completion is lost"

need_mounts
need_trace
uring() { traced "$UCP" --engine=uring "$@"; }

# sound WHAT: the run went well and its trace is complete
sound() {
	is "$1: exit status" "$status" 0
	is "$1: nothing to say" "$err" ""
	is "$1: no event was lost" "$(seen lost)" 0
	is "$1: every request came to an end" "$(seen open)" 0
	is "$1: silent entries and completions add up" "$(($(seen silent) + $(seen completed)))" "$(seen submitted)"
	is "$1: no completion overflowed" "$(seen overflows)" 0
}

# 100 files of one chunk, one of ten, one with two stretches of data of two chunks each
mkdir -p src/dir
for i in $(seq 100); do head -c 5000 /dev/urandom > "src/dir/$i"; done
head -c $((10 * 524288 - 77)) /dev/urandom > src/large
dd if=src/large of=src/holes bs=1M count=1 seek=1 status=none
dd if=src/large of=src/holes bs=1M count=1 seek=3 conv=notrunc status=none
ln -s large src/link
chunks=$((100 + 10 + 4))

for args in -r -a '-a --manifest=list' '-a --fsync=file'; do
	rm -rf copy
	# shellcheck disable=SC2086 # several options
	uring $args --reflink=never src copy
	sound "$args"
	is "$args: reads" "$(seen reads)" "$chunks"
	is "$args: writes" "$(seen writes)" "$chunks"
	is "$args: reads that are linked to their write, and silent" "$(seen pairs)" "$chunks"
	is "$args: links the kernel made" "$(seen links)" "$chunks"
done
is "-a --fsync=file: fsyncs, of files and directories" "$(seen syncs)" $((102 + 2))

rm -rf copy
uring -a --fsync=chunk src copy
sound "--fsync=chunk"
is "--fsync=chunk: reads" "$(seen reads)" "$chunks"
is "--fsync=chunk: three steps linked" "$(seen triples)" "$chunks"
is "--fsync=chunk: links the kernel made" "$(seen links)" $((2 * chunks))

# nothing of a file is set after its data, so its fsync can be in the chain
rm -rf copy
uring -r --fsync=file src/dir copy
sound "-r --fsync=file"
is "-r --fsync=file: three steps linked" "$(seen triples)" 100
is "-r --fsync=file: fsyncs, of files and the directory" "$(seen syncs)" 101

# --- depth

mounted ext4 disk 128M || ok "ext4 mounted" false
mkdir disk/src
for d in $(seq 20); do
	mkdir "disk/src/$d"
	for i in $(seq 100); do echo "$d $i" > "disk/src/$d/$i"; done
done
sync -f disk

uring -a disk/src copy-warm
sound "2000 small files, warm"
ok "2000 small files, warm: at least 32 in flight ($(seen deepest))" test "$(seen deepest)" -ge 32
ok "2000 small files, warm: never more than the depth" test "$(seen deepest)" -le 64
umount disk
mount -o loop disk.img disk
echo 3 > /proc/sys/vm/drop_caches
uring -a disk/src copy-cold
sound "2000 small files, cold"
ok "2000 small files, cold: at least 32 in flight ($(seen deepest))" test "$(seen deepest)" -ge 32
ok "2000 small files, cold: the copy is the source" same_tree disk/src copy-cold

uring -a --queue-depth=4 disk/src copy-shallow
sound "--queue-depth=4"
is "--queue-depth=4: at most" "$(seen deepest)" 4
