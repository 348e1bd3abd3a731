# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "--stats sums up truthfully, and a script sees nothing it did not ask for"

mkdir -p src/d && echo one > src/one && ln src/one src/two && ln -s one src/link && mkfifo src/d/fifo
truncate -s 1M src/holes
run ucp -a --stats src dst
is "status" "$status" 0
ok "counts" grep -qE '^copied +2 files, 2 directories, 1 symlinks, 1 hard links, 1 special files$' <<< "$out"
ok "holes" grep -qE '^data .* 1\.00 MiB of holes$|^data .* 1024.* of holes$' <<< "$out"
ok "losses" grep -qx 'lost     no attributes' <<< "$out"
ok "failures" grep -qE 'skipped +0, failed 0' <<< "$out"
mkdir dst2
run ucp -r --stats src missing dst2
ok "one failure" grep -q 'failed 1' <<< "$out"
run ucp -rn --stats src/. dst
ok "skipped" grep -qE '^skipped +[3-6],' <<< "$out"
rm -rf dst
run ucp -a src dst
is "plain: nothing is printed" "$out$err" ""
run ucp -aq src dst
is "-q: nothing is printed" "$out$err" ""
