# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/unpack.sh"
plan "a signal ends unpacking soon, wherever it is, and leaves whole files only"

mkfifo pipe
# started ARG...: unpack from the pipe in the background, as a script's child would be; descriptor 9 feeds it
started() {
	env --default-signal "$UCP" --engine="$UCP_ENGINE" --unpack "$@" - out < pipe > log 2>&1 &
	pid=$!
	exec 9> pipe
	listens "$pid"
}
# ended: nothing, when it has ended within two seconds
ended() {
	local i
	for i in $(seq 100); do
		kill -0 "$pid" 2> /dev/null || break
		sleep 0.02
	done
	[ "$i" -lt 100 ] || { kill -KILL "$pid"; echo "late: $(cat log)"; }
}
# under_way FILE: wait until it is there
under_way() { for _ in $(seq 200); do [ ! -e "$1" ] || return 0; sleep 0.01; done; return 1; }

# in the middle of a file, with whole ones before it
{ mktar 'dir d mode=750' 'end 0' && for i in $(seq 30); do echo "file d/$i bytes=50000 text=$i"; done | mktar; } > some.tar
head -c -1024 some.tar > open.tar && mktar 'file d/cut bytes=30m' | head -c 20000000 >> open.tar
mkdir want && bsdtar -xf some.tar -C want
for how in '' --atomic '--fsync=batch -j4' --safe; do
	for signal in INT:130 TERM:143 HUP:129; do
		mkdir -p out/d && echo old > out/d/cut
		# shellcheck disable=SC2086 # options are words
		started $how
		cat open.tar >&9
		first=out/d/1
		[ "$how" != --safe ] || first=out/d # names come with the barrier
		ok "SIG${signal%:*} $how: it is under way" under_way $first
		sleep 0.05
		kill -"${signal%:*}" "$pid"
		is "SIG${signal%:*} $how ends it within a second or two" "$(ended)" ""
		wait "$pid"
		is "SIG${signal%:*} $how: status" "$?" "${signal#*:}"
		exec 9>&-
		bad=$(for f in out/d/*; do cmp -s "$f" "want/d/${f##*/}" || [ "$(head -c 100 "$f")" = old ] || echo "$f"; done)
		is "SIG${signal%:*} $how: only whole files are left" "$bad" ""
		ok "SIG${signal%:*} $how: nothing temporary is left" clean out
		case $how in *atomic* | *safe*) is "SIG${signal%:*} $how: the old file is there" "$(cat out/d/cut)" old ;; esac
		rm -rf out
		[ -z "$how" ] || break
	done
done

# waiting for an archive that does not come, or not to its end
started
sleep 0.05
kill -INT "$pid"
is "before anything has come" "$(ended)" ""
wait "$pid"
is "before anything has come: status" "$?" 130
exec 9>&-
started
head -c 700 some.tar >&9
sleep 0.05
kill -INT "$pid"
is "within a header" "$(ended)" ""
wait "$pid"
is "within a header: status" "$?" 130
exec 9>&-
rm -rf out
started
cat some.tar >&9
sleep 0.1
exec 9>&-
is "at its end it ends by itself" "$(ended)" ""
wait "$pid"
is "at its end it ends by itself: status" "$?" 0
ok "at its end it ends by itself: all is there" same_entries want out

# a file without end
rm -rf out && mktar 'file d/zeros size=4t' 'end 0' > front
started --sparse=always
cat front /dev/zero 2> /dev/null >&9 &
feeder=$!
exec 9>&-
ok "a file without end is under way" under_way out/d
sleep 0.1
kill -INT "$pid"
is "a file without end ends" "$(ended)" ""
wait "$pid"
is "a file without end: status" "$?" 130
wait "$feeder"
is "a file without end: nothing of it is left" "$(find out -type f)" ""

# a hole that takes hours to be hashed, alone and behind data
for front in 'bytes=1' 'bytes=1500k'; do
	rm -rf out
	mkdir -p holes && mktar "file hole $front" | bsdtar -xf - -C holes
	truncate -s 8T holes/hole 2> /dev/null || truncate -s 1T holes/hole
	bsdtar --format pax -cf hole.tar -C holes hole
	started --manifest=list
	cat hole.tar >&9
	exec 9>&-
	sleep 0.5
	kill -INT "$pid"
	is "a hole of terabytes, $front: it ends" "$(ended)" ""
	wait "$pid"
	is "a hole of terabytes, $front: status" "$?" 130
	is "a hole of terabytes, $front: nothing of it is left" "$(find out -type f)" ""
done
