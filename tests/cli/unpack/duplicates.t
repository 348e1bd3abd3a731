# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/unpack.sh"
plan "of entries with one name the last counts, and links are to what had the name when they came"

# many of one name, small and large, and others between them
{
	for i in $(seq 999); do echo "file same text=$i mtime=$i mode=0$((600 + i % 8))"; done
	echo 'file same text=last mtime=1000 mode=640'
} | mktar > thousand.tar
{
	for i in $(seq 60); do
		echo "file d/same bytes=$(((i * 77777) % 2000000)) text=$i-"
		echo "file d/other-$i text=$i"
		echo "file d/small text=$i"
	done
	echo "file d/same bytes=1234567 text=last-"
	echo "file d/small bytes=70001 text=x-"
} | mktar > mixed.tar
mktar 'file same bytes=1234567 text=last-' 'file small bytes=70001 text=x-' | bsdtar -xf -
for how in '' --atomic -j8 -j1 --fsync=batch; do
	rm -rf out
	# shellcheck disable=SC2086 # options are words
	run unpack $how thousand.tar out
	is "a thousand times one name $how" "$status:$err:$(cat out/same):$(stat -c '%Y %a %h' out/same)" "0::last:1000 640 1"
	is "a thousand times one name $how: nothing else" "$(ls -A out)" same
done
for how in '' --atomic -j8 -j1 --safe '--manifest=m -j8'; do
	rm -rf out
	# shellcheck disable=SC2086
	run unpack $how mixed.tar out
	is "large and small ones $how: status" "$status:$err" "0:"
	ok "large and small ones $how: the last" cmp same out/d/same
	ok "large and small ones $how: the last, that is smaller" cmp small out/d/small
	is "large and small ones $how: nothing else" "$(find out/d -type f | wc -l)" 62
done
is "in a manifest once" "$(sed 's/.*(\(d.s.*\)).*/\1/p; d' m | xargs)" "d/same d/small"
run ucp --check=m out
is "with what is in the last" "$status:$out$err" "0:"
run unpack thousand.tar thousand.tar thousand.tar out3
is "in several archives" "$status:$err:$(cat out3/same)" "0::last"

# links are made to what there is when they come
large() { echo "file $1 bytes=1500000 text=$2"; }
# heads: of each file there, the first byte, the size and the number of its names
heads() { (cd "$1" && for f in *; do echo "$(head -c 1 "$f")/$(stat -c %s/%h "$f")"; done | xargs); }
mktar "$(large a 1)" 'link b to=a' "$(large a 2)" 'link c to=a' 'file a text=3' 'link d to=a' 'file s text=1' 'link t to=s' \
	'file s text=2' \
	'file u text=1' 'link v to=u' 'file v text=2' > links.tar
for how in '' --atomic -j8 --safe; do
	for round in once again; do
		# shellcheck disable=SC2086
		run unpack $how links.tar links
		is "links $how, $round: status" "$status:$err" "0:"
		is "links $how, $round" "$(heads links)" \
			"3/1/2 1/1500000/1 2/1500000/1 3/1/2 2/1/1 1/1/1 1/1/1 2/1/1"
	done
	rm -rf links
done
# shellcheck disable=SC2017 # each second one is to l0
{ large a 1 && echo 'link l0 to=a' && for i in $(seq 400); do echo "link l$i to=l$((i / 2 * (i % 2)))"; done; } | mktar > many.tar
run unpack many.tar many
is "400 links" "$status:$err:$(stat -c %h many/a):$(stat -c %i many/* | sort -u | wc -l)" "0::402:1"
mktar 'link b to=a' 'file a text=1' 'file c text=c' > early.tar
run unpack early.tar early
is "a link before what it is to: status" "$status" 1
ok "a link before what it is to: told" says "b'"
is "a link before what it is to: the rest" "$(names early)" "a c"

# one kind in the place of another
# becomes TEXT WANTED ENTRY...: status, type of x, what it leads to, and what is in files there, in the end
becomes() {
	local what=$1 wanted=$2 how
	shift 2
	mktar "$@" 'file last text=last' > a.tar
	for how in '' --atomic; do
		rm -rf out && echo untouched > target
		# shellcheck disable=SC2086
		run unpack $how a.tar out
		is "$what $how" "$status:$(find out -name x -printf '%y %l'):$(find out -path 'out/x*' -type f -exec cat {} +)" "$wanted"
		is "$what $how: the rest, and what is outside" "$(cat out/last target)" lastuntouched
		[ "$status" = 0 ] || ok "$what $how: told" says x
	done
}
becomes "a file, then a symlink" "0:l ../target:" 'file x text=1' 'symlink x to=../target'
becomes "a symlink, then a file" "0:f :2" 'symlink x to=../target' 'file x text=2'
becomes "a symlink, a file, a symlink, a file" "0:f :4" 'symlink x to=../target' 'file x text=2' 'symlink x to=../target' \
	'file x text=4'
becomes "a large file, then a symlink" "0:l nowhere:" "$(large x 1)" 'symlink x to=nowhere'
becomes "a FIFO, then a file" "0:f :2" 'fifo x' 'file x text=2'
becomes "a file, then a FIFO" "0:p :" 'file x text=2' 'fifo x'
becomes "a hard link, then a file" "0:f :2" 'file y text=1' 'link x to=y' 'file x text=2'
becomes "a file, then a hard link" "0:f :1" 'file y text=1' 'file x text=2' 'link x to=y'
becomes "a directory, then a file" "1:d :f" 'dir x' 'file x/f text=f' 'file x text=2'
becomes "a directory, then a symlink" "1:d :f" 'dir x' 'file x/f text=f' 'symlink x to=../target'
becomes "a directory, then a hard link" "1:d :f" 'dir x' 'file x/f text=f' 'file y text=y' 'link x to=y'
becomes "a file, then a directory" "1:f :1" 'file x text=1' 'dir x'
becomes "a file, then what is below it" "1:f :1" 'file x text=1' 'file x/f text=2'
becomes "an empty file, then what is below it" "1:f :" 'file x' 'file x/f text=2'
becomes "a directory, then the same" "0:d :2" 'dir x mode=700' 'file x/f text=1' 'dir x mode=755' 'file x/f text=2'
mktar 'dir x mode=700 mtime=1' 'file x/f text=1' 'dir x mode=500 mtime=7' > a.tar
rm -rf out && run unpack a.tar out
is "a directory's last entry is what it has" "$status:$err:$(stat -c '%a %Y' out/x)" "0::500 7"
mktar 'dir x mode=500 mtime=1' 'file x/f text=1' 'file x/g/h text=1' 'dir x mode=755 mtime=9' 'file x/i text=1' > a.tar
chmod 700 out/x && rm -rf out && run unpack a.tar out
is "and it is open until then" "$status:$err:$(stat -c '%a %Y' out/x):$(names out)" "0::755 9:x x/f x/g x/g/h x/i"
