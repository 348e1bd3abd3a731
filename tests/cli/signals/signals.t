# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "SIGUSR1 tells how far it is; SIGINT and SIGTERM end a copy soon, leaving no partial file"

mkfifo pipe src.fifo

# started ARG...: ucp in the background as a script's child would be, $pid
started() {
	# a background job ignores SIGINT; env gives the default back
	env --default-signal "$UCP" --engine="$UCP_ENGINE" "$@" > log 2>&1 &
	pid=$!
	listens "$pid"
}
# under_way FILE: wait until it exists
under_way() { for _ in $(seq 100); do [ ! -e "$1" ] || return 0; sleep 0.02; done; return 1; }
# ended: how it ended, within two seconds
ended() {
	local i
	for i in $(seq 100); do
		kill -0 "$pid" 2> /dev/null || break
		sleep 0.02
	done
	[ "$i" -lt 100 ] || { kill -KILL "$pid"; echo "late: $(cat log)"; return; }
}
mkdir out
truncate -s 100G huge
for signal in INT:130 TERM:143 HUP:129; do
	started --sparse=never huge out/huge
	ok "the copy is under way" under_way out/huge
	sleep 0.05
	kill -"${signal%:*}" "$pid"
	is "SIG${signal%:*} ends it within a second or two" "$(ended)" ""
	wait "$pid"
	is "with its status" "$?" "${signal#*:}"
	is "and nothing is left" "$(ls -A out)" ""
	rm -f out/*
done

mkdir tree && for i in $(seq 20); do head -c 100000 /dev/urandom > tree/$i; done && ln -s ../huge tree/huge
started -rL --sparse=never tree out/tree
under_way out/tree/huge; sleep 0.05
kill -INT "$pid"
is "a tree ends soon too" "$(ended)" ""
wait "$pid"
is "with status 130" "$?" 130
bad=0
for f in out/tree/*; do [ ! -f "$f" ] || cmp -s "$f" "tree/${f##*/}" || bad=$((bad + 1)); done
is "only whole files are left" "$bad" 0
rm -rf out/tree

echo before > existing
started --sparse=never huge existing
sleep 0.2
kill -INT "$pid"
is "overwriting ends soon" "$(ended)" ""
ok "a file that existed stays" test -f existing

started pipe out/pipe
sleep 0.1
kill -INT "$pid"
is "waiting for a writer that does not come ends" "$(ended)" ""
exec 3<> src.fifo
echo data >&3
started src.fifo out/fifo
sleep 0.2
kill -USR1 "$pid"
sleep 0.2
ok "SIGUSR1 prints a line" grep -qE '^ucp: .*files' log
is "one" "$(wc -l < log)" 1
kill -INT "$pid"
is "waiting for data ends" "$(ended)" ""
wait "$pid"
is "with status 130" "$?" 130
is "and nothing is left" "$(ls -A out)" ""
exec 3>&-

truncate -s 400G hole
started --manifest=list hole hole.copy
sleep 0.5
kill -INT "$pid"
is "hashing a large hole ends soon" "$(ended)" ""
wait "$pid"
is "with status 130" "$?" 130
