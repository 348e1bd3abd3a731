# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
plan "where io_uring is refused, as in containers, ucp copies all the same and says nothing unless asked"

"$TOOL/no-uring" EPERM true 2> /dev/null || skip_all "needs seccomp"

mkdir -p src/dir/deeper
head -c 3000000 /dev/urandom > src/large
for i in $(seq 200); do echo "$i" > "src/dir/deeper/$i"; done
ln src/large src/dir/again
truncate -s 2M src/hole

for refusal in EPERM:'Operation not permitted' ENOSYS:'Function not implemented'; do
	no=${refusal%%:*} cause=${refusal#*:}
	refused() { timeout 60 "$TOOL/no-uring" "$no" "$UCP" "$@"; }

	rm -rf copy
	run refused -a src copy
	is "$no, engine auto: exit status" "$status" 0
	is "$no, engine auto: nothing to say" "$err$out" ""
	ok "$no, engine auto: the copy is the source" same_tree src copy

	rm -rf copy
	run refused --engine=auto --fsync --manifest=- -a src copy
	is "$no, --fsync --manifest: exit status" "$status" 0
	is "$no, --fsync --manifest: nothing on standard error" "$err" ""
	ok "$no, --fsync --manifest: the copy is the source" same_tree src copy

	rm -rf copy
	run refused --debug -a src copy
	ok "$no, --debug: the reason" says "io_uring is not used: $cause"
	ok "$no, --debug: what is used instead" says "engine: threads"

	rm -rf copy
	run refused --engine=uring -a src copy
	is "$no, --engine=uring: exit status" "$status" 69
	ok "$no, --engine=uring: message" says_once "ucp: io_uring is not available: $cause"
	ok "$no, --engine=uring: nothing is made" absent copy

	for engine in threads serial; do
		rm -rf copy
		run refused --engine=$engine -a src copy
		is "$no, --engine=$engine: exit status" "$status" 0
		is "$no, --engine=$engine: nothing to say" "$err" ""
		ok "$no, --engine=$engine: the copy is the source" same_tree src copy
	done
done
