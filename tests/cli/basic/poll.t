# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "--poll=kernel copies as ever, ends when told, and is refused where there is no ring"
on() { [[ " $* " = *" $UCP_ENGINE "* ]]; }
mkdir src src/dir
head -c 5000000 /dev/urandom > src/large
for i in $(seq 300); do echo "$i" > "src/dir/$i"; done
ln src/large src/dir/again
truncate -s 3M src/hole

if ! on uring; then
	run ucp --poll=kernel -a src copy
	is "with --engine=$UCP_ENGINE: exit status" "$status" 2
	ok "with --engine=$UCP_ENGINE: no copy" test ! -e copy
	exit
fi
for args in "" --fsync=file --safe "--fsync=chunk --chunk-size=64K" --sparse=always --direct; do
	rm -rf copy
	# shellcheck disable=SC2086 # options are words
	run ucp --poll=kernel $args -a src copy
	is "--poll=kernel $args: exit status" "$status $err" "0 "
	ok "--poll=kernel $args: the copy is the source" same_tree src copy
done
run ucp --poll=kernel --compare -a src copy
is "--compare: exit status" "$status" 0
# (that the thread sleeps and is woken: tests/engine/poll.c)
rm -rf copy && mkdir copy
run ucp --poll=kernel --debug -r src/dir src/hole copy
ok "--debug says how often the thread was woken" grep -q 'worker 0: polling thread woken [0-9]* times' <<< "$err"
ok "--debug has the flag" grep -q 'worker 0: ring SQPOLL' <<< "$err"
# ^C ends it
head -c 60000000 /dev/urandom > more
env --default-signal=INT "$UCP" --poll=kernel --chunk-size=4096 --reflink=never more ended 2> run.err &
pid=$!
for _ in $(seq 1000); do [ ! -s ended ] || break; sleep 0.002; done
kill -INT "$pid"
wait "$pid"
is "INT: exit status" "$?" 130
ok "INT: no part is left" test ! -e ended
# no io_uring
if "$TOOL/no-uring" EPERM true 2> /dev/null; then
	run "$TOOL/no-uring" EPERM "$UCP" --poll=kernel src/large nothing
	is "without io_uring: exit status" "$status" 69
	ok "without io_uring: told" grep -q "io_uring is not available" <<< "$err"
	ok "without io_uring: no copy" test ! -e nothing
fi
