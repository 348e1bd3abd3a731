# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
. "$ROOT/tests/lib/loop.sh"
. "$ROOT/tests/lib/fuse.sh"
plan "whatever a filesystem answers to one file costs that file, is told once, and nothing half done is left"

need_fuse
need setfattr
mounted tmpfs back 200M
faulty mnt back || { ok "faultfs is mounted" false; exit; }
UCP_TIMEOUT=20

mkdir -p back/src/victim back/src/other
head -c 3000000 /dev/urandom > back/src/victim/file # six chunks
setfattr -n trusted.note -v some back/src/victim/file
chown 5:6 back/src/victim/file
chmod 640 back/src/victim/file
for i in $(seq 20); do echo "$i" > "back/src/other/$i"; done
ln back/src/other/1 back/src/other/again
ln -s nowhere back/src/other/link
truncate -s 2M back/src/other/hole
echo data >> back/src/other/hole
cp -a back/src rest
rm rest/victim/file
cp -a rest old
echo old > old/victim/file
for tree in rest old; do touch -r back/src/victim $tree/victim; done
SUMS=1 "$TOOL/listing" back/src > all.list
SUMS=1 "$TOOL/listing" rest > rest.list
SUMS=1 "$TOOL/listing" old > old.list

# is_listing NAME...: the copy is one of these trees, without temporary names; bad: all but the
# attributes of the victim
is_listing() {
	local name
	SUMS=1 "$TOOL/listing" back/copy > got.list || return 1
	for name; do
		if [ "$name" = bad ]; then
			diff <(grep -v victim/file all.list) <(grep -v victim/file got.list) &&
				cmp back/src/victim/file back/copy/victim/file && return
		else
			diff "$name.list" got.list && return
		fi
	done
	return 1
}

# is_as_told STATUS LEFT MODE WORDS: what one run did
is_as_told() {
	local wanted=$1 left=$2 mode=$3 words=$4 hits
	hits=$(struck mnt)
	[ "$status" = "$wanted" ] || { echo "exit status $status, not $wanted: $err"; return 1; }
	if [ "$wanted" = 0 ]; then
		[ -z "$err" ] || { echo "$err"; return 1; }
		is_listing all
		return
	fi
	[ "$hits" -gt 0 ] || { echo "it did not strike"; return 1; }
	if grep -q ' more files were not copied to ' <<< "$err"; then
		# it is full: no more are begun, and what there is, is whole
		says "ucp: $words" || return 1
		[ -z "$(find back/copy -name '.ucp-*')" ] || return 1
		if [ "$mode" = over ]; then [ "$(cat back/copy/victim/file)" = old ]; else absent back/copy/victim/file; fi || return 1
		(cd back/copy && find . -type f ! -path ./victim/file) | while read -r file; do
			cmp "back/copy/$file" "back/src/$file" || exit 1
		done
		return
	fi
	says_once "ucp: $words" || return 1
	case $left,$mode in
	rest,over) is_listing old ;;
	either,over) is_listing old all ;;
	either,*) is_listing rest ;;
	*) is_listing "$left" ;;
	esac || return 1
	case $left,$mode in
	rest,manifest | either,manifest)
		[ "$(grep -c victim/file list)" = 0 ] || { echo "it is in the manifest"; return 1; } ;;
	esac
	[ "$mode" != manifest ] || [ "$(grep -c other/ list)" -ge 21 ] || { cat list; return 1; }
}

declare -A OPTIONS=([plain]='' [file]=--fsync=file [batch]=--fsync=batch [atomic]='--atomic --fsync=batch'
	[over]='--atomic --fsync=batch' [manifest]=--manifest=list)

# tries RULE STATUSES LEFT WORDS: once in each mode; a status of - leaves it out
tries() {
	local rule=$1 left=$3 words=$4 mode statuses
	read -ra statuses <<< "$2"
	for mode in plain file batch atomic over manifest; do
		local wanted=${statuses[0]}
		statuses=("${statuses[@]:1}")
		[ "$wanted" != - ] || continue
		rm -rf back/copy list
		[ "$mode" != over ] || cp -a old back/copy
		faults mnt "$rule" || return 1
		# shellcheck disable=SC2086 # several options, or none
		run ucp -aT ${OPTIONS[$mode]} mnt/src mnt/copy
		ok "$rule, $mode: status $wanted, and the rest" is_as_told "$wanted" "$left" "$mode" "$words"
		faults mnt
	done
}

# Rule | statuses: plain, --fsync=file, --fsync=batch, --atomic --fsync=batch, the same over an old
# copy, --manifest | what is left: all, the rest, either old or new, or all but bad attributes | message.
# Status 6 everywhere: --engine is no option of cp's.
EIO='Input/output error' FULL='No space left on device'
while IFS='|' read -r rule statuses left words; do
	tries "$rule" "$statuses" "$left" "$words"
