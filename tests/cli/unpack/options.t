# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/unpack.sh"
plan "options that copying knows mean the same in unpacking, and parts of names can be left out"

mkdir -p src/d/e src/void && echo one > src/one && : > src/nothing && ln -s one src/link && mkfifo src/fifo
echo two > 'src/d/two words' && echo three > src/d/e/three && ln src/one src/d/again && chmod 750 src/d
head -c 2000001 /dev/urandom > src/d/large && echo nl > $'src/d/new\nline'
for i in $(seq 40); do echo "$i" > "src/d/e/$i"; done
touch -hd '2003-04-05 06:07:08' src/* src/d/* src/d/e
bsdtar --format pax -cf a.tar -C src .

# durable, atomic, verified: the same tree
for how in --atomic --fsync --fsync=chunk --fsync=batch --fsync=fs '--atomic --fsync=file' '--atomic --fsync=fs' --verify \
	--verify=cache --safe '--safe --stats -j1' --cache=drop -j1 -j8 --queue-depth=1 --chunk-size=4K '--mem-limit=1M -j4'; do
	rm -rf out
	# shellcheck disable=SC2086 # options are words
	run unpack $how a.tar out
	is "$how: status" "$status:$err" "0:"
	ok "$how: as it was" same_entries src out
	ok "$how: nothing temporary is left" clean out
done
if command -v strace > /dev/null && [ "$UCP_ENGINE" != uring ]; then
	synced() {
		rm -rf out
		"${TRACED[@]}" strace -f -qq -e trace=fsync,fdatasync,syncfs -o calls \
			"$UCP" --engine="$UCP_ENGINE" --unpack "$@" a.tar out && wc -l < calls
	}
	ok "--fsync syncs each file and directory" test "$(synced --fsync)" -ge 46
	ok "--fsync=fs syncs the filesystem" test "$(synced --fsync=fs)" -ge 1
	is "nothing is synced that need not be" "$(synced)" 0
fi

# --manifest
if command -v xxhsum > /dev/null; then
	rm -rf out
	run unpack --manifest=m a.tar out
	is "--manifest: status" "$status:$out:$err" "0::"
	is "--manifest: each file is in it, whatever its name, hard links too" \
		"$(wc -l < m)" "$(find src -type f -print0 | tr -cd '\0' | wc -c)"
	grep -vF 'new\nline' m > simple
	ok "--manifest: xxhsum takes it" sh -c 'cd out && xxhsum -c ../simple'
	ucp -r --manifest=m2 src copy
	ok "--manifest: as that of a copy" diff m m2
	run ucp --check=m out
	is "--manifest: ucp --check takes it" "$status:$out$err" "0:"
	run unpack --manifest=- a.tar out
	ok "--manifest=-: on standard output" diff m <(printf '%s\n' "$out")
	mktar 'file f text=first' 'link h to=f' 'file x/y text=y' 'file f text=second' 'file ../no text=no' \
		'symlink l to=f' > twice.tar
	run unpack --manifest=m twice.tar twice
	is "--manifest: of what is there in the end: status" "$status" 1
	is "--manifest: of what is there in the end" "$(sed 's/.*(\(.*\)).*/\1/' m | xargs)" "f h x/y"
	ok "--manifest: of what is there in the end: xxhsum takes it" sh -c 'cd twice && xxhsum -c ../m'
	run unpack --atomic --hash=xxh64 --manifest=m a.tar out
	ok "--hash=xxh64" sh -c 'grep -q "^XXH64 (one)" m && grep -vF "new\nline" m > simple && cd out && xxhsum -c ../simple'
fi

# what is told
rm -rf out
run unpack -v a.tar out
is "-v: status" "$status:$err" "0:"
for name in one link fifo void d/again 'd/two words' d/e/three d/large; do
	ok "-v names $name" grep -qE "[ '/]$name'" <<< "$out"
done
is "-v: one line an entry" "$(grep -c . <<< "$out")" "$(find src -print0 | tr -cd '\0' | wc -c)"
ok "-v: a newline in a name is escaped" grep -qF "new'\$'\\n''line" <<< "$out"
rm -rf out
run unpack --stats a.tar out
is "--stats: status" "$status:$err" "0:"
ok "--stats: what there is" grep -qE '^copied +46 files, [345] directories, 1 symlinks, 1 hard links, 1 special files' <<< "$out"
run unpack --stats twice.tar out
ok "--stats: a failure" grep -qE 'failed +1\b' <<< "$out"

