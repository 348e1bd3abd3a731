# shellcheck shell=bash
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# Filesystems of a test's own; sourced after tap.sh, needs root and the private
# mount namespace that tests/run.sh makes. mount(8) sets up the loop device, and
# the kernel takes it down with the last mount: even a test that is killed
# leaves nothing behind once its namespace is gone.

# The private /dev may lack nodes for the loop devices to come.
loop_nodes() {
	local i
	for i in $(seq 0 31); do
		[ -e "/dev/loop$i" ] || mknod -m 660 "/dev/loop$i" b 7 "$i" 2> /dev/null
	done
}

need_mounts() {
	need_root
	[ -n "${UCP_PRIVATE_DEV:-}" ] || skip_all "mounts only below tests/run.sh"
	loop_nodes
}

# can_mount TYPE: the kernel and the tools know this filesystem
can_mount() {
	[ "$1" = tmpfs ] && return 0
	command -v "mkfs.$1" > /dev/null || return 1
	grep -qw "$1" /proc/filesystems || modprobe "$1" 2> /dev/null
	grep -qw "$1" /proc/filesystems
}

# loop_format TYPE IMAGE: what the tests need of each filesystem
loop_format() {
	case $1 in
	ext4) mkfs.ext4 -q -F -b 4096 -I 256 -E lazy_itable_init=1 "$2" ;;
	xfs) mkfs.xfs -q -f -m reflink=1,bigtime=1 "$2" ;;
	btrfs) mkfs.btrfs -q -f "$2" 2> /dev/null ;;
	vfat) mkfs.vfat -F 32 "$2" > /dev/null ;;
	*) return 1 ;;
	esac
}

# mounted TYPE DIR SIZE [MOUNT-OPTIONS]: DIR is a fresh filesystem until the end
# of the test, or until unmount DIR. Its image is DIR.img.
mounted() {
	local type=$1 dir=$2 size=$3 options=${4:-defaults}
	mkdir -p "$dir" || return 1
	if [ "$type" = tmpfs ]; then
		mount -t tmpfs -o "size=$size,mode=755,$options" tmpfs "$dir" || return 1
	else
		rm -f "$dir.img"
		truncate -s "$size" "$dir.img" && loop_format "$type" "$dir.img" &&
			mount -t "$type" -o "loop,$options" "$dir.img" "$dir" || return 1
	fi
	at_end "umount -l '$(realpath "$dir")' 2> /dev/null"
}

# unmount DIR: now, and its image is gone
unmount() {
	umount "$1" && rm -f "$1.img"
}
