# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
need bsdtar
plan "--manifest-format=mtree lists all that was copied as it is in the copy; bsdtar reads it, --check finds it right"

mkdir -p src/d/e src/empty src/d-x
echo hi > src/d/f && chmod 4751 src/d/f
ln src/d/f src/hard
ln -s 'a b#=\x' src/d/link
ln -s nowhere src/dangling
mkfifo -m 640 src/d/fifo
echo x > 'src/a b#=\c*[1]?' && echo y > $'src/new\nline' && echo z > $'src/\377\376' && echo u > src/ä
truncate -s 3M src/holes && printf data | dd of=src/holes bs=1M seek=1 conv=notrunc status=none
: > src/d-x/zero
touch -d '2001-02-03 04:05:06.000000007' src/empty src/d/f
touch -h -d '1969-12-31 12:00:00.5' src/d/link
chmod 1777 src/empty

run ucp -a --manifest=m --manifest-format=mtree src dst
if [ "$status" = 2 ]; then
	is "this build says that it lacks it" "${err%%$'\n'*}" \
		"ucp: option '--manifest-format=mtree' is not available: there is no libcrypto, or ucp was built without it"
	ok "and copied nothing" test ! -e dst
	exit 0
fi
is "a copy with a manifest" "$status:$out$err" "0:"
is "the signature" "$(head -n 1 m)" "#mtree"
is "sorted bytewise by path, before escaping" "$(tail -n +2 m | cut -d' ' -f1)" '.
./a\040b\043\075\134c\052\1331]\077
./d
./d-x
./d-x/zero
./d/e
./d/f
./d/fifo
./d/link
./dangling
./empty
./hard
./holes
./new\012line
./\303\244
./\377\376'
ok "plain characters only" sh -c '! LC_ALL=C grep -q "[^ -~]" m'
is "an entry for each" "$(($(wc -l < m) - 1))" "$(find src -printf x | wc -c)"
own="uid=$(id -u) gid=$(id -g)"
ok "a file" grep -qxF "./d/f type=file mode=4751 $own size=3 time=$(stat -c %Y src/d/f).000000007 sha256digest=$(sha256sum < src/d/f | cut -c-64)" m
ok "a directory, with its final time" grep -qxF "./empty type=dir mode=1777 $own time=$(stat -c %Y src/empty).000000007" m
ok "a symbolic link" grep -qxF "./d/link type=link mode=0777 $own time=-43200.500000000 link=a\\040b\\043\\075\\134x" m
ok "a FIFO" grep -q '^\./d/fifo type=fifo mode=0640 ' m
ok "bytes that are no UTF-8" grep -q '^\./\\377\\376 type=file ' m
for locale in C C.UTF-8; do
	run env LC_ALL=$locale "$UCP" --engine="$UCP_ENGINE" --check=m dst
	is "$locale: --check: all is as it says" "$status:$out$err" "0:"
done
run ucp -v --check=- dst < m
is "-v, from standard input: each of them" "$status:$(grep -c '^ok: ' <<< "$out"):$err" "0:$(($(wc -l < m) - 1)):"
bsdtar -tf m | sort > listed
is "bsdtar reads the same names" "$(cat listed)" "$(bsdtar -cf - --format=mtree -C dst . | bsdtar -tf - | sort)"
is "the same types, modes and sizes" "$(bsdtar -tvf m | awk '{ print $1, $5 }' | sort)" \
	"$(bsdtar -cf - --format=mtree --options='mtree:all' -C dst . | bsdtar -tvf - | awk '{ print $1, $5 }' | sort)"

engines="threads serial"
! "$UCP" --engine=uring src/d/f probe || engines="uring $engines" # where there may be rings
for engine in $engines; do
	for more in -j1 "-j4 --chunk-size=4K" "--fsync=batch --atomic" "--reflink=never --queue-depth=1"; do
		rm -rf dst2
		# shellcheck disable=SC2086 # options are words
		ok "$engine $more" "$UCP" -a --engine=$engine $more --manifest=m2 --manifest-format=mtree src dst2
		ok "is the same manifest" cmp m m2
	done
done
rm -rf dst2
run ucp -a --manifest=- --manifest-format=mtree src dst2
ok "- is standard output" cmp m <(printf '%s\n' "$out")

