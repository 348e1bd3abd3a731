# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/unpack.sh"
plan "nothing is made, changed or linked outside of the directory, whatever names and links an archive has"

J=$WORK/jail
O=$J/outside
I=jail/a/in

# refused TEXT ENTRY-NAME ENTRY...: among good entries these are in; the named one is told, nothing is outside
refused() {
	local what=$1 name=$2 how
	shift 2
	mktar 'file before text=1' "$@" 'file after text=2' > a.tar
	for how in '' '--atomic --keep-directory-symlink'; do
		jail
		# shellcheck disable=SC2086 # no argument when empty
		run unpack $how a.tar $I
		is "$what $how: status" "$status" 1
		ok "$what $how: told" says "$name'"
		ok "$what $how: nothing outside" jailed
		is "$what $how: the rest is unpacked" "$(cat $I/before $I/after)" 12
	done
}
# kept TEXT NAMES ENTRY...: these end up within the directory
kept() {
	local what=$1 wanted=$2 how
	shift 2
	mktar "$@" > a.tar
	for how in '' --atomic; do
		jail
		# shellcheck disable=SC2086
		run unpack $how a.tar $I
		is "$what $how: status" "$status" 0
		is "$what $how: within" "$(names $I)" "$wanted"
		ok "$what $how: nothing outside" jailed
	done
}
# harmless TEXT ENTRY...: whatever it says, nothing is outside, and no signal ends it
harmless() {
	local what=$1 how
	shift
	mktar "$@" > a.tar
	for how in '' '--atomic --keep-directory-symlink'; do
		jail
		# shellcheck disable=SC2086
		run unpack $how a.tar $I
		ok "$what $how: status $status" test "$status" -le 1
		ok "$what $how: nothing outside" jailed
	done
}

# names
refused ".. at the start" ../x 'file ../x text=x'
refused ".. and a name outside" ../outside/file 'file ../outside/file text=x'
refused ".. in the middle" a/../../x 'file a/../../x text=x'
refused ".. that is hidden" ..//y 'file ./x/.././..//y text=y'
refused "a directory" ../outside/dir 'dir ../outside/dir mode=777'
refused "a symlink" ../x 'symlink ../x to=y'
refused "a FIFO" ../x 'fifo ../x'
refused "nothing but .." .. 'dir .. mode=777'
refused "a long name with .." ../x "file $(printf 'd/%.0s' {1..120})$(printf '../%.0s' {1..121})../x text=x"
refused "an absolute name with .." ../outside/file "file /../outside/file text=x"
kept "absolute names" "abs abs/d abs/d/file abs/file" 'file /abs/file text=x' 'dir ///abs/d' 'file //abs/d/file text=x'
harmless "the absolute name of what is outside" "file $O/file text=x" "dir $O/dir mode=777" "symlink $O/link to=x"
harmless "names of nothing" 'file \e text=x' 'dir \e' 'file / text=x' 'file . text=x' 'file ./ text=x' 'dir / mode=700' \
	'symlink . to=x' \
	'link . to=.' 'file // text=x' 'file x/ text=x' 'symlink ./ to=../outside' 'file outside/file text=x'
ok "the directory is one still" test -d $I -a ! -L $I
long=$(printf 'd%.0s' {1..200})
harmless "names with zeros, and all too long" 'file a\000/../../x text=x' "file $long$long text=x" \
	"file $(printf "$long/%.0s" {1..25})f text=x" "symlink s to=$(printf "$long/%.0s" {1..25})" 'file fits text=x'
is "names that are too long: told" "$status:$(cat $I/fits)" "1:x"

# through symlinks
for to in "$O" ../../outside ../../outside/ .. ../.. ./../../outside "../in/../../outside"; do
	refused "through a symlink to ${to/#"$J"}" l/file "symlink l to=$to" 'file l/file text=x'
	is "through a symlink to ${to/#"$J"}: it stays a symlink" "$(readlink $I/l)" "$to"
