# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/loop.sh"
. "$ROOT/tests/lib/tree.sh"
plan "--preserve=flags and =project keep what chattr sets, and say what a filesystem cannot keep"

need_mounts
for tool in chattr lsattr; do need $tool; done
if ! mounted ext4 probe 20M || ! touch probe/x || ! chattr +i probe/x 2> /dev/null; then
	skip_all "flags cannot be set here"
fi
chattr -i probe/x
unmount probe

# free TREE: so that it can be removed
free() { [ ! -e "$1" ] || chattr -R -f -i -a "$1"; }
# flags TREE: path, flags and project of everything below, but for what tells how it is stored
flags() {
	(cd "$1" && find . \( -type f -o -type d \) -print0 | sort -z | xargs -0 lsattr -dp |
		sed -E 's/^( *[0-9]+) ([^ ]+)/\1 \2/' |
		awk '{ f = $2; gsub(/[eIVNEh-]/, "", f); p = $1; $1 = $2 = ""; print p, f, $0 }')
}

# flags_build DIR SETTABLE: one file and directory for each flag, links and an inheriting directory
flags_build() {
	local f
	mkdir "$1"
	for f in $2; do
		mkdir "$1/dir-$f"
		echo "$f" > "$1/dir-$f/inside"
		touch -d 2001-01-01 "$1/dir-$f/inside" "$1/dir-$f"
		chattr "+$f" "$1/dir-$f" || echo "cannot +$f"
		case $f in
		D | T | P) continue ;; # of directories only
		esac
		echo "$f" > "$1/file-$f"
		touch -d 2001-01-01 "$1/file-$f"
		chattr "+$f" "$1/file-$f" || echo "cannot +$f"
	done
	echo linked > "$1/linked"
	ln "$1/linked" "$1/dir-d/linked"
	ln "$1/linked" "$1/linked-too"
	chattr +i "$1/linked"
	echo appended > "$1/appended"
	ln "$1/appended" "$1/dir-d/appended"
	chattr +aA "$1/appended"
	echo plain > "$1/plain"
	touch -d 2001-01-01 "$1"
}

for type in ext4 xfs btrfs; do
	mounted $type disk 400M || { ok "$type: mounted" false; continue; }
	case $type in
	ext4) settable="s u S D d A t T P a i" ;;
	xfs) settable="S d A P a i" ;;
	btrfs) settable="S D d A c m a i" ;;
	esac
	flags_build disk/src "$settable" > build.log 2>&1
	is "$type: the tree could be built" "$(cat build.log)" ""
	[ $type != btrfs ] || { : > disk/src/nocow && chattr +C disk/src/nocow && echo data > disk/src/nocow; }
	for UCP_ENGINE in uring threads serial; do
		for args in "" --fsync --manifest=list; do
			at="$type on $UCP_ENGINE${args:+, $args}"
			# shellcheck disable=SC2086 # no argument when empty
			run ucp -a --preserve=flags $args disk/src disk/copy
			is "$at: exit status" "$status:$err" "0:"
			is "$at: the flags" "$(flags disk/copy)" "$(flags disk/src)"
			ok "$at: the rest" same_across disk/src disk/copy
			free disk/copy && rm -rf disk/copy
		done
		run ucp -a disk/src disk/copy
		is "$type on $UCP_ENGINE: no flags without being asked" \
			"$status:$(flags disk/copy | awk '$2 ~ /^[iadA]/')" "0:"
		# what is there gets the flags of the source, and loses its own
		chattr +A disk/copy/plain
		run ucp -a --preserve=flags disk/src/. disk/copy
		is "$type on $UCP_ENGINE, onto a copy: exit status" "$status:$err" "0:"
		is "$type on $UCP_ENGINE, onto a copy: the flags" "$(flags disk/copy)" "$(flags disk/src)"
		# now the immutable ones are in the way
		run ucp -a --preserve=flags disk/src/. disk/copy
		is "$type on $UCP_ENGINE, onto immutable ones: exit status" "$status" 1
		ok "$type on $UCP_ENGINE, onto immutable ones: message" \
			grep -q "cannot create regular file 'disk/copy/./file-i': Operation not permitted" <<< "$err"
		free disk/copy && rm -rf disk/copy
	done
	free disk/src
	unmount disk
done

