# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/versus.sh"
plan "what happens to a destination that exists is as with cp"

for how in '' -f -n -u -i --remove-destination -a -p -d -P -l -lf -s -sf -fn -in -ni -uf -vn -vu '-v --remove-destination' -vf \
	-ln -lu --attributes-only; do
	versus "cp $how a b"
	versus "cp $how old new"
	versus "cp $how a a"
done
for how in '' -u -vu -uf -lu -p; do
	versus "cp $how new old"
done
for how in '' -n -a -l -lf -s -sf --remove-destination '-v --remove-destination'; do
	versus "cp $how hard1 hard2"
	versus "cp $how a void"
done
versus 'cp -li a b'
versus 'cp -lv a b'
versus 'cp -li a a'
# -n goes before -u, whichever comes last
versus 'cp -n -u new old'
versus 'cp -u -n new old'
versus 'cp -n -u a a'
versus 'cp -nui new old <<< y'
versus 'cp -n -u -i new old <<< n'
versus 'cp -nub new old'
# below operands -H is -P
versus 'cp -r dir t; rm t/dir/l-one; echo x > t/dir/l-one; cp -rHT dir t/dir'
versus 'cp -r dir t; rm t/dir/l-one; ln -s new t/dir/l-one; cp -rH dir t'
versus 'mkfifo void/fifo; cp -rf fifo void'
versus 'mkfifo void/fifo; cp -rLf fifo void'
versus 'mkfifo void/fifo; cp -rf --attributes-only fifo void'
versus 'mkfifo void/fifo; cp -rH fifo dir void'
versus 'chmod 751 old; umask 077; cp --no-preserve=mode --attributes-only new old'
versus 'cp -li hard1 hard2 <<< y'
versus 'cp -lui hard1 hard2'
versus 'cp -lni hard1 hard2'
versus 'cp -lvi hard1 hard2'
versus 'cp b hard1'
versus 'cp -d b hard1'
versus 'cp -a b hard1'
versus 'cp --preserve=links b hard1'
versus 'cp --remove-destination b hard1'
versus 'cp b ro'
versus 'cp x a'
versus 'cp -p x a'
versus 'cp suid a'
versus 'cp a suid'
versus 'cp big a'
versus 'cp a big'
versus 'cp a big -r'
versus 'cp empty a'
versus 'cp a empty'
versus 'cp sparse big'
versus 'cp -r dir other'
versus 'cp -rT dir other'
versus 'cp -rTn dir other'
versus 'cp -rTu dir other'
versus 'cp -rTu other dir'
versus 'cp -rTv dir other'
versus 'cp -rTvn dir other'
versus 'cp -rTvu other dir'
versus 'cp -aT dir other'
versus 'cp -aTu dir other'
versus 'cp -rT --remove-destination -v dir other'
versus 'cp -rTl dir other'
versus 'cp -rTlf dir other'
versus 'mkdir -p t/dir/one; cp -r dir t'
versus 'mkdir -p t/dir; touch t/dir/sub; cp -r dir t'
versus 'mkdir -p t/dir; mkfifo t/dir/l-one; cp -r dir t'
versus 'mkdir -p t/a; cp a t'
versus 'mkdir -p t/a; cp -f a t'
versus 'mkdir -p t/a; cp --remove-destination a t'
versus 'mkdir -p t/a; cp -n a t'
versus 'cp -r dir a'
versus 'cp -rf dir a'
versus 'cp -r --remove-destination dir a'
versus 'cp -r fifo a'
versus 'cp -r a l-a; cp -r fifo t; cp -r fifo t'
versus 'cp -a fifo t; touch -d 2001-01-01 fifo; cp -a fifo t'
versus 'cp -au fifo t; cp -auv fifo t'
versus 'yes | cp -i a b'
versus 'echo n | cp -i a b'
versus 'echo y | cp -i a b x t'
versus 'printf "y\nn\n" | cp -i a x t; printf "y\nn\n" | cp -iv a x t'
versus 'echo yes | cp -iv a ro'
versus 'echo | cp -i a ro'
versus 'echo Y | cp -if a ro'
versus 'echo y | cp -i --remove-destination -v a ro'
versus 'cp -a --no-clobber b a'
versus 'cp -a --interactive b a'
versus 'cp --force b ro'
