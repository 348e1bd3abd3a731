# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
plan "a read or write that fails costs one file and leaves no part of it; EINTR and short counts cost nothing"

need_strace
on threads serial || skip_all "io_uring moves data without calls that strace can fail: see medium.t, full.t, limits.t"

mkdir -p src/victim src/other/deeper
head -c 3000000 /dev/urandom > src/victim/file # six chunks
head -c 700000 /dev/urandom > src/large
for i in $(seq 20); do echo "$i" > "src/other/deeper/$i"; done
: > src/victim/empty
ln -s nowhere src/victim/link
cp -a src rest
rm rest/victim/file
touch -r src/victim rest/victim

# fails CALL PATH ERROR CAUSE STATUS WORDS [ARG]...
fails() {
	local call=$1 path=$2 error=$3 cause=$4 wanted=$5 words=$6 when
	shift 6
	for when in 1 2 3; do
		rm -rf copy
		inject "$PWD/$path" "$call" "error=$error:when=$when" "$@" -a src copy
		is "$call $* $error, call $when: it struck" "$hits" 1
		is "$call $* $error, call $when: exit status" "$status" "$wanted"
		ok "$call $* $error, call $when: one message" says_once "ucp: $words: $cause"
		ok "$call $* $error, call $when: no part of it is left" absent copy/victim/file
		ok "$call $* $error, call $when: the rest is copied" same_tree rest copy
	done
}
fails pread64 src/victim/file EIO 'Input/output error' 1 "error reading 'src/victim/file'"
fails pwrite64 copy/victim/file EIO 'Input/output error' 1 "error writing 'copy/victim/file'"
fails pwrite64 copy/victim/file ENOSPC 'No space left on device' 6 "error writing 'copy/victim/file'"
fails pwrite64 copy/victim/file EDQUOT 'Disk quota exceeded' 6 "error writing 'copy/victim/file'"
fails pwrite64 copy/victim/file EIO 'Input/output error' 1 "error writing 'copy/victim/file'" --sparse=always
fails pread64 src/victim/file EIO 'Input/output error' 1 "error reading 'src/victim/file'" --manifest=list
fails pwrite64 copy/victim/file EFBIG 'File too large' 1 "error writing 'copy/victim/file'" --manifest=list --fsync

ok "a file that failed is not in the manifest" test "$(grep -c victim/file list)" = 0
ok "those that did not fail are" test "$(grep -c deeper/ list)" = 20

# A write that says it wrote nothing must not go on for ever.
rm -rf copy
inject "$PWD/copy/victim/file" pwrite64 retval=0:when=2 -a src copy
is "a write of nothing: exit status" "$status" 6
ok "a write of nothing: message" says_once "error writing 'copy/victim/file': No space left on device"
ok "a write of nothing: no part of it is left" absent copy/victim/file

for fault in pread64:src pwrite64:copy; do
	call=${fault%:*}
	for when in 1 2 3 1..5; do
		rm -rf copy
		inject "$PWD/${fault#*:}/victim/file" "$call" "error=EINTR:when=$when" -a src copy
		ok "$call EINTR, call $when: it struck" test "$hits" -ge 1
		is "$call EINTR, call $when: exit status" "$status" 0
		is "$call EINTR, call $when: nothing to say" "$err" ""
		ok "$call EINTR, call $when: the copy is the source" same_tree src copy
	done
done

# Short counts, on every call and with every road that moves data by calls.
ucp -a --manifest=whole src reference
if run "${TRACED[@]}" "$TOOL/short-io" 5000 "$UCP" --engine="$UCP_ENGINE" -a src short0; [ "$status" != 125 ]; then
	n=0
	for args in '' --sparse=always --sparse=never --reflink=never --manifest=short --fsync=chunk --chunk-size=4096; do
		n=$((n + 1))
		# shellcheck disable=SC2086 # no argument when empty
		run "${TRACED[@]}" "$TOOL/short-io" 5000 "$UCP" --engine="$UCP_ENGINE" -a $args src "short$n"
		is "short counts $args: exit status" "$status" 0
		is "short counts $args: nothing to say" "$err" ""
		ok "short counts $args: the copy is the source" same_tree src "short$n"
	done
	ok "short counts change no digest" diff whole short
	# an odd length; below a thousand the dynamic loader would not get at the program
	run "$TOOL/short-io" 1111 "$UCP" --engine="$UCP_ENGINE" -a src odd
	ok "1111 bytes at a time" same_tree src odd
fi
