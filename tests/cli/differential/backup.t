# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/versus.sh"
plan "backups are made, named and refused as by cp"

for control in '' =none =off =simple =never =existing =nil =numbered =t =s =num =e; do
	versus "cp --backup$control a b"
	versus "cp --backup$control -v a b; cp -v --backup$control x b; ls"
	versus "echo n > b.~7~; cp --backup$control -v a b"
	# cp 9.1 moves simple backups from below a directory into its namesake in the working directory
	case $control in =s* | =never) continue ;; esac
	versus "cp -r dir t; cp -rv --backup$control dir t"
	versus "cp -a dir t; cp -av --backup$control dir l-a t"
done
older='echo o > t/hard1; echo o > t/hard2; echo o > t/hard3; touch -d 1998-01-01 t/hard1 t/hard2 t/hard3'
versus "$older; cp -au --backup=numbered hard1 hard2 dir/hard3 t; ls t"
versus "$older; yes n | cp -aui hard1 hard2 t"
versus "$older; touch t/hard2; yes n | cp -aui hard1 hard2 t"
versus "$older; touch t/hard2; yes | cp -aui hard1 hard2 t"
versus "$older; touch t/hard1; yes n | cp -aui hard1 hard2 t"
versus "$older; touch t/hard1; yes | cp -au --backup=numbered hard1 hard2 t"
versus "$older; yes | cp -aui hard1 hard2 dir/hard3 t"
versus 'cp -b a b'
versus 'cp -bv a new-name'
versus 'cp -bv a b x t; cp -bv a b x t; cp -bv a b x t'
versus 'cp -b --backup=numbered -v a b'
versus 'cp --backup=numbered -bv a b'
versus 'cp -S .old -v a b'
versus 'cp -S .old -S .older -v a b'
versus 'cp --suffix=.old -v a b'
versus 'cp -S "" -v a b'
versus 'cp -S a/b -v a b'
versus 'cp -bS .old --backup=numbered -v a b'
versus 'SIMPLE_BACKUP_SUFFIX=.env cp -bv a b'
versus 'SIMPLE_BACKUP_SUFFIX=e/nv cp -bv a b'
versus 'SIMPLE_BACKUP_SUFFIX= cp -bv a b'
versus 'SIMPLE_BACKUP_SUFFIX=.env cp -S .opt -v a b'
versus 'VERSION_CONTROL=numbered cp -bv a b'
versus 'VERSION_CONTROL=off cp -bv a b'
versus 'VERSION_CONTROL=nonsense cp -bv a b'
versus 'VERSION_CONTROL=nonsense cp -v a b'
versus 'VERSION_CONTROL= cp -bv a b'
versus 'VERSION_CONTROL=numbered cp --backup=simple -v a b'
versus 'cp --backup= -v a b'
versus 'cp --backup=nonsense a b'
versus 'cp --backup=n a b'
versus 'cp -S'
versus 'cp -bn a b'
versus 'cp -nb a b'
versus 'cp --backup=none -n a b'
versus 'cp -bi a b'
versus 'echo y | cp -biv a b'
versus 'cp -biv a new-name'
versus 'cp -buv a new; cp -buv a old'
versus 'cp -b --remove-destination -v a b'
versus 'cp -bfv a ro'
versus 'cp -bv a ro'
versus 'cp -b a a'
versus 'cp -b --force a a; ls'
versus 'cp -bfv a a'
versus 'cp --force --backup=numbered -v a a; cp --force --backup=numbered -v a a'
versus 'cp -bf a ./a'
versus 'cp -bf missing missing'
versus 'cp -bf dir dir'
versus 'cp -b hard1 hard2'
versus 'cp -bd hard1 hard2'
versus 'cp -bv l-a a'
versus 'cp -bv a l-a'
versus 'cp -bdv l-a a'
versus 'cp -bdv a l-a'
versus 'cp -bdv l-a l-dangling'
versus 'cp -bdv l-a l-a'
versus 'cp -bv a l-dangling'
versus 'cp -bv a l-other'
versus 'cp -bTv a l-other'
versus 'cp -bTv a void'
versus 'cp -brTv dir a'
versus 'cp -blv a b'
versus 'cp -blv hard1 hard2'
versus 'cp -bsv a b'
versus 'cp -bsfv a b'
versus 'cp -brv fifo a'
versus 'cp -bv a t; cp -bv a t/a~; cp -bv a t'
versus 'cp a a~; cp -bv a~ a'
versus 'cp a a~; cp -bv --backup=numbered a~ a'
versus 'cp a t; cp b t/a~; cp t/a~ t; cp -bv t/a~ t/a'
versus 'mkdir t/a; cp -bv a t'
versus 'cp -bv a dir/one other/one t'
versus 'cp -v --backup=numbered dir/one other/one t'
versus 'cp -bv dir/one other/one t'
versus 'cp hard1 hard2 t; cp -bdv --preserve=links hard1 hard2 t'
versus 'cp -a dir t; cp -abv dir hard1 t; cp -ab dir hard1 t'
versus 'cp --parents dir/one t; cp --parents -bv dir/one t'
versus 'cp -b --parents --attributes-only dir/one t; cp -b --parents --attributes-only dir/one t'
versus 'n=$(printf %0250d 1); cp a t/$n; cp -bv a t/$n; cp --backup=numbered -v a t/$n; cp -S .longsuffix -v a t/$n'
versus 'n=$(printf %0255d 1); cp a t/$n; cp -bv a t/$n'
versus 'n=$(printf %0255d 1); cp a t/$n; cp --backup=numbered -v a t/$n'
versus 'echo n > b.~9~; echo n > b.~09~; echo n > b.~x~; echo n > b.~10; cp --backup=t -v a b; cp --backup=t -v a b'
versus 'echo n > b.~99999999999999999999~; cp --backup=t -v a b'
versus 'cp -Zb a b'
versus 'cp -Z a new-name; cp --context a new-2'
versus 'cp --context=user_u:role_r:type_t:s0 a new-name'
versus 'cp -Z --preserve=context a new-name'
versus 'setfattr -n security.selinux -v some_u:some_r:some_t:s0 a; cp -a a t; cp -p a t/p; cp --preserve=xattr a t/x'
VERSUS_OWNER=65534:65534
versus 'chmod 555 t; cp a t; chmod 755 t; cp a t; chmod 555 t; as_nobody cp -bv a t'
unset VERSUS_OWNER

