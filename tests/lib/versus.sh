# shellcheck shell=bash
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# The installed GNU cp as oracle: after tests/lib/tap.sh: . "$ROOT/tests/lib/versus.sh", then
#
#     versus 'cp -r dir new'
#
# runs the line twice, each time in a fresh copy of the same fixture, once with
# GNU cp and once with ucp called as cp, and compares exit status, standard
# output and error (sorted: ucp works in parallel) and the resulting tree. Times
# of the fixture are before 2010; anything later is shown as "now", so times
# are compared exactly where they should have been preserved.
unset LC_ALL
export LC_ALL=C
chmod 711 .
GNU_CP=$(command -v cp)
"$GNU_CP" --version 2>&1 | grep -q 'GNU coreutils' || skip_all "the installed cp is not GNU cp"

# Both are called as plain "cp", and neither longer than 20 seconds.
mkdir -p bin/gnu bin/ucp
"$GNU_CP" "$UCP" bin/ucp/cp # where an ordinary user can reach it
ln -s "$GNU_CP" bin/gnu/cp
cp() { timeout --foreground 20 cp "${VERSUS_ENGINE[@]}" "$@"; }

# as_nobody COMMAND...: without root's rights; the fixture is nobody's own then
as_nobody() {
	local program=$1
	shift
	setpriv --reuid=65534 --regid=65534 --clear-groups timeout --foreground 20 "$program" "${VERSUS_ENGINE[@]}" "$@"
}

# The fixture; names say what is special about them.
versus_build() {
	mkdir -p dir/sub/deep dir/void other/sub t void rodir
	echo aaa > a
	echo bbbbb > b
	echo exe > x
	: > empty
	echo one > dir/one
	echo two > dir/two
	echo three > dir/sub/three
	echo four > dir/sub/deep/four
	echo other > other/one
	echo more > other/sub/more
	echo in-rodir > rodir/f
	echo readonly > ro
	echo secret > noread
	echo setuid > suid
	echo old > old
	echo new > new
	echo has-name > 'with space'
	echo nl > $'new\nline'
	echo tab > $'ta\tb'
	echo latin > $'\344ber'
	echo q > "it's"
	seq 20000 > big
	truncate -s 1M sparse
	printf data | dd of=sparse bs=4096 seek=100 conv=notrunc status=none
	echo h > hard1
	ln hard1 hard2
	ln hard1 dir/hard3
	ln -s one dir/l-one
	ln -s nowhere dir/l-dangling
	ln -s ../one dir/sub/l-up
	ln -s sub dir/l-sub
	ln -s a l-a
	ln -s dir l-dir
	ln -s other l-other
	ln -s nowhere l-dangling
	ln -s loop loop
	mkfifo fifo
	touch xattr && setfattr -n user.k -v value xattr
	touch acl && setfacl -m u:1:rw acl
	chmod 640 b
	chmod 755 x
	chmod 444 ro
	chmod 000 noread
	chmod 4755 suid
	chmod 751 dir
	chmod 700 dir/sub
	chmod 2775 dir/void
	chmod 600 dir/two
	chmod 1777 void
	chmod 555 rodir
	find . -depth -exec touch -hd '2003-04-05 06:07:08.123456789' {} +
	touch -d '1999-01-01 01:01:01.5' old other/one
	touch -d '2009-09-09 09:09:09.9' new dir/one
	touch -d '2004-04-04' t void dir/sub .
}
(mkdir fixture && cd fixture && versus_build) || exit 1

# What GNU cp does is the same whatever ucp's engine: tests/run.sh names a directory, ORACLE, for what is known of it,
# which lasts as long as its run.
versus_test=${0//\//-}
versus_n=0

# versus_recall QUESTION: fetch what is in gnu.* after this, the n-th question of this test
versus_recall() {
	local known=${ORACLE:-}/$versus_test.$((++versus_n))
	[[ $1 != *PWD* ]] || return 1 # the answer has it, too
	[ -f "$known/question" ] && [ "$(< "$known/question")" = "$1" ] && ln -sf "$known"/gnu.* .
}

# versus_keep QUESTION: keep what is in gnu.*
versus_keep() {
	local known=${ORACLE:-}/$versus_test.$versus_n
	[ -z "${ORACLE:-}" ] || { mkdir -p "$known" && "$GNU_CP" gnu.* "$known/" && echo "$1" > "$known/question"; }
}

# versus_gnu LINE: what GNU cp does, in gnu.*
versus_gnu() {
	versus_recall "$1" && return
	rm -f gnu.* # which may be links to what is known
	versus_side gnu "$1"
	versus_keep "$1"
}

# versus_side SIDE LINE: run it there, leaving SIDE.out, .err, .status and .tree
versus_side() {
	[ ! -e side ] || rm -rf side
	"$GNU_CP" -a fixture side
	[ -z "${VERSUS_OWNER:-}" ] || chown -hR "$VERSUS_OWNER" side
	(
		cd side || exit 99
		PATH="$WORK/bin/$1:$PATH"
		VERSUS_ENGINE=()
		# shellcheck disable=SC2206 # UCP_ARGS: further options, to see what they change
		[ "$1" = gnu ] || VERSUS_ENGINE=("--engine=$UCP_ENGINE" ${UCP_ARGS:-})
		eval "$2"
	) > raw.out 2> raw.err < /dev/null
	echo "$?" > "$1.status"
	: > "$1.out"
	[ ! -s raw.out ] || sort raw.out > "$1.out"
	# of an ambiguous option ucp names its own possibilities too
	: > "$1.err"
	[ ! -s raw.err ] || sed 's/\(is ambiguous; possibilities\):.*/\1/' raw.err | sort > "$1.err"
	SUMS=1 SINCE=1500000000 "$TOOL/listing" side > "$1.tree"
}

# versus_same PART...: the two sides agree on these
versus_same() {
	local part differs=0
	for part; do
		[ "$(< "gnu.$part")" != "$(< "ucp.$part")" ] || continue
		diff -u --label "gnu $part" --label "ucp $part" "gnu.$part" "ucp.$part"
		differs=1
	done
	return "$differs"
}

versus() {
	versus_gnu "$1"
	versus_side ucp "$1"
	ok "$(printf %q "$1")" versus_same status out err tree
}

# versus_said LINE: the same, but which files are there depends on the order GNU cp
# happens to read, or ucp leaves no partial file behind
versus_said() {
	versus_gnu "$1"
	versus_side ucp "$1"
	ok "$(printf %q "$1")" versus_same status out err
}

# versus_done LINE: the same, but ucp words a failure otherwise, or leaves out the -v line of what failed
versus_done() {
	versus_gnu "$1"
	versus_side ucp "$1"
	ok "$(printf %q "$1")" versus_same status tree
}
