# shellcheck shell=bash disable=SC2154 # the variables of run
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# Filesystems in images, the state of memory and caches, and the measured run itself.

FAILURES=0
REPORTING=/sys/module/page_reporting/parameters/page_reporting_order

# Prints a message of progress.
say()
{
	printf 'bench: %s\n' "$*" >&2
}

# Gives up with a message.
die()
{
	say "$*"
	exit 1
}

# Reports a failure that the other runs survive.
fail()
{
	say "FAILED: $*"
	FAILURES=$((FAILURES + 1))
}

# Prints the number of files, the bytes in them and the number of all entries below a directory.
tree_count()
{
	find "$1" -printf '%y %s\n' | awk '
		$1 == "f" { files++; bytes += $2 }
		END { printf "%.0f %.0f %.0f\n", files, bytes, NR }'
}

# Prints how many MiB of filesystem hold $1 bytes in $2 entries, $3 times over.
image_need()
{
	local data=$((($1 + 4096 * $2) * $3)) inodes=$((16384 * $2 * $3))

	echo $(((data > inodes ? data : inodes) * 5 / 4 / 1048576 + 512))
}

# Attaches an image to a free loop device, $LOOP, that bypasses the page cache.
image_attach()
{
	LOOP=$(losetup --find --show --direct-io=on "$1") || die "cannot attach $1"
	if [ "$(losetup --noheadings --output DIO "$LOOP" | tr -d ' ')" != 1 ]; then
		die "the filesystem of $1 does not give loop devices direct I/O: set BENCH_DIR"
	fi
}

# Makes a filesystem on $LOOP. None discards: the blocks of the image stay allocated.
image_format()
{
	case $1 in
	ext4)
		mkfs.ext4 -q -F -E nodiscard,lazy_itable_init=0,lazy_journal_init=0 "$LOOP"
		;;
	xfs) mkfs.xfs -q -f -K -m reflink=1 "$LOOP" ;;
	btrfs) mkfs.btrfs -q -f -K "$LOOP" ;;
	esac >/dev/null || die "mkfs of $1 failed"
}

# Mounts $LOOP as $1 on $2 with options $3. The device goes when the mount goes, however that ends.
image_mount()
{
	mkdir -p "$2"
	mount -t "$1" -o "${3:-defaults}" "$LOOP" "$2" || die "cannot mount $1"
	losetup -d "$LOOP"
}