# what forbids changes comes when nothing is to come any more
if mounted ext4 disk 60M; then
	mkdir -p disk/a/sub disk/b disk/one && echo f > disk/one/f && ln -s f disk/one/l
	echo x > disk/a/x && echo y > disk/a/y && echo z > disk/b/z
	for UCP_ENGINE in uring threads serial; do
		chattr +i disk/one/f disk/a
		run ucp -aL --preserve=flags disk/one disk/copy
		is "a symlink to an immutable file, -L, on $UCP_ENGINE" "$status:$err" "0:"
		is "it is immutable, and has both names" "$(lsattr disk/copy/f | cut -c5):$(stat -c %h disk/copy/l)" i:2
		free disk/copy && rm -rf disk/copy && mkdir disk/copy
		run ucp -aH --preserve=flags disk/one/l disk/one/f disk/copy
		is "the same as operands, -H, on $UCP_ENGINE" "$status:$err:$(stat -c %h disk/copy/l)" "0::2"
		free disk/copy && rm -rf disk/copy && mkdir disk/copy
		run ucp -a --preserve=flags disk/a/. disk/b/. disk/copy
		is "more goes into an immutable directory, on $UCP_ENGINE" "$status:$err" "0:"
		is "all of it" "$(cd disk/copy && echo *)" "sub x y z"
		free disk/copy && rm -rf disk/copy && mkdir disk/copy
		(cd disk && ucp -r --parents --preserve=flags a/x a/y copy)
		is "--parents through an immutable directory, on $UCP_ENGINE" "$?:$(cd disk/copy/a && echo *)" "0:x y"
		free disk/copy && rm -rf disk/copy
		mkdir disk/copy && echo old > disk/copy/real && ln -s real disk/copy/link
		run ucp -a --preserve=flags disk/one/f disk/copy/link
		is "through a symlink, on $UCP_ENGINE" "$status:$err:$(lsattr disk/copy/real | cut -c5)" "0::i"
		chattr -i disk/copy/real && rm -rf disk/copy
	done
	free disk && unmount disk
	# numbers of ioctl(2) mean other things to a driver
	if command -v strace > /dev/null; then
		strace -y -f -o trace -e trace=ioctl "$UCP" --engine=serial --preserve=flags,project "$UCP" /dev/null
		ok "no flags are asked of a device" eval "! grep -E '/dev/null.*(FLAGS|XATTR)' trace"
	fi
fi

# what another filesystem does not take is told by its letters, and the rest is kept
if mounted ext4 one 60M && mounted xfs two 400M; then
	echo x > one/x
	chattr +sdA one/x
	for UCP_ENGINE in uring threads serial; do
		run ucp -a --preserve=flags one/x two/
		is "ext4 to xfs on $UCP_ENGINE" "$status:$err" \
			"1:ucp: failed to preserve flags 's' of 'two/x': Operation not supported"
		is "ext4 to xfs on $UCP_ENGINE: the others are kept" \
			"$(lsattr two/x | cut -d' ' -f1 | tr -d e-)" dA
		ok "ext4 to xfs on $UCP_ENGINE: the data" cmp one/x two/x
		rm -f two/x
	done
	unmount one
	unmount two
else
	ok "ext4 and xfs: mounted" false
fi

# project ids, which xfs always has and tmpfs never
mounted tmpfs elsewhere 10M
mounted xfs disk 400M || ok "xfs: mounted" false
mkdir disk/src && echo 1 > disk/src/one && echo 2 > disk/src/two && mkdir disk/src/dir
chattr -p 77 disk/src/one && chattr +P -p 78 disk/src/dir && echo 3 > disk/src/dir/three
for UCP_ENGINE in uring threads serial; do
	run ucp -a --preserve=project disk/src disk/copy
	is "projects on $UCP_ENGINE: exit status" "$status:$err" "0:"
	is "projects on $UCP_ENGINE: the ids" "$(cd disk/copy && lsattr -dp . one two dir dir/three | awk '{print $1}' | xargs)" \
		"0 77 0 78 78"
	run ucp -a --preserve=project disk/src/one disk/src/two elsewhere
	is "projects on $UCP_ENGINE, elsewhere" "$status:$err" \
		"1:ucp: failed to preserve the project of 'elsewhere/one': Operation not supported"
	rm -rf disk/copy elsewhere/*
done
unmount disk
touch file
run ucp --no-preserve=flags -a file other
is "--no-preserve=flags" "$status:$err" "0:"
ln -s "$UCP" cp
run ./cp --preserve=flags file other
is "called as cp the word is unknown" "$status:${err%%$'\n'*}" "1:cp: invalid argument 'flags' for '--preserve'"
