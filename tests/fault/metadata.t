# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
plan "every failing call about names, directories and attributes is told with path and cause, and costs no more than it must"

need_strace

# Victims have directories of their own, so that a path names their calls and no others.
mkdir -p src/sub/victim src/other
echo data > src/sub/victim/file
chmod 4750 src/sub/victim/file
for i in $(seq 20); do echo "$i" > "src/other/$i"; done
head -c 700000 /dev/urandom > src/other/large
touch -d '2001-02-03 04:05:06.7' src/sub/victim/file src/sub/victim src/sub
setfattr -n user.note -v text src/sub/victim/file || skip_all "needs user attributes on $WORK"
cp -a src without-file
rm without-file/sub/victim/file
touch -r src/sub/victim without-file/sub/victim
cp -a src without-dir
rm -r without-dir/sub/victim
touch -r src/sub without-dir/sub
chmod 644 src/other/1

FILE=$PWD/copy/sub/victim/file
DIR=$PWD/copy/sub/victim
SUB=$PWD/copy/sub
EIO='Input/output error'

# fails WHAT-IS-LEFT PATH CALL ERROR CAUSE WORDS: strike the first such call. What is left
# of the source then is: all, all-but-attributes, without-file, without-dir.
fails() {
	local left=$1 path=$2 call=$3 error=$4 cause=$5 words=$6 wanted=1
	case $error in ENOSPC* | EDQUOT*) wanted=6 ;; esac
	rm -rf copy
	inject "$path" "$call" "error=$error" -a src copy
	is "$call $error on ${path#"$PWD/"}: it struck" "$((hits > 0))" 1
	is "$call $error on ${path#"$PWD/"}: exit status" "$status" "$wanted"
	ok "$call $error on ${path#"$PWD/"}: one message" says_once "ucp: $words: $cause"
	case $left in
	all) ok "$call $error on ${path#"$PWD/"}: all is copied" same_tree src copy ;;
	all-but-attributes) ok "$call $error on ${path#"$PWD/"}: the data is copied" diff -r src copy ;;
	*) ok "$call $error on ${path#"$PWD/"}: the rest is copied" same_tree "$left" copy ;;
	esac
}

# the destination of a file
fails without-file "$DIR" openat EIO:when=1 "$EIO" "cannot create regular file 'copy/sub/victim/file'"
fails without-file "$DIR" openat ENOSPC:when=1 'No space left on device' "cannot create regular file 'copy/sub/victim/file'"
fails without-file "$DIR" openat EDQUOT:when=1 'Disk quota exceeded' "cannot create regular file 'copy/sub/victim/file'"
fails without-file "$DIR" openat EROFS:when=1 'Read-only file system' "cannot create regular file 'copy/sub/victim/file'"
fails without-file "$DIR" openat EMFILE:when=1 'Too many open files' "cannot create regular file 'copy/sub/victim/file'"

# the source of a file
if on threads serial; then
	fails without-file "$PWD/src/sub/victim" openat EIO:when=1 "$EIO" "cannot open 'src/sub/victim/file' for reading"
	fails without-file "$PWD/src/sub/victim" openat EACCES:when=1 'Permission denied' "cannot open 'src/sub/victim/file' for reading"
	fails without-file "$FILE" close EIO:when=1 "$EIO" "failed to close 'copy/sub/victim/file'"
	fails without-file "$FILE" close ENOSPC:when=1 'No space left on device' "failed to close 'copy/sub/victim/file'"
fi
fails without-file "$PWD/src/sub/victim/file" newfstatat,fstat EIO:when=1 "$EIO" "cannot stat 'src/sub/victim/file'"

# directories
fails without-dir "$SUB" mkdirat EIO "$EIO" "cannot create directory 'copy/sub/victim'"
fails without-dir "$SUB" mkdirat ENOSPC 'No space left on device' "cannot create directory 'copy/sub/victim'"
fails without-dir "$PWD/src/sub" openat EIO "$EIO" "cannot access 'src/sub/victim'"
fails without-dir "$PWD/src/sub" getdents64 EIO:when=1 "$EIO" "cannot access 'src/sub'"
fails all "$PWD/src/sub" getdents64 EIO:when=2 "$EIO" "cannot access 'src/sub'"