mtree() { ucp --manifest=m --manifest-format=mtree "$@"; }
names() { tail -n +2 m | cut -d' ' -f1 | tr '\n' ' '; }
is "it is replaced as a manifest" "$(mtree src/d/f file && head -n 2 m | tail -n 1 | cut -d' ' -f1-2)" "./file type=file"
mkdir into
run mtree -a src/d src/empty into
is "sources into a directory, which is not one of them" "$status:$err:$(names)" "0::./d ./d/e ./d/f ./d/fifo ./d/link ./empty "
run ucp --check=m into
is "are found there" "$status:$out$err" "0:"
run mtree -a src/. into2
is "src/. is the directory itself" "$status:$err:$(names | wc -w)" "0::$(wc -l < listed)"
run ucp --check=m into2
is "and is found as that" "$status:$out$err" "0:"
rm -rf into && mkdir into
run mtree -a --parents ./src//d/e src/d/f "$PWD/src/empty" into
is "--parents: with the directories on the way" "$status:$err:$(names)" \
	"0::$(cd into && find . -mindepth 1 | LC_ALL=C sort | tr '\n' ' ')"
run ucp --check=m into
is "is found" "$status:$out$err" "0:"
mkdir other
run mtree -r --parents src/d/../d/f into
is "--parents with ..: told, and not listed" "$status:$(grep -c "cannot list 'into/src/d/../d/f' in the manifest: " <<< "$err"):$(names)" "1:1:"
rm -rf into && mkdir into && echo old > into/f
run mtree -n src/d/f into
is "what was passed over is not listed" "$status:$(names)" "0:"
run mtree src/d/f src/missing into
is "what failed is not listed" "$status:$(names)" "1:./f "
run mtree -al src/d links
is "-l: a file without a digest" "$status:$(grep -c 'type=file.*time=' m):$(grep -c sha256 m)" "0:1:0"
run ucp --check=m links
is "is found" "$status:$out$err" "0:"
run mtree -rs "$PWD/src/d" symlinks
is "-s: symbolic links" "$status:$(grep -c '^\./f type=link' m)" "0:1"
run mtree --attributes-only -a src attrs
run ucp --check=m attrs
is "--attributes-only: no digests" "$status:$out$err:$(grep -c sha256 m)" "0::0"
run mtree -aT src/dangling name
is "-T with a symbolic link" "$status:$(names):$(grep -c 'type=link' m)" "0:./name :1"
run mtree -a --copy-contents src/d/f copied
is "a file to a name elsewhere" "$status:$(names)" "0:./copied "
mkdir elsewhere && rm -rf into && mkdir into && ln -s ../elsewhere into/d
run mtree -a --keep-directory-symlink src/d into
is "behind a symbolic link: told, and not listed" "$status:$(names)" "1:./d "
ok "with its name" grep -qF "ucp: cannot list 'into/d/f' in the manifest: Too many levels of symbolic links" <<< "$err"

mkdir home
run ucp -a --manifest=home/m --manifest-format=mtree src/. home
run ucp --check=home/m home
is "a manifest in the directory it lists" "$status:$out$err" "0:"
ok "whose time is not listed" grep -qxE '\. type=dir mode=[0-7]+ uid=[0-9]+ gid=[0-9]+' home/m

mkdir -p old/d && echo x > old/d/x && ucp -a --manifest=old/m --manifest-format=mtree src/d/e old/e && cp old/m old/d/m
mkdir home2
run mtree -a --manifest=home2/m old/. home2
is "what it takes the place of is not listed" "$status:$err:$(grep -o '^[^ ]*/m ' home2/m)" "0::./d/m "
run ucp --check=home2/m home2
is "so that all is as it says" "$status:$out$err" "0:"
rm -rf home2 && mkdir home2 && ln -s home2/old by-link
run mtree -a old home2
run mtree -a --manifest=by-link/d/m old home2
is "behind a link, further below" "$status:$err:$(grep -o '^[^ ]*/m ' home2/old/d/m)" "0::./old/m "
run ucp --check=home2/old/d/m home2
is "also" "$status:$out$err" "0:"
printf '#mtree\n. ignore\n./m type=file size=1 time=1 mode=%s md5=1 sha256=%064d\n' "$(stat -c %a home2/old/d/m)" 1 > home2/old/d/m
run ucp --check=home2/old/d/m home2/old/d
is "a manifest does not compare its own contents" "$(grep "'m'" <<< "$out$err")" ""
chmod 600 home2/old/d/m
run ucp --check=home2/old/d/m home2/old/d
is "only the rest" "$(grep "'m'" <<< "$out$err")" "changed: 'm' (mode)"

