# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/loop.sh"
need_mounts
need xfs_io
plan "what --fsync has promised survives a power cut, and with --atomic each name has all of the old or of the new"
# ROUNDS=200 for longer, TYPES=xfs for one of the two
rounds=${ROUNDS:-2}
engines=(serial uring threads) # by round: the first is the ring's

# The power cut: the filesystem is shut down without its log being flushed, as the ioctl of ext4 and xfs
# does it, and mounted again.

# A source of many kinds and sizes, and the same names with other contents.
mkdir -p src old
for d in $(seq 12); do
	mkdir -p "src/d$d/deeper"
	for i in $(seq 12); do
		head -c $((RANDOM * (i % 4 == 0 ? 20 : 1) % 300000)) /dev/urandom > "src/d$d/f$i"
		echo "$d $i" > "src/d$d/deeper/small$i"
	done
	ln "src/d$d/f1" "src/d$d/deeper/hard"
	ln -s ../f2 "src/d$d/deeper/link"
	mkfifo "src/d$d/deeper/fifo"
done
head -c 9000000 /dev/urandom > src/large
# Large enough to be written directly, with a tail that is no whole block.
head -c $((33 * 1024 * 1024 + 1234)) /dev/urandom > src/direct
truncate -s 5M src/hole
find src -exec touch -hd '2003-04-05 06:07:08.123456789' {} +
(cd src && find . -type d -exec mkdir -p ../old/{} \; && find . -type f -exec sh -c 'echo "old $1" > "../old/$1"' sh {} \;)
SUMS=1 "$TOOL/listing" src > wanted

# power_off DIR
power_off() { xfs_io -x -c shutdown "$1" 2>&1; }

# power_on TYPE DIR
power_on() {
	local _
	# a ring lets go of its files a moment after its process has ended
	for _ in $(seq 50); do
		umount "$2" 2> /dev/null && break
		sleep 0.1
	done
	mount -t "$1" -o loop "$2.img" "$2"
}

# torn DIR: regular files whose contents are neither old nor new
torn() {
	(cd src && find . -type f) | while read -r name; do
		[ -e "$1/$name" ] || { [ ! -e "old/$name" ] || echo "$name: gone"; continue; }
		cmp -s "src/$name" "$1/$name" || cmp -s "old/$name" "$1/$name" || echo "$name: $(stat -c %s "$1/$name") bytes"
	done
}

for type in ${TYPES:-ext4 xfs}; do
	can_mount "$type" || { echo "# skipped: tests/fs/power.t: no $type" && continue; }
	mounted "$type" disk 512M || exit 1
	[ -z "$(power_off disk)" ] || { echo "# skipped: tests/fs/power.t: $type cannot be shut down here" && unmount disk && continue; }
	power_on "$type" disk || exit 1

	# The harness sees what is lost: cp promises nothing.
	lost=0
	for round in $(seq 3); do
		command cp -a src "disk/cp$round" && power_off disk && power_on "$type" disk
		SUMS=1 "$TOOL/listing" "disk/cp$round" > got 2> /dev/null
		cmp -s wanted got || lost=$((lost + 1))
	done
	ok "$type: a plain cp loses data here" test "$lost" -gt 0
	rm -rf disk/cp*

	# Right after the end: everything is there.
	for args in --fsync=file --fsync=chunk --fsync=batch --fsync=fs '--fsync=batch --atomic' '--fsync=file --atomic' '--fsync=fs --atomic' --safe; do
		lost=0
		for round in $(seq "$rounds"); do
			engine=${engines[round % 3]}
			rm -rf disk/new && sync -f disk
			# shellcheck disable=SC2086 # options are words
			"$UCP" --engine="$engine" -a $args src disk/new || lost=$((lost + 1))
			power_off disk && power_on "$type" disk || exit 1
			SUMS=1 "$TOOL/listing" disk/new > got
			diff wanted got >> lost.log || lost=$((lost + 1))
		done
		is "$type, $args: rounds of $rounds in which something is lost" "$lost" 0
	done

	# At any moment: each name has all of the old or all of the new.
	for args in --fsync=batch --fsync=file --fsync=chunk --safe; do
		n_torn=0 n_lost=0 n_cut=0
		for round in $(seq "$rounds"); do
			engine=${engines[round % 3]}
			rm -rf disk/new && command cp -a old disk/new && sync -f disk
			"$UCP" --engine="$engine" -a --atomic "$args" src/. disk/new 2> /dev/null &
			pid=$!
			sleep "0.$(printf '%03d' $((RANDOM % 400)))"
			kill -0 "$pid" 2> /dev/null && running=1 || running=0
			power_off disk
			wait "$pid" && is_done=1 || is_done=0 n_cut=$((n_cut + 1))
			power_on "$type" disk || exit 1
			torn disk/new > torn.now
			[ ! -s torn.now ] || { n_torn=$((n_torn + 1)) && sed "s/^/# $args: /" torn.now; }
			if [ "$is_done$running" = 10 ]; then
				SUMS=1 "$TOOL/listing" disk/new | cmp -s wanted - || n_lost=$((n_lost + 1))
			fi
		done
		echo "# $type, --atomic $args: $n_cut of $rounds rounds were cut short"
		is "$type, --atomic $args at any moment: rounds of $rounds with a torn name" "$n_torn" 0
		is "$type, --atomic $args: rounds that ended well and have lost something" "$n_lost" 0
	done
	unmount disk
done
