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

# a symlink of the destination to a file that is new
head -c 6000000 /dev/urandom > long && head -c 1000000 /dev/urandom > short
for args in "" "-j1" "-j4 --chunk-size=4K" "-r"; do
	for pair in "long short" "short long"; do
		read -r first second <<< "$pair"
		rm -rf dst && mkdir dst && ln -s "$first" "dst/$second"
		# shellcheck disable=SC2086 # options are words
		run ucp $args $pair dst
		is "a symlink to a new file, $pair, '$args'" "$status:$err" "0:"
		ok "with one whole source" whole "dst/$first" long short
	done
done
# the link in what was there, the file in a directory that is new
rm -rf dst tree && mkdir -p dst tree/new && cp long tree/new/ && cp short tree/z && ln -s new/long dst/z
run ucp -r tree/. dst
# which comes first is not said
ok "a symlink into a new directory" grep -qx "0:\|1:ucp: not writing through dangling symlink 'dst/./z'" <<< "$status:$err"
ok "with one whole source" whole dst/new/long long short

# -i asks once about a file that has to wait
rm -rf dst && mkdir dst && echo old > dst/long && ln dst/long dst/short && echo old > dst/other && echo other > other
"$UCP" --engine="$UCP_ENGINE" -i long short other dst 2> err < <(printf 'y\ny\nn\n')
is "-i asks about each once" "$(grep -o overwrite err | wc -l):$(cat dst/other)" 3:old

# the contents of a FIFO are still its contents when it has had to wait
mkfifo p
for args in "" -f -j1; do
	rm -rf dst && mkdir dst && echo old > dst/long && ln dst/long dst/p
	timeout 20 bash -c 'cat short > p' &
	# shellcheck disable=SC2086 # options are words
	run timeout 20 "$UCP" --engine="$UCP_ENGINE" $args long p dst
	wait
	is "a FIFO after a file, '$args'" "$status:$err" "0:"
	ok "with one whole source" whole dst/p long short
done

case ${BUILD:-build} in
*-san-*) exit ;; # a preloaded library does not go with sanitizers
esac
race() { run env "$1" LD_PRELOAD="$TOOL/preload/race.so" "$UCP" --engine="$UCP_ENGINE" "${@:2}"; }

# looked at before the other copy, written after it
for args in -r -rp; do
	rm -rf dst tree && mkdir -p dst/x dst/y tree/x tree/y
	echo small > tree/x/small && cp long tree/y/ && : > dst/x/small && ln dst/x/small dst/y/long
	race RACE_SLOW=small -j2 "$args" tree/. dst
	is "a file that was empty when it was looked at, $args" "$status:$err" "0:"
	ok "with one whole source" whole dst/x/small tree/x/small long
done

# -u holds for what another copy has put there meanwhile
rm -rf dst tree && mkdir -p dst/x dst/y tree/x tree/y && echo old > dst/x/small && ln dst/x/small dst/y/long
echo small > tree/x/small && cp long tree/y/
touch -d 2000-01-01 dst/x/small && touch -d 2010-01-01 tree/x/small && touch -d 2020-01-01 tree/y/long
race RACE_SLOW=small -j2 -rpu tree/. dst
is "-u with two sources for one file" "$status:$err" "0:"
ok "the newest is there in the end" cmp long dst/x/small

for engine_args in -j1 -j2 -j4; do
	rm -rf dst tree && mkdir dst tree && echo old > dst/a && ln dst/a dst/b && touch -d 2000-01-01 dst/a
	cp long tree/a && cp short tree/b && touch -d 2010-01-01 tree/a && touch -d 2020-01-01 tree/b
	run ucp -rpu --chunk-size=4K $engine_args tree/. dst
	is "-u while the other is written, $engine_args" "$status:$err" "0:"
	ok "the newest is there in the end" cmp short dst/a
done
# with -u a dangling symlink is written through as without
echo data > data && touch -d 2001-01-01 data && rm -f nowhere dangling && ln -s nowhere dangling
run env POSIXLY_CORRECT=1 "$UCP" --engine="$UCP_ENGINE" -u data dangling
is "-u through a dangling symlink" "$status:$err:$(cat nowhere)" "0::data"

# what is opened is another name of the source by now
cp long victim && cp short replaced
race RACE_RELINK=victim:replaced victim replaced
is "a name that becomes the source's" "$status:$err" "1:ucp: 'victim' and 'replaced' are the same file"
ok "costs no data" cmp long victim
cp --remove-destination short replaced
race RACE_RELINK=victim:replaced -f victim replaced
is "the same with -f" "$status:$(cmp long victim && cmp long replaced)" "1:"
