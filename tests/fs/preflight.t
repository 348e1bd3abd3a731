# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
. "$ROOT/tests/lib/loop.sh"
plan "--preflight tells before anything is copied that there is no room, and only then"

need_mounts
mounted tmpfs small 4M || skip_all "no tmpfs"

# fits DESCRIPTION ARG...: nothing is told and the copy is made
fits() {
	local what=$1
	shift
	run ucp --preflight=fail "$@"
	is "$what: fits, exit status" "$status" 0
	is "$what: fits, nothing told" "$err" ''
}

# lacks DESCRIPTION TEXT ARG...: one line with the text, and nothing done
lacks() {
	local what=$1 text=$2 before
	shift 2
	before=$(find small -printf '%p %s %C@\n')
	run ucp --preflight=fail "$@"
	is "$what: exit status" "$status" 6
	err=${err:0:300}
	ok "$what: told" says_once "$text"
	is "$what: nothing done" "$(find small -printf '%p %s %C@\n')" "$before"
}

empty() { find small -mindepth 1 -delete; }

mkdir -p src/dir
for i in 1 2 3; do head -c 2000000 /dev/urandom > "src/dir/$i"; done

# enough, and not enough
run ucp --preflight=fail src/dir/1 small
is "enough: exit status" "$status" 0
is "enough: nothing told" "$err" ''
ok "enough: copied" cmp src/dir/1 small/1
empty
run ucp --preflight=fail -a src small/it
is "fail: exit status" "$status" 6
is "fail: the words" "$err" "ucp: 'small/it' has 4.00 MiB free, and about 5.74 MiB are needed"
is "fail: nothing copied" "$(ls -A small)" ''
run ucp --preflight -a src small/it
is "warn: exit status is that of the copy" "$status" 6
ok "warn: the words" says "ucp: warning: 'small/it' has 4.00 MiB free, and about 5.74 MiB are needed" \
	"': No space left on device"
