# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "names with newline and carriage return are escaped in the manifest, a lone backslash is not"

mkdir src
echo 1 > $'src/new\nline'
echo 2 > 'src/back\slash'
echo 3 > $'src/return\r'
echo 4 > 'src/plain'
echo 5 > $'src/both\\\n'
ok "copy" ucp -r --manifest=m src dst
is "one line a file" "$(wc -l < m)" 5
is "lines" "$(sed 's/ = .*//' m)" 'XXH128 (back\slash)
\XXH128 (both\\\n)
\XXH128 (new\nline)
XXH128 (plain)
\XXH128 (return\r)'
xxhsum --version 2>&1 | grep -qE 'xxhsum 0\.8\.[01] ' || ok "xxhsum reads them" sh -c 'cd dst && xxhsum -c ../m'
