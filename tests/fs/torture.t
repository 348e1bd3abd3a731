# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/loop.sh"
. "$ROOT/tests/lib/tree.sh"
plan "a tree of everything, copied to every filesystem and within it, is the same tree, on every engine"

need_mounts
for tool in setfattr setfacl setcap rsync; do need $tool; done

tree_build src > tree.log 2>&1
is "the tree could be built" "$(cat tree.log)" ""

for type in ext4 xfs btrfs tmpfs; do
	if ! can_mount $type; then
		ok "$type: the kernel has it" false
		continue
	fi
	mounted $type disk 400M || { ok "$type: mounted" false; continue; }
	# Where data lies in blocks differs between filesystems; within one it must not.
	for UCP_ENGINE in uring threads serial; do
		run ucp -a src disk/first
		is "to $type on $UCP_ENGINE: exit status" "$status" 0
		is "to $type on $UCP_ENGINE: nothing to say" "$err" ""
		ok "to $type on $UCP_ENGINE: the copy is the source" same_across src disk/first
		sync -f disk # btrfs and xfs place data late
		for how in auto never; do
			# without reflinks the two are one
			case $how:$type:$UCP_ENGINE in never:ext4:[ts]* | never:tmpfs:[ts]*) continue ;; esac
			run ucp -a --reflink=$how disk/first disk/second
			is "within $type, --reflink=$how on $UCP_ENGINE: exit status" "$status" 0
			is "within $type, --reflink=$how on $UCP_ENGINE: nothing to say" "$err" ""
			sync -f disk
			ok "within $type, --reflink=$how on $UCP_ENGINE: the copy is the source" \
				same_tree disk/first disk/second
			rm -rf disk/second
		done
		used=$(du -s --block-size=1K disk/first/holes | cut -f1)
		ok "$type on $UCP_ENGINE: holes are holes ($used KiB)" test "$used" -lt 8000
		run ucp -a disk/first/attributes back
		ok "$type on $UCP_ENGINE: attributes on the way back" same_across src/attributes back
		ok "$type on $UCP_ENGINE: no attributes of one filesystem's own on another" \
			test -z "$(getfattr -dR -m '^trusted.SGI' back)"
		rm -rf disk/first back
	done
	unmount disk
done
