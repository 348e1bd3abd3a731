# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
plan "--on-change: a source that changes while it is copied is noticed, and what is asked for is done"

# started FILE: wait until something is in it
started() {
	local i
	for i in $(seq 2000); do
		[ -s "$1" ] && return 0
		sleep 0.002
	done
	return 1
}

# changed WHAT OPTION...: copy a file that changes once in the middle, as WHAT says
changed() {
	local what=$1
	shift
	rm -rf source copy
	cp original source
	ucp --chunk-size=4096 --stats "$@" source copy > out 2> err &
	started copy || ok "$what $*: it began" false
	case $what in
	grows) echo more >> source ;;
	shrinks) truncate -s 40000001 source ;;
	rewritten) printf changed | dd of=source bs=1 conv=notrunc 2> /dev/null ;;
	hidden) # size and time as before
		touch -r source stamp
		printf changed | dd of=source bs=1 conv=notrunc 2> /dev/null
		touch -r stamp source
		;;
	replaced) cp other other2 && mv other2 source ;;
	removed) rm source ;;
	esac
	wait $!
	status=$? out=$(cat out) err=$(cat err)
}

head -c 48000000 /dev/urandom > original
head -c 1000000 /dev/urandom > other
for what in grows shrinks rewritten hidden replaced; do
	changed "$what"
	is "$what, without the option: exit status" "$status:$err" "0:"
	changed "$what" --on-change=ignore
	is "$what, ignore: exit status" "$status:$err" "0:"
	changed "$what" --on-change=warn
	is "$what, warn: exit status and message" "$status:$err" "0:ucp: warning: 'source' changed while it was copied"
	ok "$what, warn: there is a copy" test -s copy
	changed "$what" --on-change=fail
	is "$what, fail: exit status and message" "$status:$err" "5:ucp: 'source' changed while it was copied"
	ok "$what, fail: no copy" absent copy
	changed "$what" --on-change=retry
	is "$what, retry: exit status" "$status:$err" "0:"
	ok "$what, retry: the copy is the source" cmp source copy
	ok "$what, retry: it was copied twice" grep -q "copied again 1" <<< "$out"
	changed "$what" --on-change=retry --retries=0
	is "$what, no retries: exit status" "$status" 5
	changed "$what" --verify=cache
	is "$what, --verify: it is copied again" "$status:$err" "0:"
	ok "$what, --verify: the copy is the source" cmp source copy
done
changed removed --on-change=fail
is "removed: what was open has been copied" "$status:$err" "0:"
ok "removed: all of it" cmp original copy

# --- one that never stops

rm -f copy && cp original source
( trap 'exit 0' TERM; while :; do echo more >> source; sleep 0.01; done ) &
writer=$!
at_end "kill $writer 2> /dev/null"
run ucp --chunk-size=4096 --on-change=retry --retries=2 source copy
is "it never stops: exit status" "$status" 5
ok "it never stops: message" says_once "ucp: 'source' changed while it was copied"
ok "it never stops: no copy" absent copy
echo old > kept
run ucp --chunk-size=4096 --on-change=retry --atomic source kept
is "--atomic: exit status" "$status" 5
is "--atomic: the old file stays" "$(cat kept)" old
mkdir tree && cp original tree/fine && ln source tree/busy
run ucp -r --chunk-size=4096 --on-change=retry tree trees
is "in a tree: exit status" "$status" 5
ok "in a tree: the others are copied" cmp original trees/fine
ok "in a tree: it is not" absent trees/busy
kill $writer
wait $writer 2> /dev/null
is "no temporaries" "$(find . -name '.ucp-*')" ""

# --- what has no state to compare

run ucp -r --on-change=fail /proc/self/status status
is "/proc: exit status" "$status:$err" "0:"
ok "/proc: contents" grep -q '^Name:' status
mkfifo pipe
(echo through > pipe) &
run ucp --copy-contents --on-change=fail -r pipe through
is "a FIFO: exit status" "$status:$err" "0:"
is "a FIFO: contents" "$(cat through)" through
