# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/loop.sh"
need_mounts
. "$ROOT/tests/lib/versus.sh"
plan "a tree that is at two places by a bind mount: onto itself, into itself, inside itself, and links, as with cp"

# bound FROM TO LINE: with FROM mounted at TO as well. HOW says how to compare.
HOW=versus
bound() { $HOW "mkdir -p $2; mount --bind $1 $2 || exit; $3; status=\$?; umount $2; exit \$status"; }

# the same file by another way
bound dir m 'cp dir/one m; cp -f dir/one m; cp --remove-destination dir/one m; cp -b dir/one m'
bound dir m 'cp -l dir/one m/one; cp -l dir/one m/new'
bound dir m 'cp dir/one m/one t'
bound dir m 'cp -rT dir m; cp -r dir/. m'
bound dir m 'cp -aT m t'

# links that are met more often than they are links
bound dir m 'cp -a hard1 m/hard3 t'
bound dir/sub dir/void 'ln dir/sub/three dir/sub/3; ln -P dir/sub/l-up dir/sub/l-2; cp -a dir t'
bound dir/sub dir/void 'ln dir/sub/three dir/sub/3; cp -ax dir t'
bound dir/sub 'dir/void\ x' 'ln dir/sub/three dir/sub/3; cp -dr dir t/new'
bound dir/sub dir/void 'ln dir/sub/three dir/sub/3; cp -a --parents dir t'

# into itself: what else is copied depends on the order of reading with GNU cp
HOW=versus_said
bound dir m 'cp -r dir m'
bound dir m 'cp -r m dir'
bound dir m 'cp -r dir/sub m/sub'
bound dir/sub t 'cp -r dir t'
bound t dir/void 'cp -r dir t/new'

# itself inside itself, in words of our own
HOW=versus_done
for opts in -r -ax '-a --parents'; do
	bound dir dir/sub/deep "cp $opts dir t"
	bound dir/sub dir/sub/deep "cp $opts dir t"
done
bound dir dir/sub/deep 'cp -r --parents dir/sub t' # below its parents only
HOW=versus
bound dir/sub dir/sub/deep 'cp -rL dir t' # as if by a symlink
run bash -c 'mkdir -p s/in && mount --bind s s/in && "$@"; status=$?; umount s/in; exit $status' - \
	"$UCP" --engine="$UCP_ENGINE" -r s c
is "itself inside itself: it is told" "$status:$err" "1:ucp: will not copy directory 's/in' again below itself"

# GNU cp leaves out the second of two operands that are one directory.
mkdir d e two && echo data > d/f && ln d/f d/g
run bash -c 'mount --bind d e && "$@"; status=$?; umount e; exit $status' - "$UCP" --engine="$UCP_ENGINE" -a d e two
is "two operands that are one directory: exit status" "$status:$err" "0:"
is "two operands that are one directory: all names, and one file" "$(stat -c %h two/d/f two/e/g | sort -u)" 4
