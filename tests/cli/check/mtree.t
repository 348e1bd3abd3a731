# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
need bsdtar
plan "--check by a manifest in mtree form, of bsdtar or by hand, finds what differs in every keyword that is given"

mkdir -p src/d/e src/empty
echo hi > src/d/f && ln src/d/f src/hard && ln -s target src/link && mkfifo src/fifo
echo x > 'src/a b#=\c' && echo y > $'src/new\nline' && echo z > $'src/\377\376' && echo u > src/ä
truncate -s 3M src/holes
echo big > src/big && touch -d @1000000000.5 src/big
ucp --hash=sha256 --manifest=m src/big probe && has_sha256=yes || has_sha256=no
rm -rf probe m
blind="ucp: 'm': contents of 8 files are not compared, as libcrypto cannot be had"
[ $has_sha256 = yes ] && blind=

for options in sha256 all,sha256; do
	case $options in
	sha256) bsdtar -cf m --format=mtree --options='mtree:!all,mtree:type,mtree:sha256,mtree:mode,mtree:uid,mtree:gid,mtree:time,mtree:size,mtree:link' -C src . ;;
	*) bsdtar -cf m --format=mtree --options='mtree:all' -C src . ;;
	esac
	for locale in C C.UTF-8; do
		run env LC_ALL=$locale "$UCP" --engine="$UCP_ENGINE" --check=m src
		is "bsdtar, $options, $locale: all is as it says" "$status:$out:$err" \
			"$([ $has_sha256 = yes ] && echo 0 || echo 1)::$blind"
	done
done
bsdtar -cf m --format=mtree --options='mtree:all,mtree:use-set' -C src .
run ucp --check=m src
is "bsdtar with /set" "$out:$err" ":$blind"
# it writes nanoseconds without zeros in front: 7 of them are .7, and still count
mkdir short && touch -d @1000000000.000000007 short/a
bsdtar -cf short.m --format=mtree --options='!all,mtree:time' -C short a
touch -d @1000000000.000000008 short/a
run ucp --check=short.m short
is "a nanosecond of few digits" "$status:$out" "8:changed: 'a' (time)"

[ $has_sha256 = yes ] || exit 0

cp -a src was
chmod 600 src/hard
echo ho > src/d/f && touch -r was/d/f src/d/f
ln -sfn other src/link && touch -h -r was/link src/link
touch -d @5 src/empty
rm src/fifo && mkfifo -m 644 src/fifo && touch -r was/fifo src/fifo
echo longer > src/ä
rm -r src/d/e && echo > src/d/e
rm 'src/a b#=\c' && ln -s nowhere 'src/a b#=\c'
touch -d @1000000000.25 src/big
rm $'src/new\nline' && mkdir -p src/dir/below && ln -s x src/extra && mkfifo src/pipe
touch -r was src && touch -r was/d src/d && touch -r was/holes src/holes
for more in "" -j1 "--chunk-size=4K --mem-limit=64K" "-j3 --queue-depth=1"; do
	# shellcheck disable=SC2086 # options are words
	run ucp --check=m $more src
	is "$more: what differs, sorted" "$status:$out" "8:changed: 'a b#=\\c' (type)
changed: 'big' (time)
changed: 'd/e' (type)
changed: 'd/f' (content, mode)
extra: 'dir'
changed: 'empty' (time)
extra: 'extra'
changed: 'hard' (content, mode)
changed: 'link' (target)
missing: 'new'\$'\\n''line'
extra: 'pipe'
changed: 'ä' (size, time)"
	is "no failure" "$err" ""
done
run ucp --check=m --stats src
ok "--stats" grep -q "^checked  5 ok, 8 changed, 1 missing, 3 extra, 0 failed, 0 lines refused" <<< "$out"
ok "counts entries" grep -q "^time .* entries/s$" <<< "$out"
case $UCP in
*-san-*) ;; # a sanitizer must be preloaded first
*)
	run env LD_PRELOAD="$TOOL/preload/untyped.so" "$UCP" --engine="$UCP_ENGINE" --check=m src
	ucp --check=m src > typed
	is "on a filesystem without types in its directories" "$status:$out:$err" "8:$(cat typed):"
	;;
esac

