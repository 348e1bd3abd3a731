# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
plan "a source that changes while it is copied gives what was there, and never hangs"

need_strace

# as_user COMMAND...: not as root, to whom everything is readable
as_user() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"
	else
		"$@"
	fi
}

size() { stat -c %s "$1"; }

# --- another file in its place

if on serial; then
	echo old > replaced
	echo other > other
	(sleep 0.4 && mv other replaced) &
	inject "$PWD/replaced" openat delay_enter=1000000 "$PWD/replaced" copy
	wait
	is "replaced before it is opened: exit status" "$status" 1
	ok "replaced: message" says_once "/replaced', as it was replaced while being copied"
	ok "replaced: no copy" absent copy
fi

# --- data

head -c 48000000 /dev/urandom > original
chunk=--chunk-size=4096 # slow enough to be caught in the middle
for args in '' --manifest=list --sparse=always; do
	cp original shrinks
	# shellcheck disable=SC2086 # no argument when empty
	ucp $chunk $args shrinks shrunk 2> err &
	ok "shrinking $args: it began" started shrunk
	truncate -s 1000001 shrinks
	wait $!
	is "shrinking $args: exit status" "$?" 0
	is "shrinking $args: nothing to say" "$(cat err)" ""
	got=$(size shrunk)
	ok "shrinking $args: no less than was left, no more than there was: $got" \
		test "$got" -ge 1000001 -a "$got" -le 48000000
	ok "shrinking $args: it is what was there" cmp -n "$got" original shrunk
	if [ "$args" = --manifest=list ] && command -v xxhsum > /dev/null; then
		ok "shrinking: the digest is that of the copy" grep -qi "$(xxhsum -H128 shrunk 2> /dev/null | cut -d' ' -f1)" list
	fi
	rm -f shrunk shrinks
done

for args in '' --manifest=list; do
	head -c 24000000 original > grows
	# shellcheck disable=SC2086 # no argument when empty
	ucp $chunk $args grows grown 2> err &
	ok "growing $args: it began" started grown
	for i in $(seq 50); do tail -c +$((24000001 + (i - 1) * 10000)) original | head -c 10000 >> grows; done
	wait $!
	is "growing $args: exit status" "$?" 0
	is "growing $args: nothing to say" "$(cat err)" ""
	got=$(size grown)
	ok "growing $args: no less than there was at first: $got" test "$got" -ge 24000000 -a "$got" -le 24500000
	ok "growing $args: it is what was there" cmp -n "$got" original grown
	rm -f grown grows
done
rm original

# Files whose size is not what reading them gives: a chain that comes back short.
for file in /sys/devices/system/cpu/online /sys/kernel/mm/transparent_hugepage/enabled /proc/version; do
	[ -r "$file" ] || continue
	rm -f odd
	run ucp "$file" odd
	is "$file: exit status" "$status" 0
	ok "$file: its contents and no more" cmp "$file" odd
done

# --- names: changed after the directory was read, before the file is opened

mkdir -p src/victim src/other
for i in $(seq 20); do echo "$i" > "src/other/$i"; done
echo secret > elsewhere

# between DIR COMMAND UCP-ARG...: run a command while ucp has just read src/DIR; that its
# copy exists says that the reading is about to be done, and strace holds it up after that
between() {
	local dir=$1 command=$2 i
	shift 2
	rm -rf copy
	(
		for i in $(seq 5000); do
			[ -d "copy/$dir" ] && break
			sleep 0.002
		done
		sleep 0.15
		eval "$command"
	) &
	inject "$(realpath "src/$dir")" getdents64 delay_exit=600000:when=1 "$@"
	wait
}

: > src/victim/file
between victim 'rm src/victim/file' -a src copy
is "a file vanishes: exit status" "$status" 1
ok "a file vanishes: message" says_once "'src/victim/file'" ": No such file or directory"
ok "a file vanishes: the rest is copied" diff -r src copy

: > src/victim/file
between victim 'rm src/victim/file; ln -s ../../elsewhere src/victim/file' -a src copy
is "a file becomes a symlink: exit status" "$status" 1
ok "a file becomes a symlink: message" says_once "skipping file 'src/victim/file', as it was replaced"
ok "a file becomes a symlink: not followed" absent copy/victim/file
ok "a file becomes a symlink: the rest is copied" diff -r src/other copy/other

rm src/victim/file
: > src/victim/file
between victim 'rm src/victim/file; mkfifo src/victim/file' -a src copy
is "a file becomes a FIFO: exit status, and no hanging" "$status" 1
ok "a file becomes a FIFO: message" says_once "skipping file 'src/victim/file', as it was replaced"
ok "a file becomes a FIFO: not copied" absent copy/victim/file

rm src/victim/file
: > src/victim/file
between victim 'rm src/victim/file; mkdir src/victim/file; : > src/victim/file/inside' -a src copy
is "a file becomes a directory: exit status" "$status" 1
ok "a file becomes a directory: message" says_once "skipping file 'src/victim/file', as it was replaced"
ok "a file becomes a directory: no copy of it" absent copy/victim/file
ok "a file becomes a directory: the rest is copied" diff -r src/other copy/other

rm -r src/victim/file
between . 'rmdir src/victim; echo file > src/victim' -a src copy
is "a directory becomes a file: exit status" "$status" 1
ok "a directory becomes a file: message" says_once "'src/victim': Not a directory"
ok "a directory becomes a file: the rest is copied" diff -r src/other copy/other

rm src/victim
mkdir src/victim
between . 'rmdir src/victim' -a src copy
is "a directory vanishes: exit status" "$status" 1
ok "a directory vanishes: message" says_once "cannot stat 'src/victim': No such file or directory"
ok "a directory vanishes: the rest is copied" diff -r src/other copy/other

mkdir src/victim
between . 'rmdir src/victim; ln -s /etc src/victim' -a src copy
is "a directory becomes a symlink: exit status" "$status" 1
ok "a directory becomes a symlink: message" says_once "'src/victim'"
ok "a directory becomes a symlink: not followed" test ! -e copy/victim/passwd
rm src/victim

# the destination directory is swapped for a symlink while the tree is copied
mkdir -p src/victim outside
echo data > src/victim/file
between victim 'mv copy/victim copy/moved; ln -s ../outside copy/victim' -a src copy
ok "a symlink put in the way leads nothing out of the tree" absent outside/file

# --- permission

rm -rf src copy
mkdir -p src/closed src/open
echo data > src/open/yes
echo data > src/open/no
echo data > src/closed/file
chmod 0 src/open/no src/closed
chmod 755 "$WORK"
mkdir copies
[ "$(id -u)" != 0 ] || chown -R 65534:65534 src copies
if as_user test -x "$UCP"; then
	run as_user timeout 60 "$UCP" --engine="$UCP_ENGINE" -r src copies/copy
	is "unreadable: exit status" "$status" 1
	ok "unreadable: messages" says "cannot open 'src/open/no' for reading: Permission denied" \
		"cannot access 'src/closed': Permission denied"
	is "unreadable: two messages" "$(printf '%s\n' "$err" | wc -l)" 2
	ok "unreadable: the rest is copied" cmp src/open/yes copies/copy/open/yes
	ok "unreadable: no empty file" absent copies/copy/open/no
	mkdir copies/locked
	chmod 555 copies/locked
	[ "$(id -u)" != 0 ] || chown 65534:65534 copies/locked
	run as_user timeout 60 "$UCP" --engine="$UCP_ENGINE" src/open/yes copies/locked
	is "unwritable directory: exit status" "$status" 1
	ok "unwritable directory: message" says_once "cannot create regular file 'copies/locked/yes': Permission denied"
fi
