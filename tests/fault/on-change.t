# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
plan "--on-change: a source that changes while it is copied is noticed, and what is asked for is done"

# changed WHAT OPTION...: copy a file that changes once in the middle, as WHAT says
changed() {
	local what=$1
	shift
	for _ in 1 2 3 4 5 6 7 8; do
		rm -rf source copy
		cp original source
		timeout -k 5 60 "$UCP" "--engine=$UCP_ENGINE" --chunk-size=4096 --stats "$@" source copy > out 2> err &
		started copy || ok "$what $*: it began" false
		# a machine that is busy may come back here when all is over
		pkill -STOP -P $!
		[ "$(stat -c %s copy)" -ge 16000000 ] || break
		pkill -CONT -P $!
		wait $!
	done
	case $what in
	grows) echo more >> source ;;
	shrinks) truncate -s 20000001 source ;;
	rewritten) printf changed | dd of=source bs=1 conv=notrunc 2> /dev/null ;;
	hidden) # size and time as before
		touch -r source stamp
		printf changed | dd of=source bs=1 conv=notrunc 2> /dev/null
		touch -r stamp source
		;;
	replaced) cp other other2 && mv other2 source ;;
	removed) rm source ;;
	linked) ln -f copy source ;;
	secret) cp other secret && chmod 600 secret && mv secret source ;;
	fifo) rm source && mkfifo source ;;
	directory) rm source && mkdir source ;;
	esac
	pkill -CONT -P $!
	wait $!
	status=$? out=$(cat out) err=$(cat err)
}

head -c 24000000 /dev/urandom > original
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
	more=()
	[ "$what" != shrinks ] || more=(--retries=2) # ext4 shows the size first, and the times when all blocks are free
	changed "$what" --on-change=retry "${more[@]}"
	is "$what, retry: exit status" "$status:$err" "0:"
	ok "$what, retry: the copy is the source" cmp source copy
	ok "$what, retry: it was copied again" grep -q "copied again [1-$((1 + ${#more[@]}))]" <<< "$out"
	changed "$what" --on-change=retry --retries=0
	is "$what, no retries: exit status" "$status" 5
	changed "$what" --verify=cache "${more[@]}"
	is "$what, --verify: it is copied again" "$status:$err" "0:"
	ok "$what, --verify: the copy is the source" cmp source copy
done
changed removed --on-change=fail
is "removed: what was open has been copied" "$status:$err" "0:"
ok "removed: all of it" cmp original copy


# --- what has the name by now is not what can be copied again
for what in fifo directory; do
	changed $what --on-change=retry
	is "$what, retry: exit status" "$status" 1
	ok "$what, retry: message" says_once "replaced while being copied"
	ok "$what, retry: no copy" absent copy
done
changed linked --on-change=retry
is "linked to its copy: exit status" "$status" 1
ok "linked to its copy: message" says_once "'source' and 'copy' are the same file"
ok "linked to its copy: the data is still there" test "$(stat -c %s source)" -gt 1000000
for args in '' -p; do
	# shellcheck disable=SC2086 # no argument when empty
	changed secret --on-change=retry $args
	is "replaced by what others may not read, $args: exit status" "$status:$err" "0:"
	is "replaced by what others may not read, $args: nor the copy" "$(stat -c %a copy)" 600
	cmp -s other copy || ok "replaced by what others may not read, $args: data" false
done
mkdir group && cp original group/a && ln group/a group/b && ln group/a group/c
for name in a b c; do
	rm -rf group copies && mkdir group && cp original group/a && ln group/a group/b && ln group/a group/c
	ucp -a --on-change=retry --chunk-size=4096 group copies > out 2> err &
	sleep 0.05
	cp other other2 && mv other2 "group/$name"
	wait $!
	for copy in copies/*; do
		cmp -s "$copy" original || [ "${copy##*/}" = $name ] || ok "$name of three links replaced: $copy is what it was" false
	done
	ok "$name of three links replaced" true
done

# --- what ucp itself does to other names of the source is no change
for args in --remove-destination '-b --backup=simple' '--atomic --remove-destination'; do
	rm -f one* && cp other one && ln one one-too
	# shellcheck disable=SC2086 # several options
	run ucp --on-change=fail $args one one-too
	is "$args, two names of one file: exit status" "$status:$err" "0:"
	ok "$args, two names of one file: data" cmp other one-too
done
changed removed --on-change=retry
is "removed: the copy is its last state" "$status:$err" "0:"
cp original source && ln -sf source by-link && rm -f copy
ucp --chunk-size=4096 --on-change=retry by-link copy 2> err &
started copy
rm source
wait $!
is "removed behind a symlink: exit status" "$?:$(cat err)" "0:"
# --- one that grew and stopped is not unsteady
changed grows --verify=both --on-change=ignore --retries=0
is "grows, both, ignore: exit status" "$status:$(grep -v 'in the cache only' <<< "$err")" "0:"
changed grows --verify=both --on-change=warn
is "grows, both, warn: once" "$(grep -c "'source' changed" <<< "$err")" 1
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
