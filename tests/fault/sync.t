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

# --fsync=batch: one syncfs for all, then each file is asked for what became of it
for i in $(seq 21 50); do echo "$i" > "src/other/$i"; done
rm -rf rest && cp -a src rest && rm rest/victim/file && touch -r src/victim rest/victim
if is_calm; then
	rm -rf copy
	inject "$FILE" sync_file_range error=EIO --fsync=batch -a src copy
	is "batch, one file: it struck" "$hits" 1
	is "batch, one file: exit status" "$status" 7
	ok "batch, one file: one message" says_once "ucp: error syncing 'copy/victim/file': $EIO"
	ok "batch, one file: what is left" same_tree rest copy
	# somebody else's error, as far as the files can tell: each is fsynced, and so is each directory
	rm -rf copy
	inject '' syncfs error=EIO:when=1 --fsync=batch --stats -a src copy
	is "batch, the filesystem: it struck" "$hits" 1
	is "batch, the filesystem: all files are on disk by themselves" "$status" 0
	is "batch, the filesystem: nothing to say" "$err" ""
	is "batch, the filesystem: fsyncs" "$(printf '%s\n' "$out" | sed -n 's/.*fsyncs \([0-9]*\).*/\1/p')" $((51 + 3 + 1))
	ok "batch, the filesystem: the copy is the source" same_tree src copy
fi
if on threads serial; then
	rm -rf copy
	inject '' syncfs,fsync error=EIO --fsync=batch -a src copy
	is "batch, all syncs fail: exit status" "$status" 7
	is "batch, all syncs fail: a message for each file, directory and the one it is in" \
		"$(printf '%s\n' "$err" | grep -c "error syncing .*: $EIO")" $((51 + 3 + 1))
	is "batch, all syncs fail: no file is left" "$(find copy -type f)" ""
fi
# what a barrier has been told of a filesystem is not forgotten where the end of the run relies on it
if is_calm; then
	rm -rf copy
	inject '' syncfs error=EIO --fsync=fs --atomic -a src copy
	is "fs, met by a barrier: exit status" "$status" 7
	is "fs, met by a barrier: asked once" "$hits" 1
	ok "fs, met by a barrier: message" says_once "ucp: error syncing the filesystem of 'copy': $EIO"
fi
# at the end of the run: of many directories, or of all there is
mkdir dirs && (cd dirs && seq 50 | xargs mkdir)
for mode in batch:dirs fs:src; do
	rm -rf copy
	inject '' syncfs error=EIO "--fsync=${mode%:*}" -a "${mode#*:}" copy
	is "${mode%:*}, at the end: it struck" "$hits" 1
	is "${mode%:*}, at the end: exit status" "$status" 7
	ok "${mode%:*}, at the end: message" says_once "ucp: error syncing the filesystem of 'copy': $EIO"
	ok "${mode%:*}, at the end: the copy is the source" same_tree "${mode#*:}" copy
done

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