# "a" before "a~": the backup of one never takes the place of the copy of the other
mkdir both into && echo new-a > both/a && echo new-tilde > both/a~ && echo old > into/a
run ucp -rb both/. into
is "a tree with a and a~: status" "$status:$err" "0:"
is "nothing is lost" "$(cat into/a into/a~ into/a~~)" "$(printf 'new-a\nnew-tilde\nold\n')"
run ucp -a --backup=simple both/. into
is "below a directory: status" "$status:$err" "0:"
is "simple backups stay in their directory" "$(ls into | tr '\n' ' ')" "a a~ a~~ "

# cp moves what is there aside before it finds that it cannot read the source, and back again
if [ "$(id -u)" = 0 ]; then
	chmod 777 . && echo secret > noread && chmod 0 noread && echo b > b && chmod 666 b
	run as_nobody bin/ucp/cp -bv noread b
	is "an unreadable source: nothing is moved" "$status:$out:$(cat b):$(ls b b~ 2> /dev/null)" "1::b:b"
fi

# a copy that fails gives the backup its name back
echo before > full-disk
run bash -c "ulimit -f 1; exec timeout 20 '$UCP' --engine=$UCP_ENGINE -bv '$WORK/fixture/big' full-disk"
is "a failed copy: status" "$status" 1
is "the old file is back" "$(cat full-disk; ls full-disk*)" "before
full-disk"
ok "and -v says so" grep -qF "'full-disk~' -> 'full-disk' (unbackup)" <<< "$out"
