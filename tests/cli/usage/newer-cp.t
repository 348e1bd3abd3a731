# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "options of cp newer than 9.1: --update=WHEN, --keep-directory-symlink, --debug"

echo new > new && echo old > old && touch -d 2001-01-01 old
run ucp --update=none new old
is "--update=none keeps what is there, silently" "$status:$out$err:$(cat old)" "0::old"
run ucp --update=none-fail new old
is "--update=none-fail fails" "$status:$err:$(cat old)" "1:ucp: not replacing 'old':old"
run ucp --update=older old new
is "--update=older keeps what is newer" "$status:$(cat new)" "0:new"
run ucp --update=all old new
is "--update=all replaces it" "$status:$(cat new)" "0:old"
echo new > new
run ucp --update new old
is "--update replaces what is older" "$status:$(cat old)" "0:new"
run ucp --update=none new old another
is "several sources need a directory" "$status" 1
echo 1 > keep && echo 2 > over
run ucp --update=none --update=all over keep
is "the last --update counts" "$(cat keep)" 2
run ucp --update=n over keep
is "an ambiguous WHEN that means two things is refused" "$status" 2

mkdir -p src/d real dst && echo f > src/d/f && ln -s ../real dst/d
run ucp -r src/. dst
is "a symlink to a directory is not merged into" "$status" 1
ok "and stays" test -L dst/d -a ! -e real/f
run ucp -r --keep-directory-symlink src/. dst
is "--keep-directory-symlink merges" "$status:$err" "0:"
ok "and keeps the link" test -L dst/d
is "and copies through it" "$(cat real/f)" f

run ucp --debug new copy
is "--debug succeeds" "$status" 0
ok "and names the file" grep -q "'new' -> 'copy'" <<< "$out"
run ucp -n --debug new old
ok "--debug says what is skipped" grep -q "skipped 'old'" <<< "$out"
