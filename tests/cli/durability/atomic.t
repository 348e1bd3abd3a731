# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
BARE=${BARE:-}
plan "--atomic: a name has all of the old or all of the new, and what is not copied stays as it was"

# for atomic_bare.t
if [ -n "${BARE:-}" ]; then
	printf '#!/bin/sh\nLD_PRELOAD=%s exec %s "$@"\n' "$TOOL/preload/bare.so" "$UCP" > "$WORK/../bare.$$"
	chmod +x "$WORK/../bare.$$"
	UCP=$(realpath "$WORK/../bare.$$")
	at_end "rm -f '$UCP'"
fi

# clean DIR...: no temporary name is left
clean() { ! find "$@" -name '.ucp-*' | grep .; }

# fresh: a source, and something of another inode in its place
fresh() {
	rm -rf new old && echo "new contents" > new && echo "old" > old
	inode=$(stat -c %i old)
}

# what there is stays as writing into it would have left it, but for the inode
fresh
chmod 640 old
setfattr -n user.k -v old old
run ucp --atomic new old
is "over a file: status" "$status:$err" "0:"
is "over a file: contents" "$(cat old)" "new contents"
ok "over a file: another inode" test "$(stat -c %i old)" != "$inode"
is "over a file: its mode and attributes stay" "$(stat -c %a old) $(getfattr --only-values -n user.k old)" "640 old"
fresh
chmod 600 old && chmod 751 new
run ucp -p --atomic new old
is "-p over a file: the source's mode" "$(stat -c %a old)" 751

# other names of a file keep what they had
fresh
ln old other
run ucp --atomic new old
is "over one of two hard links" "$(cat old) $(cat other)" "new contents old"

# a symlink stays, and what it leads to is replaced where that is
fresh
mkdir -p there && mv old there/old && ln -sf there/old link && ln -sf link chain
run ucp --atomic new chain
is "over a symlink to a symlink: status" "$status:$err" "0:"
is "over a symlink to a symlink: both stay" "$(readlink chain) $(readlink link)" "link there/old"
is "over a symlink to a symlink: the file behind" "$(cat there/old)" "new contents"
ok "over a symlink: another inode" test "$(stat -c %i there/old)" != "$inode"
ln -sf nowhere dangling
run ucp --atomic new dangling
is "over a dangling symlink: refused" "$status:$err" "1:ucp: not writing through dangling symlink 'dangling'"
run env POSIXLY_CORRECT=1 "$UCP" --engine="$UCP_ENGINE" --atomic new dangling
is "over a dangling symlink, as POSIX has it" "$status:$(cat nowhere)" "0:new contents"
ln -sf round round
run ucp --atomic new round
is "over a symlink to itself: refused" "$status" 1

# a file that has no name any more is all that there is to write into
exec 7<> gone && rm gone
run ucp --atomic new /proc/self/fd/7
is "an open file without a name: written into" "$status:$err:$(cat /proc/self/fd/7)" "0::new contents"
exec 7>&-
is "and nothing beside it" "$(ls -d gone* 2> /dev/null)" ""

# what is not a file is written into, or refused
run ucp --atomic new /dev/full
is "a device: written into, status" "$status" 6
is "a device: it is still there" "$(stat -c %F /dev/full)" "character special file"
mkfifo fifo
cat fifo > read &
reader=$!
run ucp --atomic new fifo
wait "$reader"
is "a FIFO: written into" "$status:$(cat read):$(stat -c %F fifo)" "0:new contents:fifo"
mkdir -p dir/new
run ucp --atomic new dir
is "a directory: refused" "$status:$err" "1:ucp: cannot overwrite directory 'dir/new' with non-directory"
run ucp --atomic new missing/name
is "no directory: message" "$status:$err" "1:ucp: cannot create regular file 'missing/name': No such file or directory"
run ucp --atomic new newdir/
is "a name with a slash behind it: message" "$status:$err" "1:ucp: cannot create regular file 'newdir/': Not a directory"

# what decides about a file that exists decides here too
fresh
run ucp --atomic -n new old
is "-n: kept" "$status:$(cat old):$(stat -c %i old)" "0:old:$inode"
touch -d 2001-01-01 new
run ucp --atomic -u new old
is "-u: kept" "$status:$(cat old)" "0:old"
run sh -c "echo n | '$UCP' --engine=$UCP_ENGINE --atomic -i new old"
is "-i, no: kept" "$(cat old)" old
run sh -c "echo y | '$UCP' --engine=$UCP_ENGINE --atomic -i new old"
is "-i, yes: replaced" "$(cat old)" "new contents"
fresh
run ucp --atomic --remove-destination -v new old
is "--remove-destination -v says so" "$status:$(sort <<< "$out")" "0:'new' -> 'old'
removed 'old'"
run ucp --atomic --attributes-only -p new old
is "--attributes-only changes the file in place" "$status:$(cat old)" "0:new contents"

