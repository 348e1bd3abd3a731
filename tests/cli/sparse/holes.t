# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "holes stay holes, data stays data, in every kind of sparse file"

# data FILE OFFSET...: a block of data at each offset
data() {
	local file=$1 at
	shift
	for at; do printf 'data at %s' "$at" | dd of="$file" bs=1 seek="$at" conv=notrunc status=none; done
}
mkdir src
truncate -s 10M src/all-hole
truncate -s 10M src/leading && data src/leading 10485000
truncate -s 1 src/one-byte
truncate -s 1T src/huge && data src/huge 0 500000000000
data src/trailing 0 && truncate -s 10M src/trailing
truncate -s 4M src/many && data src/many $(seq 8192 32768 4000000)
truncate -s 5000001 src/odd && data src/odd 123456 4999990
head -c 1000000 /dev/zero > src/zeros
perl -e 'for (0 .. 2999) { seek(STDOUT, 8192 * $_ + 4096, 0); print $_ % 7, "x" x 4095 }' > src/thousands
fallocate -l 1M src/unwritten
sync -f src
for more in "" --reflink=never "--reflink=never --chunk-size=4K -j4" "--queue-depth=1 --reflink=never"; do
	# shellcheck disable=SC2086 # options are words
	run ucp -a $more src dst
	is "copy $more" "$status:$err" "0:"
	HOLES=1 "$TOOL/listing" src | grep -v -e /unwritten -e ' \.$' > a
	HOLES=1 "$TOOL/listing" dst | grep -v -e /unwritten -e ' \.$' > b
	ok "the same maps" diff a b
	for f in src/*; do
		[ "$f" = src/huge ] || cmp "$f" "dst/${f##*/}"
	done > differ 2>&1
	is "the same data" "$(cat differ)" ""
	is "the far data" "$(tail -c +500000000001 dst/huge | head -c 20 | tr -d '\0')" "data at 500000000000"
	rm -rf dst
done
rm src/huge
run ucp -r --sparse=always src always
ok "--sparse=always: the same data" diff -r src always
is "zeros become a hole" "$(stat -c %b always/zeros)" 0
run ucp -r --sparse=never src never
ok "--sparse=never: the same data" diff -r src never
is "holes become data" "$(($(stat -c %b never/leading) * 512 >= 10485760))" 1
run ucp --debug --sparse=never --verify=both src/leading told
is "--sparse=never: no holes are told of" "$status:$(grep -c "holes kept" <<< "$out$err")" "0:0"
data old 0 300000 && run ucp src/leading old
ok "over a file that exists" cmp src/leading old
