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
