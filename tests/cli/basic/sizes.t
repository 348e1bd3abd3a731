# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "files of every power of two up to 16 MiB, and of a byte less and more, are copied to the byte"

mkdir src
head -c $(((1 << 24) + 1)) /dev/urandom > src/16777217
for n in $(seq 0 24); do
	for size in $(((1 << n) - 1)) $((1 << n)) $(((1 << n) + 1)); do
		[ -e "src/$size" ] || head -c "$size" src/16777217 > "src/$size"
	done
done
is "there are" "$(find src -type f | wc -l)" 72

# copied WHAT ARG...: with these options the copy is the source
copied() {
	local what=$1
	shift
	run ucp -r --reflink=never "$@" src copy
	is "$what" "$status:$err" "0:"
	ok "the same bytes" diff -r src copy
	rm -rf copy
}
copied "without options"
copied "with digests" --manifest=list
if command -v xxhsum > /dev/null; then
	ok "which are right" sh -c "cd src && xxhsum --quiet -c ../list"
fi
copied "runs of zeros looked for, in chunks that no size fits" --sparse=always --chunk-size=12K
