# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "attributes of read-only files and directories are kept by an ordinary user"
need setfattr

mkdir -p s/d
echo hi > s/f
echo hi > s/d/g
setfattr -n user.a -v 1 s/f s/d/g s/d 2> /dev/null || skip_all "no user attributes here"
chmod 444 s/f s/d/g
chmod 555 s/d
chmod 777 .
as_user() { "$@"; }
if [ "$(id -u)" = 0 ]; then
	chown -R 65534:65534 s
	as_user() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
fi
run as_user "$UCP" --engine="$UCP_ENGINE" -a s u
is "status" "$status:$err" "0:"
ok "the copy is the source" same_tree s u
run as_user "$UCP" --engine="$UCP_ENGINE" -r --preserve=xattr s v
is "asked for by name" "$status:$err" "0:"
is "on a file" "$(getfattr --only-values -n user.a v/f)" 1
is "on a directory" "$(getfattr --only-values -n user.a v/d)" 1