# --strip-components
mktar 'file top text=top' 'dir a mode=711' 'file a/one text=one' 'dir a/b mode=700' 'file a/b/two text=two' \
	'link a/b/h to=a/one' \
	'link a/b/again to=a/b/two' 'symlink a/b/s to=a/b/two' 'dir a/c' 'file /a/b/abs text=abs' \
	'file a//b///many text=many' > strip.tar
run unpack --strip-components=1 strip.tar s1
is "--strip-components=1: status" "$status:$out:$err" "0::"
is "--strip-components=1" "$(names s1)" "b b/abs b/again b/h b/many b/s b/two c one"
is "--strip-components=1: hard links" "$(stat -c %i s1/b/h s1/b/again | xargs)" "$(stat -c %i s1/one s1/b/two | xargs)"
is "--strip-components=1: symlinks are as they are" "$(readlink s1/b/s)" a/b/two
is "--strip-components=1: modes" "$(stat -c %a s1/b)" 700
run unpack --strip-components=0 strip.tar s0
is "--strip-components=0: nothing" \
	"$status:$err:$(names s0)" "0::a a/b a/b/abs a/b/again a/b/h a/b/many a/b/s a/b/two a/c a/one top"
run unpack --strip-components=2 strip.tar s2
is "--strip-components=2, with a link to what is left out" "$(names s2)" "abs again many s two"
is "--strip-components=2: hard links" "$(stat -c %h s2/two)" 2
mktar 'dir ./' 'dir ./a' 'file ./a/b text=b' > dot.tar
run unpack --strip-components=1 dot.tar sdot
is "--strip-components counts a leading ." "$status:$err:$(names sdot)" "0::a a/b"
run unpack --strip-components=9 strip.tar s9
is "--strip-components=9 leaves nothing" "$status:$(ls s9)" "0:"
mktar 'file a/../../x text=x' 'file a/b/../../../x text=x' 'file ../a/x text=x' > dots.tar
jail
run unpack --strip-components=1 dots.tar jail/a/in
run unpack --strip-components=2 dots.tar jail/a/in
ok "--strip-components lets nothing out" jailed

# --no-preserve
mktar 'file f mode=666 mtime=5' 'file x mode=1777 mtime=5' 'dir d mode=777 mtime=5' 'dir s mode=1777' > modes.tar
run unpack modes.tar kept
is "all is kept, whatever the umask" \
	"$status:$err:$(cd kept && stat -c %a f x d s | xargs):$(stat -c %Y kept/f kept/d | xargs)" "0::666 1777 777 1777:5 5"
run unpack --no-preserve=mode modes.tar lost
is "--no-preserve=mode" "$status:$err:$(cd lost && stat -c %a f d | xargs):$(stat -c %Y lost/f)" "0::644 755:5"
mktar 'file s mode=6777' 'dir t mode=6777' > setid.tar
run unpack --no-preserve=mode setid.tar setid
is "--no-preserve=mode: no set-id bits" "$status:$err:$(find setid -perm /6000)" "0::"
run unpack --no-preserve=timestamps modes.tar now
is "--no-preserve=timestamps" "$status:$err:$(stat -c %a now/f now/d | xargs)" "0::666 777"
ok "--no-preserve=timestamps: now" test "$(stat -c %Y now/f)" -gt 1700000000 -a "$(stat -c %Y now/d)" -gt 1700000000
run unpack --no-preserve=mode,ownership,timestamps modes.tar none
is "--no-preserve of all" "$status:$err:$(stat -c %a none/f none/d | xargs)" "0::644 755"
if command -v setfattr > /dev/null && setfattr -n user.k -v v src/one; then
	bsdtar --format pax --xattrs -cf a.tar -C src one
	run unpack a.tar with && run unpack --no-preserve=xattr a.tar without
	is "--no-preserve=xattr" "$(getfattr --only-values -n user.k with/one):$(getfattr without/one)" "v:"
fi