done
refused "through a symlink to /" "l$O/new" 'symlink l to=/' "file l$O/new text=x"
refused "a directory through a symlink" l/new "symlink l to=$O" 'dir l/new mode=777' 'file l/new/file text=x'
refused "a link through a symlink" l/new "symlink l to=$O" 'link l/new to=before'
refused "a symlink through a symlink" l/new "symlink l to=$O" 'symlink l/new to=x'
refused "a FIFO through a symlink" l/new "symlink l to=$O" 'fifo l/new'
refused "two symlinks in turn" b/file 'symlink a to=..' 'symlink b to=a/../outside' 'file b/file text=x'
refused "a symlink in a symlink" d/l/m/file 'dir d' 'dir e' 'symlink d/l to=../e' "symlink e/m to=$O" 'file d/l/m/file text=x'
refused "a symlink to a symlink" k/file "symlink l to=$O" 'symlink k to=l' 'file k/file text=x'
refused "a symlink to a file" l/file 'symlink l to=before' 'file l/file text=x'
refused "a symlink to nothing" l/file 'symlink l to=nowhere' 'file l/file text=x'
refused "a symlink to itself" l/file 'symlink l to=l' 'file l/file text=x'
refused "a symlink that has a hard link" k/file "symlink l to=$O" 'link k to=l' 'file k/file text=x'
kept "through a symlink that stays within" "l sub sub/f" 'dir sub' 'symlink l to=sub' 'file l/f text=x'
is "through a symlink that stays within: it is one" "$(readlink $I/l):$(cat $I/sub/f)" "sub:x"
kept "the same with .." "d d/l sub sub/f sub/g sub/g/h" 'dir sub' 'dir d' 'symlink d/l to=../sub' 'file d/l/f text=x' \
	'file d/l/g/h text=y'
kept "through a chain" "a b c c/f" 'dir c' 'symlink b to=c' 'symlink a to=./b' 'file a/f text=x'
harmless "an absolute symlink to what is within" 'dir sub' 'symlink l to=/sub' 'file l/f text=x'

# what a symlink leads to is not changed when another entry has its name
harmless "a file over a symlink" "symlink l to=$O/file" 'file l text=x mode=777 mtime=5'
is "a file over a symlink: it is a file" "$(stat -c %F $I/l):$(cat $I/l)" "regular file:x"
harmless "a directory over a symlink" "symlink l to=$O/dir" 'dir l mode=777 mtime=5' 'file l/file text=x'
harmless "a symlink over a directory, whose attributes come last" 'dir d mode=777 mtime=5' "symlink d to=$O/dir" \
	'dir d mode=777 mtime=5'
harmless "a symlink in the place of a directory that is not there any more" 'dir p' 'dir p/d mode=777 mtime=5' \
	"symlink p to=$O" 'dir p/dir mode=777'
harmless "hard links to symlinks, written over" "symlink s to=$O/file" 'link h to=s' 'file h text=x' 'link i to=s' \
	'file s text=y mode=777'
is "hard links to symlinks: they are not followed" "$(readlink $I/i)" "$O/file"
harmless "a link to a symlink, with data" "symlink s to=$O/file" 'link h to=s text=data pax=size=4'

# hard links
harmless "a hard link to a file of the system" 'link h to=/etc/passwd'
is "a hard link to a file of the system: it has no name more" "$(find $I -samefile /etc/passwd)" ""
harmless "a hard link to a file outside" "link h to=$O/file" 'file h text=x mode=777'
refused "a hard link with .." h 'link h to=../../outside/file'
refused "a hard link with .., written over" h 'link h to=../../outside/file' 'file h text=x'
refused "a hard link with .. in the middle" h 'link h to=a/../../../outside/file'
refused "a hard link through a symlink" h "symlink l to=$O" 'link h to=l/file'
refused "a hard link to what is not there" in/h 'link h to=nowhere'
refused "a hard link to a directory" h 'dir d' 'link h to=d'
harmless "hard links to the directory, and to nothing" 'link h to=.' 'link i to=/' 'link j to=\e'
harmless "a hard link with data, to what is outside" "link h to=$O/file text=data pax=size=4" \
	'link i to=../../outside/file text=data pax=size=4'
