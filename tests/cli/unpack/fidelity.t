# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/unpack.sh"
. "$ROOT/tests/lib/tree.sh"
need setfattr
need setfacl
plan "a tree that went through an archive is as it was: names, modes, owners, times, links, attributes"

mkdir src
tree_names src/names
tree_modes src/modes
tree_links src/links
tree_specials src/specials && rm -f src/specials/socket
tree_attributes src/attributes
tree_times src/times
mkdir -p src/shut/below src/empty/empty && echo x > src/shut/file && echo y > src/shut/below/file && : > src/nothing
ln src/shut/file src/shut/below/again && ln src/shut/file src/again
head -c 3000001 /dev/urandom > src/large && ln src/large src/shut/large
deep=src$(printf '/level%.0s' {1..60}) && mkdir -p "$deep" && echo bottom > "$deep/bottom"
chmod 500 src/shut/below src/shut
touch -d '2005-05-05 05:05:05.555555555' src/shut src/empty src/links src/names
for i in $(seq 60); do mkdir "src/d$i" && echo "$i" > "src/d$i/file" && touch -d "@$((1000000000 + i)).123" "src/d$i"; done

# back WHAT ARCHIVE: in each locale it is what it was
back() {
	local locale
	for locale in C C.UTF-8; do
		chmod -R u+rwx out 2> /dev/null
		rm -rf out
		LC_ALL=$locale run unpack "$2" out
		is "$1, LC_ALL=$locale: status" "$status:$out:$err" "0::"
		ok "$1, LC_ALL=$locale: as it was" same_entries src out
	done
	chmod -R u+rwx out
	run unpack "$2" out
	is "$1, over what is there: status" "$status:$out:$err" "0::"
	ok "$1, over what is there: as it was" same_entries src out
}

bsdtar --format pax --xattrs --acls -cf pax.tar -C src . 2> /dev/null
back "bsdtar" pax.tar
(cd src && bsdtar --format pax --xattrs --acls --zstd -cf ../list.tar.zst -- *) 2> /dev/null
back "bsdtar without ." list.tar.zst
if tar --version 2> /dev/null | grep -q 'GNU tar'; then
	# (it does not know of FIFOs with two names, and libarchive does not read its fractions of seconds before 1970)
	rm src/specials/fifo-again && find src/times -name '*1901*' -exec touch -hd '1901-12-14' {} + && touch -d 2005-05-05 src/times
	gnu() { tar --format=posix --xattrs --xattrs-include='*' --acls -cf "$1" -C src --no-recursion --null -T "$2"; }
	(cd src && find . -print0) > order && gnu gnu.tar order && back "GNU tar" gnu.tar
	# directories that are there already get what is theirs
	(cd src && find . ! -type d -print0 && find . -depth -type d -print0) > order &&
		gnu files-first.tar order && back "directories behind what is in them" files-first.tar
	LC_ALL=C sort -z order | shuf -z --random-source=pax.tar > shuffled &&
		gnu any-order.tar shuffled && back "in any order" any-order.tar
fi
