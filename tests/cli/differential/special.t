# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/versus.sh"
plan "--parents, --sparse, --reflink, --update, special files and -x do what cp does"

versus 'cp --parents a t'
versus 'cp --parents dir/one t'
versus 'cp --parents dir/sub/three dir/one t'
versus 'cp --parents dir/sub/three missing'
versus 'cp --parents dir/sub/three a'
versus 'cp -v --parents dir/sub/three t'
versus 'cp -v --parents dir/sub/three dir/sub/deep/four t'
versus 'cp -p --parents dir/sub/three t'
versus 'cp -a --parents dir/sub/three t'
versus 'cp -a --parents dir/sub t'
versus 'cp -r --parents dir/sub/ t'
versus 'cp -r --parents ./dir/sub t'
versus 'cp -r --parents dir//sub t'
versus 'cp -r --parents dir/../dir/sub t'
versus 'cp -r --parents . t/new'
versus 'cp --parents missing/one t'
versus 'cp --parents missing t'
versus 'cp --parents dir/missing t'
versus 'cp --parents dir/missing/one t'
versus 'cp -v --parents dir/missing/one dir/one t'
versus 'cp --parents a/one t'
versus 'cp --parents dir/one/x t'
versus 'cp -r --parents dir/sub/missing dir/sub t'
versus 'cp --parents l-dir/one t'
versus 'cp -a --parents l-dir/one t'
versus 'touch t/dir; cp --parents dir/one t'
versus 'mkdir -m 700 t/dir; cp -p --parents dir/one t'
versus 'mkdir -m 700 t/dir; cp --parents dir/one t'
versus 'chown 3:4 dir; cp -p --parents dir/one t; cp --parents dir/two void'
versus 'cp --parents "$PWD/dir/one" t && find t -type f -name one | wc -l; rm -rf t'
versus 'cp --parents -t t dir/one'
versus 'cp --parents -T dir/one t'
versus 'cp --parents dir t'
versus 'umask 077; cp --parents dir/sub/three t'
versus 'cp --no-preserve=mode --parents dir/sub/three t'
versus 'cp -l --parents dir/one t; cp -n --parents dir/one t'
for when in auto always never; do
	versus "cp --sparse=$when sparse big empty a t"
	versus "cp --sparse=$when sparse a"
	versus "cp --sparse=$when big sparse"
	versus "truncate -s 3M sparse; truncate -s 8192 h; cp --sparse=$when sparse h t"
	versus "head -c 300000 /dev/zero > z; echo x >> z; cp --sparse=$when z t"
	versus_said "cp --reflink=$when a t"
	versus "cp --reflink=$when a b"
	versus "cp --reflink=$when a missing/b"
	versus "cp --reflink=$when --sparse=always a t"
	versus_said "cp -r --reflink=$when dir t"
done
versus_said 'cp --reflink a t'
versus 'cp --reflink=never --sparse=never sparse t'
versus_said 'cp --reflink --sparse=auto a t'
versus 'cp -r --sparse=always sparse dir big t'
versus 'cp -u a b; cp -u old new; cp -u new old'
versus 'cp -u old t; cp -uv old t; touch -d 2033-03-03 old; cp -uv old t'
versus 'cp --update a b'
versus 'cp -ru dir/. other'
versus 'cp -rup other/. dir'
versus 'cp fifo t & sleep 0.05; echo data > fifo; wait $!'
versus 'cp -r fifo t'
versus 'cp -R --copy-contents fifo t & sleep 0.05; echo data > fifo; wait $!'
versus 'echo data | cp /dev/stdin t'
versus 'echo data | cp /dev/stdin new'
versus 'echo data | cp /dev/fd/0 a'
versus 'cp a /dev/stdout'
versus 'cp a /dev/stdout | cat'
versus 'cp big /dev/stdout | cksum'
versus 'cp a /dev/null'
versus 'cp /dev/null a'
versus 'cp /dev/null new'
versus 'cp -v /dev/null t'
versus 'cp /proc/version new; cp /proc/version t'
versus 'cp /proc/self/mounts t'
versus 'cp -r /sys/kernel/mm/transparent_hugepage/enabled t'
versus_said 'cp /proc/self/mem t'
versus 'cp /proc/version a b t'
versus 'mknod null c 1 3; cp -a null t; cp -r null void; cp null new'
versus 'mknod loop7 b 7 77; cp -a loop7 t; chmod 600 loop7; cp -a loop7 t'
versus 'chown 3:4 fifo; cp -a fifo t; cp -r fifo void; cp -rp fifo new'
versus 'cp -a fifo t; cp -a --remove-destination a t/fifo'
versus 'cp -rx dir t'
versus 'mkdir m; mount -t tmpfs m m; touch m/inside; cp -rx . ../whole; mv ../whole .; umount m'
versus 'mkdir m; mount -t tmpfs m m; touch m/inside; mkdir m/d; cp -ax m t; cp -r m void; umount m'
versus 'mkdir m; mount -t tmpfs -o ro m m; cp a m; cp -r dir m; umount m'
versus 'mkdir m; mount -t tmpfs m m; ln -s nowhere m/l; cp -l a m; cp -rl dir m; umount m'
versus 'python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\"sock\")"; cp -a sock t; cp sock new; cp -r sock new'
