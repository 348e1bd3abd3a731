# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
plan "a failed fsync is a failure (status 7) that names what is not on disk"

need_strace

mkdir -p src/victim src/other
head -c 3000000 /dev/urandom > src/victim/file
for i in $(seq 20); do echo "$i" > "src/other/$i"; done
cp -a src rest
rm rest/victim/file
touch -r src/victim rest/victim
FILE=$PWD/copy/victim/file

# fails LEFT PATH CALL FAULT CAUSE NAME OPTION...
fails() {
	local left=$1 path=$2 call=$3 fault=$4 cause=$5 name=$6
	shift 6
	rm -rf copy
	inject "$path" "$call" "error=$fault" "$@" src copy
	is "$* $call $fault of $name: it struck" "$hits" 1
	is "$* $call $fault of $name: exit status" "$status" 7
	ok "$* $call $fault of $name: one message" says_once "ucp: error syncing '$name': $cause"
	ok "$* $call $fault of $name: what is left" same_tree "$left" copy
}
EIO='Input/output error'

if on threads serial; then
	fails rest "$FILE" fsync EIO "$EIO" copy/victim/file --fsync -a
	fails rest "$FILE" fsync ENOSPC 'No space left on device' copy/victim/file --fsync=file -a
	for when in 1 2 3; do
		fails rest "$FILE" fdatasync "EIO:when=$when" "$EIO" copy/victim/file --fsync=chunk -a
	done
	# a file of one chunk, whose fsync is part of its chain
	mkdir copy2
	inject "$PWD/copy2/1" fsync error=EIO --fsync src/other/1 src/other/2 copy2
	is "a file of one chunk: it struck" "$hits" 1
	is "a file of one chunk: exit status" "$status" 7
	ok "a file of one chunk: message" says_once "error syncing 'copy2/1': $EIO"
	ok "a file of one chunk: no part of it is left" absent copy2/1
	ok "a file of one chunk: the other one is there" cmp src/other/2 copy2/2

	fails src "$PWD/copy/victim" fsync EIO "$EIO" copy/victim --fsync -a
	fails src "$PWD/copy" fsync EIO "$EIO" copy --fsync=chunk -a

	for call in fsync:file fdatasync:chunk; do
		for when in 1 2; do
			rm -rf copy
			inject "$FILE" "${call%:*}" "error=EINTR:when=$when" "--fsync=${call#*:}" -a src copy
			is "${call%:*} EINTR, call $when: exit status" "$status" 0
			is "${call%:*} EINTR, call $when: nothing to say" "$err" ""
			ok "${call%:*} EINTR, call $when: the copy is the source" same_tree src copy
		done
	done
fi

# The directory that the copy's own name is in, on every engine; status 7 whatever the name.
rm -rf copy
inject "$PWD" fsync error=EIO --fsync -a src copy
is "the directory it is in: it struck" "$hits" 1
is "the directory it is in: exit status" "$status" 7
ok "the directory it is in: message" says_once "error syncing '.': $EIO"
ok "the directory it is in: all is copied" same_tree src copy
mkdir -p into
inject "$PWD/into" fsync error=EIO --fsync -a src into
is "the target directory: exit status" "$status" 7
ok "the target directory: message" says_once "error syncing 'into': $EIO"

# a manifest that is not on disk: its directory is not (its temporary name cannot be foreseen)
mkdir listed
inject "$PWD/listed" fsync error=EIO --fsync --manifest=listed/list -a src copy3
is "the manifest: exit status" "$status" 7
ok "the manifest: message" says_once "error writing 'listed/list': $EIO"
