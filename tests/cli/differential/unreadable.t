# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/versus.sh"
need_root
VERSUS_OWNER=65534:65534
plan "directories that may be written and not read are copied into, and get what others get"

for what in -r -rp -a '-r --preserve=mode' '-r --preserve=ownership' '-r --preserve=timestamps' '-r --preserve=all' \
	'-r --no-preserve=mode' '-a --no-preserve=mode' '-a --no-preserve=timestamps' -ru -rl -rf; do
	versus "install -d -o 65534 -g 65534 -m 300 t/dir; as_nobody cp $what dir t"
	versus "cp -r dir t; find t/dir -type d -exec chmod 300 {} +; chown -hR 65534:65534 t; as_nobody cp $what dir t"
	versus "chmod 300 t; as_nobody cp $what dir a t"
	versus "chmod 100 t; as_nobody cp $what dir a t"
	versus "chmod 300 void; as_nobody cp $what dir void/new"
	versus "chmod 200 void; as_nobody cp $what dir void/new"
done
# directories alone, with what sticks to them
versus 'chmod 3300 void; as_nobody cp -rT dir void'
versus 'chmod 200 void; as_nobody cp -aT t void'
versus 'chmod 100 void; as_nobody cp -aT t void'
versus 'chmod 000 void; as_nobody cp -aT t void'
versus 'setfattr -n user.d -v x t; chmod 300 void; as_nobody cp -aT t void'
versus_done 'setfattr -n user.d -v x t; chmod 100 void; as_nobody cp -rT --preserve=xattr t void'
versus 'setfattr -n user.d -v x void; chmod 300 void; as_nobody cp -aT t void'
versus 'setfacl -m u:1:rwx -dm u:2:rx t; chmod 300 void; as_nobody cp -aT t void'
versus 'setfacl -m u:1:rwx -dm u:2:rx void; chmod 300 void; as_nobody cp -aT t void'
versus 'setfacl -dm u:2:rx void; chmod 300 void; as_nobody cp -rpT dir void'
versus 'setfacl -dm u:2:rx void; chmod 300 void; as_nobody cp -rT dir void'
versus 'setfacl -dm u:2:rx void; chmod 300 void; as_nobody cp -rT --no-preserve=mode dir void'
versus 'setfacl -dm u:2:rx void; chmod 300 void; as_nobody cp -p a acl x void'
versus 'chown 3:4 void; chmod 333 void; as_nobody cp a void'
versus_done 'chown 3:4 void; chmod 333 void; as_nobody cp -aT t void'
versus 'chown 3:4 void; chmod 333 void; as_nobody cp -rT dir void'
# by way of a symbolic link, and as parents
versus 'ln -s ../void t/dir; chmod 300 void; as_nobody cp -r dir t'
versus 'chmod 300 void; as_nobody cp -a dir/. void'
versus 'install -d -o 65534 -g 65534 -m 300 t/dir; as_nobody cp --parents dir/one t'
versus 'install -d -o 65534 -g 65534 -m 300 t/dir; as_nobody cp -a --parents dir/sub t'
versus 'install -d -o 65534 -g 65534 -m 300 t/dir; chmod 300 t; as_nobody cp -p --parents dir/one t'
# what is not readable in the source
versus 'chmod 300 dir; as_nobody cp -p --parents dir/one t'
versus 'setfacl -m u:1:rwx dir; chmod 300 dir; as_nobody cp -p --parents dir/one t'
versus 'setfacl -m u:1:rwx -dm u:1:r dir/sub; chmod 300 dir/sub; as_nobody cp -a dir t'
versus 'setfattr -n user.d -v x dir/sub; chmod 300 dir/sub; as_nobody cp -a dir t'
# GNU cp 9.1 moves a backup from such a directory into the working directory.
as_user() { setpriv --reuid=65534 --regid=65534 --clear-groups "$WORK/bin/ucp/cp" --engine="$UCP_ENGINE" "$@"; }
for control in simple numbered existing; do
	mkdir u && echo old > u/f && echo new > f && touch u/f.~7~ && chown -R 65534:65534 u && chmod 300 u
	run as_user --backup=$control f u
	is "--backup=$control" "$status:$err" "0:"
	is "makes a new file" "$(cat u/f)" new
	ok "and leaves the old one beside it" grep -q old u/f?*
	rm -rf u
done

# with --fsync what cannot be opened for it is on the disk all the same, or ucp says that it is not
mkdir -p s/d/e && echo one > s/d/one && echo two > s/d/e/two
for when in file chunk; do
	for mode in 300 1733; do
		rm -rf u && cp -r s u && find u -type d -exec chmod "$mode" {} + && chown -R 65534:65534 u
		run as_user -r --fsync=$when s/. u
		is "--fsync=$when into what has mode $mode" "$status:$err" "0:"
		is "which it keeps" "$(stat -c %a u u/d u/d/e | sort -u)" "$mode"
		run as_user -r --fsync=$when --manifest=u/m s/d u
		is "a manifest there" "$status:$err" "0:"
		run as_user -a --fsync=$when s/. u
		is "-a --fsync=$when into what has mode $mode" "$status:$err" "0:"
		is "which it has no longer" "$(stat -c %a u u/d u/d/e | sort -u)" 755
	done
done
if command -v strace > /dev/null; then
	rm -rf u && mkdir -m 300 u && chown 65534:65534 u
	run "${TRACED[@]}" strace -f -qq -e trace=fsync,syncfs -o trace setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$WORK/bin/ucp/cp" --engine=serial -r --fsync s/d u
	is "a directory that cannot be read" "$status:$err" "0:"
	ok "is synced with its filesystem" grep -q 'syncfs(.*= 0' trace
fi
rm -rf u && mkdir u u/d && echo old > u/d/one && chmod 666 u/d/one && mkdir u/d/e && chown 65534:65534 u && chmod 311 u/d
run as_user --fsync s/d/one u/d
is "a directory that cannot be synced is told about" "$status" 7
is "once" "$err" "cp: error syncing 'u/d': Permission denied"
is "and the file is copied" "$(cat u/d/one)" one
