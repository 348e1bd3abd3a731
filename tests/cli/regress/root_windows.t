# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "at no moment is a copy open to those whom its source keeps out"

[ "$(id -u)" = 0 ] || skip_all "needs root"
case ${BUILD:-build} in
*-san-*) skip_all "a preloaded library does not go with sanitizers" ;;
esac
export RIGHTS_LOG="$WORK/log"

# narrow WHAT LIMIT...: of the sides named (group=4 named=0 other=0 ...) the log shows
# nothing beyond the digit
narrow() {
	local name side limit
	for name in "${@:2}"; do
		side=${name%=*} limit=${name#*=}
		awk -v side="$side" -v limit="$limit" '
			{ for (i = 1; i < NF; i++) if ($i == side) { have = $(i + 1); n++ } }
			have + 0 != 0 {
				split("0 1 2 3 4 5 6 7", digits)
				for (bit = 1; bit <= 4; bit *= 2)
					if (int(have / bit) % 2 > int(limit / bit) % 2) { print side " beyond " limit ": " $0; bad = 1 }
			}
			END { exit bad || n < 2 }' log || return 1
	done
}
# copy WHAT OPTIONS SRC DST LIMIT...: copied with the log on DST
copy() {
	local what=$1 options=$2 src=$3 dst=$4
	shift 4
	rm -f log
	# shellcheck disable=SC2086 # options are words
	run env RIGHTS_OF="$WORK/$dst" LD_PRELOAD="$TOOL/preload/rights.so" "$UCP" --engine="$UCP_ENGINE" $options "$src" "$dst"
	is "$what: exit status" "$status:$err" "0:"
	ok "$what: never open" narrow "$what" "$@"
	if [ -d "$src" ]; then src=$src/. dst=$dst/.; fi
	is "$what: as the source in the end" "$(getfacl -cp "$dst" 2>&1; stat -c '%a %u' "$dst")" "$(getfacl -cp "$src" 2>&1; stat -c '%a %u' "$src")"
}

echo data > acl && chmod 600 acl && setfacl -m u:9:rw,m::rw acl && setfacl -m g::- acl
echo data > plain && chmod 640 plain && chown 7:7 plain
echo data > setid && chmod 4755 setid && chown 7:7 setid
echo data > readable && chmod 640 readable
echo data > private && chmod 600 private
echo data > masked && setfacl -m u:9:rw masked && chmod 600 masked
echo data > denied && chmod 644 denied && setfacl -m u:9:- denied
mkfifo fifo && chmod 640 fifo
mkfifo aclfifo && chmod 600 aclfifo && setfacl -m u:9:rw,g::- aclfifo
mkdir tree && echo data > tree/f && chmod 600 tree/f && chmod 750 tree
mkdir acltree && chmod 700 acltree && setfacl -m u:9:rwx,g::-,m::rwx acltree
mkdir heir && setfacl -d -m u:9:rwx,g::rwx,m::rwx,o::rwx heir
mkdir new

copy "an ACL, new" -a acl new/acl group=0 named=6 other=0
copy "an ACL, -p" -p acl new/acl-p group=0 named=6 other=0
copy "an ACL with an empty mask" -a masked new/masked group=0 named=0 other=0
copy "the same, below a default ACL" -a masked heir/masked group=0 named=0 other=0
copy "another's file" -a plain new/plain group=4 named=0 other=0
copy "a FIFO with an ACL" -a aclfifo new/aclfifo group=0 named=6 other=0
copy "a directory with an ACL" -a acltree new/acltree group=0 named=7 other=0
# below a default ACL that gives everything to everybody
copy "inherited, file" -a private heir/private group=0 named=0 other=0
copy "inherited, -p" -p private heir/private-p group=0 named=0 other=0
copy "inherited, group may read" --preserve=mode readable heir/plain group=4 named=0 other=0
copy "inherited, an ACL instead" -a acl heir/acl group=0 named=6 other=0
copy "inherited, FIFO" -a fifo heir/fifo group=4 named=0 other=0
copy "inherited, FIFO with an ACL instead" -a aclfifo heir/aclfifo group=0 named=6 other=0
copy "inherited, directory" -a tree heir/tree group=5 named=0 other=0
copy "inherited, file in a directory" -a tree heir/tree2 group=5 named=0 other=0
# over what was open to everybody
for mode in 666 4777; do
	echo old > new/over && chmod $mode new/over
	copy "over $mode" -p private new/over group=0 other=0
	echo old > new/over-acl && chmod $mode new/over-acl
	copy "an ACL over $mode" -a acl new/over-acl group=0 named=6 other=0
	echo old > new/over-owner && chmod $mode new/over-owner
	copy "another's over $mode" -a plain new/over-owner group=4 other=0
	echo old > new/over-denied && chmod $mode new/over-denied
	copy "an ACL that denies, over $mode" -a denied new/over-denied group=4 named=0 other=4
	echo old > new/over-setid && chmod 4755 new/over-setid
	copy "another's set-user-ID file over root's" -a setid new/over-setid group=5 other=5
	ok "another's set-user-ID file over root's: never root's with that bit" awk '/setid 1/ && /owner 0/ { bad = 1 } END { exit bad }' log
	echo old > new/over-attr && chmod $mode new/over-attr
	echo old > new/over-named && chmod $mode new/over-named && setfacl -m u:9:rwx new/over-named
	# named=4: what is left for a moment of its rights to the old data
	copy "over $mode and an ACL" -p plain new/over-named group=4 named=4 other=0
	echo old > new/acl-named && chmod $mode new/acl-named && setfacl -m u:8:rwx new/acl-named
	copy "an ACL over $mode and an ACL" -p acl new/acl-named group=0 named=6 other=0
	copy "--attributes-only over $mode" "-p --attributes-only" plain new/over-attr group=4 other=0
done