# by TEXT WANTED LINE...: a manifest of these lines, against a directory with one file, one directory and a link
rm -rf dir && mkdir -p dir/sub && echo hi > dir/file && ln -s target dir/link && echo deep > dir/sub/deep
chmod 640 dir/file && touch -d @7.000000008 dir/file
rest="\n./sub\n./sub/deep\n./link"
by() {
	local text=$1 wanted=$2
	shift 2
	printf '%b' "$@" > m
	run ucp --check=m dir
	is "$text" "$status:$out$err" "$wanted"
}
by "signature alone" "8:extra: 'file'
extra: 'link'
extra: 'sub'" "#mtree\n"
by "only names" "0:" "#mtree\n./file$rest"
by "no newline at the end" "8:missing: 'none'" "#mtree\n./file$rest\n./none"
by "only the mode" "0:" "#mtree\n./file mode=640$rest"
by "another mode" "8:changed: 'file' (mode)" "#mtree\n./file mode=0644$rest"
by "the size" "8:changed: 'file' (size)" "#mtree\n./file size=4$rest"
by "another owner" "8:changed: 'file' (owner)" "#mtree\n./file uid=4294967294$rest"
by "another group" "8:changed: 'file' (owner)" "#mtree\n./file gid=4294967294$rest"
by "a time in seconds" "0:" "#mtree\n./file time=7.0$rest"
by "a time in nanoseconds" "0:" "#mtree\n./file time=7.000000008$rest"
by "no nanoseconds, by nine digits" "8:changed: 'file' (time)" "#mtree\n./file time=7.000000000$rest"
by "a nanosecond without zeros in front" "0:" "#mtree\n./file time=7.8$rest"
by "another without zeros in front" "8:changed: 'file' (time)" "#mtree\n./file time=7.9$rest"
by "a time in seconds without a point" "0:" "#mtree\n./file time=7$rest"
by "another nanosecond" "8:changed: 'file' (time)" "#mtree\n./file time=7.000000009$rest"
by "another second" "8:changed: 'file' (time)" "#mtree\n./file time=8$rest"
by "another target" "8:changed: 'link' (target)" "#mtree\n./file\n./link type=link link=tar\n./sub\n./sub/deep"
by "a device that is a file" "8:changed: 'file' (type)" "#mtree\n./file type=char device=native,1,3$rest"
by "a digest, of other contents" "8:changed: 'file' (content)" "#mtree\n./file sha256=$(printf '0%.0s' $(seq 64))$rest"
by "a digest in capitals" "0:" "#mtree\n./file sha256digest=$(sha256sum < dir/file | cut -c-64 | tr a-f A-F)$rest"
by "a digest of a directory and a link: other types" "8:changed: 'link' (type)
changed: 'sub' (type)" "#mtree\n./file\n./link sha256=$(printf '0%.0s' $(seq 64))\n./sub sha256=$(printf '0%.0s' $(seq 64))\n./sub/deep"
by "keywords without a type make one" "8:changed: 'file' (type)
changed: 'link' (type)
changed: 'sub' (type)" "#mtree\n./file link=target\n./link size=6\n./sub size=4096\n./sub/deep\n"
by "a device is neither file nor directory nor link" "8:changed: 'file' (type)
changed: 'link' (type)
changed: 'sub' (type)" "#mtree\n./file device=1\n./link device=native,1,3\n./sub device=1\n./sub/deep size=5\n"
by "what has a digest that is not computed is a file" "8:changed: 'link' (type)
changed: 'sub' (type)" "#mtree\n./file\n./link md5=1\n./sub cksum=1\n./sub/deep\n"
by "a target with a size is that of a link" "8:changed: 'file' (type)" "#mtree\n./file link=x size=3\n./link link=target size=6\n./sub\n./sub/deep\n"
by "digests that cannot be compared are told, once" "1:ucp: 'm': contents of 2 files are not compared, as of their digests none is SHA-256" \
	"#mtree\n./file md5=0\n./sub\n./sub/deep sha1=1\n./link type=link md5=0"
by "of what is a file and there" "1:ucp: 'm': contents of 1 file are not compared, as of its digests none is SHA-256" \
	"#mtree\n/set md5=1\n./file type=file\n./sub type=dir\n./sub/deep nochange\n./link type=link\n./none optional\n"
