# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/loop.sh"
need_mounts
need setfattr
plan "symlinks and special files come with all their attributes, however many and large"

mounted tmpfs m 64M
mkdir -p m/src
large=0x$(head -c 30000 /dev/urandom | od -An -v -tx1 | tr -d ' \n')
build() {
	cd m/src || return
	ln -s nowhere link && mkfifo fifo && mknod null c 1 3 && echo > file && mkdir dir
	for name in link fifo null file dir; do
		setfattr -h -n trusted.large -v "$large" "$name" || return
		setfattr -h -n trusted.empty "$name"
		for i in {1..40}; do
			setfattr -h -n "trusted.$i-$(printf '%0200d' 0)" -v "$i" "$name" || return
		done
	done
	setfacl -m u:1:rw fifo null
}
(build) 2> /dev/null || skip_all "no large attributes on tmpfs here"
ok "there is something to copy" test "$(getfattr -h -m - m/src/link | grep -c trusted)" = 42
for how in '-a' '-r --preserve=xattr' '-a -j1'; do
	# shellcheck disable=SC2086 # options are words
	run ucp $how m/src m/copy
	is "$how of a tree" "$status:$err" "0:"
	for name in link fifo null file dir; do
		is "$name" "$(cd m/copy && getfattr -h -d -m trusted -e hex $name | cksum)" \
			"$(cd m/src && getfattr -h -d -m trusted -e hex $name | cksum)"
	done
	rm -rf m/copy
done
mkdir m/copy
run ucp -a m/src/* m/copy
touch -r m/src m/copy
is "operands" "$status:$err" "0:"
ok "come with all of it" same_tree m/src m/copy
rm m/copy/*o
(cd m/src && ucp -a fifo ../copy/fifo && ucp -a link ../copy/copied-link)
ok "so does a single one" test "$(getfattr -h -m - m/copy/fifo | grep -c trusted)" = 42
ok "and a symlink under another name" test "$(getfattr -h -m - m/copy/copied-link | grep -c trusted)" = 42
mkdir m/parents
run ucp -a --parents m/src/fifo m/src/link m/parents
is "with --parents" "$status:$err" "0:"
ok "as well" test "$(getfattr -h -m - m/parents/m/src/{fifo,link} | grep -c trusted)" = 84
ln -s fifo m/src/to-fifo
run ucp -RL --preserve=all m/src/to-fifo m/parents/followed
is "through a symlink" "$status:$err" "0:"
ok "they are those of the FIFO" test "$(getfattr -h -m - m/parents/followed | grep -c trusted)" = 42

# ext4 keeps all attributes of a file in 4 KiB: what is lost there is told
if can_mount ext4 && mounted ext4 small 16M 2> /dev/null; then
	run ucp -R --preserve=xattr m/src/fifo small
	is "what does not fit is a failure" "$status" 6
	ok "named" grep -q "setting attribute 'trusted.large' for 'small/fifo': No space left" <<< "$err"
	ok "and the rest is copied" test "$(getfattr -h -m - small/fifo | grep -c trusted)" -gt 5
else
	echo "# skipped: no ext4"
fi

case ${BUILD:-build} in
*-san-*) exit ;; # a preloaded library does not go with sanitizers
esac
# an attribute that grows between two looks at it
echo grows > grows && setfattr -n user.k -v 0123456789012345678901234567890123456789 grows
run env RACE_GROW=1 LD_PRELOAD="$TOOL/preload/race.so" "$UCP" --engine="$UCP_ENGINE" -a grows grown
ok "an attribute that grows is never what memory happens to have" \
	test "$status:$(getfattr --only-values -n user.k grown 2> /dev/null)" = 0:0123456789012345678901234567890123456789

# a source directory that is closed for want of descriptors, and then is not there any more
rm -rf wide wide2 && mkdir -p wide/victim && echo x > wide/victim/x && setfattr -n user.k -v v wide/victim
for i in $(seq 60); do mkdir -p "wide/$i/a/b/c/d/e/f/g" "wide/victim/$i/a/b/c/d" && echo "$i" > "wide/victim/$i/a/b/c/d/f"; done
run env RACE_GONE="$WORK/wide/victim" LD_PRELOAD="$TOOL/preload/race.so" \
	bash -c 'ulimit -n 16; exec "$@"' bash "$UCP" --engine="$UCP_ENGINE" -j1 -a wide wide2
is "a directory that is gone before its attributes are copied: exit status" "$status" 1
ok "message" grep -qx "ucp: cannot access 'wide/victim': No such file or directory" <<< "$err"
is "what was below it is missed, with the reason" "$(grep -v "^ucp: cannot [a-z]* 'wide/victim.*': No such file or directory$" <<< "$err")" ""
