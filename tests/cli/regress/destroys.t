# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "no combination of links makes a copy destroy its own source"

for opts in -a -P -d "-d -f" "-R -P" "-d --remove-destination"; do
	rm -f a b
	echo precious > a
	ln -s a b
	# shellcheck disable=SC2086 # several options
	run ucp $opts b a
	is "$opts of a symlink onto its target is refused" "$status" 1
	is "$opts: the file lives" "$(cat a)" precious
done

mkdir s d
echo precious > d/f
ln -s ../d/f s/f
run ucp -a s/. d
is "below a directory too" "$(cat d/f)" precious
is "and it is told" "$status" 1

umask 022
run ucp -a --manifest=m.txt s new
is "a manifest is nobody else's to write" "$(stat -c %a m.txt)" 644