is "a hard link with data: has it within" "$(find $I -type f -links +1)" ""
kept "hard links by absolute names" "abs abs/f abs/g h" 'file /abs/f text=x' 'link /abs/g to=/abs/f' 'link h to=//abs/f'
is "hard links by absolute names: are links" "$(stat -c %h $I/abs/f)" 3
kept "a hard link to itself" "f" 'file f text=x' 'link f to=f'
is "a hard link to itself: nothing is lost" "$(cat $I/f)" x

# names by other means: pax, GNU, a prefix; and as cpio and zip have them
harmless "by pax" "file x text=x pax=path=../../outside/file" "file y text=x pax=path=$O/file" \
	"link z to=before pax=linkpath=$O/file" \
	"symlink l to=x pax=linkpath=$O" 'file l/file text=x' 'file x text=x prefix=../../outside' \
	'file v text=x pax=path=a\000b' \
	'file x text=x pax=path=../../outside/file pax=path=fine' 'file w text=w pax=path= pax=linkpath=' \
	'g x pax=path=../../outside/file' 'file u text=u'
mktar "file $(printf 'd/%.0s' {1..120})../../../outside/file text=x" > long.tar
for format in cpio newc zip; do
	jail
	mktar 'file before text=1' 'file ../../outside/file text=x' "file $O/file text=x" "symlink l to=$O" 'file l/file text=x' \
		"link h to=before" | bsdtar -cf a.$format --format $format @- 2> /dev/null
	run unpack a.$format $I
	is "as $format: status" "$status" 1
	ok "as $format: told" says l/file a.$format
	ok "as $format: nothing outside" jailed
	is "as $format: the rest is unpacked" "$(cat $I/before)" 1
done

# what a hard link names is looked for, and nothing is made on the way
jail
mktar 'link h to=/etc/passwd' 'link i to=no/such/file' 'file f text=x' > made.tar
run unpack made.tar $I
is "a hard link to what is not there makes no directories" "$status:$(names $I)" "1:f"
ok "a hard link to what is not there: told" says "'h'" made.tar /etc/passwd

# what an archive holds does not get to the terminal as control characters
jail
mktar 'link h to=../\033[31mRED\007' 'symlink l\033[31m to=/' 'file l\033[31m/f\033[0m text=x' > esc.tar
run unpack esc.tar $I
is "control characters: status" "$status" 1
ok "control characters: told" says "RED" esc.tar
ok "control characters: none in messages" test -z "$(tr -d '[:print:]\n' <<< "$err")"

# what is there already, and is somebody else's
jail && ln -s "$O" $I/l && ln -s "$O/file" $I/f
mktar 'file l/file text=x' 'file f text=x' 'dir l/dir mode=777' > a.tar
run unpack a.tar $I
is "a symlink that was there: status" "$status" 1
ok "a symlink that was there: nothing outside" jailed
is "a file in its place" "$(cat $I/f)" x

# a directory that becomes a symlink while it is unpacked into
mkfifo pipe
for how in '' --atomic; do
	jail
	# shellcheck disable=SC2086
	unpack $how - $I < pipe > /dev/null 2>&1 &
	exec 9> pipe
	mktar 'dir d mode=777 mtime=5' 'file d/a text=a' 'file filler bytes=300k' 'end 0' >&9
	for _ in $(seq 100); do [ ! -e $I/d/a ] || break; sleep 0.02; done
	ok "a directory is swapped $how" mv $I/d $I/moved
	ln -s ../../outside $I/d
	mktar 'file d/file text=x' 'file d/b text=b' 'dir d/dir mode=777' 'file d/dir/file text=x' 'link d/c to=d/a' \
		'dir d mode=777 mtime=5' >&9
	exec 9>&-
	wait $!
	status=$?
	ok "a directory is swapped $how: status $status" test $status -le 1
	ok "a directory is swapped $how: nothing outside" jailed
done
