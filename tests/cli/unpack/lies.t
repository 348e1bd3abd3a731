# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/unpack.sh"
plan "an archive that lies about sizes, types or contents is told of, leaves no partial file, and runs nothing"
UCP_TIMEOUT=20

# lie TEXT ENTRY...: the last of these is not what its header says, and what comes before is fine
lie() {
	local what=$1 how
	shift
	mktar 'file d/before text=before' "$@" > a.tar
	for how in '' --atomic '--safe --manifest=m' '--sparse=never --stats'; do
		rm -rf out
		# shellcheck disable=SC2086 # options are words
		run unpack $how a.tar out
		is "$what $how: status" "$status" 1
		ok "$what $how: told" says a.tar
		is "$what $how: only what is right is left" "$(names out):$(cat out/d/before)" "d d/before:before"
	done
}
for size in 1 513 100k 5m 8g; do lie "$size of which nothing is there" "file x size=$size" 'end 0'; done
lie "one byte more" 'file x text=hello size=513' 'end 0'
lie "gigabytes" 'file x text=hello size=7g' 'end 0'
lie "terabytes" 'file x text=hello size=4t' 'end 0'
lie "terabytes of which some are there" 'file x bytes=3000000 size=4t' 'end 0'
lie "exabytes" 'file x text=hello size=4096p' 'end 0'
lie "terabytes, by pax" 'file x text=hello pax=size=4398046511104' 'end 0'
lie "as much as there can be" 'file x text=hello pax=size=9223372036854775807' 'end 0'
lie "more than there can be" 'file x text=hello pax=size=9223372036854775808' 'end 0'
lie "more than a number" 'file x text=hello pax=size=99999999999999999999999999' 'end 0'
lie "less than nothing" 'file x text=hello size=-1' 'end 0'
lie "terabytes, and entries that are eaten" 'file x size=1t' 'file y text=y' 'file z text=z'

# harmless TEXT ENTRY...: it ends by itself, and what is good is there
harmless() {
	local what=$1 how
	shift
	mktar 'file d/before text=before' "$@" > a.tar
	for how in '' '--atomic --manifest=m'; do
		jail
		# shellcheck disable=SC2086
		run unpack $how a.tar jail/a/in
		ok "$what $how: status $status" test "$status" -le 1
		is "$what $how: what comes before is there" "$(cat jail/a/in/d/before)" before
		ok "$what $how: nothing outside" jailed
		ok "$what $how: nothing temporary is left" clean jail
	done
}
harmless "a checksum that is wrong" 'file x text=x sum=1' 'file y text=y'
harmless "no blocks at the end" 'file x text=x' 'end 0'
is "no blocks at the end: all is there" "$(cat jail/a/in/x)" x
harmless "one block at the end" 'file x text=x' 'end 1'
harmless "garbage between entries" "raw $(printf 'garbage%.0s' {1..300})" 'file y text=y'
harmless "an entry behind the end" 'raw \e' "raw $(printf '\\000%.0s' {1..1024})" 'file y text=y'
harmless "types that are not known" 'Q q text=q' 'Z z text=z' 'file n text=n at=156:\000' '7 seven text=7' 'M m text=m' \
	'V v text=v' 'N n text=n' 'D g text=g'
harmless "a directory, a symlink and a FIFO with data" 'dir e text=data' 'symlink s to=x text=data' 'fifo f text=data' \
	'file y text=y'
harmless "devices without numbers, or too large ones" 'char c' 'block b major=9999999 minor=99999999 mode=0' 'file y text=y'
harmless "bits of a mode that there are not" 'file x text=x mode=7777777' 'dir e mode=170777' 'file y text=y mode=0'
harmless "owners that are too large" 'file x uid=8g gid=8g' 'file y uid=-1 gid=-2' 'file z uid=4294967295 gid=4294967295'
harmless "times without end" 'file x mtime=4096p' 'file y mtime=-4096p' 'file z mtime=9.99999999999999999999' \
	'file u pax=mtime=nan' 'file v pax=mtime=-9223372036854775808.5' 'file w pax=mtime=99999999999999999999 pax=atime=x'
harmless "records that are not right" 'file x text=x record=5' 'file y text=y record=99999\spath=y\n' \
	'file z text=z record=-5\spath=z\n' \
	'file a text=a record=0\s\n' 'file b text=b record=7\spath\n' 'file c text=c record=18446744073709551617\spath=c\n'
harmless "a record of megabytes" "x h bytes=3000000 text=9" 'file y text=y'
harmless "a long name of megabytes, and none at all" 'L h bytes=3000000 text=n' 'file y text=y' 'L h' 'file z text=z' 'K h' \
	'link l to=d/before'
