# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "-v names each entry once, quoted as in the shell, and messages come whole"

mkdir -p src/d && for i in 1 2 3 4; do echo "$i" > "src/d/$i"; done
echo > $'src/new\nline' && echo > "src/it's" && echo > 'src/with space' && echo > $'src/esc\033[31m'
run ucp -rv src dst
is "status" "$status:$err" "0:"
is "one line an entry" "$(wc -l <<< "$out")" "$(find src -print0 | tr -cd '\0' | wc -c)"
ok "the usual form" grep -qxF "'src/d/1' -> 'dst/d/1'" <<< "$out"
ok "a quote in a name" grep -qxF "\"src/it's\" -> \"dst/it's\"" <<< "$out"
ok "a newline in a name is escaped" grep -qF "'src/new'$'\\n''line'" <<< "$out"
ok "so is an escape" grep -qF "'src/esc'$'\\033''[31m'" <<< "$out"
run ucp -v --remove-destination src/d/1 dst/d/1
is "removing is told" "$out" "removed 'dst/d/1'
'src/d/1' -> 'dst/d/1'"
run bash -c '"$0" -rv "$1" dst2 > /dev/full' "$UCP" src
is "what cannot be printed is a failure" "$status" 1
ok "and the copy is made" diff -r src dst2