done << END
read src/victim/* fail=EIO at=1700000|1 1 1 1 1 1|rest|error reading 'mnt/src/victim/file': $EIO
read src/victim/* fail=ESTALE at=2999999|1 1 1 1 1 1|rest|error reading 'mnt/src/victim/file': Stale file handle
write copy/victim/* fail=EIO at=1700000|1 1 1 1 1 1|rest|error writing 'mnt/copy/victim/file': $EIO
write copy/victim/* fail=ENOSPC at=1700000|6 6 6 6 6 6|rest|error writing 'mnt/copy/victim/file': $FULL
write copy/victim/* fail=EDQUOT at=1700000|6 6 6 6 6 6|rest|error writing 'mnt/copy/victim/file': Disk quota exceeded
write copy/victim/* full=2000000|6 6 6 6 6 6|rest|error writing 'mnt/copy/victim/file': $FULL
fsync copy/victim/* fail=EIO|0 7 7 7 7 0|rest|error syncing 'mnt/copy/victim/file': $EIO
open src/victim/* fail=EIO|1 1 1 1 1 1|rest|cannot open 'mnt/src/victim/file' for reading: $EIO
close copy/victim/* fail=EIO|1 7 7 7 7 1|either|failed to close 'mnt/copy/victim/file': $EIO
close src/victim/* fail=EIO|0 0 0 0 0 0|all|
create copy/victim/* fail=EIO|1 1 1 1 1 1|rest|cannot create regular file 'mnt/copy/victim/file': $EIO
create copy/victim/* fail=ENOSPC|6 6 6 6 6 6|rest|cannot create regular file 'mnt/copy/victim/file': $FULL
rename copy/victim/* fail=EIO|0 0 0 - 7 0|rest|cannot replace 'mnt/copy/victim/file': $EIO
getattr src/victim/file fail=EIO|1 1 1 1 1 1|rest|cannot stat 'mnt/src/victim/file': $EIO
readdir src/victim fail=EIO|1 1 1 1 1 1|rest|cannot access 'mnt/src/victim': $EIO
fsyncdir copy/victim fail=EIO|0 7 7 7 7 0|all|error syncing 'mnt/copy/victim': $EIO
utimens copy/victim/* fail=EIO|1 1 1 1 1 1|bad|preserving times for 'mnt/copy/victim/file': $EIO
chmod copy/victim/* fail=EIO|1 1 1 1 1 1|bad|preserving permissions for 'mnt/copy/victim/file': $EIO
chown copy/victim/* fail=EIO|1 1 1 1 1 1|bad|failed to preserve ownership for 'mnt/copy/victim/file': $EIO
setxattr copy/victim/* fail=ENOSPC|6 6 6 6 6 6|bad|setting attribute 'trusted.note' for 'mnt/copy/victim/file': $FULL
getxattr src/victim/* fail=EIO|1 1 1 1 1 1|bad|getting attribute 'trusted.note' of 'mnt/src/victim/file': $EIO
listxattr src/victim/* fail=EIO|1 1 1 1 1 1|bad|listing attributes of 'mnt/src/victim/file': $EIO
statfs * fail=EIO|0 0 0 0 0 0|all|
END

# Where directories have no fsync that is said once, as a warning, and all of the filesystem is synced.
warns_once() {
	local mode
	for mode in --fsync=file --fsync=batch '--atomic --fsync=batch' '--fsync=file --engine=serial -j1'; do
		rm -rf back/copy
		faults mnt "$1" || return 1
		# shellcheck disable=SC2086 # several options
		run ucp -aT $mode mnt/src mnt/copy
		[ "$status" = 0 ] || { echo "$mode: exit status $status: $err"; return 1; }
		[ "$(struck mnt)" -gt 0 ] || { echo "$mode: it did not strike"; return 1; }
		grep -qxE "ucp: warning: the filesystem of 'mnt[^']*' cannot sync directories; it was asked to sync all instead" <<< "$err" &&
			[ "$(wc -l <<< "$err")" = 1 ] || { echo "$mode: $err"; return 1; }
		is_listing all || return 1
	done
}
for errno in EINVAL EOPNOTSUPP; do
	ok "a directory's fsync that gives $errno is told once, and no failure" warns_once "fsyncdir * fail=$errno"
done
ok "the directory that gave it is not asked again" warns_once 'fsyncdir copy/victim fail=EINVAL times=1'
# nor does it fail a manifest that is put there
mkdir back/m
for errno in EINVAL EIO; do
	faults mnt "fsyncdir m fail=$errno"
	run ucp -rT --fsync=file --manifest=mnt/m/list rest elsewhere
	[ $errno = EIO ] && wanted="7:ucp: error writing 'mnt/m/list': $EIO" ||
		wanted="0:ucp: warning: the filesystem of 'mnt/m/list' cannot sync directories; it was asked to sync all instead"
	is "$errno for the directory of a manifest" "$status:$err" "$wanted"
	rm -rf elsewhere back/m/list
done
# after ENOSYS the kernel never asks again, and says it went well: so this comes last
tries 'fsyncdir * fail=ENOSYS' '0 0 0 0 0 0' all ''
