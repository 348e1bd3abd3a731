# shellcheck shell=bash
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# A tree of everything a filesystem can hold; sourced after tap.sh. As root it
# has devices, owners and capabilities too.

# tree_sizes DIR: around every power of two up to 4 MiB
tree_sizes() {
	local n size
	mkdir -p "$1"
	for n in $(seq 0 22); do
		for size in $(((1 << n) - 1)) $((1 << n)) $(((1 << n) + 1)); do
			head -c "$size" /dev/urandom > "$1/$size"
		done
	done
}

# tree_holes DIR: leading, trailing, alternating, nothing but holes
tree_holes() {
	local i
	mkdir -p "$1"
	truncate -s 3M "$1/all-hole"
	truncate -s 1 "$1/one-byte-hole"
	head -c 200000 /dev/urandom > "$1/data"
	dd if="$1/data" of="$1/leading" bs=65536 seek=40 count=3 status=none
	dd if="$1/data" of="$1/trailing" bs=65536 count=2 status=none
	truncate -s 5000001 "$1/trailing"
	dd if="$1/data" of="$1/both" bs=65536 seek=10 count=2 status=none
	truncate -s 3M "$1/both"
	: > "$1/many"
	for i in $(seq 1 2 80); do
		dd if="$1/data" of="$1/many" bs=65536 seek="$i" count=1 conv=notrunc status=none
	done
	dd if="$1/data" of="$1/odd-end" bs=4096 seek=300 count=1 status=none
	printf tail >> "$1/odd-end"
	perl -e 'for (0 .. 399) { seek(STDOUT, 8192 * $_ + 4096, 0); print $_ % 7, "x" x 4095 }' > "$1/alternating"
	# data of zeros is not a hole
	head -c 300000 /dev/zero > "$1/zeros"
}

# tree_names DIR: names that break parsers
tree_names() {
	local name long
	mkdir -p "$1"
	long=$(printf '%255s' '' | tr ' ' x)
	# shellcheck disable=SC1003,SC2016 # they are meant as they stand
	for name in ' ' '  two  ' '-r' '--' '*' '?' '[a]' '~' '#' '\' '\n' '%s%n' "'" '"' '$HOME' '.hidden' '...' \
		$'tab\there' $'new\nline' $'\n' $'\a\e[31m' $'caf\xc3\xa9' $'bad\xff\xfeutf8' $'\xe6\x97\xa5\xe6\x9c\xac' "$long"; do
		printf '%s' "$name" > "$1/$name"
	done
	mkdir "$1/dir with space" "$1/$(printf '%254s' '' | tr ' ' d)/"
	ln -s $'new\nline' "$1/link"$'\n'
}

# tree_modes DIR: every mode bit, and owners
tree_modes() {
	local mode
	mkdir -p "$1"
	for mode in 0000 0001 0010 0100 0200 0400 0444 0600 0644 0755 0777 1644 2755 4755 6755 7777; do
		echo "$mode" > "$1/file-$mode"
		mkdir "$1/dir-$mode"
		echo "$mode" > "$1/dir-$mode/inside"
		[ "$(id -u)" != 0 ] || chown "1$mode:2$mode" "$1/file-$mode" "$1/dir-$mode"
		chmod "$mode" "$1/file-$mode" "$1/dir-$mode"
	done
	[ "$(id -u)" = 0 ] || chmod u+rX "$1"/dir-* "$1"/file-*
}

# tree_links DIR: symlinks, hard links across directories, of every type that may have them
tree_links() {
	local i
	mkdir -p "$1/a/b" "$1/c"
	echo one > "$1/a/one"
	ln "$1/a/one" "$1/a/b/one"
	ln "$1/a/one" "$1/c/other"
	for i in $(seq 50); do
		echo "$i" > "$1/a/$i"
		ln "$1/a/$i" "$1/c/$i"
		ln "$1/a/$i" "$1/a/b/$i"
	done
	head -c 2000000 /dev/urandom > "$1/c/large"
	ln "$1/c/large" "$1/large"
	ln -s one "$1/a/symlink"
	ln -P "$1/a/symlink" "$1/c/symlink"
	ln -s /nowhere/at/all "$1/dangling"
	ln -s . "$1/self"
	ln -s loop "$1/loop"
	ln -s "$(printf '%1000s' '' | tr ' ' /)" "$1/long"
	touch -hd '1999-09-09 09:09:09.999999999' "$1/dangling"
}

# tree_specials DIR: what is neither file, directory nor symlink
tree_specials() {
	mkdir -p "$1"
	mkfifo "$1/fifo"
	ln "$1/fifo" "$1/fifo-again"
	chmod 640 "$1/fifo"
	perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0); chdir shift; bind(S, sockaddr_un("socket"))' "$1" 2> /dev/null
	if [ "$(id -u)" = 0 ]; then
		mknod "$1/char" c 1 3
		mknod "$1/block" b 7 200
		mknod "$1/char-large" c 511 262143 # xfs has 9 and 18 bits for them
		mknod "$1/block-large" b 259 65536
		chown 5:6 "$1/fifo" "$1/char"
		chmod 4711 "$1/block"
	fi
}

