# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
need_root
need chattr
: > probe
at_end 'chattr -f -R -i -a "$WORK"'
chattr +i probe 2> /dev/null && chattr -i probe && chattr +a probe 2> /dev/null && chattr -a probe || skip_all "no immutable files here"
. "$ROOT/tests/lib/versus.sh"
plan "immutable and append-only destinations stay as they are, are told, and cost no other file, as with cp"

# flagged FLAG FILE LINE: with the flag on the file
flagged() { "${HOW:-versus}" "chattr +$1 $2 || exit; $3; status=\$?; chattr -$1 $2; exit \$status"; }

for flag in i a; do
	flagged $flag b 'cp a b; cp -f a b; cp --attributes-only -p a b; cp -n a b; cp -u b a'
	flagged $flag b 'cp -a a b; cp --remove-destination a b; cp -b a b'
	flagged $flag b 'cp -l a b; cp -lf a b; cp -sf a b'
	flagged $flag other/one 'cp -r dir/. other'
	flagged $flag other/one 'cp -af dir/. other'
	flagged $flag other/one 'cp -r --backup=numbered dir/. other'
	flagged $flag other/one 'cp -a --remove-destination dir/. other'
	flagged $flag other 'cp -r --backup dir/. other'
	flagged $flag t 'cp a t; cp -r dir t; cp -a l-a fifo t; cp -l a t'
	# GNU cp stops at the first attribute of a directory that cannot be kept
	HOW=versus_done flagged $flag other 'cp -a dir/. other'
	HOW=versus_done flagged $flag other/sub 'cp -a dir/. other'
done
