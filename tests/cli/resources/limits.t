# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "workers, depth, chunk size, memory limit and descriptor limit never change the copy"

mkdir -p src/w
deep=src
for i in $(seq 100); do
	deep=$deep/d$i
	mkdir "$deep"
	echo "$i" > "$deep/f"
	[ "$i" -gt 20 ] || { mkdir "src/w/$i" && echo "$i" > "src/w/$i/a" && ln "src/w/$i/a" "src/w/$i/b"; }
done
head -c 3000001 /dev/urandom > src/large
truncate -s 3M src/holes && printf x | dd of=src/holes bs=1 seek=1500000 conv=notrunc status=none
setfattr -n user.k -v v src/large
: > src/empty
for more in -j1 -j8 --queue-depth=1 --queue-depth=4096 --chunk-size=4K --chunk-size=64M --mem-limit=1M --mem-limit=64K \
	"-j8 --mem-limit=64K --chunk-size=4K --queue-depth=2" "--io-workers=1 -j2" "--reflink=never --chunk-size=5000"; do
	# shellcheck disable=SC2086 # options are words
	run ucp -a $more src dst
	is "$more" "$status:$err" "0:"
	ok "the same tree" same_tree src dst
	rm -rf dst
done
for n in 64 32 16; do
	for j in 1 8; do
		run bash -c 'ulimit -n "$1" && exec timeout 60 "$0" --engine="$2" -a -j"$3" src dst' "$UCP" $n "$UCP_ENGINE" $j
		is "ulimit -n $n -j$j" "$status:$err" "0:"
		ok "the same tree" same_tree src dst
		rm -rf dst
	done
done
