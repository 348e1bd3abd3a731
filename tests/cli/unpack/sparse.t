# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/unpack.sh"
. "$ROOT/tests/lib/tree.sh"
plan "holes come out of an archive as holes, data as data, whatever --sparse makes of them"

mkdir src && tree_holes src
truncate -s 100G src/huge && printf data | dd of=src/huge bs=1 seek=50000000000 conv=notrunc status=none
head -c 20000 /dev/urandom > src/dense
ln src/both src/again && touch -d 2005-05-05 src/*
sync -f src

# check WHAT ARCHIVE: data and holes are those of the source
check() {
	local what=$1 archive=$2
	shift 2
	rm -rf out
	run unpack "$@" "$archive" out
	is "$what: status" "$status:$out:$err" "0::"
	HOLES=1 ok "$what: the same data, and the same map of it" same_entries src out
	is "$what: far data" "$(tail -c +50000000001 out/huge | head -c 4)" data
}
# listing's sum of 100 GiB would take a while: without it
same_entries() {
	SUMS=0 "$TOOL/listing" "$1" | tail -n +2 > listing.a && SUMS=0 "$TOOL/listing" "$2" | tail -n +2 > listing.b &&
		diff listing.a listing.b || return
	local f
	for f in "$1"/*; do [ "$f" = "$1/huge" ] || cmp "$f" "$2/${f##*/}" || return; done
}
bsdtar --format pax -cf pax.tar -C src . && check "bsdtar" pax.tar
for more in --atomic --fsync=file --chunk-size=4K '--queue-depth=1 -j1'; do
	# shellcheck disable=SC2086 # options are words
	check "bsdtar, $more" pax.tar $more
done
if tar --version 2> /dev/null | grep -q 'GNU tar'; then
	for format in gnu oldgnu 'posix --sparse-version=1.0' 'posix --sparse-version=0.1' 'posix --sparse-version=0.0'; do
		# shellcheck disable=SC2086 # options are words
		tar --format=$format -S -cf gnu.tar -C src . 2> made || { echo "# GNU tar cannot make $format" && continue; }
		check "GNU tar, $format" gnu.tar
	done
fi

# --sparse
mkdir some && cp --sparse=always src/both src/leading src/all-hole some && cp src/zeros some && sync -f some
bsdtar --format pax -cf some.tar -C some .
blocks() { stat -c %b "$1"; }
run unpack --sparse=always some.tar always
is "--sparse=always: status" "$status:$err" "0:"
is "--sparse=always: zeros become a hole" "$(blocks always/zeros)" 0
ok "--sparse=always: the same data" diff -r some always
run unpack --sparse=never some.tar never
is "--sparse=never: status" "$status:$err" "0:"
for f in both leading all-hole; do
	ok "--sparse=never: no hole in $f" test $(($(blocks never/$f) * 512)) -ge "$(stat -c %s some/$f)"
done
ok "--sparse=never: the same data" diff -r some never
run unpack some.tar auto
is "zeros are data by default" "$(($(blocks auto/zeros) * 512 >= 300000))" 1

# a digest is of all of a file, holes too
run unpack --manifest=m some.tar digest
is "--manifest: status" "$status:$err" "0:"
run ucp --check=m some
is "--manifest: of what was in the source" "$status:$out$err" "0:"
run unpack --verify some.tar verified
is "--verify: status" "$status:$err" "0:"
ok "--verify: the same data" diff -r some verified