# backups are there before the name changes hands
fresh
run ucp --atomic -b -v new old
is "-b" "$status:$out:$(cat old):$(cat old~)" "0:'new' -> 'old' (backup: 'old~'):new contents:old"
fresh
run ucp --atomic --backup=numbered new old
run ucp --atomic --backup=numbered new old
is "--backup=numbered" "$status:$(cat old):$(cat old.~1~):$(cat old.~2~)" "0:new contents:old:new contents"
ln -s a l1 && ln -s b l2
run ucp --atomic -Pb l1 l2
is "-b of a symlink" "$status:$(readlink l2):$(readlink l2~)" "0:a:b"

# links and special files take the place of others with their attributes
mkdir -p src dst && ln -s to src/link && mkfifo -m 640 src/fifo && touch -hd 2001-02-03 src/link src/fifo
echo x > dst/link && ln -s elsewhere dst/fifo
run ucp -a --atomic src/. dst
is "symlink and FIFO over others: status" "$status:$err" "0:"
ok "symlink and FIFO over others: all attributes" same_tree src dst
run ucp -al --atomic new dst/link
is "-l without -f: refused" "$status" 1
run ucp -alf --atomic new dst/link
is "-lf: linked" "$status:$(stat -c %i dst/link)" "0:$(stat -c %i new)"
ok "nothing temporary is left" clean .

# no moment without a name: what is in the way is never removed, nor moved
if command -v strace > /dev/null; then
	rm -rf tree copy && mkdir -p tree && cp -a src/. tree
	for i in $(seq 40); do echo "$i" > "tree/$i" && ln "tree/$i" "tree/l$i"; done
	cp -a tree copy && touch tree/* && ucp -a tree/. copy
	for args in "-a" "-a --remove-destination" "-ab"; do
		# shellcheck disable=SC2086 # options are words
		"${TRACED[@]}" strace -f -qq -e trace=unlink,unlinkat,rename,renameat,renameat2 -o calls \
			"$UCP" --engine="$UCP_ENGINE" --atomic $args tree/. copy
		is "$args: status" "$?" 0
		is "$args: no final name is removed or moved away" \
			"$(grep -v -e '"\(copy/\)\?\.ucp-[0-9a-f]\{8\}"' -e /tmp/tsan -e ' resumed>' calls)" ""
	done
	if on threads serial && [ -z "${BARE:-}" ]; then
		for mode in file batch; do
			rm -rf copy
			"${TRACED[@]}" strace -f -qq -y -e trace=fsync,syncfs,linkat -o calls \
				"$UCP" --engine="$UCP_ENGINE" --atomic "--fsync=$mode" -j1 new named
			ok "--fsync=$mode: on disk before it has its name" \
				sh -c "grep -n 'sync(.*deleted\\|linkat' calls | sort -n | sed -n 1p | grep -q sync"
			rm named
		done
	fi
fi

# faults: all of the old is still there
fresh
head -c 3000000 /dev/urandom > large
cp large large-old && head -c 100 large-old > kept
if command -v strace > /dev/null && on threads serial; then
	cp kept target
	for fault in pwrite64:EIO:1 pwrite64:ENOSPC:7 fsync:EIO:7; do
		IFS=: read -r call error wanted <<< "$fault"
		run "${TRACED[@]}" strace -f -qq -o strace.log -e trace="$call" -e "inject=$call:error=$error:when=1" \
			"$UCP" --engine="$UCP_ENGINE" -j1 --atomic --fsync large target
		case $error$call in ENOSPC*) wanted=6 ;; esac
		is "$call $error: status" "$status" "$wanted"
		ok "$call $error: the old contents" cmp kept target
	done
	run "${TRACED[@]}" strace -f -qq -o strace.log -e trace=renameat -e inject=renameat:error=EBUSY \
		"$UCP" --engine="$UCP_ENGINE" --atomic large target
	is "rename EBUSY: message" "$status:$err" "1:ucp: cannot replace 'target': Device or resource busy"
	ok "rename EBUSY: the old contents" cmp kept target
	ok "nothing temporary is left" clean .
fi

# a run that is cut short, whatever was under way
mkdir -p many old-many
for i in $(seq 60); do head -c 400000 /dev/urandom > "many/$i" && echo "old $i" > "old-many/$i"; done
for sig in INT TERM KILL; do
	for wait in 0.01 0.03 0.06; do
		rm -rf into && cp -a old-many into
		setsid "$UCP" --engine="$UCP_ENGINE" --atomic --fsync=batch -a many/. into 2> /dev/null &
		pid=$!
		sleep "$wait" && kill -"$sig" "$pid" 2> /dev/null
		wait "$pid" 2> /dev/null
		for i in $(seq 60); do
			cmp -s "many/$i" "into/$i" || [ "$(cat "into/$i")" = "old $i" ] || echo "torn: $i"
		done > torn
		is "SIG$sig after $wait s: old or new" "$(cat torn)" ""
		[ "$sig" = KILL ] || ok "SIG$sig after $wait s: nothing temporary is left" clean into
	done
done
