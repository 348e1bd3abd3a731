# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "files that wait for buffers, that grow, and link groups whose directories are finished"

# A file that waits for a buffer while its only chunk meets the end was finished twice.
head -c 20000000 /dev/urandom > big
( sleep 0.02; truncate -s 4096 big ) &
run ucp -p --queue-depth=1 --chunk-size=4K big out
wait
is "a file cut short while it waits is finished once" "$status:$err" "0:"

# Links across directories that are long finished: their base and descriptors must last.
mkdir a b d
echo x > a/f
ln a/f b/g
run ucp -a --parents a/f b/g d
is "links across operand groups" "$status:$err" "0:"
is "are links" "$(stat -c %h d/a/f)" 2

mkdir s
for i in $(seq 0 59); do mkdir "s/d$i"; echo "$i" > "s/d$i/f"; done
for i in $(seq 0 59); do ln "s/d$i/f" "s/d$(((7 * i + 3) % 60))/g"; done
run ucp -a -j8 s t
is "many link groups" "$status:$err" "0:"
ok "all as in the source" same_tree s t

# Names of one inode in several operands, with much in between.
mkdir -p m e
for i in $(seq 500); do : > "m/$i"; done
echo y > f
ln f g
run ucp -a -j1 f g m a e
is "an inode met again after its last known name" "$(stat -c %h e/f)" 2
