# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
need python3
plan "directories that somebody turns into symlinks during a copy never lead it out of the destination"
# SWAP_SECONDS=60 for longer
seconds=${SWAP_SECONDS:-2}

mkdir -p outside/deep src dst
for i in $(seq 20); do echo "outside $i" > "outside/f$i" && echo "outside $i" > "outside/deep/f$i"; done
for d in 1 2 3 4; do
	mkdir -p "src/d$d/deep"
	for i in $(seq 20); do echo "source $d $i" > "src/d$d/f$i" && echo "deep $d $i" > "src/d$d/deep/f$i"; done
	ln "src/d$d/f1" "src/d$d/deep/hard"
	ln -s f1 "src/d$d/link"
	mkfifo "src/d$d/fifo"
	setfattr -n user.k -v v "src/d$d/f2"
done
find outside src -exec touch -hd 2001-01-01 {} +
cp -a src/. dst
"$TOOL/listing" outside > before && SUMS=1 "$TOOL/listing" outside > before.sums

# hunted WHAT SWAPPED-TREE UCP-ARG...: copies again and again while directories of the tree are swapped
hunted() {
	local what=$1 tree=$2 ends n=0 odd=0
	shift 2
	python3 "$ROOT/tests/tool/swapper.py" "$WORK/outside" "$tree"/d1 "$tree"/d2/deep "$tree"/d3 "$tree"/d3/deep &
	swapper=$!
	ends=$((SECONDS + seconds))
	while [ "$SECONDS" -lt "$ends" ]; do
		run ucp "$@" src/. dst
		n=$((n + 1))
		case $status in 0 | 1) ;; *) odd=$((odd + 1)) && echo "# status $status: $err" ;; esac
	done
	kill "$swapper"
	wait "$swapper" 2> /dev/null
	is "$what: $n copies, each with status 0 or 1" "$odd" 0
	"$TOOL/listing" outside > after && SUMS=1 "$TOOL/listing" outside > after.sums
	ok "$what: nothing outside has changed" cmp before after
	ok "$what: nor what is in it" cmp before.sums after.sums
	rm -rf dst && mkdir dst && command cp -a src/. dst
}
for args in -a "-r --remove-destination" "-a --backup=numbered" "-al"; do
	# shellcheck disable=SC2086 # options are words
	hunted "destination, $args" dst $args
done
hunted "source" src -a
ok "nothing of the outside came in by the source" sh -c '! grep -rl outside dst'
