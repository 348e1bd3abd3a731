# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/versus.sh"
plan "-l, -s, hard-link groups and what follows a destination's own links, as cp does it"

versus 'cp -l a t'
versus 'cp -lv a b t'
versus 'cp -rl dir t'
versus 'cp -rlv dir new-name'
versus 'cp -al dir new-name'
versus 'cp -rl dir t; cp -rl dir t'
versus 'cp -rl dir t; cp -rlf dir t'
versus 'cp -l l-a t'
versus 'cp -lP l-a t'
versus 'cp -lL l-a t'
versus 'cp -lH l-a t'
versus 'cp -rlL dir t'
versus 'cp -l l-dangling t'
versus 'cp -lL l-dangling t'
versus 'cp -l dir t'
versus 'cp -l missing t'
versus 'cp -l a missing/x'
versus 'cp -l fifo t'
versus 'cp -rl rodir t'
versus 'cp -lp a t'
versus 'cp -l --parents dir/one t'
versus 'cp -lt t a b'
versus 'cp -s a new-name'
versus 'cp -s a t'
versus 'cp -s "$PWD/a" t; readlink t/a | sed "s|$PWD||"; rm t/a'
versus 'cp -s a b'
versus 'cp -sf a b'
versus 'cp -sv a new-name'
versus 'cp -s dir/one new-name'
versus 'cp -s dir new-name'
versus 'cp -rs dir t'
versus 'cp -rs "$PWD/dir" t; find t -type l -delete -print'
versus 'cp -s missing new-name'
versus 'cp -as old new-name; cp -ps l-a x; cp -asf b x'
versus 'cp -as "$PWD/dir" t; chown 3:4 a; cp -sp a new-name'
versus 'cp -s l-dangling new-name'
versus 'cp -sP l-a new-name'
versus 'cp -s l-a new-name'
versus 'cp -s fifo new-name'
versus 'cp -a hard1 hard2 t'
versus 'cp -a . ../whole; mv ../whole .'
versus 'cp -r hard1 hard2 dir t'
versus 'cp -rd hard1 hard2 dir t'
versus 'cp -p hard1 hard2 t'
versus 'cp -p --preserve=links hard1 hard2 dir/hard3 t'
versus 'cp -a --no-preserve=links hard1 hard2 t'
versus 'cp -d --no-preserve=links hard1 hard2 t'
versus 'cp -r --preserve=links dir hard1 t'
versus 'ln l-a l2; cp -a l-a l2 t'
versus 'ln fifo f2; cp -a fifo f2 t'
versus 'ln -s hard1 lh; cp -L --preserve=links hard1 lh t'
versus 'ln -s hard1 lh; cp -H --preserve=links lh hard2 t'
versus 'touch t/hard1 t/hard2; cp -a hard1 hard2 t'
versus 'touch t/hard1; ln t/hard1 t/hard2; cp -a hard1 hard2 t'
versus 'touch t/a; ln t/a t/b; cp -a a b t'
versus 'touch t/a; ln t/a t/b; cp a b t'
versus 'touch t/hard1; ln t/hard1 t/y; cp -av hard1 hard2 t'
versus 'cp -a hard1 hard2 t; cp -av hard1 hard2 t'
versus 'cp -a hard1 t; cp -auv hard1 hard2 t'
versus 'cp -a hard1 hard2 t; cp -anv hard1 hard2 t'
versus 'cp -a hard1 hard2 t; cp -av --remove-destination hard1 hard2 t'
versus 'mkdir t/hard2; cp -a hard1 hard2 t'
versus 'ln -s nowhere t/hard2; cp -a hard1 hard2 t'
versus 'touch t/other t/hard2; ln t/other t/o2; cp -a hard1 hard2 t'
versus 'cp --attributes-only -a hard1 hard2 t'

# replaced in one step: what is there stays when no link can be made
versus 'cp -lfv a b; cp -lfv dir/one t; cp -lfv dir/one t'
versus 'cp -sfv a b; cp -sf b ./x; cp -rsf "$PWD/dir" t; cp -rsf "$PWD/dir" t; find t -type l -delete -print'
versus 'ln b t/b; cp -lfv a b; cp -alfv hard1 t/b; cp -lfPv l-a x; cp -alfv fifo x; cp -lPv l-a x'
versus 'ln x x2; ln b b2; cp -alv a b; cp -asv a x; cp -dlv l-a x2; cp -l a b2; cp -s a x2'
versus 'cp -lf a dir; cp -lf a dir/sub/three; cp -lbf a dir/two; cp -sbf a new'
versus 'touch t/hard2; cp -av hard1 hard2 t'
versus 'mkdir m; mount -t tmpfs m m; echo old > m/a; cp -rl dir m; cp -lf a m; cp -alf a m; cp -rlf dir m; cat m/a; umount m'
mkdir -p linked/one linked/two onto/linked/two
echo new > linked/one/file && ln linked/one/file linked/two/file
mount -t tmpfs tmpfs onto/linked/two && at_end "umount '$PWD/onto/linked/two'"
mkdir onto/linked/one && echo old | tee onto/linked/one/file > onto/linked/two/file
for _ in 1 2; do
	run ucp -a linked onto
	ok "a link across filesystems: it is told" grep -q "^ucp: cannot create hard link .*: Invalid cross-device link$" <<< "$err"
	ok "a link across filesystems: both names are there" cat onto/linked/one/file onto/linked/two/file
	echo old > onto/linked/one/file
	echo old > onto/linked/two/file
done
is "and nothing else" "$(find onto -type f | wc -l)" 2
versus 'cp -au hard1 dir/hard3 dir'
versus 'cp -a hard1 dir/hard3 dir'
versus 'cp -au hard1 hard2 dir/hard3 dir'
