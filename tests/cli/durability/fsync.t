# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
need strace
plan "--fsync syncs what it says, and a plain copy does not sync at all"

mkdir -p src/d && for i in 1 2 3; do echo $i > src/d/$i; done
head -c 2000000 /dev/urandom > src/large

# syncs ARG...: how many calls that sync a copy makes, whichever engine
syncs() {
	rm -rf dst
	"${TRACED[@]}" strace -f -qq -e trace=fsync,fdatasync,sync_file_range -o trace "$UCP" --engine=serial -j1 -r "$@" src dst || return
	grep -cE '^[0-9]+ +f(data)?sync\(' trace
}
is "plain: none" "$(syncs)" 0
is "--fsync=never: none" "$(syncs --fsync=never)" 0
ok "--fsync=file: each file and directory" test "$(syncs --fsync=file)" -ge 6
ok "--fsync is --fsync=file" test "$(syncs --fsync)" -ge 6
ok "--fsync=chunk: more than once for a large file" test "$(syncs --fsync=chunk --chunk-size=64K --reflink=never)" -gt 10
for when in never chunk file; do
	rm -rf dst
	run ucp -a --fsync=$when --stats src dst
	is "--fsync=$when copies" "$status:$err" "0:"
	ok "everything" same_tree src dst
	ok "and counts" grep -qE "fsyncs $([ $when = never ] && echo '0$' || echo '[1-9]')" <<< "$out"
done
