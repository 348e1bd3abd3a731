# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/unpack.sh"
. "$ROOT/tests/lib/loop.sh"
need_mounts
plan "where a filesystem fills up each file is whole, or told of and gone, and the next run completes"

mkdir -p src/d && for i in $(seq 120); do head -c 20000 /dev/urandom > "src/d/$i"; done
for i in 1 2 3; do head -c 3000000 /dev/urandom > "src/large$i"; done
touch -d 2005-05-05 src/* src/d/*
bsdtar --format pax -cf a.tar -C src d large1 large2 large3 # small ones first: some of them fit

# whole: what is there is as in the source; what is not is told, or one of those counted
whole() {
	local f missing=0 counted
	counted=$(sed -n 's/^ucp: \([0-9]*\) more .*: No space left on device$/\1/p' <<< "$err")
	while IFS= read -r f; do
		if [ ! -e "$1/$f" ]; then
			grep -qF "$f'" <<< "$err" || missing=$((missing + 1))
		else
			cmp "src/$f" "$1/$f" || return
		fi
	done < <(cd src && find . -type f -printf '%P\n')
	[ "$missing" = "${counted:-0}" ] || { echo "$missing are missing and not told, and ${counted:-none} counted"; return 1; }
}
for type in tmpfs ext4; do
	can_mount $type || continue
	for how in '' --atomic --fsync=batch --safe '--manifest=list -j8'; do
		mounted $type small "$([ $type = tmpfs ] && echo 8M || echo 10M)" || { ok "$type can be mounted" false; continue; }
		# shellcheck disable=SC2086 # options are words
		run unpack $how a.tar small/out
		is "$type $how: status" "$status" 6
		ok "$type $how: told" says 'No space left on device'
		ok "$type $how: each file is whole, or told and gone" whole small/out
		ok "$type $how: something is there" test -n "$(find small/out -type f -print -quit)"
		ok "$type $how: nothing temporary is left" clean small
		if [ $type = tmpfs ]; then
			mount -o remount,size=64M small
			# shellcheck disable=SC2086
			run unpack $how a.tar small/out
			is "$type $how, with more space: status" "$status" 0
			ok "$type $how, with more space: as it was" same_entries src small/out
		fi
		unmount small
	done
done

# many small files on a full disk: those under way are told, the others are counted
for i in $(seq 3000); do echo "file d/$((i % 7))/$i bytes=3000 text=$i"; done | mktar > many.tar
for how in '' '--atomic --fsync=batch'; do
	mounted tmpfs small 2M
	# shellcheck disable=SC2086
	run unpack $how many.tar small/out
	is "many small files $how: status" "$status" 6
	ok "many small files $how: few lines: $(wc -l <<< "$err")" test "$(wc -l <<< "$err")" -lt 200
	unmount small
done

# what does not fit does not take the place of what is there
mounted tmpfs small 8M
mktar 'file before text=before' 'file large bytes=20m' > large.tar
mkdir small/out && echo old > small/out/large
run unpack --atomic large.tar small/out
is "--atomic: status" "$status" 6
is "--atomic: the old file stays, and what fits is there" "$(cat small/out/large small/out/before)" "old
before"
# an archive that lies about terabytes is not believed
mktar 'file x text=hello size=4t' 'end 0' > lie.tar
run unpack lie.tar small/out
ok "a lie about terabytes: status $status" test "$status" = 1 -o "$status" = 6
is "a lie about terabytes: nothing of it is left" "$(names small/out)" "before large"
unmount small
mounted tmpfs small 8M nr_inodes=20
run unpack a.tar small/out
is "no inodes: status" "$status" 6
ok "no inodes: told" says "'" 'No space left on device'
unmount small
mounted tmpfs small 8M
mount -o remount,ro small
run unpack a.tar small/out
is "read-only: status" "$status" 1
ok "read-only: told" says small/out 'Read-only file system'
unmount small
