# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "whatever happens to a copy, as many descriptors are open at its end as at its start"

mkdir -p src/dir/deep && for i in $(seq 300); do echo "$i" > "src/dir/$i"; done
head -c 3000000 /dev/urandom > src/large
truncate -s 5M src/holes && echo x >> src/holes
ln src/large src/dir/deep/link
ln -s large src/symlink
mkfifo src/fifo

# level WHAT ARG...: both counts that --debug tells are the same
level() {
	local what=$1 counts
	shift
	run ucp --debug "$@"
	counts=$(sed -n 's/.*descriptors: \([0-9]*\) open at the start, \([0-9]*\) at the end$/\1 \2/p' <<< "$err")
	ok "$what ($counts)" test -n "$counts" -a "${counts% *}" = "${counts#* }"
}
level "a tree" -a src dst
level "again, over what is there" -a src dst
level "with fsync and digests" -a --fsync=file --manifest=list src dst2
level "with hardly any descriptors" -a --jobs=8 --mem-limit=64K src dst3
level "one file" src/large dst4
level "one file that is missing" src/missing dst4
level "directories where files are to go" -a src/large src/symlink src/fifo missing dst/dir
level "a destination that is full" src/large /dev/full
mkdir -p blocked/1 blocked/2 blocked/large
level "files where directories are" -rT src/dir blocked
level "nothing but links" -rl src dst5
