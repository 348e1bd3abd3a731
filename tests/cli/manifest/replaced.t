# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "--manifest replaces nothing but manifests, whole or not at all, and syncs itself and its directory"

reset() { rm -rf ./* && mkdir src other && echo one > src/one && echo two > src/two; }
no="not a manifest, so not replaced:"

reset
run ucp --manifest src/one src/two copy
is "a forgotten FILE: status" "$status" 1
is "told" "$err" "ucp: $no 'src/one'"
is "the file stays" "$(cat src/one)" one
ok "nothing was copied" test ! -e copy

reset
run ucp --manifest=copy src/one copy
is "the copy itself: status" "$status:$err" "1:ucp: $no 'copy'"
is "the copy stays" "$(cat copy)" one

reset
run ucp -a --manifest=list src copy
is "new: status" "$status:$err" "0:"
is "its mode is that of any new file" "$(stat -c %a list)" 644
is "no temporary file" "$(ls -A | tr '\n' ' ')" "copy list other src "
ln list other/list
echo three > src/three
run ucp -a --manifest=list src/. copy
is "again: status" "$status:$err" "0:"
is "replaced" "$(wc -l < list)" 3
is "as a new file" "$(wc -l < other/list)" 2
ln -s other/list by-link
run ucp -a --manifest=by-link src/. copy
is "through a symlink: status" "$status:$err" "0:"
is "which stays" "$(readlink by-link):$(wc -l < other/list)" "other/list:3"
: > list
run ucp -r --manifest=list src/one copy
is "an empty file is replaced" "$status:$(wc -l < list)" "0:1"

reset
run ucp -a --manifest=nowhere/list src copy
is "no such directory: status" "$status" 1
ok "told" grep -qF "cannot create regular file 'nowhere/list': No such file or directory" <<< "$err"
ok "nothing was copied" test ! -e copy

reset
run ucp -a --manifest=- -v --stats src copy
is "to standard output: nothing but the manifest" "$(grep -vc '^XXH128 (' <<< "$out")" 0
ok "names go to standard error" grep -qF "'src/one' -> 'copy/one'" <<< "$err"
run bash -c "'$UCP' -a --manifest=- src other > /dev/full"
ok "full: told" grep -qF "ucp: error writing the manifest to standard output: No space left on device" <<< "$err"
is "full: status" "$status" 6

if command -v strace > /dev/null; then
	reset
	"${TRACED[@]}" strace -f -qq -y -e trace=fsync -o trace "$UCP" --engine=serial --fsync --manifest=other/list src/one copy
	ok "the manifest is synced" grep -qE 'fsync\([0-9]+<[^>]*/other/\.ucp-[A-Za-z0-9]*>' trace
	ok "and its directory" grep -qE 'fsync\([0-9]+<[^>]*/other>' trace
fi
