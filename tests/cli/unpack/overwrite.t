# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/unpack.sh"
plan "what is in the way of an entry is replaced, never written through; a directory is never lost"

mktar 'file f text=new mode=640 mtime=1000000000' 'file g text=other' > f.tar
# old: something else of each kind in the place of f
old() { rm -rf out && mkdir out && echo old > out/f && inode=$(stat -c %i out/f); }

for how in '' --atomic --safe --remove-destination --fsync=batch; do
	old
	ln out/f hard && chmod 600 out/f && setfattr -n user.k -v old out/f
	# shellcheck disable=SC2086 # no argument when empty
	run unpack $how f.tar out
	is "over a file $how" "$status:$err:$(cat out/f out/g):$(stat -c '%a %h %Y' out/f)" "0::newother:640 1 1000000000"
	is "its other name stays $how" "$(cat hard):$(stat -c '%a %h' hard)" "old:600 1"
	is "its attributes are not inherited $how" "$(getfattr out/f)" ""
	rm hard
	old
	echo outside > outside && chmod 600 outside && ln -sf ../outside out/f
	# shellcheck disable=SC2086
	run unpack $how f.tar out
	is "over a symlink $how" "$status:$err:$(cat out/f):$(stat -c '%F %a' out/f)" "0::new:regular file 640"
	is "what it led to stays $how" "$(cat outside):$(stat -c %a outside)" "outside:600"
	ln -sf nowhere out/f && ln -sf g out/g
	# shellcheck disable=SC2086
	run unpack $how f.tar out
	is "over a dangling one, and one to itself $how" "$status:$err:$(cat out/f out/g):$(ls out)" "0::newother:f
g"
	rm out/f && mkfifo out/f
	# shellcheck disable=SC2086
	run unpack $how f.tar out
	is "over a FIFO $how" "$status:$err:$(stat -c '%F %s' out/f)" "0::regular file 3"
	ok "nothing temporary is left $how" clean out
done

# links and special files in the place of files
mktar 'symlink f to=nowhere' 'fifo g' 'file h text=h' 'link i to=h' > links.tar
for how in '' --atomic; do
	old && echo old > out/g && echo old > out/h && echo old > out/i && ln out/i hard
	# shellcheck disable=SC2086
	run unpack $how links.tar out
	is "links over files $how: status" "$status:$err" "0:"
	is "links over files $how" "$(readlink out/f):$(stat -c %F out/g):$(cat out/i):$(stat -c %h out/h)" "nowhere:fifo:h:2"
	is "links over files $how: not through their other names" "$(cat hard)" old
	# shellcheck disable=SC2086
	run unpack $how links.tar out
	is "links over the same links $how" \
		"$status:$err:$(readlink out/f):$(stat -c %F out/g):$(cat out/i):$(stat -c %h out/h)" "0::nowhere:fifo:h:2"
	rm hard
done

# directories
mktar 'dir d mode=700 mtime=5' 'file d/new text=new' 'file last text=last' > d.tar
for how in '' --atomic --remove-destination; do
	rm -rf out && mkdir -p out/d && echo kept > out/d/kept && chmod 755 out/d
	# shellcheck disable=SC2086
	run unpack $how d.tar out
	is "a directory over one $how" "$status:$err:$(names out):$(stat -c '%a %Y' out/d)" "0::d d/kept d/new last:700 5"
	rm -rf out && mkdir out && echo old > out/d
	# shellcheck disable=SC2086
	run unpack $how d.tar out
	is "a directory over a file $how: status" "$status" 1
	ok "a directory over a file $how: told" says "cannot overwrite non-directory" "d'"
	is "a directory over a file $how: others are unpacked" "$(names out):$(cat out/d)" "d last:old"
	rm -rf out && mkdir -p out/f/below && echo kept > out/f/kept
	# shellcheck disable=SC2086
	run unpack $how f.tar out
	is "a file over a directory $how: status" "$status" 1
	ok "a file over a directory $how: told" says "f'" irectory
	is "a file over a directory $how: others are unpacked" "$(names out)" "f f/below f/kept g"
	# shellcheck disable=SC2086
	run unpack $how links.tar out
	is "a symlink over a directory $how" "$status:$(names out)" "1:f f/below f/kept g h i"