# Detaches what still uses the images in a directory. Dead mounts take a moment.
images_detach()
{
	local image loop try

	for image in "$1"/*.img; do
		[ -e "$image" ] || continue
		for ((try = 0; try < 300; try++)); do
			loop=$(losetup --associated "$image" | cut -d: -f1)
			[ -n "$loop" ] || break
			# One line a device.
			xargs -r -n1 losetup -d <<<"$loop" 2>/dev/null
			sleep 0.1
		done
		[ -z "$loop" ] || say "$image is still in use by $loop"
	done
}

# Makes the image for the destinations. It is written once, so that no run pays for its blocks.
destination_make()
{
	say "writing an image of $1 MiB"
	dd if=/dev/zero of="$WORK/dst.img" bs=4M count=$((($1 + 3) / 4)) oflag=direct conv=fsync \
		status=none || die 'cannot write the image for the destinations'
}

# Makes and mounts an image of $1 MiB with the inputs named behind.
source_make()
{
	local input

	truncate -s "$1M" "$WORK/src.img" || die 'cannot make the source image'
	shift
	say "making the source image: $*"
	image_attach "$WORK/src.img"
	image_format ext4
	image_mount ext4 "$WORK/src"
	for input in "$@"; do
		if [ "$input" = tree ]; then
			cp -a "$TREE" "$WORK/src/tree" || die 'cannot copy the source'
		else
			"input_make_$input" "$WORK/src/$input" || die "cannot make the input $input"
		fi
	done
	# Read-only: no run pays for access times.
	umount "$WORK/src" && image_attach "$WORK/src.img" && image_mount ext4 "$WORK/src" ro
}

# Mounts the input slow again, as a filesystem that takes 5 ms for each request.
slow_mount()
{
	local try

	mkdir -p "$WORK/slow"
	"$FAULTFS" -f "$WORK/src/slow" "$WORK/slow" </dev/null >"$WORK/slow.log" 2>&1 &
	for ((try = 0; try < 100; try++)); do
		[ ! -e "$WORK/slow/.faults" ] || break
		sleep 0.1
	done
	[ -e "$WORK/slow/.faults" ] || die "cannot mount the slow filesystem: $(<"$WORK/slow.log")"
	printf '%s * slow=5\n' getattr opendir readdir listxattr open read >"$WORK/slow/.faults" ||
		die 'cannot make the filesystem slow'
}

# Mounts a fresh filesystem for one run on $MNT.
destination_mount()
{
	image_attach "$WORK/dst.img"
	image_format "$1"
	image_mount "$1" "$MNT"
}

# Reads all of a directory into the page cache; a plain archive to /dev/null would be skipped.
cache_fill()
{
	tar --xattrs --acls -C "$1" -cf - . | cat >/dev/null
}

# Drops all caches, then reads back the programs, which are not what is measured.
cache_drop()
{
	local tool

	sync
	echo 3 >/proc/sys/vm/drop_caches || die 'cannot drop the caches'
	for tool in cp rsync tar bsdtar xxhsum sync find xargs "$UCP"; do
		"$tool" --version
	done >/dev/null 2>&1
	"$TOOLS/measure" /dev/null sh -c : >/dev/null 2>&1
}

# Has a virtual machine keep its free pages until reporting_resume: fetching one back costs up to ten
# times what it is used for, and the later run pays for the earlier one. Without effect elsewhere.
reporting_stop()
{
	local order

	[ -w "$REPORTING" ] && cat "$REPORTING" >"$BENCH_DIR/reporting" || return 0
	# The highest order that is taken is one that no block of free pages has.
	for order in 14 13 12 11; do
		! (echo "$order" >"$REPORTING") 2>/dev/null || return 0
	done
	say 'free pages are given back to the host meanwhile: runs may be slow by that'
}

# Puts back what reporting_stop has changed, in this run or in one that was killed.
reporting_resume()
{
	[ -s "$BENCH_DIR/reporting" ] || return 0
	cat "$BENCH_DIR/reporting" >"$REPORTING" && rm -f "$BENCH_DIR/reporting"
}

# Touches more memory than a run with $1 bytes in $2 entries uses, as far as it is free: taking
# more would push the source out of the page cache.
memory_touch()
{
	local want free

	want=$(((2 * ($1 + 4096 * $2)) / 1048576 + 512))
	free=$(awk '$1 == "MemFree:" { print int($2 / 1024) - 256 }' /proc/meminfo)
	[ "$free" -ge "$want" ] || want=$free
	[ "$want" -le 0 ] || "$TOOLS/touch-memory" "$want" || die 'cannot touch memory'
}

# Adds a line to the raw figures. $1: name, $2: group, $3: run (0 is left out), $4: what measure
# wrote, $5: the verdict on the copy, when it is bad
bench_record()
{
	local wall user sys peak status

	[ "$3" -gt 0 ] || return 0
	read -r wall user sys peak status <<<"$4"
	printf '%s\t' "$SCENARIO" "$FS" "$1" "${WAY_KEEPS[way_index]}" "$2" "$3" "$wall" "$user" \
		"$sys" "$peak" >>"$TSV"
	printf '%s\n' "${5:-$status}" >>"$TSV"
}

# Adds up two lines of measure: first one thing was done, then another.
measure_sum()
{
	printf '%s\n' "$1" "$2" | awk '
		{ wall += $1; user += $2; sys += $3; peak = $4 > peak ? $4 : peak; bad += $5 }
		END { printf "%.6f %.6f %.6f %d %d\n", wall, user, sys, peak, bad }'
}