run ucp -a --manifest=/dev/full --manifest-format=mtree src dst3
is "a full disk" "$status:$err" "6:ucp: error writing '/dev/full': No space left on device"

# What changes between the copy and the end: the manifest goes to a pipe that is full before its last lines.
mkdir -p many/z && (cd many && touch $(seq -f 'a-file-with-a-name-that-is-long-enough-%04g' 1500) y z/1 z/2 && ln -s y zz)
mkfifo pipe
ucp -a --manifest=pipe --manifest-format=mtree many many2 2> told &
{
	read -r _
	rm -r many2/y many2/zz many2/z
	cat > rest
} < pipe
wait $! && status=0 || status=$?
is "what vanished is a failure" "$status" 1
is "is told" "$(cat told)" "ucp: cannot list 'many2/y' in the manifest: No such file or directory
ucp: cannot list 'many2/z' in the manifest: No such file or directory
ucp: cannot list 'many2/z/1' in the manifest: No such file or directory
ucp: cannot list 'many2/z/2' in the manifest: No such file or directory
ucp: cannot list 'many2/zz' in the manifest: No such file or directory"
is "and not listed" "$(wc -l < rest):$(grep -vc '^\./a-file\|^\. ' rest)" "1501:0"
rm -rf many2 && ln -s y many/zy && mkfifo many/zp && ln many/y many/zh && touch many/zx
for more in "" --atomic --fsync=batch; do
	rm -rf many2
	# shellcheck disable=SC2086 # options are words
	ucp -a $more --manifest=pipe --manifest-format=mtree many many2 2> told &
	{
		read -r _
		rm -r many2/zh many2/y many2/zz many2/z many2/zy many2/zp many2/zx
		mkdir many2/y many2/zy && echo z > many2/z && echo zz > many2/zz && ln -s a many2/zp && ln -s a many2/zx && mkfifo many2/zh
		cat > rest
	} < pipe
	wait $! && status=0 || status=$?
	is "$more: another type in its place: told" "$status:$(sed -n "s/.*'many2\/\(.*\)' in.*: Stale file handle/\1/p" told | tr '\n' ' '):$(wc -l < told)" "1:y z zh zp zx zy zz :9"
	is "$more: and not listed" "$(wc -l < rest):$(grep -vc '^\./a-file\|^\. ' rest)" "1501:0"
done
rm many/zp many/zy many/zh && rm -rf many2
run ucp -a --manifest=/dev/full --manifest-format=mtree many many2
is "a disk that is full before the end" "$status:$err" "6:ucp: error writing '/dev/full': No space left on device"
rm -rf into && mkdir -p into && echo old > elsewhere/f && ln -s ../elsewhere/f into/f && ln -s f into/l
for more in "" --atomic; do
	# shellcheck disable=SC2086 # options are words
	run mtree $more src/d/f into
	is "$more: a link that was written through is listed as that" "$status:$err:$(cut -d' ' -f-2 m)" "0::#mtree
./f type=link"
done
run mtree --copy-contents src/d/f /dev/null
is "and a device as that" "$status:$err:$(cut -d' ' -f-2 m)" "0::#mtree
./null type=char"
mkdir slow && mkfifo slow/pipe && echo x > slow/x
ucp -r --copy-contents --manifest=m --manifest-format=mtree slow slow2 2> told &
for _ in $(seq 500); do [ ! -e slow2/x ] || break; sleep 0.01; done
mv slow2 moved && mkdir slow2 && echo secret > slow2/x && echo data > slow/pipe
wait $! && status=0 || status=$?
is "another directory in the place of the copy is not listed" "$status:$(cat m):$(sort told)" "1:#mtree:ucp: cannot list 'slow2' in the manifest: Stale file handle
ucp: cannot list 'slow2/pipe' in the manifest: Stale file handle
ucp: cannot list 'slow2/x' in the manifest: Stale file handle"

run ucp --hash=xxh128 --manifest=m --manifest-format=mtree src/d/f dst3/f
is "no digest of xxHash" "$status:${err%%$'\n'*}" "2:ucp: --manifest-format=mtree knows no digest of xxHash, only --hash=sha256"