done

# symlinks that lead to directories
for how in '' --atomic; do
	rm -rf out && mkdir -p out/real outside.d && ln -s real out/d && chmod 755 out/real
	# shellcheck disable=SC2086
	run unpack $how --keep-directory-symlink d.tar out
	is "--keep-directory-symlink $how" \
		"$status:$err:$(readlink out/d):$(names out):$(stat -c %a out/real)" "0::real:d last real real/new:700"
	rm -rf out && mkdir out && ln -s ../outside.d out/d && chmod 755 outside.d
	# shellcheck disable=SC2086
	run unpack $how --keep-directory-symlink d.tar out
	is "--keep-directory-symlink $how, out of the directory: status" "$status:$(readlink out/d)" "1:../outside.d"
	is "--keep-directory-symlink $how, out of the directory: nothing is there" "$(ls outside.d):$(stat -c %a outside.d)" ":755"
	ok "--keep-directory-symlink $how, out of the directory: told" says "d"
	is "--keep-directory-symlink $how, out of the directory: others are unpacked" "$(cat out/last)" last
	rm -rf out && mkdir out && ln -s ../outside.d out/d
	# shellcheck disable=SC2086
	run unpack $how d.tar out
	is "without it $how: nothing is outside" "$(ls outside.d):$(stat -c %a outside.d):$(cat out/last)" ":755:last"
done

# what there is decides
old && touch -d @1000000000 out/f
run unpack -n f.tar out
is "-n: kept" "$status:$out$err:$(cat out/f out/g):$(stat -c %i out/f)" "0::old
other:$inode"
old && touch -d @999999999 out/f
run unpack -u f.tar out
is "-u: older is replaced" "$status:$err:$(cat out/f)" "0::new"
old && touch -d @1000000000 out/f
run unpack -u f.tar out
is "-u: of the same age is kept" "$status:$err:$(cat out/f out/g)" "0::old
other"
old && touch -d @1000000001 out/f
run unpack --atomic --update=older f.tar out
is "--update=older: newer is kept" "$status:$err:$(cat out/f out/g)" "0::old
other"
run unpack --update=none-fail f.tar out
is "--update=none-fail: status" "$status:$(cat out/f)" "1:old"
ok "--update=none-fail: told" says "f'" "not replacing"
run unpack --update=none f.tar out
is "--update=none" "$status:$err:$(cat out/f)" "0::old"
run unpack --update=all f.tar out
is "--update=all" "$status:$err:$(cat out/f)" "0::new"
ln -sf nowhere out/f
run unpack -n f.tar out
is "-n: a dangling symlink is kept" "$status:$(readlink out/f)" "0:nowhere"
mktar 'file h text=h' 'link f to=h' 'symlink g to=x' > both.tar
old && echo old > out/g
run unpack -n both.tar out
is "-n: not replaced by links" "$status:$(cat out/f):$(cat out/g):$(cat out/h)" "0:old:old:h"

# --atomic: what cannot be had in whole leaves the old
{ mktar 'end 0' 'file g text=first' 'file f bytes=3000000' | head -c 2000000; } > cut.tar
old
run unpack --atomic cut.tar out
is "--atomic, cut off: the old file stays" "$status:$(cat out/f):$(stat -c %i out/f)" "1:old:$inode"
is "--atomic, cut off: those before are replaced" "$(cat out/g)" first
ok "--atomic, cut off: nothing temporary is left" clean out
old
run unpack cut.tar out
ok "in place, cut off: the old file or none" test ! -e out/f -o "$(cat out/f 2> /dev/null)" = old
mkfifo pipe
old
unpack --atomic - out < pipe 2> /dev/null &
exec 9> pipe
head -c 1500000 cut.tar >&9
for _ in $(seq 100); do [ ! -e out/g ] || break; sleep 0.02; done
is "--atomic, half of it: the old file is there" "$(cat out/f):$(stat -c %i out/f)" "old:$inode"
mktar 'file g text=first' 'file f bytes=3000000' | tail -c +1500001 >&9
exec 9>&-
wait $!
is "--atomic, all of it: status" "$?" 0
is "--atomic, all of it: the new file is there" "$(stat -c %s out/f)" 3000000
