# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
. "$ROOT/tests/lib/loop.sh"
. "$ROOT/tests/lib/fuse.sh"
plan "short counts, writes that fail late, sources that change and syncs that take long, on every engine"

need_fuse
mounted tmpfs back 200M
faulty direct back direct_io || { ok "faultfs is mounted" false; exit; }
UCP_TIMEOUT=20
EIO='Input/output error' FULL='No space left on device'

mkdir -p back/src
head -c 3000000 /dev/urandom > back/src/large
head -c 5000 back/src/large > back/src/small
truncate -s 3M back/src/hole
dd if=back/src/large of=back/src/hole bs=4096 seek=100 count=70 conv=notrunc status=none

# --- short reads
# shorts DIR RULE...: with every road that data take
shorts() {
	local dir=$1 args
	shift
	for args in '' --fsync=batch --fsync=chunk --atomic --manifest=list --sparse=always --chunk-size=8192; do
		rm -rf back/copy
		faults "$dir" "$@"
		# shellcheck disable=SC2086 # no argument when empty
		run ucp -rT $args "$dir/src" "$dir/copy"
		is "$*, $args: exit status" "$status $err" "0 "
		ok "$*, $args: it struck" test "$(struck "$dir")" -ge 1000
		ok "$*, $args: the copy is the source" diff -r back/src back/copy
	done
}
shorts direct 'read src/* short=1777'
if command -v xxhsum > /dev/null; then
	ok "short counts: the digest is that of the copy" grep -qi "$(xxhsum -H128 back/src/large 2> /dev/null |
		cut -d' ' -f1)" list
fi
# holes that cannot be found are copied as zeros
for errno in EIO EINVAL ENOSYS; do
	rm -rf back/copy
	faults direct "seek src/hole fail=$errno"
	run ucp -rT direct/src direct/copy
	is "lseek says $errno: exit status" "$status $err" "0 "
	ok "lseek says $errno: the copy is the source" diff -r back/src back/copy
done

# --- a source that changes while it is read: exit status 0, and what was there
cp back/src/large large
cp large grown
head -c 100000 /dev/zero | tr '\0' + >> grown
for args in '' --manifest=list --sparse=always; do
	for change in grow=100000 shrink=1300000 rewrite; do
		cp large back/src/large
		rm -rf back/copy
		faults direct "read src/large $change at=1000000"
		# shellcheck disable=SC2086 # no argument when empty
		run ucp -rT $args direct/src direct/copy
		is "$change $args: exit status" "$status $err" "0 "
		is "$change $args: it struck" "$(struck direct)" 1
		ok "$change $args: the others are copied" diff -r -x large back/src back/copy
		got=$(stat -c %s back/copy/large)
		case $change in
		grow*) ok "$change $args: it is what was there ($got)" cmp -n "$got" grown back/copy/large ;;
		shrink*) ok "$change $args: it is what was there ($got)" cmp -n "$got" large back/copy/large ;;
		esac
		case $change in
		grow*) ok "$change $args: no less than there was" test "$got" -ge 3000000 ;;
		shrink*) ok "$change $args: no less than was left" test "$got" -ge 1300000 -a "$got" -le 3000000 ;;
		*) is "$change $args: all of it" "$got" 3000000 ;;
		esac
	done
done
cp large back/src/large
umount direct

# --- short writes
# What io_uring hears of short counts is the kernel's: without sync_dio a short write is an EIO. With it a
# short read is said to have been long, with other data behind; so ucp reads FUSE by plain calls.
faulty direct back direct_io,sync_dio || { ok "faultfs is mounted" false; exit; }
shorts direct 'write copy/* short=1777'
shorts direct 'read src/* short=1777' 'write copy/* short=4096'
umount direct