ok "warn: the run goes on" test -d small/it/dir
empty
run ucp --preflight=warn src/dir/[12] small
is "warn, enough: exit status" "$status" 0
is "warn, enough: nothing told" "$err" ''
empty
run ucp --preflight=never -a src small
ok "never: nothing told before" test "${err#*are needed}" = "$err"
empty
ln -s "$UCP" cp
run ./cp --preflight=fail -a src small
is "called as cp: exit status" "$status" 6
ok "called as cp: told" says_once "cp: 'small' has 4.00 MiB free"
lacks "several sources" "about 5.7" src/dir/* small
lacks "-t" "'small' has" -t small src/dir/1 src/dir/2 src/dir/3
lacks "a name with a quote" "\"small/it's\" has" -r src "small/it's"
run ucp --preflight=fail --manifest=sums -a src small
is "fail: exit status, with a manifest" "$status" 6
ok "fail: no manifest" absent sums
( cd small && UCP_TIMEOUT=60 ucp --preflight=fail -r ../src . ) 2> run.err
ok "from below the destination" grep -qF "ucp: '.' has" run.err
ln -s small link
lacks "a symlink to the destination" "'link' has" -r src link
lacks "more than there is by far" "are needed" -r --parents "$PWD/src" small

# what needs no data, or is left out
fits "-s" -rs "$PWD/src" small
empty
fits "--attributes-only" -r --attributes-only src small
empty
run ucp --preflight=fail src small
is "without -r: exit status" "$status" 1
ok "without -r: directories need nothing" says_once "-r not specified"
cp src/dir/1 small/old && mkdir small/from && ln small/old small/from/old
head -c 1500000 /dev/urandom > small/from/more
run ucp --preflight=fail -rl small/from small/to
is "-l: exit status" "$status" 0
empty
mkfifo src/fifo
ln -s dir src/link
run ucp --preflight=fail -a src/fifo src/link small
is "special files: exit status" "$status" 0
empty
rm src/fifo src/link

# symbolic links that are followed
mkdir links
ln -s ../src/dir/1 links/1
ln -s ../src/dir links/dir
ln -s nowhere links/dangling
ln -s src/dir root
fits "-P" -rP links small
empty
lacks "-L" "about 7.6" -rL links small
fits "-P, an operand" -rP root small
empty
lacks "-H" "are needed" -rH root small
fits "-H, below an operand" -rH links small
empty

# hard links
mkdir names
head -c 1500000 /dev/urandom > names/1
for i in 2 3 4; do ln names/1 "names/$i"; done
lacks "hard links that are not kept" "about 5.7" -r names small
fits "hard links" -a names small
ok "hard links: copied" same_tree names small/names
empty

# holes
mkdir holes
truncate -s 1G holes/all
truncate -s 500M holes/some
head -c 1000000 /dev/urandom | dd of=holes/some bs=1M seek=100 conv=notrunc status=none
fits "holes" -r holes small
empty
lacks "--sparse=never" "about 1.49 GiB" -r --sparse=never holes small
lacks "--sparse=never, one" "about 1.00 GiB" --sparse=never holes/all small

# what is there already
cp -a src/dir small/dir 2> /dev/null
rm -r small/dir
mkdir small/dir
cp -p src/dir/1 small/dir/1
cp src/dir/2 small/dir/2 # newer
lacks "a third file" "about 1.9" -a src/dir small
mkdir two
cp -p src/dir/[12] two
for how in -n --update=none -u; do
	fits "$how" -a $how two/. small/dir
done
touch -d 2000-01-01 small/dir/1
fits "overwritten" two/1 small/dir
fits "overwritten, a tree" -r two/. small/dir
fits "overwritten, -T" -rT two small/dir
fits "overwritten, a file" two/1 small/dir/1
mkdir both
cp -a two both/dir
fits "overwritten, further down" -r both/. small
touch two/1
touch -d 2000-01-01 small/dir/1
fits "-u, older" -ru two/. small/dir
touch -d 2000-01-01 small/dir/*
lacks "-u, older, with --atomic" "about 3.8" -ru --atomic two/. small/dir
lacks "--atomic" "about 3.8" -r --atomic two/. small/dir
lacks "--backup" "about 3.8" -r --backup two/. small/dir
ln small/dir/1 small/other
touch two/1
lacks "another name keeps the old data" "about 1.9" -r --remove-destination two/. small/dir
empty

# inodes, and filesystems without limits
mounted tmpfs few 8M nr_inodes=20
mkdir many
touch many/{1..30}
run ucp --preflight=fail -r many few
is "tmpfs, inodes: exit status" "$status" 6
ok "tmpfs, inodes: told" says_once "ucp: 'few' has 19 free inodes, and about 31 are needed"
is "tmpfs, inodes: nothing copied" "$(ls -A few)" ''
run ucp --preflight -r many few
is "tmpfs, inodes, warn: exit status" "$status" 6
ok "tmpfs, inodes, warn: told" says "ucp: warning: 'few' has 19 free inodes, and about 31 are needed"
find few -mindepth 1 -delete
touch few/{1..15}
run ucp --preflight=fail many/{1..15} few
is "tmpfs, inodes that are there: exit status" "$status" 0
unmount few
mounted tmpfs few 0 nr_inodes=0
run ucp --preflight=fail -r many src few
is "no limits: exit status" "$status" 0
is "no limits: nothing told" "$err" ''
unmount few

# ext4: inodes, and blocks that ordinary users may not have
if can_mount ext4; then
	mkdir disk
	truncate -s 8M disk.img
	mkfs.ext4 -q -F -b 4096 -N 32 -m 50 -O ^has_journal disk.img && mount -o loop disk.img disk
	at_end "umount -l '$WORK/disk' 2> /dev/null"
	free=$(stat -f -c %d disk)
	run ucp --preflight=fail -r many disk
	is "ext4, inodes: exit status" "$status" 6
	ok "ext4, inodes: told" says_once "ucp: 'disk' has $free free inodes, and about 31 are needed"
	is "ext4, inodes: nothing copied" "$(ls -A disk)" lost+found
	run ucp --preflight=fail many/{1..9} disk
	is "ext4, enough inodes: exit status" "$status" 0
	head -c 5000000 /dev/urandom > large
	run ucp --preflight=fail large disk/as-root
	is "ext4, reserved blocks, as root: exit status" "$status" 0
	rm disk/as-root
	sync -f disk
	chmod 777 disk
	chmod 755 .
	if command -v setpriv > /dev/null; then
		run setpriv --reuid=65534 --clear-groups "$UCP" --preflight=fail large disk/as-user
		is "ext4, reserved blocks, as a user: exit status" "$status" 6
		ok "ext4, reserved blocks, as a user: told" says_once "are needed"
	fi
	umount disk
fi

# clones
if can_mount btrfs && mounted btrfs clones 200M; then
	fallocate -l $(($(stat -f -c '%a * %S' clones) / 4 * 3)) clones/a
	sync -f clones
	run ucp --preflight=fail clones/a clones/b
	is "what a copy may share is counted: exit status" "$status" 6
	run ucp --preflight=fail --reflink=always clones/a clones/b
	is "--reflink=always: exit status" "$status" 0
	is "--reflink=always: nothing told" "$err" ''
	unmount clones
else
	echo "# skipped: btrfs cannot be used here"
fi

# another filesystem below the destination
mkdir -p small/over
mounted tmpfs small/over 64M
mkdir -p wide/over wide/here
cp src/dir/* wide/over
cp src/dir/1 wide/here
fits "another filesystem below" -r wide/. small
umount small/over
lacks "and without it" "about 5.7" -r wide/. small
empty

# -x
mkdir -p inner/sub
mounted tmpfs inner/sub 16M
cp src/dir/* inner/sub
lacks "without -x" "about 5.7" -r inner small
fits "-x" -rx inner small
umount inner/sub
empty

# very deep, and there already: the path is longer than any call may take
python3 - src/dir/1 << 'END'
import os, shutil, sys
data = open(sys.argv[1], "rb").read(1300000)
os.mkdir("deep")
os.chdir("deep")
for i in range(400):
    os.mkdir("d" * 100)
    os.chdir("d" * 100)
open("end", "wb").write(data)
END
mounted tmpfs big 64M
run ucp --preflight=fail -r deep big/a
is "deep: exit status" "$status" 0
run ucp -r big/a small
is "deep, to what is small: exit status" "$status" 0
head -c 1800000 /dev/urandom > small/fill
touch small/now
run ucp --preflight=fail -r deep/. small/a
is "deep, overwritten at its end: exit status" "$status" 0
is "deep, overwritten at its end: nothing told" "$err" ''
lacks "deep, once more" "free, and about" -r deep small/b
lacks "deep, --atomic" "free, and about 1.24 MiB" -r --atomic deep/. small/a
rm -rf small/a deep
empty

# what cannot be looked at is for the copy to tell; thousands of sources
run ucp --preflight=fail nothing src/dir/1 '' small
is "missing: exit status" "$status" 1
ok "missing: told by the copy" says "cannot stat 'nothing': No such file or directory"
is "missing: told once" "$(wc -l <<< "$err")" 2
run ucp --preflight=fail src/dir/1 small/no/where
is "no directory: exit status" "$status" 1
ok "no directory: told by the copy" says_once "small/no/where'"
run ucp --preflight=fail src/dir/1 /dev/null
is "a device: exit status" "$status" 0
empty
mkdir thousands
(cd thousands && seq 5000 | xargs touch && head -c 100000 ../src/dir/1 > 5000)
fits "thousands of sources" thousands/* small
is "thousands of sources: copied" "$(find small -type f | wc -l)" 5000
empty

# a signal while it looks
if command -v strace > /dev/null; then
	inject '' fchdir signal=INT:when=2 --preflight=fail -r src/dir/1 src/dir/2 src/dir/3 small
	is "interrupted: status of the signal" "$status" 130
	is "interrupted: nothing copied" "$(ls -A small)" ''
	inject '' fchdir signal=USR1:when=2 --preflight=fail -r src/dir/1 src/dir/2 small
	is "SIGUSR1: the run goes on" "$status" 0
	empty
	inject '' fchdir error=EACCES --preflight -r src/dir/1 small
	ok "the working directory cannot be had back: told" says_once "cannot go back to the working directory"
	is "the working directory cannot be had back: exit status" "$status" 1
	is "the working directory cannot be had back: nothing copied" "$(ls -A small)" ''
fi