# tree_attributes DIR: extended attributes, ACLs, capabilities; what the filesystem takes
tree_attributes() {
	local i
	mkdir -p "$1/dir/inherits"
	for i in plain acl many capable; do echo "$i" > "$1/$i"; done
	setfattr -n user.one -v 1 "$1/plain"
	setfattr -n user.empty "$1/plain"
	setfattr -n user.binary -v 0x00ff00ff "$1/dir"
	for i in $(seq 30); do setfattr -n "user.number-$i" -v "value of $i" "$1/many"; done
	setfacl -m u:12345:rw-,g:12346:r-x "$1/acl"
	setfacl -m u:12345:rwx -m d:u:12345:r-x,d:g::--- "$1/dir"
	echo under-default > "$1/dir/under-default"
	mkdir "$1/dir/under-default-dir"
	setfacl -b -k "$1/dir/inherits"
	if [ "$(id -u)" = 0 ]; then
		setcap cap_net_raw+ep "$1/capable"
		setfattr -n trusted.note -v trusted "$1/plain"
		ln -s plain "$1/link"
		setfattr -h -n trusted.note -v 'of a link' "$1/link"
		chown 77:88 "$1/capable" # takes the capability away
		setcap cap_net_bind_service+ep "$1/capable"
	fi
}

# tree_times DIR
tree_times() {
	mkdir -p "$1/dir"
	: > "$1/epoch"
	touch -d '@0' "$1/epoch"
	: > "$1/nano"
	touch -d '@1234567890.123456789' "$1/nano"
	: > "$1/past"
	touch -d '1931-01-02' "$1/past"
	: > "$1/future"
	touch -d '2150-01-02' "$1/future"
	# the ends of what ext4 can tell
	local date
	for date in '1901-12-14 00:00:00.000000001' '2446-05-10 00:00:00.999999999'; do
		mkdir "$1/dir-${date%% *}"
		: > "$1/file-${date%% *}"
		ln -s nowhere "$1/link-${date%% *}"
		mkfifo "$1/fifo-${date%% *}"
		touch -hd "$date" "$1"/*"-${date%% *}"
	done
	echo inside > "$1/dir/inside"
	touch -d '2003-03-03 03:03:03.3' "$1/dir"
}

# tree_shape DIR: deep, wide, empty
tree_shape() {
	local path=$1/deep
	mkdir -p "$path" "$1/wide" "$1/empty/empty/empty"
	path=$path$(printf '/level%.0s' $(seq 150))
	mkdir -p "$path"
	echo bottom > "$path/bottom"
	(cd "$1/wide" && seq 2500 | xargs touch && mkdir $(seq -f 'd%.0f' 100))
	seq 1000 > "$1/wide/1"
}

# same_across A B: same_tree on two kinds of filesystem, where data lies in other blocks
# and xfs shows root its ACLs a second time
same_across() {
	local diff
	diff=$(rsync -aHAXnci --delete --filter='-x trusted.SGI_*' "$1/" "$2/") || return 1
	[ -z "$diff" ] || { echo "$diff"; return 1; }
	HOLES=0 "$TOOL/listing" "$1" | sed 's/ trusted\.SGI_[^ ]*//g' > listing.a || return 1
	HOLES=0 "$TOOL/listing" "$2" | sed 's/ trusted\.SGI_[^ ]*//g' > listing.b || return 1
	diff listing.a listing.b
}

# tree_build DIR: all of it
tree_build() {
	tree_sizes "$1/sizes"
	tree_holes "$1/holes"
	tree_names "$1/names"
	tree_modes "$1/modes"
	tree_links "$1/links"
	tree_specials "$1/specials"
	tree_attributes "$1/attributes"
	tree_times "$1/times"
	tree_shape "$1/shape"
	touch -d '2011-11-11 11:11:11.111111111' "$1"
}
