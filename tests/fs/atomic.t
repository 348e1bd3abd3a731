# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/loop.sh"
need_mounts
need strace
need setfacl
plan "--atomic through symlinks: what is replaced lies elsewhere, perhaps on another filesystem, and so does what it needs"

mounted tmpfs other 64M || exit 1
mkdir -p src
for i in $(seq 60); do echo "new $i" > "src/f$i"; done
echo "new a" > src/a

# fresh: d/a leads to another filesystem
fresh() {
	rm -rf d && mkdir d && echo old > other/a && ln -s ../other/a d/a
}

# synced UCP-ARG...: what is synced, by the paths of descriptors, in the file synced
synced() {
	run "${TRACED[@]}" strace -f -qq -y -e trace=fsync,syncfs,renameat -o strace.log "$UCP" "$@"
	grep -E 'sync(fs)?\(' strace.log | sed 's/^[0-9]* *//' > synced
}

for UCP_ENGINE in threads serial; do
	for first in a f1; do
		fresh
		synced --engine=$UCP_ENGINE -j1 --atomic --fsync=batch -t d "src/$first" src/*
		ok "$UCP_ENGINE, $first first: the filesystem of the directory is synced" \
			grep -qE "^syncfs\([0-9]+<$PWD/d[/>]" synced
		ok "$UCP_ENGINE, $first first: the file elsewhere is" grep -qE "^(fsync|syncfs)\([0-9]+<$PWD/other/" synced
		ok "$UCP_ENGINE, $first first: and the directory it is in" grep -qE "^fsync\([0-9]+<$PWD/other>" synced
		is "$UCP_ENGINE, $first first: the link leads to the new file" "$(cat d/a):$(readlink d/a)" "new a:../other/a"
	done
	fresh
	synced --engine=$UCP_ENGINE --atomic --fsync src/a d
	ok "$UCP_ENGINE, --fsync: the directory where the name is replaced is synced after it" \
		sh -c "sed -n '/renameat/,\$p' strace.log | grep -qE 'fsync\([0-9]+<$PWD/other>'"

	# what the directory elsewhere gives to new files is not what -p asks for
	fresh
	chmod 640 src/a
	setfacl -d -m u:65534:r other
	run ucp -p --atomic src/a d
	is "$UCP_ENGINE, a default ACL elsewhere: no part of the copy" "$status:$(getfacl -cpn other/a | grep -c 65534)" "0:0"
	is "$UCP_ENGINE, a default ACL elsewhere: the mode" "$(stat -c %a other/a)" 640
	setfacl -b other
	fresh
	chgrp 7 other && chmod 2755 other && chmod 644 src/a
	run ucp -p --atomic -t d src/a src/f1
	is "$UCP_ENGINE, a group elsewhere: the source's" "$status:$(stat -c %g other/a) $(stat -c %g d/f1)" "0:0 0"
	chgrp 0 other && chmod 755 other
done

# cp removes the link when it may not write to the file
mkdir -m 777 free && echo precious > precious && chmod 444 precious && ln -s ../precious free/l && cp src/a free/from
chown -R 65534 free && chown 65534 precious && chmod 755 .
"$(command -v cp)" "$UCP" program && chmod 755 program
run setpriv --reuid=65534 --regid=65534 --clear-groups ./program --engine=serial -f --atomic free/from free/l
is "-f, a file that may not be written to: the link is replaced" "$status:$(cat precious):$(stat -c %F free/l)" \
	"0:precious:regular file"

# somebody else's file would become ours, and its owner might be shut out
mkdir -m 777 shared && echo old > shared/f && chown 1001:1002 shared/f && chmod 666 shared/f
run setpriv --reuid=65534 --regid=65534 --clear-groups ./program --engine=serial --atomic free/from shared/f
is "somebody else's: it is not replaced" "$status:$(cat shared/f):$(stat -c %u shared/f)" "1:old:1001"
ok "somebody else's: message" grep -qx "ucp: cannot create regular file 'shared/f': Operation not permitted" <<< "$err"
is "somebody else's: no temporary" "$(ls -A shared)" f
run setpriv --reuid=65534 --regid=65534 --clear-groups ./program --engine=serial -f --atomic free/from shared/f
is "somebody else's, -f: it is" "$status:$(cat shared/f)" "0:$(cat free/from)"

# what -p asks for goes before what the old file had, and what it does not ask for stays
for type in ext4 xfs; do
	can_mount $type && mounted $type on-$type 400M || continue
	for UCP_ENGINE in uring threads serial; do
		for args in -p --preserve=mode '-p --fsync=batch' -a; do
			rm -f on-$type/f && echo old > on-$type/f && chmod 600 on-$type/f
			setfacl -m u:65534:rw on-$type/f && setfattr -n user.extra -v kept on-$type/f
			echo secret > plain && chmod 640 plain && setfattr -n user.own -v new plain
			# shellcheck disable=SC2086 # several options
			run ucp $args --atomic plain on-$type/f
			is "$type on $UCP_ENGINE, $args: exit status" "$status:$err" "0:"
			is "$type on $UCP_ENGINE, $args: no rights of the old file" "$(getfacl -cpn on-$type/f | grep -c 65534)" 0
			is "$type on $UCP_ENGINE, $args: the mode" "$(stat -c %a on-$type/f)" 640
			is "$type on $UCP_ENGINE, $args: other attributes stay" "$(getfattr --only-values -n user.extra on-$type/f)" kept
		done
	done
done

# symlinks that lead elsewhere need descriptors too
mkdir many there && for i in $(seq 150); do mkdir "many/$i" && echo "$i" > "many/$i/f"; done
cp -r many links && for i in $(seq 150); do mkdir "there/$i" && ln -sf "$PWD/there/$i/f" "links/$i/f" && : > "there/$i/f"; done
for UCP_ENGINE in uring threads serial; do
	for args in --atomic '--atomic --fsync=batch' --safe; do
		run bash -c "ulimit -n 128; '$UCP' --engine=$UCP_ENGINE $args -r many/. links"
		is "few descriptors on $UCP_ENGINE, $args" "$status:$(grep -v 'warning: .* in the cache only' <<< "$err")" "0:"
	done
done
ok "few descriptors: all is there" diff -r many there

# what is wrong is said as it is
ln -s nodir/f leads-nowhere
run env POSIXLY_CORRECT=1 "$UCP" --atomic plain leads-nowhere
ok "a link into a directory that is not there" grep -q "'leads-nowhere': No such file or directory" <<< "$err"
