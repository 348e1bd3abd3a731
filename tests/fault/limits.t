# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
plan "limits of the process at their floor: a copy all the same, or a message and no half file"

need prlimit
need setpriv
mkdir -p src/dir/a/b/c
head -c 3000000 /dev/urandom > src/large
head -c 900000 /dev/urandom > src/medium
for i in $(seq 300); do echo "$i" > "src/dir/a/$i"; done
echo deep > src/dir/a/b/c/file
truncate -s 2M src/hole
ln src/large src/dir/again
chmod 755 "$WORK"
mkdir copies
[ "$(id -u)" != 0 ] || chown -R 65534:65534 src copies

# limited PRLIMIT-OPTION UCP-ARG...: as an ordinary user, with one limit
limited() {
	local limit=$1 no_leaks=()
	shift
	case $limit in --nproc=*) no_leaks=("${TRACED[@]}") ;; esac
	if [ "$(id -u)" = 0 ]; then
		timeout -k 5 60 setpriv --reuid=65534 --regid=65534 --clear-groups -- \
			"${no_leaks[@]}" prlimit "$limit" "$UCP" "$@"
	else
		timeout -k 5 60 "${no_leaks[@]}" prlimit "$limit" "$UCP" "$@"
	fi
}

# copies WHAT LIMIT UCP-ARG...: it must work under this limit
copies() {
	local what=$1 limit=$2
	shift 2
	rm -rf copies/copy
	run limited "$limit" --engine="$UCP_ENGINE" "$@" -a src copies/copy
	is "$what: exit status" "$status" 0
	is "$what: nothing to say" "$err" ""
	ok "$what: the copy is the source" same_tree src copies/copy
}

if limited --nofile=200:200 --version > /dev/null 2>&1; then # not when its path is closed to others
	copies "no limit" --nproc=5000:5000
	# With no locked memory at all there may be no ring, with little no registered buffers.
	# The engine is not named: rings of a run before count for the same user a moment longer.
	for lock in 0 4096 65536 262144 1048576; do
		for digests in /dev/null ''; do
			rm -rf copies/copy
			run limited --memlock=$lock:$lock -a ${digests:+--manifest=$digests} src copies/copy
			is "$lock bytes of locked memory: exit status" "$status" 0
			is "$lock bytes of locked memory: nothing to say" "$err" ""
			ok "$lock bytes of locked memory: the copy is the source" same_tree src copies/copy
		done
	done
	copies "8 MiB of locked memory" --memlock=8388608:8388608
	# The one task that is allowed is the process itself: no threads, no kernel workers.
	copies "no other task" --nproc=1:1
	copies "no other task, fsync" --nproc=1:1 --fsync
	copies "two tasks" --nproc=2:2
	copies "two tasks, fsync in each chunk" --nproc=2:2 --fsync=chunk
	copies "four tasks" --nproc=4:4 --fsync
	rm -rf copies/copy
	run limited --nproc=1:1 -a src copies/copy
	is "no other task, engine auto: exit status" "$status" 0
	ok "no other task, engine auto: the copy is the source" same_tree src copies/copy
	copies "24 descriptors" --nofile=24:24
	copies "64 descriptors" --nofile=64:64 --fsync
fi

for mem in 64K 1M 300M; do
	rm -rf copy
	run ucp --mem-limit=$mem --debug -a src copy
	is "--mem-limit=$mem: exit status" "$status" 0
	ok "--mem-limit=$mem: the copy is the source" same_tree src copy
	# 'engine: NAME, N workers', 'and N more when', 'a worker: depth D, F files, A x B KiB and C x D KiB of buffers'
	used=$(printf '%s\n' "$err" | awk '
		/debug: engine:/ { for (i = 2; i <= NF; i++) if ($i ~ /^worker/) workers = $(i - 1) }
		/debug: and [0-9]+ more/ { workers += $4 }
		/debug: a worker:/ { for (i = 1; i <= NF; i++) if ($i == "x") sum += $(i - 1) * $(i + 1) }
		END { print workers * sum }')
	case $mem in *K) most=${mem%K} ;; *) most=$((${mem%M} * 1024)) ;; esac
	ok "--mem-limit=$mem: $used KiB of buffers" test "$used" -gt 0 -a "$used" -le "$most"
done
run ucp --mem-limit=1K -a src copy
is "--mem-limit=1K is refused" "$status" 2

# The largest file there may be: 1 MiB here. The signal must not end the run.
for args in '' --sparse=always --manifest=list --fsync=chunk; do
	rm -rf copy
	# shellcheck disable=SC2086 # no argument when empty
	run bash -c 'ulimit -f 1024; exec timeout 60 "$@"' - "$UCP" --engine="$UCP_ENGINE" $args -a src copy
	is "file size limit $args: exit status" "$status" 1
	ok "file size limit $args: messages" says "error writing 'copy/" "': File too large"
	ok "file size limit $args: no part of the large file is left" absent copy/large
	ok "file size limit $args: the rest is copied" cmp src/medium copy/medium
	ok "file size limit $args: all the rest is copied" diff -r src/dir/a copy/dir/a
done
rm -f one
run bash -c 'ulimit -f 100; exec timeout 60 "$@"' - "$UCP" --engine="$UCP_ENGINE" src/medium one
is "file size limit, one file: exit status" "$status" 1
ok "file size limit, one file: message" says_once "error writing 'one': File too large"
ok "file size limit, one file: no part is left" absent one
rm -f one
run bash -c 'ulimit -c 0; ulimit -f 100; exec timeout 60 "$@"' - "$UCP" src/medium one
is "file size limit, one small file, engine auto: exit status" "$status" 1
ok "file size limit, one small file, engine auto: no part is left" absent one
