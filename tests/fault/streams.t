# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
plan "standard streams that are closed or full never harm the copy, and lost output is a failure"

[ "$(id -u)" != 0 ] || [ -n "${UCP_PRIVATE_DEV:-}" ] || skip_all "as root only below tests/run.sh"

mkdir -p src/dir
for i in $(seq 50); do echo "$i" > "src/dir/$i"; done
head -c 1000000 /dev/urandom > src/large

ucp -a src closed-all <&- >&- 2>&-
is "all closed: exit status" "$?" 0
ok "all closed: the copy is the source" same_tree src closed-all
ucp -a src closed-in <&-
is "stdin closed: exit status" "$?" 0
ok "stdin closed: the copy is the source" same_tree src closed-in
ucp -a src closed-out >&-
is "stdout closed, nothing to print: exit status" "$?" 0
ucp -av src closed-out-v 2> err >&-
is "stdout closed, -v: exit status" "$?" 1
is "stdout closed, -v: message" "$(grep -c . err):$(< err)" "1:ucp: write error: Bad file descriptor"
ok "stdout closed, -v: what is printed went into no file" same_tree src closed-out-v
ucp -av src closed-both >&- 2>&-
is "stdout and stderr closed, -v: exit status" "$?" 1
ok "stdout and stderr closed, -v: what is printed went into no file" same_tree src closed-both
mkdir err-target
for args in '' -v --debug --stats; do
	rm -rf err-target/src
	# shellcheck disable=SC2086 # no argument when empty
	ucp $args -a missing src err-target 2>&- > /dev/null
	is "stderr closed, a failure $args: exit status" "$?" 1
	ok "stderr closed, a failure $args: the message went into no file" same_tree src err-target/src
	rm -rf err-target/src
	# shellcheck disable=SC2086 # no argument when empty
	ucp $args -a missing src err-target <&- >&- 2>&-
	is "all closed, a failure $args: exit status" "$?" 1
	ok "all closed, a failure $args: the message went into no file" same_tree src err-target/src
done

# a file that stays and is open when a message is due must not be a closed stream's descriptor
if [ -r /proc/self/mem ]; then
	for args in '' -v --debug; do
		for n in 1 2 3 4; do echo old > "there$n"; done
		# shellcheck disable=SC2086 # no argument when empty
		{
			ucp $args /proc/self/mem there1 2>&-
			ucp $args /proc/self/mem there2 <&- 2>&-
			ucp $args /proc/self/mem there3 >&- 2>&-
			ucp $args /proc/self/mem there4 <&- >&- 2>&-
		} > /dev/null
		is "one file $args: the messages went nowhere" "$(cat there?)" ""
	done
fi
ucp src/dir/1 /dev/stdout >&- 2> err
is "to a standard output that is closed: exit status" "$?" 1
ok "to a standard output that is closed: message" grep -q "'/dev/stdout': No such device or address" err
ucp /dev/stdin copied <&- 2> err
is "from a standard input that is closed: exit status" "$?" 1
ucp -a --manifest=/dev/stdout src listed >&- 2> err
ok "a manifest on a standard output that is closed: a failure" test "$?" != 0
ok "a manifest on a standard output that is closed: it is left alone" test -L /dev/stdout

# nothing to answer -i with
echo old > answer
ucp -i src/dir/1 answer <&- 2> /dev/null
is "-i without an answer: nothing is overwritten" "$(cat answer)" old

# --- full

for args in -v:1 --stats:1 --manifest=-:6; do
	rm -rf copy
	wanted=${args#*:} args=${args%:*}
	ucp -a "$args" src copy 2> err > /dev/full
	is "full, $args: exit status" "$?" "$wanted"
	ok "full, $args: message" grep -q 'No space left on device' err
	ok "full, $args: the copy is the source" same_tree src copy
done
rm -rf copy
ucp -a --manifest=/dev/full src copy 2> err
is "full manifest: exit status" "$?" 6
ok "full manifest: message" grep -q "'/dev/full': No space left on device" err
for args in --help --version --list-options; do
	"$UCP" $args > /dev/full 2> err
	is "full, $args: exit status" "$?" 1
done

exec 3> unlinked && rm unlinked
ucp src/dir/1 /dev/stdout >&3
is "to a standard output that has no name" "$?" 0
ok "to a standard output that has no name: it is there" cmp src/dir/1 /proc/self/fd/3
exec 3>&-
run ucp src/large /dev/full
is "copying to /dev/full: exit status" "$status" 6
ok "copying to /dev/full: message" says_once "error writing '/dev/full': No space left on device"
ok "copying to /dev/full: it is still there" test -c /dev/full
run ucp src/large /dev/null
is "copying to /dev/null: exit status" "$status" 0
ok "copying to /dev/null: it is still there" test -c /dev/null
run ucp /dev/null empty
is "copying /dev/null: exit status" "$status" 0
ok "copying /dev/null: an empty file" test -f empty -a ! -s empty

# --- a reader that goes away: whatever the status, no file is left half done
mkdir many
for i in $(seq 300); do head -c 20000 src/large > "many/$i"; done
{ sleep 0.1; ucp -rv many many-copy 2> err; echo $? > code; } | true
halves=0
for f in many-copy/*; do
	[ -e "$f" ] && ! cmp -s "$f" "many/${f##*/}" && halves=$((halves + 1))
done
ok "-v to a reader that left: a failure" test "$(cat code)" != 0
is "-v to a reader that left: half-made files" "$halves" 0
