# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
plan "a signal ends a copy soon, with 128 + its number, no file half done, and a second run completes"

mkdir -p src/dir
head -c 48000000 /dev/urandom > src/large
for i in $(seq 500); do echo "$i" > "src/dir/$i"; done
slow="--chunk-size=4096 --sparse=never"

# begins PATH: wait until it is there and not empty
begins() {
	local i
	for i in $(seq 2000); do
		[ -s "$1" ] && return 0
		sleep 0.001
	done
	return 1
}

# halves SRC DST: files that exist at the destination and are not the source
halves() {
	local f
	find "$2" -type f -printf '%P\n' 2> /dev/null | while IFS= read -r f; do
		cmp -s "$1/$f" "$2/$f" || echo "$f"
	done
}

# no_part FILE SRC: it is not there, or it is all there, as when the signal came too late
no_part() { absent "$1" || cmp -s "$1" "$2"; }

# interrupt SIGNAL UCP-ARG...: start ucp, and signal it once copy/large or copy has begun
interrupt() {
	local sig=$1 began
	shift
	# Background jobs of scripts ignore SIGINT; a copier should not inherit that here.
	env --default-signal=INT,TERM,HUP "$UCP" --engine="$UCP_ENGINE" "$@" > run.out 2> run.err &
	local pid=$!
	began=${BEGAN:-copy/large}
	begins "$began" || echo "# $began never began"
	kill "-$sig" "$pid"
	status=0
	wait "$pid" || status=$?
	err=$(grep -v '^ucp: ended by SIG' run.err)
}

for sig in TERM:143 INT:130 HUP:129; do
	rm -rf copy
	start=$(date +%s%N)
	# shellcheck disable=SC2086 # several options
	interrupt "${sig%:*}" $slow -a src copy
	took=$((($(date +%s%N) - start) / 1000000))
	is "${sig%:*}: exit status" "$status" "${sig#*:}"
	ok "${sig%:*}: one line, that says how far it got: $err" \
		grep -Eqx "ucp: ended by SIG${sig%:*}: [0-9]+ of [0-9]+ entries( found so far)? done, [0-9.]+ [KMGi]*B copied" run.err
	is "${sig%:*}: and no message about each file" "$(wc -l < run.err)" 1
	ok "${sig%:*}: no part of the large file is left" no_part copy/large src/large
	is "${sig%:*}: nothing else is half done" "$(halves src copy)" ""
	ok "${sig%:*}: it ended soon (${took} ms)" test "$took" -lt 5000
done
# -f removes nothing for a copy that will not come
mkdir many && for i in $(seq 1500); do echo "$i" > "many/$i"; done
for args in -f -fp; do
	for wait in 0.005 0.01 0.02; do
		rm -rf kept && cp -r many kept
		env --default-signal=INT "$UCP" --engine="$UCP_ENGINE" -r "$args" many/. kept 2> run.err &
		pid=$!
		sleep "$wait"
		kill -INT "$pid" 2> /dev/null
		wait "$pid"
		is "$args, interrupted after $wait s: all files are there" "$(find kept -type f | wc -l)" 1500
	done
done
# what had to go first is told when its copy does not come
rm -rf many kept && mkdir kept && echo old > kept/large
env --default-signal=INT "$UCP" --engine="$UCP_ENGINE" --remove-destination $slow src/large kept 2> run.err &
pid=$!
for _ in $(seq 2000); do [ "$(stat -c %s kept/large 2> /dev/null)" = 4 ] || break; sleep 0.001; done
kill -INT "$pid"
wait "$pid"
is "--remove-destination, interrupted: exit status" "$?" 130
is "--remove-destination, interrupted: what is gone is told" "$(grep -v '^ucp: ended by ' run.err)" \
	"ucp: interrupted: 'kept/large' was removed and has no copy yet"
rm -rf kept
run ucp -a src/. copy
is "a second run: exit status" "$status" 0
ok "a second run completes the copy" same_tree src copy

# Every road that has its own loop: sparse, digests, fsync in each chunk.
for args in --sparse=always --manifest=list --fsync=chunk; do
	rm -rf copy list
	interrupt TERM --chunk-size=4096 $args -a src copy
	is "TERM $args: exit status" "$status" 143
	ok "TERM $args: no part of the large file is left" no_part copy/large src/large
	is "TERM $args: nothing else is half done" "$(halves src copy)" ""
done

# A source that never ends: waiting for it must not keep the signal out.
rm -rf copy
mkfifo pipe
mkdir copy
(echo some; sleep 20) > pipe &
writer=$!
BEGAN=copy/pipe interrupt TERM pipe copy
is "TERM while waiting for a pipe: exit status" "$status" 143
ok "TERM while waiting for a pipe: no part is left" absent copy/pipe
kill "$writer"
wait "$writer" 2> /dev/null
rm -f pipe

