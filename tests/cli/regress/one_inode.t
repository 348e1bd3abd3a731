# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "two copies that go to one file of the destination are made one after the other, never mixed"

mkdir src pair
for name in a b c; do head -c 6000000 /dev/urandom > "src/$name"; done
truncate -s 7000000 src/c

# whole FILE SOURCE...: it is one of these, all of it
whole() {
	local file=$1 source
	shift
	for source; do cmp -s "$file" "$source" && return 0; done
	return 1
}
for args in "" "-j4 --chunk-size=4K" "--manifest=list" "--sparse=always" "--reflink=never -j1"; do
	rm -rf dst && mkdir dst && echo old > dst/a && ln dst/a dst/b && ln dst/a dst/c
	# shellcheck disable=SC2086 # options are words
	run ucp -r $args src/. dst
	is "hard links in the destination, '$args'" "$status:$err" "0:"
	ok "they stay links" test "$(stat -c %h dst/a)" = 3
	ok "with one whole source" whole dst/a src/a src/b src/c

	rm -rf dst && mkdir dst && echo old > dst/b && ln -s b dst/a
	# shellcheck disable=SC2086 # options are words
	run ucp $args src/a src/b dst
	is "a symlink to another destination, '$args'" "$status:$err" "0:"
	ok "with one whole source" whole dst/b src/a src/b
done

# many at a time, small ones as well
rm -rf many dst && mkdir many dst && echo old > dst/0
for i in $(seq 0 99); do
	printf '%0.s'"$i " $(seq 2000) > "many/$i"
	[ "$i" = 0 ] || ln dst/0 "dst/$i"
done
run ucp -rp many/. dst
is "a hundred links" "$status:$err" "0:"
ok "with one whole source" whole dst/0 many/*
run ucp -ra --manifest=list2 many/. dst
is "with links kept they are parted" "$status:$err:$(stat -c %h dst/0)" "0::1"
ok "and each is its source" same_tree many dst

# an operand whose contents are merged into the target, and one that goes to the same name below it
mkdir -p merged/sub sub && head -c 9000000 /dev/urandom > merged/sub/x && head -c 9000000 /dev/urandom > sub/x
for _ in 1 2 3; do
	rm -rf dst && mkdir dst
	run ucp -r merged/. sub dst
	is "merged operands" "$status:$err" "0:"
	ok "the last one has the last word" cmp sub/x dst/sub/x
done
