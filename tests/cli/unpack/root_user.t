# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/unpack.sh"
need_root
plan "an ordinary user gets what is his, is told what he may not have, and shut directories are filled all the same"

as_user() { setpriv --reuid=65534 --regid=65534 --clear-groups timeout 60 "$@"; }
user() { run as_user ./ucp --engine="$UCP_ENGINE" --unpack "$@"; }
chmod 711 . && cp "$UCP" ucp && mkdir home && chown 65534:65534 home

# devices
mktar 'file before text=1 uid=65534 gid=65534' 'char null major=1 minor=3' 'block b major=7' 'dir d uid=7' \
	'char d/c major=1 minor=5' \
	'file d/f text=2' 'fifo fifo' 'file after text=3' > a.tar
user a.tar home/a
is "devices: status" "$status" 1
for name in null b d/c; do ok "devices: $name is told" says "$name'"; done
is "devices: the rest is unpacked" "$(names home/a):$(cat home/a/before home/a/d/f home/a/after)" "after before d d/f fifo:123"
is "all is the user's own" "$(find home/a ! -user 65534)" ""

# owners that cannot be had are no failure, but set-id bits go
mktar 'file root mode=6755' 'file other uid=7 gid=8 mode=4711' 'file own uid=65534 gid=65534 mode=4711' \
	'file named uname=root gname=root mode=2755' > a.tar
user a.tar home/b
is "others' files: status" "$status:$err" "0:"
is "others' files: no set-id bits of another" "$(stat -c '%n %u:%g %a' home/b/* | sed 's|home/b/||' | xargs)" \
	"named 65534:65534 755 other 65534:65534 711 own 65534:65534 4711 root 65534:65534 755"

# directories that are shut, in any order
mkdir home/src && (
	cd home/src && mkdir -p a/b/c shut/in void
	echo 1 > a/f && echo 2 > a/b/f && echo 3 > a/b/c/f && echo 4 > shut/in/f && ln a/f shut/in/l
	ln -s f shut/in/s && mkfifo shut/in/p && setfattr -n user.k -v v shut/in && echo 5 > locked
	touch -d '2005-05-05 05:05:05.5' a/f shut/in shut void locked
	chown -hR 65534:65534 . && chmod 500 a/b/c a/b a && chmod 0 shut/in shut void locked
)
bsdtar --format pax --xattrs -cf pre.tar -C home/src . && (cd home/src && find . -print0 | LC_ALL=C sort -zr) > order &&
	bsdtar --format pax --xattrs --null -n -T order -cf post.tar -C home/src
for archive in pre.tar post.tar; do
	for how in '' --atomic '--fsync=batch -j8' --safe; do
		# shellcheck disable=SC2086 # options are words
		user $how $archive home/out
		is "$archive $how: status" "$status:$err" "0:"
		ok "$archive $how: as it was" same_entries home/src home/out
		rm -rf home/out
	done
done
user pre.tar home/out && user pre.tar home/out
ok "over directories that are shut: status $status" test "$status" -le 1

# where nothing may be made
mkdir closed && mktar 'file f text=x' 'dir d' 'file d/f text=x' 'symlink l to=x' > a.tar
user a.tar closed
is "a directory without write permission: status" "$status:$(ls -A closed)" "1:"
ok "a directory without write permission: told" says "f'" 'Permission denied'
mkdir home/mixed home/mixed/d && chown 65534 home/mixed && chmod 755 home/mixed/d
user a.tar home/mixed
is "one within: status" "$status" 1
is "one within: the rest is unpacked" "$(cat home/mixed/f; readlink home/mixed/l; ls -A home/mixed/d)" "xx"
chmod 000 a.tar
user a.tar home/none
is "an archive that may not be read" "$status:$err" "1:ucp: cannot open 'a.tar' for reading: Permission denied"
