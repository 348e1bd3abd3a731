# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
need python3
need setfacl
GNU_CP=$(command -v cp)
"$GNU_CP" --version 2>&1 | grep -q 'GNU coreutils' || skip_all "the installed cp is not GNU cp"
plan "random trees with random options come out as with cp; a failure names its seed"
# SEEDS=FIRST-LAST SCRIPT: more of them, or one again
seeds=${SEEDS:-1-25}
export LC_ALL=C
mkdir -p bin/gnu bin/ucp
ln -s "$GNU_CP" bin/gnu/cp
ln -s "$UCP" bin/ucp/cp

# side SIDE SEED: make the case and run it, leaving SIDE.out, .err, .status and .tree
side() {
	local side=$1 engine=() args
	chmod -R u+rwx case 2> /dev/null
	rm -rf case
	mkdir case
	(
		cd case || exit 99
		python3 "$ROOT/tests/tool/random-case.py" "$2" > ../args || exit 99
		mapfile -t args < ../args
		[ "$side" = gnu ] || engine=("--engine=$UCP_ENGINE")
		umask "${args[0]}"
		PATH="$WORK/bin/$side:$PATH" timeout 20 cp "${engine[@]}" "${args[@]:1}"
	) > raw.out 2> raw.err < /dev/null
	echo "$?" > "$side.status"
	sort raw.out > "$side.out"
	sort raw.err > "$side.err"
	SUMS=1 SINCE=1500000000 "$TOOL/listing" case > "$side.tree"
}

# same SEED: both sides agree
same() {
	local part differs=0
	side gnu "$1"
	side ucp "$1"
	for part in status out err tree; do
		cmp -s "gnu.$part" "ucp.$part" && continue
		diff -u --label "gnu $part" --label "ucp $part" "gnu.$part" "ucp.$part"
		differs=1
	done
	[ "$differs" = 0 ] || echo "SEEDS=$1-$1; umask and arguments: $(tr '\n' ' ' < args)"
	return "$differs"
}

for ((seed = ${seeds%-*}; seed <= ${seeds#*-}; seed++)); do
	ok "seed $seed" same "$seed"
done