harmless "a record of terabytes" 'x h size=4t text=x'
harmless "a long name of terabytes" 'L h size=4t text=x'
harmless "attributes that cannot be" 'file x text=x pax=SCHILY.xattr.user.=v pax=SCHILY.xattr.=v pax=SCHILY.xattr.nonsense=v' \
	"file y text=y pax=SCHILY.xattr.user.$(printf 'k%.0s' {1..300})=v" \
	"file z text=z pax=SCHILY.xattr.user.k=$(printf 'v%.0s' {1..70000})" \
	'file a text=a pax=LIBARCHIVE.xattr.user.k=%%% pax=LIBARCHIVE.xattr.system.posix_acl_access=AAAA' \
	'file b text=b pax=SCHILY.acl.access=nonsense,u::z,::::' 'file c text=c pax=SCHILY.fflags=nonsense,nodump'
is "attributes that cannot be: their files are there" "$(cat jail/a/in/{a,b,c} | xargs)" abc
harmless "maps of holes that are not right" \
	'file x text=data pax=GNU.sparse.major=1 pax=GNU.sparse.minor=0 pax=GNU.sparse.realsize=4398046511104 pax=GNU.sparse.name=s1' \
	'file y text=data pax=GNU.sparse.size=9223372036854775807 pax=GNU.sparse.numblocks=2 pax=GNU.sparse.map=9223372036854775000,900,0,1' \
	'file z text=data pax=GNU.sparse.size=10 pax=GNU.sparse.numblocks=1 pax=GNU.sparse.map=100,4' \
	'file u text=3\n0\n1\n0\n1\n0\n1\n pax=GNU.sparse.major=1 pax=GNU.sparse.minor=0 pax=GNU.sparse.realsize=3 pax=GNU.sparse.name=../../outside/file'
harmless "an old map of holes that is not right" \
	'S x text=data at=386:77777777777\00077777777777\00000000000000\00000000000004\000'

# what there was before stays when its new contents are a lie, if it is to be replaced as a whole
mktar 'file x text=hello size=4t' 'end 0' > a.tar
mkdir -p old && echo old > old/x
run unpack --atomic a.tar old
is "--atomic: the old file stays" "$status:$(cat old/x)" "1:old"

# zip: what is in it has checksums
seq 100000 > numbers && echo fine > fine && bsdtar -cf good.zip --format zip --options zip:compression=store fine numbers
perl -e 'undef $/; $_ = <STDIN>; s/\n50000\n/\n50009\n/ or die; print' < good.zip > bad.zip
for how in '' --atomic; do
	rm -rf out
	# shellcheck disable=SC2086
	run unpack $how bad.zip out
	is "a wrong checksum in zip $how: status" "$status" 1
	ok "a wrong checksum in zip $how: told" says numbers bad.zip
	is "a wrong checksum in zip $how: it is not left" "$(names out)" fine
done
if bsdtar -cf secret.zip --format zip --options zip:encryption=zipcrypt --passphrase x fine 2> /dev/null; then
	rm -rf out
	run unpack secret.zip out < /dev/null
	is "what is encrypted: status" "$status" 1
	ok "what is encrypted: told" says fine secret.zip
	is "what is encrypted: nothing is left" "$(names out)" ""
fi

# what is not data: lists that name files of this machine, and filters that would be programs
echo secret > secret && mkdir bin
printf '#mtree\n./stolen type=file contents=%s/secret size=7\n./secret type=file size=7\n./d type=dir\n' "$WORK" > list.mtree
rm -rf out
run unpack list.mtree out
is "a list of names is no archive: status" "$status" 1
ok "a list of names is no archive: told" says list.mtree
is "a list of names is no archive: nothing is fetched" "$(grep -r secret out)" ""
for name in grzip lrzip lzop gzip bunzip2 xz unlzma zstd lz4 compress uudecode sh; do
	printf '#!/bin/sh\ntouch %s/ran\ncat\n' "$WORK" > "bin/$name" && chmod +x "bin/$name"
done
printf 'GRZipII\0\2\4:)' > grz && printf 'LRZI\0\6' > lrz && printf '\x89LZO\0\r\n\x1a\n' > lzo
for name in grz lrz lzo; do
	head -c 5000 /dev/zero >> $name
	run env "PATH=$WORK/bin:$PATH" timeout 20 "$UCP" --engine="$UCP_ENGINE" --unpack $name out
	is "$name: status" "$status" 1
	ok "$name: no program is run" absent ran
done

# after an archive that breaks off within an entry nobody should think that this was all
mktar 'file one text=1' 'file two bytes=100000' 'file three text=3' | head -c 40000 > cut.tar
rm -rf out && run unpack cut.tar out
is "cut within an entry: status" "$status" 1
ok "cut within an entry: the rest is told of" says "'cut.tar' is not read beyond 'two'"
is "cut within an entry: what was before" "$(names out)" one
