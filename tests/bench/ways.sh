# shellcheck shell=bash disable=SC2016,SC2034 # the measured shells expand; run uses the names
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# The scenarios, and the ways of copying that each of them compares.

SCENARIO_NAMES=(warm cold fsync fsync-large safe safe-large large large-warm same-fs hash)

KEEPS_ALL='mode, owner, times, links, xattrs, ACLs'
KEEPS_NO_ATIME='as `cp -a`, less atime'

# Adds a way: its name, what it keeps, the rsync options that find a difference in the copy, and
# the command, for sh. It copies $SRC to $DST, which does not exist, on the filesystem at $MNT.
# The first way of a scenario is the one that the others are compared with.
way()
{
	if [ "${#WAY_NAME[@]}" -eq 0 ] || [[ $1 =~ $WAYS ]]; then
		WAY_NAME+=("$1")
		WAY_KEEPS+=("$2")
		WAY_CHECK+=("$3")
		WAY_COMMAND+=("$4")
	fi
}

# Adds ucp once with each engine. $1: its options beside -a, $2: what it keeps
way_ucp()
{
	local engine options="${1:+ $1}"

	for engine in uring threads serial; do
		way "ucp -a$options, $engine" "$2" -aHAX \
			'"$UCP" -a'"$options"' --engine='"$engine"' "$SRC" "$DST"'
	done
}

# Adds a pipe from one archiver to another; $FAILED tells that the first one failed. bsdtar leaves
# the time of the folder it is pointed at, hence touch.
way_pipe()
{
	way "$1 | $1" "$KEEPS_NO_ATIME" -aHAX "mkdir \"\$DST\" &&
		{ $1 --xattrs --acls -C \"\$SRC\" -cf - . || : >\"\$FAILED\"; } |
		$1 --xattrs --acls -C \"\$DST\" -xpf - && [ ! -e \"\$FAILED\" ] &&
		touch -r \"\$SRC\" \"\$DST\""
}

# Plain copies.
ways_copy()
{
	way 'cp -a' "$KEEPS_ALL" -aHAX 'cp -a "$SRC" "$DST"'
	way 'cp -r' 'contents, mode less umask' -rl 'cp -r "$SRC" "$DST"'
	way 'rsync -aHAX -W --inplace' "$KEEPS_NO_ATIME" -aHAX \
		'rsync -aHAX -W --inplace "$SRC/" "$DST/"'
	way_pipe tar
	way_pipe bsdtar
	way_ucp '' 'as `cp -a`'
}

# What no copier can do without, by the calls alone: see floor.c.
ways_floor()
{
	way 'floor' 'contents, symlinks' -rl '"$TOOLS/floor" "$SRC" "$DST"'
	way 'floor -t' 'contents, symlinks, mode, times' -rl '"$TOOLS/floor" -t "$SRC" "$DST"'
}

# Copies whose files are all durable when the command returns.
ways_fsync()
{
	way 'cp -a, sync -f' "$KEEPS_ALL" -aHAX 'cp -a "$SRC" "$DST" && sync -f "$MNT"'
	way 'rsync -a --fsync' 'mode, owner, mtime' -a 'rsync -a --fsync "$SRC/" "$DST/"'
	way_ucp --fsync=file 'as `cp -a`'
	way_ucp --fsync=batch 'as `cp -a`'
	way_ucp --fsync=fs 'as `cp -a`'
}

# Copies that are durable and have been compared with what is on the medium.
ways_safe()
{
	way 'cp -a, sync -f, drop caches, diff -r' "$KEEPS_ALL" -aHAX \
		'cp -a "$SRC" "$DST" && sync -f "$MNT" && echo 3 >/proc/sys/vm/drop_caches && diff -r "$SRC" "$DST"'
	way_ucp --safe 'as `cp -a`; each file atomic'
	way_ucp '--fsync=batch --verify' 'as `cp -a`'
}

# Copies with digests. $MANIFEST takes the digests.
ways_hash()
{
	way 'cp -a' "$KEEPS_ALL" -aHAX 'cp -a "$SRC" "$DST"'
	way 'cp -a, xxhsum' 'as `cp -a`, and XXH128 of the copy' -aHAX \
		'cp -a "$SRC" "$DST" && cd "$DST" &&
		find . -type f -print0 | xargs -0 xxhsum -q -H128 --tag >"$MANIFEST"'
	way_ucp '--manifest=FILE' 'as `cp -a`, and XXH128'
	WAY_COMMAND=("${WAY_COMMAND[@]//--manifest=FILE/'--manifest="$MANIFEST"'}")
}

# Sets what a scenario needs. INPUT: tree or large. FROM: where the source lies, host (as it was
# given), image (a filesystem of its own) or same (the destination's). CACHE: warm or cold.
# DURABLE: whether a second row tells the time until sync -f has returned too.
scenario_load()
{
	INPUT=tree FROM=host CACHE=warm DURABLE=
	WAY_NAME=() WAY_KEEPS=() WAY_CHECK=() WAY_COMMAND=()
	case $1 in
	warm) NOTE='The source is in the page cache.' ;;
	cold)
		FROM=image CACHE=cold
		NOTE='Caches dropped before each run; the source is on an ext4 of its own.'
		;;
	fsync) NOTE='Each file is durable when the command returns; source in the page cache.' ;;
	fsync-large)
		INPUT=large FROM=image CACHE=cold
		NOTE='One file of random bytes, the source on an ext4 of its own, durable when the command returns; caches dropped before each run.'
		;;
	safe) NOTE='Durable, read back from the medium and compared; source in the page cache at first.' ;;
	safe-large)
		INPUT=large FROM=image
		NOTE='The same of one file of random bytes; the source is on an ext4 of its own.'
		;;
	large | large-warm)
		INPUT=large FROM=image DURABLE=1
		NOTE='One file of random bytes, on an ext4 of its own. '
		;;&
	large) CACHE=cold NOTE+='Caches dropped before each run.' ;;
	large-warm) NOTE+='The source is in the page cache.' ;;
	same-fs)
		FROM=same
		NOTE='Source and destination in one filesystem; source in the page cache.'
		;;
	hash) NOTE='With digests of all files; source in the page cache.' ;;
	esac
	[ -z "$DURABLE" ] || NOTE+=' Rows with `, sync -f` are compared with `cp -a, sync -f`.'
	case $1 in
	fsync*) ways_fsync ;;
	hash) ways_hash ;;
	safe | safe-large) ways_safe ;;
	*) ways_copy ;;
	esac
	case $1 in warm | cold) ways_floor ;; esac
}
