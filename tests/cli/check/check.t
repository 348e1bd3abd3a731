# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "--check finds what is missing, changed and extra, and nothing else, by every form of manifest"

mkdir -p src/b/c src/a src/a-b
echo one > src/b/one
: > src/empty
echo x > src/a-b/x && echo y > src/a/y
echo sp > 'src/with space (and more) = 5'
echo odd > $'src/\377\376' && echo nl > $'src/new\nline' && echo back > 'src/back\slash'
ln src/b/one src/b/c/link
ln -s b src/symlink
mkfifo src/fifo
head -c 3333333 /dev/urandom > src/large
truncate -s 2M src/holes

for hash in sha256 xxh64 xxh3 xxh128; do # a build may lack the first
	for format in bsd gnu; do
		rm -rf dst
		run ucp -a --hash=$hash --manifest-format=$format --manifest=m src dst
		[ "$hash:$status" != sha256:2 ] || continue
		run ucp --check=m dst
		is "$hash, $format: a good copy" "$status:$out$err" "0:"
		run ucp --check=- dst < m
		is "from standard input" "$status:$out$err" "0:"
		(cd dst && "$UCP" --engine="$UCP_ENGINE" --check=../m) > here 2>&1
		is "in the working directory" "$?:$(cat here)" "0:"
	done
done
run ucp -v --check=m dst
is "-v: every file" "$(grep -c '^ok: ' <<< "$out")" "$(wc -l < m)"
is "-v: sorted by path, not by how it is quoted" "$(tail -n 1 <<< "$out")" "ok: ''\$'\\377\\376'"
is "-v: sorted" "$(head -n -1 <<< "$out" | LC_ALL=C sort)" "$(head -n -1 <<< "$out")"
run ucp --check=m --stats dst
ok "--stats" grep -qx "checked  $(wc -l < m) ok, 0 changed, 0 missing, 0 extra, 0 failed, 0 lines refused" <<< "$out"
run ucp --check=m --hash=xxh3 src
is "the source is as good, and --hash is no contradiction" "$status:$out$err" "0:"

cp m dst/a/sums
run ucp --check=dst/a/sums dst
is "the manifest itself is not extra" "$status:$out$err" "0:"
rm dst/a/sums

echo Z | dd of=dst/large bs=1 seek=3333332 conv=notrunc status=none
rm dst/b/c/link dst/a-b/x
rmdir dst/a-b
truncate -s 0 dst/b/one
echo more >> dst/empty
echo new > 'dst/it'\''s new' && mkdir dst/d && echo new > dst/d/new
rm $'dst/new\nline' && ln -s a $'dst/new\nline'
rm dst/holes && mkdir dst/holes
rm dst/a/y && mkfifo dst/a/y
for more in "" -j1 "--chunk-size=4K --mem-limit=64K" "-j3 --queue-depth=1"; do
	# shellcheck disable=SC2086 # options are words
	run ucp --check=m $more dst
	is "$more: what differs, sorted" "$status:$out" "8:missing: 'a-b/x'
changed: 'a/y'
missing: 'b/c/link'
changed: 'b/one'
extra: 'd/new'
changed: 'empty'
changed: 'holes'
extra: \"it's new\"
changed: 'large'
changed: 'new'\$'\\n''line'"
	is "no failure" "$err" ""
done
case $UCP in
*-san-*) ;; # a sanitizer must be preloaded first
*)
	run env LD_PRELOAD="$TOOL/preload/untyped.so" "$UCP" --engine="$UCP_ENGINE" --check=m dst
	ucp --check=m dst > typed
	is "on a filesystem without types in its directories" "$status:$out:$err" "8:$(cat typed):"
	;;
esac
rm -rf dst
run ucp --check=m dst
is "no such directory" "$status:$out:$err" "1::ucp: cannot access 'dst': No such file or directory"
run ucp --check=nothing src
is "no such manifest" "$status:$out:$err" "1::ucp: cannot open 'nothing' for reading: No such file or directory"
run ucp --check=src src
is "a directory as manifest" "$status:$out:$err" "1::ucp: error reading 'src': Is a directory"
run ucp --check=m src other
is "one directory only" "$status:${err%%$'\n'*}" "2:ucp: extra operand 'other'"
mkdir none
run ucp --check=/dev/null none
is "nothing, and nothing asked for" "$status:$out$err" "0:"
mkdir bare && echo x > bare/x
run ucp --check=/dev/null bare
is "an empty manifest: all is extra" "$status:$out$err" "8:extra: 'x'"
