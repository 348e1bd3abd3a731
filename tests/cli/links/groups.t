# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "hard-link groups are kept within a directory, across directories and across operands, with any number of workers"

mkdir -p a/x/y b c
echo 1 > a/one; ln a/one a/x/one; ln a/one a/x/y/one; ln a/one b/one
ln -s t a/sym; ln a/sym b/sym
mkfifo a/fifo; ln a/fifo c/fifo
head -c 5000000 /dev/urandom > a/large; ln a/large c/large; ln a/large c/again
for i in $(seq 60); do echo "$i" > "a/x/$i"; ln "a/x/$i" "b/$i"; ln "a/x/$i" "c/$i"; done
for more in "" -j1 -j8 "-j8 --chunk-size=4K --queue-depth=1" --reflink=never; do
	mkdir dst src
	# shellcheck disable=SC2086 # options are words
	run ucp -a $more a b c dst
	is "copy $more" "$status:$err" "0:"
	mv a b c src && touch -r dst src
	ok "the same groups" same_tree src dst
	mv src/* . && rm -rf dst src
done


run ucp -r a b dst2
is "two sources onto no directory" "$status" 1
mkdir dst2
ok "-r alone" ucp -r a b dst2
is "makes files of their own" "$(stat -c %h dst2/a/one dst2/b/one | sort -u)" 1
