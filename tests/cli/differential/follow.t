# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/versus.sh"
plan "which symlinks are followed, on both sides, is cp's choice"

for how in '' -P -L -H -d -r -rP -rL -rH -rd -a -aL -aH '-rL -P' '-rP -L' -l -rl -s -p; do
	versus "cp $how l-a t"
	versus "cp $how l-dangling t"
	versus "cp $how l-dir t"
done
for how in -r -rL -rH -a; do
	versus "cp $how dir new-dir"
	versus "cp $how l-dir new-dir"
	versus "cp $how l-dir/ new-dir"
	versus "cp $how l-dir/. new-dir"
	versus "cp $how loop t"
done
versus 'ln -s .. dir/sub/l-cycle; cp -rL dir t'
versus 'cp a l-a; readlink l-a'
versus 'cp b l-a'
versus 'cp b l-dangling'
versus 'cp -f b l-dangling'
versus 'cp --remove-destination b l-dangling'
versus 'POSIXLY_CORRECT=1 cp b l-dangling'
versus 'cp b loop'
versus 'cp -f b loop'
versus 'cp -P b l-a'
versus 'cp -d b l-a'
versus 'cp -P l-dir l-a'
versus 'cp -P l-dir a'
versus 'cp -P l-a l-dangling'
versus 'cp -P l-a l-a'
versus 'cp l-a a'
versus 'cp a l-a -v'
versus 'cp -P l-a a'
versus_said 'cp -r dir l-dir'
versus 'cp -r dir l-dangling'
versus 'cp -r dir/. l-other'
versus 'mkdir t/dir; ln -s ../../other t/dir/sub; cp -r dir t'
versus 'mkdir t/dir; ln -s ../../x t/dir/one; cp -r dir t'
versus 'mkdir t/dir; ln -s nowhere t/dir/one; cp -r dir t'
versus 'mkdir t/dir; ln -s nowhere t/dir/one; cp -rf dir t'
versus 'mkdir t/dir; ln -s nowhere t/dir/one; cp -r --remove-destination dir t'
versus 'cp -a l-a l-dir l-dangling loop t'
versus 'cp -a l-a t; cp -a l-a t'
versus 'cp -a l-a t; cp -P l-dir t/l-a'
versus 'ln -s void t/l-a; cp -P l-a t'
versus 'mkdir t/l-a; cp -P l-a t'
versus 'cp -rL loop dir t'
versus 'cp -r fifo t'
versus 'cp -rL fifo t; cp -a fifo void'
