# shellcheck shell=bash disable=SC2016,SC2034 # the measured shells expand; run uses the names
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# The scenarios, and the ways of copying that each of them compares.

SCENARIO_NAMES=(warm cold fsync safe large large-warm fsync-large safe-large medium tiny wide sparse
	links same-fs update slow hash unpack unpack-fsync)

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

# Adds ucp with some engines. $1: its options beside -a, $2: what it keeps, then the engines; all
# of them when none is named
way_ucp()
{
	local engine options="${1:+ $1}" keeps=$2

	shift 2
	[ $# -gt 0 ] || set -- uring threads serial
	for engine; do
		way "ucp -a$options, $engine" "$keeps" -aHAX \
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

# Plain copies of what is not the tree: the peers that do well there.
ways_other()
{
	way 'cp -a' "$KEEPS_ALL" -aHAX 'cp -a "$SRC" "$DST"'
	way 'rsync -aHAX -W --inplace' "$KEEPS_NO_ATIME" -aHAX \
		'rsync -aHAX -W --inplace "$SRC/" "$DST/"'
	way_pipe tar
	way_ucp '' 'as `cp -a`' uring threads
}

# As before for a sparse file: peers told to leave its holes.
ways_sparse()
{
	way 'cp -a' "$KEEPS_ALL" -aHAX 'cp -a "$SRC" "$DST"'
	way 'rsync -aHAXS' "$KEEPS_NO_ATIME" -aHAX 'rsync -aHAXS "$SRC/" "$DST/"'
	way_pipe 'tar -S'
	way_ucp '' 'as `cp -a`' uring threads
}

# Runs over a copy that is there, from an unchanged source.
ways_update()
{
	way 'cp -au' "$KEEPS_ALL" -aHAX 'cp -auT "$SRC" "$DST"'
	way 'rsync -aHAX' "$KEEPS_NO_ATIME" -aHAX 'rsync -aHAX "$SRC/" "$DST/"'
	way 'ucp -au, uring' 'as `cp -a`' -aHAX '"$UCP" -auT --engine=uring "$SRC" "$DST"'
	way 'ucp -au, threads' 'as `cp -a`' -aHAX '"$UCP" -auT --engine=threads "$SRC" "$DST"'
}

# Copies whose files are all durable when the command returns.
ways_fsync()
{
	way 'cp -a, sync -f' "$KEEPS_ALL" -aHAX 'cp -a "$SRC" "$DST" && sync -f "$MNT"'
	way 'rsync -a --fsync' 'mode, owner, mtime' -a 'rsync -a --fsync "$SRC/" "$DST/"'
	way_ucp --fsync=batch 'as `cp -a`' uring threads
	way_ucp --fsync=file 'as `cp -a`' uring threads
	way_ucp --fsync=fs 'as `cp -a`' uring
}

# Copies that are durable and have been compared with what is on the medium.
ways_safe()
{
	way 'cp -a, sync -f, drop caches, diff -r' "$KEEPS_ALL" -aHAX \
		'cp -a "$SRC" "$DST" && sync -f "$MNT" && echo 3 >/proc/sys/vm/drop_caches && diff -r "$SRC" "$DST"'
	way 'cp -a, sync -f' "$KEEPS_ALL, but compares nothing" -aHAX \
		'cp -a "$SRC" "$DST" && sync -f "$MNT"'
	way_ucp --safe 'as `cp -a`; each file atomic' uring threads
}

# Copies with digests. $MANIFEST takes the digests.
ways_hash()
{
	way 'cp -a' "$KEEPS_ALL" -aHAX 'cp -a "$SRC" "$DST"'
	way 'cp -a, xxhsum' 'as `cp -a`, and XXH128 of the copy' -aHAX \
		'cp -a "$SRC" "$DST" && cd "$DST" &&
		find . -type f -print0 | xargs -0 xxhsum -q -H128 --tag >"$MANIFEST"'
	way_ucp '--manifest=FILE' 'as `cp -a`, and XXH128' uring threads
	WAY_COMMAND=("${WAY_COMMAND[@]//--manifest=FILE/'--manifest="$MANIFEST"'}")
}

# Unpacking $ARCHIVE. $1: what follows each command of a peer, $2: options of ucp
ways_unpack()
{
	local engine

	way "tar -xpf$1" 'mode, owner, mtime' -aHAX \
		'mkdir "$DST" && tar --xattrs --acls -C "$DST" -xpf "$ARCHIVE"'"${1:+ && sync -f \"\$MNT\"}"
	way "bsdtar -xpf$1" 'mode, owner, mtime' -aHAX \
		'mkdir "$DST" && bsdtar -C "$DST" -xpf "$ARCHIVE" && touch -r "$SRC" "$DST"'"${1:+ && sync -f \"\$MNT\"}"
	for engine in uring threads; do
		way "ucp --unpack$2, $engine" 'mode, owner, mtime' -aHAX \
			'"$UCP" --unpack'"$2"' --engine='"$engine"' "$ARCHIVE" "$DST"'
	done
}

# Sets what a scenario needs. INPUT: see inputs.sh. FROM: where the source lies, host (as it was
# given), image (a filesystem of its own), slow (that of slow_mount) or same (the destination's).
# CACHE: warm or cold. DURABLE: whether a second row tells the time until sync -f has returned too.
# THERE: whether a copy is there already. PACKED: whether the source is an archive of it in memory.
scenario_load()
{
	INPUT=tree FROM=image CACHE=warm DURABLE='' THERE='' PACKED=''
	WAY_NAME=() WAY_KEEPS=() WAY_CHECK=() WAY_COMMAND=()
	case $1 in
	warm) FROM=host NOTE='The source is in the page cache.' ;;
	cold)
		CACHE=cold
		NOTE='Caches dropped before each run; the source is on an ext4 of its own.'
		;;
	fsync)
		FROM=host
		NOTE='Each file is durable when the command returns; source in the page cache.'
		;;
	fsync-large)
		INPUT=large CACHE=cold
		NOTE='One file of random bytes, the source on an ext4 of its own, durable when the command returns; caches dropped before each run.'
		;;
	safe)
		FROM=host
		NOTE='Durable, read back from the medium and compared; source in the page cache at first.'
		;;
	safe-large)
		INPUT=large
		NOTE='The same of one file of random bytes; the source is on an ext4 of its own.'
		;;
	large | large-warm)
		INPUT=large DURABLE=1
		NOTE='One file of random bytes, on an ext4 of its own. '
		;;&
	large) CACHE=cold NOTE+='Caches dropped before each run.' ;;
	large-warm) NOTE+='The source is in the page cache.' ;;
	medium)
		INPUT=medium CACHE=cold
		NOTE='Files of 1 MiB in one directory, on an ext4 of its own; caches dropped before each run.'
		;;
	tiny) INPUT=tiny NOTE='Files of 128 bytes, a thousand in a directory; source in the page cache.' ;;
	wide) INPUT=wide NOTE='Files of 1 KiB in one directory; source in the page cache.' ;;
	sparse)
		INPUT=sparse
		NOTE='One file, 64 KiB of data in each 2 MiB; source in the page cache.'
		;;
	links)
		INPUT=links
		NOTE='Ten names of each file, in ten directories; source in the page cache.'
		;;
	same-fs)
		FROM=same
		NOTE='Source and destination in one filesystem; source in the page cache.'
		;;
	update)
		FROM=host THERE=1
		NOTE='A copy is there and nothing has changed; source in the page cache.'
		;;
	slow)
		INPUT=slow FROM=slow
		NOTE='Files of 4 KiB from a filesystem (FUSE) that takes 5 ms for each request.'
		;;
	unpack | unpack-fsync)
		FROM=host PACKED=1
		NOTE='A tar archive of the tree, in memory (tmpfs).'
		;;&
	unpack-fsync) NOTE+=' All is durable when the command returns.' ;;
	hash) FROM=host NOTE='With digests of all files; source in the page cache.' ;;
	esac
	[ -z "$DURABLE" ] || NOTE+=' Rows with `, sync -f` are compared with `cp -a, sync -f`.'
	case $1 in
	fsync*) ways_fsync ;;
	hash) ways_hash ;;
	safe | safe-large) ways_safe ;;
	sparse) ways_sparse ;;
	update) ways_update ;;
	unpack) ways_unpack '' '' ;;
	unpack-fsync)
		ways_unpack ', sync -f' ' --fsync=batch'
		way 'ucp --unpack --atomic --fsync=batch, uring' 'the same; each file atomic' -aHAX \
			'"$UCP" --unpack --atomic --fsync=batch "$ARCHIVE" "$DST"'
		;;
	warm | cold) ways_copy ;;
	*) ways_other ;;
	esac
	case $1 in warm | cold) ways_floor ;; esac
}
