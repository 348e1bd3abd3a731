# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/unpack.sh"
plan "several archives go into one directory in their order, and one that cannot be read costs no other"

mktar 'dir d' 'file d/a text=first' 'file d/one text=one' > one.tar
mktar 'dir d' 'file d/a text=second' 'file d/two text=two' > two.tar
mktar 'file d/a text=third' > three.tar

# the directory
run unpack one.tar new
is "a directory that is not there is made" "$status:$out:$err:$(names new)" "0:::d d/a d/one"
run unpack one.tar new
is "one that is there is gone into" "$status:$err:$(names new)" "0::d d/a d/one"
run unpack two.tar new/
is "with a slash behind it" "$status:$err:$(cat new/d/a new/d/one new/d/two)" "0::secondonetwo"
run unpack one.tar missing/new
is "its parent is not made: status" "$status" 1
ok "its parent is not made: told" says missing/new 'No such file or directory'
ok "its parent is not made" absent missing
echo x > file
run unpack one.tar file
is "a file is no directory: status" "$status" 1
ok "a file is no directory: told" says "'file'"
is "a file is no directory: kept" "$(cat file)" x
ln -s new link
run unpack three.tar link
is "a symlink to one is gone through" "$status:$err:$(cat new/d/a)" "0::third"
mkdir here
run unpack -t here one.tar two.tar
is "-t DIR" "$status:$err:$(names here):$(cat here/d/a)" "0::d d/a d/one d/two:second"
(cd here && rm -r d && ucp --unpack ../one.tar .)
is "the directory where one is" "$?:$(names here)" "0:d d/a d/one"

# order
run unpack one.tar two.tar three.tar order
is "of several the last wins" "$status:$err:$(cat order/d/a order/d/one order/d/two)" "0::thirdonetwo"
run unpack three.tar two.tar one.tar order
is "in any order" "$status:$err:$(cat order/d/a)" "0::first"
for i in $(seq 30); do mktar "file d/a bytes=$((70000 * (31 - i))) text=$i." "file d/$i text=$i" > "$i.tar"; done
mapfile -t thirty < <(seq -f %.0f.tar 30)
run unpack "${thirty[@]}" order
is "thirty archives: status" "$status:$err" "0:"
ok "thirty archives: the last wins" cmp order/d/a <(yes 30. | tr -d '\n' | head -c 70000)
is "thirty archives: nothing is missing" "$(cd order/d && cat $(seq 30))" "$(printf %s $(seq 30))"
run unpack one.tar - three.tar mixed < <(mktar 'file in text=in')
is "- is standard input" "$status:$err:$(names mixed):$(cat mixed/d/a)" "0::d d/a d/one in:third"
mkdir dash && cp one.tar dash/-
run unpack dash/- dash/out
is "a file called -" "$status:$err:$(names dash/out)" "0::d d/a d/one"
run unpack - out < one.tar
is "standard input that is a file" "$status:$err:$(names out)" "0::d d/a d/one"

# what is no archive
: > empty && seq 1000 > text && echo short > short && mkdir dir && ln -s loop loop
perl -e 'srand 1; print map chr rand 256, 1 .. 100000' > noise && gzip -c text > text.gz && gzip -c empty > empty.gz
printf '#!/bin/sh\necho hello\n' > script
for bad in empty text short noise text.gz empty.gz script /dev/null dir no.tar loop; do
	rm -rf out
	run unpack one.tar "$bad" three.tar out
	is "$bad: status" "$status:$out" "1:"
	ok "$bad: told" says "'$bad'"
	is "$bad: in one line" "$(wc -l <<< "$err")" 1
	is "$bad: those before and after are unpacked" "$(names out):$(cat out/d/a)" "d d/a d/one:third"
done
run unpack no.tar out
is "a missing archive: message" "$err" "ucp: cannot open 'no.tar' for reading: No such file or directory"
run unpack - out < /dev/null
is "nothing on standard input: status" "$status" 1
ok "nothing on standard input: told" says "'-'"
run unpack - out <&-
is "no standard input: status" "$status" 1
mktar 'end 2' > bare.tar
run unpack bare.tar bare
is "an archive of nothing is no failure" "$status:$err:$(names bare)" "0::"
