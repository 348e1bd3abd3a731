# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
need script
plan "the progress line is drawn on a terminal only, never goes backwards, and is gone at the end"

slow() { for _ in 1 2 3 4 5 6; do head -c 200000 /dev/zero; sleep 0.3; done; }
mkfifo pipe
slow > pipe &
script -qec "'$UCP' --engine=$UCP_ENGINE -g pipe out" /dev/null < /dev/null > tty.log 2>&1
is "all was copied" "$(stat -c %s out)" 1200000
tr '\r' '\n' < tty.log | grep -a ' files ' > lines
ok "the line was drawn" test "$(wc -l < lines)" -ge 2
sed -nE 's/.* ([0-9]+):([0-9]{2}).*/\1\2/p' lines > clock
ok "its clock never goes backwards" sort -nc clock
sed -nE 's/.* files +([0-9.]+) (B|KiB|MiB) .*/\1\2/p' lines | sed 's/KiB/K/; s/MiB/M/; s/B$//' | numfmt --from=iec > bytes
ok "it tells bytes" test -s bytes
ok "which never go backwards" sort -nc bytes
ok "it is gone at the end" sh -c "tail -c 8 tty.log | grep -q \"\$(printf '\\r\\033\\[K')\""
slow > pipe &
run ucp pipe out2
is "no terminal, no line" "$out$err" ""
slow > pipe &
script -qec "bash -c \"exec -a cp '$UCP' --engine=$UCP_ENGINE pipe out3\"" /dev/null < /dev/null > tty.log 2>&1
is "called as cp, no line" "$(cat tty.log)" ""
