# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
. "$ROOT/tests/lib/tree.sh"
plan "copying on the server's side is whole, or told, or done by reading and writing"

case ${BUILD:-build} in
*-san-*) skip_all "a preloaded library does not go with sanitizers" ;;
esac
mkdir src && head -c 3000001 /dev/urandom > src/data && echo small > src/small
truncate -s 4M src/holes && printf data | dd of=src/holes bs=4096 seek=300 conv=notrunc status=none
: > src/empty

# server ENV... -- UCP-ARG...
server() {
	local settings=()
	while [ "$1" != -- ]; do settings+=("$1") && shift; done
	shift
	rm -rf copy
	run env "${settings[@]}" LD_PRELOAD="$TOOL/preload/server.so" "$UCP" --engine="$UCP_ENGINE" "$@"
}
server -- -a --debug src copy
is "all of it: exit status" "$status" 0
ok "all of it: by copy_file_range" grep -qx "'copy/data': copy_file_range" <<< "$out"
ok "all of it: the copy is the source" same_tree src copy
server SERVER_STEP=4000 -- -a --debug src copy
is "in small steps: exit status" "$status" 0
ok "in small steps: by copy_file_range" grep -qx "'copy/data': copy_file_range" <<< "$out"
ok "in small steps: the copy is the source" same_tree src copy
for args in --fsync --sparse=always --reflink=never --manifest=list; do
	server -- -a "$args" src copy
	is "with $args: exit status" "$status:$err" "0:"
	ok "with $args: the copy is the source" same_across src copy
done

# by reading and writing where it is not to be had, be it after a part: EOPNOTSUPP, EXDEV, EPERM, EINVAL, ETXTBSY
for code in 95 18 1 22 26 0; do
	for after in 0 1000000; do
		server SERVER_STEP=100000 SERVER_AFTER=$after SERVER_ERRNO=$code -- -a src copy
		is "error $code after $after bytes: exit status" "$status:$err" "0:"
		ok "error $code after $after bytes: the copy is the source" same_across src copy
	done
done

# what is broken, whichever side it is
for failure in "5:1:Input/output error" "28:6:No space left on device"; do
	IFS=: read -r code wanted text <<< "$failure"
	server SERVER_STEP=100000 SERVER_AFTER=1000000 SERVER_ERRNO="$code" -- -a --jobs=1 src/data copy
	is "$text: exit status" "$status" "$wanted"
	ok "$text: message" says_once "error copying 'src/data' to 'copy': $text"
	ok "$text: no partial file" test ! -e copy
done