by "so that a tree without files is compared" "0:" "#mtree\n./file\n./sub/deep\n/set md5=1\n./sub type=dir\n./link type=link\n./none optional\n"
by "contents of what differs otherwise" "8:changed: 'file' (size)
changed: 'link' (type)ucp: 'm': contents of 1 file are not compared, as of its digests none is SHA-256" \
	"#mtree\n./file md5=1 size=4\n./link md5=1\n./sub\n./sub/deep\n"
by "a directory on the way is not extra" "0:" "#mtree\n./file\n./sub/deep\n./link"
by "the form of FreeBSD, with comments first" "8:changed: 'sub/deep' (mode)
missing: 'sub/x'" "#\t   user: root\n#\tmachine: x\n\n# .\n/set type=file mode=0640 nlink=1 flags=none\n.               type=dir mode=0755\n    file \\\\\n                size=3\n    link        type=link mode=0777\n# ./sub\nsub             type=dir mode=0755\n    deep\n    x\n# ./sub\n..\n\n..\n"
by "without comments or signature" "0:" ". type=dir\nfile size=3\nlink type=link\nsub type=dir\ndeep\n..\n..\n"
by "with a keyword without a value first" "8:missing: 'none'" "./file optional\n./none\n$rest"
by "with one and another" "8:missing: 'none'" "./file nochange type=file\n./none\n$rest"
by "with a name alone" "8:changed: 'file' (size)" "./sub\n./sub/deep\n./link\n./file size=1\n"
by "with a mark of UTF-8" "8:changed: 'file' (size)" "\xef\xbb\xbf#mtree\n./file size=1$rest\n"
by "with that and no signature, and comments" "0:" "\xef\xbb\xbf  # x\n\n. type=dir\n./file$rest\n"
by "optional may be missing" "8:changed: 'file' (size)" "#mtree\n./file size=4 optional\n./none optional size=1$rest"
by "an optional directory with what is in it" "8:missing: 'sub/x'" "#mtree\n./file\n./dir type=dir optional\n./dir-x optional\n./dir/a\n./dir/b type=dir optional\n./dir/b/c size=1\n./sub optional\n./sub/x\n./sub/deep\n./link\n"
by "nochange: only that it is there" "8:missing: 'none'" "#mtree\n./file nochange type=dir size=4 md5=0\n./none nochange$rest"
by "ignore: what is below does not count" "0:" "#mtree\n./file\n./link\n./sub type=dir ignore"
by "nor below the root" "8:missing: 'none'" "#mtree\n. type=dir ignore\n./file\n./none\n"
by "nor further below" "0:" "#mtree\n. ignore\n"
by "but what is listed there counts" "8:changed: 'sub/deep' (size)
missing: 'sub/none'" "#mtree\n./file\n./link\n./sub type=dir ignore\n./sub/deep size=6\n./sub/none\n"
mkdir -p dir/sub/a/b dir/sub/c && echo x > dir/sub/a/b/x && echo y > dir/sub/a/y && echo z > dir/sub/c/z
by "also far below, where others are not extra" "8:changed: 'sub/a/b/x' (size)" "#mtree\n./file\n./link\n./sub type=dir ignore\n./sub/a/b/x size=6\n"
by "and beside it they are" "8:extra: 'sub/c'
extra: 'sub/deep'" "#mtree\n./file\n./link\n./sub/a type=dir ignore\n"
rm -r dir/sub/a dir/sub/c
by "a comment does not go on" "8:missing: 'gone'" "#mtree\n./file$rest\n  # C:\\\\\n./gone type=file size=3\n"
by "nor one behind an entry" "8:changed: 'file' (size)
missing: 'gone'" "#mtree\n./file size=2 # C:\\\\\n./gone$rest\n"
by "nor does the signature" "8:missing: 'gone'" "#mtree \\\\\n./gone\n./file$rest\n"
by "twice, and they contradict" "8:changed: 'file' (size)" "#mtree\n./file size=3\n./file size=4$rest"
by "twice, and both differ" "8:changed: 'file' (size)
changed: 'file' (mode)" "#mtree\n./file mode=1\n./file size=4$rest"
by "lines of another form are no keywords" "1:ucp: m:2: 'XXH64' is not a keyword of mtree" "#mtree\n./file XXH64$rest"
echo mine > dir/m && printf '#mtree\n./file%b\n' "$rest" > dir/m
run ucp --check=dir/m dir
is "the manifest itself is not extra" "$status:$out$err" "0:"
