# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "--compare finds every difference between two trees that is asked for, and nothing else"

mkdir -p src/b/c src/a src/a-b src/same
echo one > src/b/one && ln src/b/one src/b/c/link && ln src/b/one src/b/third
: > src/empty && echo x > src/a-b/x && echo y > src/a/y
echo nl > $'src/new\nline'
ln -s b src/symlink && ln -s nowhere src/dangling
mkfifo src/fifo
head -c 3333333 /dev/urandom > src/large
truncate -s 2M src/holes
touch -d '2001-02-03 04:05:06.789' src/a/y src/a src/same
has_xattrs=
setfattr -n user.one -v 1 src/empty 2> err.log && setfattr -n user.two -v 2 src/same && has_xattrs=1

# differ WHAT WANTED ARG...: status 8, and what differs
differ() {
	local what=$1 wanted=$2
	shift 2
	run ucp --compare "$@"
	is "$what" "$status:$out:$err" "8:$wanted:"
}
# same WHAT ARG...: status 0, and nothing is said
same() {
	local what=$1
	shift
	run ucp --compare "$@"
	is "$what" "$status:$out:$err" "0::"
}
ok "a copy" ucp -a src dst
for more in "" -j1 "--chunk-size=4K --mem-limit=64K" "-j3 --queue-depth=1"; do
	# shellcheck disable=SC2086 # options are words
	same "$more: is the same" -a $more src dst
done
run ucp --compare -a -v --stats src dst
is "-v: every path" "$(grep -c '^ok: ' <<< "$out")" "$(find src -printf x | wc -c)"
ok "--stats" grep -qx "compared $(find src -printf x | wc -c) entries: 0 differ, 0 failed" <<< "$out"
same "a tree with itself" -a src src
same "through symbolic links that are operands" -a "$(ln -s dst via && echo via)" src

rm -rf plain
ok "a copy without attributes" cp -r --no-preserve=mode src plain
same "its contents are the same" src plain
run ucp --compare -p src plain
ok "its times are not" grep -qx "time: 'large'" <<< "$out"
run ucp --compare --preserve=links src plain
is "nor its links" "$status:$out" "8:links: 'b/one'
links: 'b/third'"

echo Z | dd of=dst/large bs=1 seek=3333331 conv=notrunc status=none && touch -r src/large dst/large
differ "one byte" "content: 'large'" -a src dst
differ "two files" "content: 'src/large'" src/large dst/large
same "other files" src/empty dst/empty
cp -p src/large dst/large

echo more >> dst/empty && touch -r src/empty dst/empty
rm dst/symlink && ln -s c dst/symlink && touch -hr src/symlink dst/symlink
rm dst/a/y && mkdir dst/a/y && echo y > dst/a/y/y && touch -r src/a dst/a
rm dst/a-b/x && touch -r src/a-b dst/a-b
mkdir dst/a-b/z && echo z > dst/a-b/z/z && touch -r src/a-b dst/a-b
chmod 600 dst/b/one
rm dst/b/c/link && cp -p dst/b/one dst/b/c/link && chmod 640 dst/b/c/link && touch -r src/b/c dst/b/c
rm dst/fifo && : > dst/fifo && touch -r src dst
touch -d '2001-02-03 04:05:06.788' dst/same
changes="missing: 'a-b/x'
extra: 'a-b/z'
type: 'a/y'
size: 'empty'
type: 'fifo'
target: 'symlink'"
rm $'dst/new\nline' && touch -r src dst
differ "contents alone" "$(LC_ALL=C sort -t: -k2 <<< "$changes
missing: 'new'\$'\\n''line'")" src dst
differ "all that was done" "missing: 'a-b/x'
extra: 'a-b/z'
type: 'a/y'
mode: 'b/c/link'
mode,links: 'b/one'
mode,links: 'b/third'
size: 'empty'
type: 'fifo'
missing: 'new'\$'\\n''line'
time: 'same'
target: 'symlink'" -a src dst

rm -rf dst
ok "the copy again" ucp -a src dst
if [ -n "$has_xattrs" ]; then
	setfattr -n user.one -v 2 dst/empty && setfattr -n user.three -v 3 dst/empty && setfattr -x user.two dst/same
	differ "attributes, by name" "xattr: 'empty' ('user.one', 'user.three')
xattr: 'same' ('user.two')" -a src dst
	same "but not where they are not asked for" -p src dst
	if setfacl -m u:1:r dst/large 2> err.log; then
		chmod g=rx dst/large
		run ucp --compare -p src/large dst/large
		ok "an ACL is asked for with the mode" grep -q "xattr: 'src/large' ('system.posix_acl_access')" <<< "$out"
	fi
fi
rm -rf dst && ucp -a src dst

run ucp --compare src none
is "no such operand" "$status:$out:$err" "1::ucp: cannot stat 'none': No such file or directory"
differ "a file and a directory" "type: 'src/empty'" src/empty dst
mkdir -p deep/1 deep/2
for i in 1 2; do
	(
		cd "deep/$i" || exit
		name=$(printf 'd%.0s' $(seq 50))
		for _ in $(seq 400); do mkdir "$name" && cd -P "$name" || exit; done
		echo "deep $i" > file
	)
done
run ucp --compare deep/1 deep/2
is "deeper than PATH_MAX" "$status:${out:0:10}${out: -6}:$err" "8:content: '/file':"
echo "deep 1" > file && ucp -r deep/1 deep/3
same "and the same" deep/1 deep/3

if [ "$(id -u)" != 0 ]; then
	chmod 0 dst/large dst/b
	run ucp --compare src dst
	is "what cannot be read: status" "$status:$out" "1:"
	is "is told" "$err" "ucp: cannot access 'dst/b': Permission denied
ucp: cannot open 'dst/large' for reading: Permission denied"
	echo x > dst/extra
	run ucp --compare src dst
	is "a difference comes before a failure" "$status:$out" "8:extra: 'extra'"
	chmod 700 dst/b
fi
