# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/loop.sh"
plan "a directory of 200,000 entries is copied whole, within 64 MiB of memory, on every engine"

need_mounts
need python3

# at_most KIB COMMAND...: run it, as run(); it may have so much resident memory at its peak
at_most() {
	local most=$1 peak
	shift
	run python3 -c 'import resource, subprocess, sys
status = subprocess.call(sys.argv[1:])
with open("peak", "w") as file: print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=file)
sys.exit(status)' "$@"
	peak=$(cat peak)
	case $UCP in
	*-san-*) ;; # sanitizers have memory of their own
	*) ok "$UCP_ENGINE: $peak KiB of memory" test "$peak" -gt 0 -a "$peak" -lt "$most" ;;
	esac
}

# same_names A B: the same names, modes and times
same_names() {
	python3 -c 'import os, sys
def entries(top):
	with os.scandir(top) as it: return {e.name: (st.st_mode, st.st_mtime_ns) for e in it for st in (e.stat(),)}
a, b = entries(sys.argv[1]), entries(sys.argv[2])
sys.exit(a != b or os.stat(sys.argv[1]).st_mtime_ns != os.stat(sys.argv[2]).st_mtime_ns)' "$@"
}

mounted tmpfs disk 1G nr_inodes=300000
mkdir copies
at_end "umount -l '$PWD/copies' 2> /dev/null"
mkdir disk/src
python3 -c 'import os
os.chdir("disk/src")
for i in range(200000): os.mknod("a name of some length %d" % i, 0o600 + i % 0o100)'
touch -d '2001-02-03 04:05:06.7' disk/src
for UCP_ENGINE in uring threads serial; do
	mount -t tmpfs -o size=1G,nr_inodes=300000 tmpfs copies || ok "tmpfs mounted" false
	at_most 65536 "$UCP" --engine="$UCP_ENGINE" -a disk/src copies/copy
	is "$UCP_ENGINE: exit status" "$status:$err" "0:"
	ok "$UCP_ENGINE: the copy is the source" same_names disk/src copies/copy
	umount -l copies
done