# A file that was there before is not removed.
echo old > existing
BEGAN=nothing
# shellcheck disable=SC2086 # several options
env --default-signal=TERM "$UCP" --engine="$UCP_ENGINE" $slow src/large existing 2> run.err &
pid=$!
for _ in $(seq 2000); do [ "$(stat -c %s existing)" -gt 4 ] && break; sleep 0.001; done
kill -TERM "$pid"
wait "$pid"
is "TERM while overwriting: exit status" "$?" 143
ok "TERM while overwriting: the name is still there" test -e existing
is "TERM while overwriting: it is told" "$(grep -v '^ucp: ended by ' run.err)" "ucp: interrupted: 'existing' is incomplete"

# timeout(1) sends its signal twice, to ucp and to its group; that is one wish.
for sig in TERM:143 INT:130; do
	rm -rf copy
	mkdir copy
	truncate -s 200G endless
	timeout --preserve-status -s "${sig%:*}" 0.5 "$UCP" --engine="$UCP_ENGINE" --sparse=never endless copy/large 2> run.err
	is "${sig%:*} by timeout: exit status" "$?" "${sig#*:}"
	ok "${sig%:*} by timeout: no part of the file is left" absent copy/large
	rm endless
done

# When it takes too long, a second signal ends it at once.
case ${BUILD:-build} in
*-san-*) ;; # a preloaded library does not go with sanitizers
*)
	if on threads serial; then
		rm -rf copy
		env --default-signal=INT HANG_S=20 LD_PRELOAD="$TOOL/preload/hang.so" \
			"$UCP" --engine="$UCP_ENGINE" src/large copy 2> run.err &
		pid=$!
		for _ in $(seq 500); do [ ! -e copy ] || break; sleep 0.01; done
		start=$SECONDS
		kill -INT "$pid"
		sleep 0.3
		ok "INT while a write hangs: it waits" kill -0 "$pid"
		kill -INT "$pid"
		sleep 0.2
		ok "INT again within a second: it waits" kill -0 "$pid"
		sleep 0.8
		kill -INT "$pid"
		wait "$pid"
		is "INT again later: exit status" "$?" 130
		ok "INT again later: at once" test $((SECONDS - start)) -lt 10
	fi
	;;
esac

# nohup
rm -rf copy
BEGAN=copy/large
(trap '' HUP; exec "$UCP" --engine="$UCP_ENGINE" --chunk-size=4096 -a src copy) &
pid=$!
begins copy/large
kill -HUP "$pid"
wait "$pid"
is "HUP under nohup: exit status" "$?" 0
ok "HUP under nohup: the copy is the source" same_tree src copy

# SIGUSR1 says how far it got, and nothing else happens.
rm -rf copy
# shellcheck disable=SC2086 # several options
"$UCP" --engine="$UCP_ENGINE" $slow -a src copy 2> run.err &
pid=$!
begins copy/large
kill -USR1 "$pid"
wait "$pid"
is "USR1: exit status" "$?" 0
ok "USR1: progress" test -s run.err
ok "USR1: the copy is the source" same_tree src copy

# Stopped and continued, which ends waits with EINTR.
rm -rf copy
# shellcheck disable=SC2086 # several options
"$UCP" --engine="$UCP_ENGINE" $slow -a src copy 2> run.err &
pid=$!
begins copy/large
for _ in 1 2 3; do kill -STOP "$pid"; sleep 0.02; kill -CONT "$pid"; sleep 0.02; done 2> /dev/null
wait "$pid"
is "STOP and CONT: exit status" "$?" 0
is "STOP and CONT: nothing to say" "$(cat run.err)" ""
ok "STOP and CONT: the copy is the source" same_tree src copy

# A file of size 0 that makes a reader wait, and says EAGAIN meanwhile.
if [ "$(id -u)" = 0 ] && [ -r /proc/kmsg ]; then
	rm -rf copy
	env --default-signal "$UCP" --engine="$UCP_ENGINE" /proc/kmsg copy 2> run.err &
	pid=$!
	listens "$pid"
	sleep 0.3
	ticks=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
	ok "/proc/kmsg: it waits without spinning ($ticks ticks)" test "$ticks" -lt 20
	kill -INT "$pid"
	for _ in $(seq 100); do kill -0 "$pid" 2> /dev/null || break; sleep 0.02; done
	ok "/proc/kmsg: INT ends it" sh -c "! kill -0 $pid 2> /dev/null"
	kill -KILL "$pid" 2> /dev/null
	wait "$pid"
	is "/proc/kmsg: exit status" "$?" 130
fi
