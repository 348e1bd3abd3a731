# shellcheck shell=bash
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# What the tests of --unpack share; sourced after tap.sh. Archives come from
# bsdtar, and those that no archiver would write from tests/tool/mktar.c.

need bsdtar
if ucp --unpack no.tar no 2>&1 | grep -q 'not available'; then
	skip_all "this build has no --unpack"
fi

# What sanitizers find is no failure that a hostile archive may lead to, as status 1 is.
export ASAN_OPTIONS="exitcode=126:${ASAN_OPTIONS:-}" TSAN_OPTIONS="exitcode=126:${TSAN_OPTIONS:-}"
export UBSAN_OPTIONS="halt_on_error=1:exitcode=126:${UBSAN_OPTIONS:-}"

unpack() { ucp --unpack "$@"; }

# mktar ENTRY...: an archive of these, see there
mktar() { "$TOOL/mktar" "$@"; }

# names DIR: all that is in it, in one line
names() { (cd "$1" && find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort | xargs -d '\n'); }

# listed TREE: as text, without a line for the tree itself, whose attributes need not be in an archive
listed() { SUMS=1 HOLES=${HOLES:-0} "$TOOL/listing" "$1" > listing.all && tail -n +2 listing.all; }

# same_entries A B: whatever is in two trees is the same: names, types, modes, owners, times, attributes, link
# groups, sums of data, and with HOLES=1 where that lies
same_entries() {
	listed "$1" > listing.a && listed "$2" > listing.b && diff listing.a listing.b
}

# says TEXT...: standard error, as run() left it, has a line with all of these
says() {
	local line text
	while IFS= read -r line; do
		for text; do
			[[ $line == *"$text"* ]] || continue 2
		done
		return 0
	done <<< "${err-}"
	printf 'no line with: %s\nthere is:\n%s\n' "$*" "$err"
	return 1
}

# absent PATH: there is nothing of this name
absent() { ! ls -la "$1" 2> /dev/null; }

# clean DIR: no temporary name is left
clean() { ! find "$1" -name '.ucp-*' | grep .; }

# jail: an empty jail/a/in for archives to be unpacked to; nothing around it may change
jail() {
	if [ -n "${jail_was:-}" ] && [ "$jail_was" = "$(around)" ]; then
		rm -rf jail/a/in 2> /dev/null || { chmod -R u+rwx jail/a/in && rm -rf jail/a/in; }
		mkdir jail/a/in
		return
	fi
	rm -rf jail
	mkdir -p jail/outside/dir jail/a/in
	echo outside > jail/outside/file && echo outside > jail/outside/dir/file && ln -s file jail/outside/link
	chmod 750 jail/outside/dir && chmod 640 jail/outside/file
	jail_was=$(around)
}

# around: all that is in jail, but not in jail/a/in; whatever is done to a file changes its ctime
around() {
	find jail -path jail/a/in -prune -o -path jail/a -printf '%p %M %u:%g\n' -o -printf '%p %M %n %u:%g %s %T@ %C@ %l\n'
}

# jailed: nothing around has changed
jailed() {
	local now
	now=$(around)
	[ "$now" = "$jail_was" ] || diff <(printf '%s\n' "$jail_was") <(printf '%s\n' "$now")
}
