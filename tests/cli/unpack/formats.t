# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/unpack.sh"
plan "archives of every format and filter are known by what is in them, from files and from pipes"

mkdir -p src/dir/sub src/void
echo one > src/one && : > src/nothing && head -c 300001 /dev/urandom > src/dir/large
echo script > src/dir/script && chmod 755 src/dir/script && chmod 751 src/dir && chmod 640 src/one
ln -s ../one src/dir/link && echo deep > src/dir/sub/deep
find src -exec touch -hd '2003-04-05 06:07:08' {} +
cp -a src linked && ln linked/one linked/dir/again && ln linked/one linked/two
find linked -exec touch -hd '2003-04-05 06:07:08' {} +
mkdir flat && cp -a src/one src/dir/script src/dir/large flat

# check WHAT TREE ARCHIVE: unpacked from a file and from a pipe it is this tree
check() {
	rm -rf out
	run unpack "$3" out
	is "$1: status" "$status:$out:$err" "0::"
	ok "$1: as it was" same_entries "$2" out
	[ "${4:-}" != file ] || return
	rm -rf out
	run piped "$3"
	is "$1, from a pipe: status" "$status:$out:$err" "0::"
	${4:-ok} "$1, from a pipe: as it was" same_entries "$2" out
}
piped() { unpack - out < <(cat "$1"); }
# zip_piped WHAT ...: without the list at its end an archive does not tell what are links, nor modes
zip_piped() {
	rm -rf alike && mkdir alike && bsdtar -xf - -C alike < <(cat archive.zip)
	ok "$1" diff -r --no-dereference alike out
}

# from TREE ARCHIVE OPTION...: make it with bsdtar
from() {
	local tree=$1 archive=$2
	shift 2
	bsdtar -cf "$archive" "$@" -C "$tree" . || { echo "# bsdtar cannot make $*" && return 1; }
}

for format in pax paxr gnutar ustar v7tar newc cpio; do
	from linked archive.zip --format "$format" && check "$format" linked archive.zip
done
bsdtar --format cpio -cf odc -C linked . && is "cpio is the old portable form" "$(head -c 6 odc)" 070707
from src archive.zip --format zip && check zip src archive.zip zip_piped
from src archive.tar --format 7zip && check 7zip src archive.tar file # its list is at the end
for format in arbsd argnu; do
	(cd flat && bsdtar -cf ../archive.tar --format $format -- *) && check "$format" flat archive.tar
done

# filters; and none of them has to fit the name
for filter in none gzip bzip2 xz lzma zstd lz4 compress; do
	if [ $filter = none ]; then filters=(); else filters=("--$filter"); fi
	from linked archive.bz2 "${filters[@]}" && check "$filter" linked archive.bz2
done
bsdtar -czf twice.gz -C linked . && gzip -c < twice.gz > archive && check "gzip twice" linked archive
bsdtar -czf whole -C linked . && bsdtar -cf whole.tar -C linked . &&
	{ head -c 100000 whole.tar | gzip; tail -c +100001 whole.tar | gzip; } > archive &&
	check "gzip in two pieces" linked archive
from linked archive --format newc --gzip && check "cpio in gzip" linked archive
{ cat whole.tar && head -c 100000 /dev/zero; } > archive && check "zeros behind the end" linked archive

# what other archivers write
if tar --version 2> /dev/null | grep -q 'GNU tar'; then
	for format in gnu oldgnu posix ustar v7; do
		tar -cf archive --format=$format -C linked . && check "GNU tar, $format" linked archive
	done
fi
if command -v cpio > /dev/null; then
	for format in newc crc odc; do
		(cd linked && find . | cpio --quiet -o -H $format > ../archive) && check "GNU cpio, $format" linked archive
	done
fi
if command -v zip > /dev/null; then
	(cd src && zip -qry - .) > archive.zip # a pipe: sizes are behind the data
	check "zip, to a pipe" src archive.zip zip_piped
fi