# attributes: the data is fine, so the copy stays, as with cp
fails all-but-attributes "$FILE" fchmod EPERM 'Operation not permitted' "preserving permissions for 'copy/sub/victim/file'"
fails all-but-attributes "$FILE" utimensat EIO "$EIO" "preserving times for 'copy/sub/victim/file'"
fails all-but-attributes "$PWD/src/sub/victim/file" flistxattr EIO "$EIO" "listing attributes of 'src/sub/victim/file'"
fails all-but-attributes "$FILE" fsetxattr ENOSPC 'No space left on device' "setting attribute 'user.note' for 'copy/sub/victim/file'"
fails all-but-attributes "$DIR" fchmod EIO "$EIO" "preserving permissions for 'copy/sub/victim'"
fails all-but-attributes "$DIR" utimensat EIO "$EIO" "preserving times for 'copy/sub/victim'"

if [ "$(id -u)" = 0 ]; then
	chown 1234:1234 src/sub/victim/file src/sub/victim
	chmod 4750 src/sub/victim/file
	touch -d '2001-02-03 04:05:06.7' src/sub/victim/file src/sub/victim src/sub
	fails all-but-attributes "$FILE" fchown EPERM 'Operation not permitted' "failed to preserve ownership for 'copy/sub/victim/file'"
	is "a set-user-ID program that could not be given to its owner is not one" \
		"$(stat -c %A copy/sub/victim/file)" -rwxr-x---
	fails all-but-attributes "$DIR" fchown EIO "$EIO" "failed to preserve ownership for 'copy/sub/victim'"
fi

# what can be kept only on some filesystems passes in silence, as with cp -a
rm -rf copy
inject "$FILE" fsetxattr error=EOPNOTSUPP -a src copy
is "no attributes there: exit status" "$status" 0
is "no attributes there: nothing to say" "$err" ""
rm -rf copy
inject "$FILE" fsetxattr error=EOPNOTSUPP -a --preserve=xattr src copy
is "no attributes there, asked for by name: exit status" "$status" 1
ok "no attributes there, asked for by name: message" says_once "'user.note'" "'copy/sub/victim/file'"

# a hole at the end is made by ftruncate
truncate -s 1M src/sub/victim/file
cp -a src without-file2
rm without-file2/sub/victim/file
touch -r src/sub/victim without-file2/sub/victim
fails without-file2 "$FILE" ftruncate EIO "$EIO" "failed to extend 'copy/sub/victim/file'"
fails without-file2 "$FILE" ftruncate EFBIG 'File too large' "failed to extend 'copy/sub/victim/file'"

# a clone that fails is copied
rm -rf copy
inject "$FILE" ioctl error=EIO -a src copy
is "clone EIO: exit status" "$status" 0
ok "clone EIO: the copy is the source" same_tree src copy

# links and special files
mkdir src/special
ln -s target src/special/link
cp -a src without-link
rm without-link/special/link
touch -r src/special without-link/special
fails without-link "$PWD/copy/special" symlinkat ENOSPC 'No space left on device' "cannot create symbolic link 'copy/special/link'"
fails without-link "$PWD/src/special" readlinkat EIO "$EIO" "cannot read symbolic link 'src/special/link'"
rm src/special/link
mkfifo src/special/fifo
touch -r src/special without-link/special
fails without-link "$PWD/copy/special" mknodat EIO "$EIO" "cannot create fifo 'copy/special/fifo'"
rm src/special/fifo
echo one > src/special/one
ln src/special/one src/special/two
rm -rf copy
inject "$PWD/copy/special" linkat error=EMLINK:when=1 -a src copy
is "linkat EMLINK: exit status" "$status" 1
ok "linkat EMLINK: message" says_once "cannot create hard link 'copy/special/" "Too many links"

# EINTR is nobody's failure: FUSE and network filesystems give it from any call
for fault in "$DIR:openat" "$PWD/src/sub:openat" "$PWD/src/sub:getdents64" "$FILE:ftruncate" "$FILE:close" \
	"$SUB:mkdirat" "$FILE:fchmod" "$FILE:utimensat" "$FILE:fsetxattr"; do
	call=${fault##*:} path=${fault%:*}
	[ "$call" = close ] && ! on threads serial && continue
	for when in 1 2; do
		rm -rf copy
		inject "$path" "$call" "error=EINTR:when=$when" -a src copy
		[ "$hits" = 0 ] && continue # there was no second call
		is "$call EINTR, call $when on ${path#"$PWD/"}: exit status" "$status" 0
		is "$call EINTR, call $when on ${path#"$PWD/"}: nothing to say" "$err" ""
		ok "$call EINTR, call $when on ${path#"$PWD/"}: the copy is the source" same_tree src copy
	done
done
