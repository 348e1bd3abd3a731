# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "--fsync reaches every file and every directory, and the directory the copy's own name is in"

need strace
mkdir -p src/dir/deeper/empty
for i in $(seq 30); do echo "$i" > "src/dir/$i"; done
head -c 3000000 /dev/urandom > src/large
truncate -s 2M src/hole
: > src/nothing
ln src/large src/dir/linked
ln -s large src/link
chmod 400 src/dir/1

# synced CALLS UCP-ARG...: the paths of these calls are in the file synced
synced() {
	local calls=$1
	shift
	run "${TRACED[@]}" strace -f -qq -y -e trace="$calls" -o strace.log "$UCP" "$@"
	sed -n 's/.*sync([0-9]*<\([^>]*\)>.*/\1/p' strace.log | sort -u > synced
}

for UCP_ENGINE in threads serial; do
	for args in '-a --fsync=file' '-r --fsync' '-a --fsync=file --manifest=/dev/null' '-a --fsync --sparse=always'; do
		rm -rf copy
		# shellcheck disable=SC2086 # several options
		synced fsync --engine=$UCP_ENGINE $args src copy
		is "$UCP_ENGINE, $args: exit status" "$status" 0
		# a second name of a file that is synced needs none
		{ echo "$PWD"; find "$PWD/copy" -type d -o -type f ! -path '*/large' ! -path '*/linked'; } | sort > wanted
		ok "$UCP_ENGINE, $args: each of them" test -z "$(comm -13 synced wanted)"
		ok "$UCP_ENGINE, $args: the file with two names" grep -qE '/(large|linked)$' synced
	done
	rm -rf copy
	synced fdatasync --engine=$UCP_ENGINE -a --fsync=chunk src copy
	is "$UCP_ENGINE, --fsync=chunk: a sync for each chunk" \
		"$(grep -c 'fdatasync.*/\(large\|linked\)>' strace.log)" 6
	rm -rf copy
	synced fsync,fdatasync,sync,syncfs,sync_file_range --engine=$UCP_ENGINE -a src copy
	is "$UCP_ENGINE, without --fsync: none" "$(cat synced)" ""

	# many files: one syncfs for their data, which each is asked for, one for the directories
	if is_calm; then
		rm -rf copy
		synced fsync,syncfs,sync_file_range --engine=$UCP_ENGINE -a --fsync=batch src copy
		is "$UCP_ENGINE, --fsync=batch: exit status" "$status" 0
		ok "$UCP_ENGINE, --fsync=batch: the copy is the source" same_tree src copy
		is "$UCP_ENGINE, --fsync=batch: files asked" "$(grep -c sync_file_range strace.log)" 33
		is "$UCP_ENGINE, --fsync=batch: barriers" "$(grep -c syncfs strace.log)" 2
		ok "$UCP_ENGINE, --fsync=batch: no file has its error told by the barrier itself" \
			sh -c "! grep -E ' fsync\([0-9]+<.*/(large|linked|hole|nothing|[0-9]+)>' strace.log"
		# one with each barrier, and directories that are finished before the first
		ok "$UCP_ENGINE, --fsync=batch: and no more" test "$(grep -c ' fsync' strace.log)" -le 4
	fi
	rm -rf copy
	synced fsync,syncfs,sync_file_range --engine=$UCP_ENGINE -a --fsync=fs src copy
	is "$UCP_ENGINE, --fsync=fs: one syncfs" "$(grep -c syncfs strace.log)" 1
	is "$UCP_ENGINE, --fsync=fs: no file by itself" "$(grep -c sync_file_range strace.log)" 0

	# few files: each by itself
	mkdir -p few few/empty && cp src/large src/dir/2 few
	rm -rf copy
	synced fsync,syncfs --engine=$UCP_ENGINE -a --fsync=batch few copy
	find "$PWD" "$PWD/copy" -maxdepth 0 > wanted && find "$PWD/copy" -mindepth 1 >> wanted
	is "$UCP_ENGINE, --fsync=batch of a few: each of them" "$(sort -u wanted | comm -13 synced -)" ""
	is "$UCP_ENGINE, --fsync=batch of a few: no syncfs" "$(grep -c syncfs strace.log)" 0

	# into a directory that exists, and over what exists
	mkdir -p target
	synced fsync --engine=$UCP_ENGINE --fsync -a src target
	ok "$UCP_ENGINE, a target directory: it too" grep -qx "$PWD/target" synced
	synced fsync --engine=$UCP_ENGINE --fsync src/dir/2 target/src/dir/3
	ok "$UCP_ENGINE, over a file: it" grep -qx "$PWD/target/src/dir/3" synced
	ok "$UCP_ENGINE, over a file: its directory" grep -qx "$PWD/target/src/dir" synced
done

# The ring's own are counted in trace.t; here what ucp says it did must agree between engines:
# files, directories, and the one that the copy is in.
for UCP_ENGINE in uring threads serial; do
	rm -rf copy
	run ucp -a --fsync --stats src copy
	is "$UCP_ENGINE: fsyncs told by --stats" "$(printf '%s\n' "$out" | sed -n 's/.*fsyncs \([0-9]*\).*/\1/p')" $((33 + 4 + 1))
done

# What others have left unwritten would be waited for too: then each file is synced by itself.
if [ -n "${UCP_PRIVATE_DEV:-}" ]; then
	printf 'Dirty: 10000000 kB\nWriteback: 0 kB\n' > meminfo
	rm -rf copy
	run "${TRACED[@]}" unshare --mount sh -c 'mount --bind meminfo /proc/meminfo && exec "$@"' sh \
		strace -f -qq -e trace=fsync,syncfs -o strace.log "$UCP" --engine=serial -a --fsync=batch src copy
	is "much that is unwritten: exit status" "$status:$err" "0:"
	is "much that is unwritten: no syncfs" "$(grep -c syncfs strace.log)" 0
	ok "much that is unwritten: all files" test "$(grep -c fsync strace.log)" -ge 38
fi
