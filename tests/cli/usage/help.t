# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "--help and --version go to standard output, fit a screen, and need nothing else"

run "$UCP" --help
is "--help succeeds" "$status:$err" "0:"
ok "and fits 80 columns" test "$(wc -L <<< "$out")" -le 80
ok "and says how to call it" grep -q '^Usage: ucp' <<< "$out"
run "$UCP" --vers
is "--version succeeds" "$status:$err" "0:"
ok "and is one line with a number" grep -qxE 'ucp [0-9]+\.[0-9.]+[-a-z0-9]*' <<< "$out"
run "$UCP" --no-such --help
is "an error before --help wins" "$status" 2
run bash -c '"$0" --help > /dev/full' "$UCP"
is "what cannot be printed is a failure" "$status" 1
ln -s "$UCP" cp
run ./cp --help
ok "called as cp, --help has cp's name" grep -q '^Usage: cp' <<< "$out"
"$UCP" --list-options | grep -vx path | while read -r name; do
	grep -q -- "--$name" <<< "$("$UCP" --help)" || echo "$name"
done > missing
is "--help has every option but --path, which cp does not tell of either" "$(cat missing)" ""
