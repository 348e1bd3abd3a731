# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "trees of odd shapes are copied whole: 2000 deep with paths of half a megabyte, 5000 files in one directory, odd names"

python3 - << 'END'
import os
os.mkdir("deep")
os.chdir("deep")
for i in range(2000):
    if i % 500 == 0:
        open("f", "w").write(str(i))
    os.mkdir("d" * 250)
    os.chdir("d" * 250)
open("bottom", "w").write("bottom")
END
at_end 'find "$WORK" -depth -delete 2> /dev/null'
# down DIR: what is in a deep directory, level by level
down() {
	python3 - "$1" << 'END'
import os, sys
os.chdir(sys.argv[1])
for i in range(2001):
    print(i, sorted(os.listdir(".")), oct(os.stat(".").st_mode), os.stat(".").st_mtime_ns)
    if i < 2000:
        os.chdir("d" * 250)
print(open("bottom").read())
END
}
run ucp -a deep copy
is "2000 levels" "$status:$err" "0:"
is "are all there, with times" "$(down copy | cksum)" "$(down deep | cksum)"
run bash -c 'ulimit -n 20 && exec "$0" --engine="$1" -a deep copy2' "$UCP" "$UCP_ENGINE"
is "2000 levels with 20 descriptors" "$status:$err" "0:"
is "are all there too" "$(down copy2 | cksum)" "$(down deep | cksum)"

mkdir wide && (cd wide && seq 5000 | split -l 1 -a 4 - f)
touch -d 2001-02-03 wide
run ucp -a wide copy-wide
is "5000 files" "$status:$err" "0:"
ok "are the same" same_tree wide copy-wide

mkdir names && (
	cd names || exit
	long=$(printf '%0255d' 0)
	mkdir "$long" && echo long > "$long/$long"
	printf '%s\n' "$long" > "$(printf '\377%0254d' 0)"
	echo > $'new\nline'; echo > $'\t'; echo > ' '; echo > '-rf'; echo > '*'; echo > '\'; echo > '"'; echo > '...'
	echo > $'\001\002\037\177'; echo > $'\303\244'; echo > $'\344'; echo > $'\355\240\200'
	ln -s $'to\nnowhere\377' $'link\n'
	mkdir $'dir\n' && echo > $'dir\n/x'
)
run ucp -a names copy-names
is "odd names" "$status:$err" "0:"
ok "are the same" same_tree names copy-names
mkdir empty
run ucp -a empty copy-empty
ok "an empty directory" rmdir copy-empty