# --- a kernel that writes back tells late what could not be written: on fsync, else on close
faulty late back cache,writeback || { ok "faultfs is mounted" false; exit; }
# late MODE RULE STATUS WORDS [OLD]
late() {
	local args=$1 rule=$2 wanted=$3 words=$4 old=${5:-}
	rm -rf back/copy list
	[ -z "$old" ] || { mkdir back/copy && echo old > back/copy/large; }
	faults late "$rule"
	# shellcheck disable=SC2086 # several options
	run ucp -rT $args late/src late/copy
	is "late, $rule, $args $old: exit status" "$status" "$wanted"
	ok "late, $rule, $args $old: message" says_once "ucp: $words"
	ok "late, $rule, $args $old: the others are copied" diff -r -x large back/src back/copy
	if [ -n "$old" ]; then
		is "late, $rule, $args: the old file is there" "$(cat back/copy/large)" old
	else
		ok "late, $rule, $args: no part of it is left" absent back/copy/large
	fi
	is "late, $rule, $args: no temporary" "$(find back -name '.ucp-*')" ""
	faults late
}
fails="write copy/* fail=EIO at=1700000"
for args in --atomic --manifest=list --sparse=always -p '--atomic -p' '-p --manifest=list'; do
	late "$args" "$fails" 1 "failed to close 'late/copy/large': $EIO"
done
late --atomic "$fails" 1 "failed to close 'late/copy/large': $EIO" old
late '--atomic -p' "$fails" 1 "failed to close 'late/copy/large': $EIO" old
late --atomic "write copy/* full=1500000" 6 "failed to close 'late/copy/large': $FULL"
for args in --fsync=file --fsync=batch --fsync=chunk; do
	words="failed to close"
	[ $args != --fsync=chunk ] || words="error syncing"
	late "$args" "$fails" 7 "$words 'late/copy/large': $EIO"
	late "--atomic $args" "$fails" 7 "$words 'late/copy/large': $EIO" old
done
umount late

# --- a signal while an fsync takes long: soon over, and nothing left behind
faulty slow back || { ok "faultfs is mounted" false; exit; }
mkdir back/many
for i in $(seq 100); do echo "$i" > "back/many/$i"; done
for args in --fsync=file '--atomic --fsync=file' --fsync=batch '--atomic --fsync=batch' --safe; do
	rm -rf back/copy
	faults slow 'fsync * slow=700'
	# shellcheck disable=SC2086 # several options
	env --default-signal=INT "$UCP" --engine="$UCP_ENGINE" $args -rT slow/many slow/copy 2> run.err &
	pid=$!
	for _ in $(seq 500); do [ "$(struck slow)" = 0 ] || break; sleep 0.01; done
	start=$(date +%s%N)
	kill -INT "$pid"
	for _ in $(seq 200); do kill -0 "$pid" 2> /dev/null || break; sleep 0.05; done
	took=$((($(date +%s%N) - start) / 1000000))
	kill -KILL "$pid" 2> /dev/null
	status=0
	wait "$pid" || status=$?
	# one that was at its last files may as well have ended
	[ "$status" != 0 ] || ! diff -rq back/many back/copy > /dev/null || status=130
	is "INT, $args: exit status" "$status" 130
	is "INT, $args: only how far it got" "$(grep -v '^ucp: ended by SIGINT: ' run.err)" ""
	ok "INT, $args: it ended soon (${took} ms)" test "$took" -lt 3000
	is "INT, $args: no temporary" "$(find back -name '.ucp-*')" ""
	is "INT, $args: nothing is half done" "$(diff -rq back/many back/copy | grep -v '^Only in back/many')" ""
done

# --- each question takes long: many are asked at a time
faults slow
[ "$UCP_ENGINE" = serial ] && workers=1 || workers=16
for args in 'slow/many far' 'back/many slow/far' '--atomic --fsync=batch slow/many slow/far'; do
	rm -rf far back/far
	# shellcheck disable=SC2086 # several options
	"$UCP" --engine="$UCP_ENGINE" --debug -aT $args > far.log 2>&1
	ok "far, $args: at least $workers worker(s)" \
		awk -v n="$workers" '/engine: / { had = $5 >= n } END { exit !had }' far.log
	ok "far, $args: is there" diff -r back/many "$([ -d far ] && echo far || echo back/far)"
done
