# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/unpack.sh"
need_root
plan "owners come by name, or by number with --numeric-ids; set-id bits, capabilities and devices come with them"

owners() { (cd "$1" && stat -c '%n %u:%g %a' -- * | xargs -d '\n'); }
daemon=$(id -u daemon):$(id -g daemon)
mktar 'file by-name uid=12345 gid=12346 uname=daemon gname=daemon mode=6755' \
	'file by-number uid=12345 gid=12346 mode=4711' \
	'file unknown uid=12345 gid=12346 uname=no-such-user gname=no-such-group mode=2755' \
	'file huge uid=3000000000 gid=4000000000' 'dir dir uid=7 gid=8 mode=3775' \
	'symlink link to=dir uid=9 gid=10' 'fifo fifo uid=11 gid=12 mode=4600' 'char null major=1 minor=3 uid=13 mode=666' \
	'block block major=259 minor=70000 gid=14 mode=660' 'link same to=by-number' > a.tar
run unpack a.tar out
is "by name: status" "$status:$err" "0:"
is "by name" "$(owners out)" "block 0:14 660 by-name $daemon 6755 by-number 12345:12346 4711 dir 7:8 3775 fifo 11:12 4600 \
huge 3000000000:4000000000 644 link 9:10 777 null 13:0 666 same 12345:12346 4711 unknown 12345:12346 2755"
is "devices" "$(stat -c '%F %t:%T' out/null out/block | xargs -d '\n')" "character special file 1:3 block special file 103:11170"
run unpack --numeric-ids a.tar numeric
is "--numeric-ids: status" "$status:$err" "0:"
is "--numeric-ids" "$(owners numeric)" "$(owners out | sed "s/by-name $daemon/by-name 12345:12346/")"
run unpack --no-preserve=ownership a.tar none
is "--no-preserve=ownership: status" "$status:$err" "0:"
is "--no-preserve=ownership" "$(stat -c %u:%g none/* | sort -u)" 0:0
for how in --atomic --safe --fsync=batch; do
	rm -rf out2
	run unpack $how a.tar out2
	is "$how: status" "$status:$err" "0:"
	ok "$how: the same" same_entries out out2
done

if command -v setcap > /dev/null; then
	mkdir src && echo x > src/capable && chown 77:88 src/capable && chmod 2755 src/capable
	setcap cap_net_bind_service+ep src/capable
	bsdtar --format pax --xattrs -cf a.tar -C src .
	run unpack a.tar capable
	is "a capability: status" "$status:$err" "0:"
	is "a capability" \
		"$(getcap capable/capable | sed 's/.* //') $(owners capable)" "$(getcap src/capable | sed 's/.* //') capable 77:88 2755"
	run unpack a.tar capable
	is "a capability, again: status" "$status:$err" "0:"
	ok "a capability, again" same_entries src capable
fi

# at no moment is another's program root's with that bit
mktar 'file setid mode=4755 uid=7 gid=7 text=x' > a.tar
if command -v strace > /dev/null; then
	"${TRACED[@]}" strace -f -qq -e trace=chmod,fchmod,fchmodat,chown,fchown,fchownat,lchown -o calls \
		"$UCP" --engine="$UCP_ENGINE" --unpack a.tar setid
	ok "set-id bits are given after the owner" \
		awk '/ f?chmod(at)?\(.*04755/ { if (!owned) bad = 1; n++ } / [fl]?chown(at)?\(.* 7, 7/ { owned = 1 }
			END { exit bad || !n }' calls
fi
