# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "pipes, devices and /proc are read to their end and written through"

head -c 3000001 /dev/urandom > file
run ucp file /dev/full
is "/dev/full is a failure" "$((status == 1 || status == 6))" 1
is "and told" "$err" "ucp: error writing '/dev/full': No space left on device"
(exec -a cp "$UCP" file /dev/full) 2> err
is "called as cp, status 1" "$?" 1
ok "and told as cp" grep -qx "cp: error writing '/dev/full': No space left on device" err
ok "/dev/null" ucp file /dev/null
ok "is still a device" test -c /dev/null
ok "to a pipe" cmp file <(ucp file /dev/stdout)
ok "to a pipe through a small buffer" cmp file <(ucp --chunk-size=4K file /dev/stdout)
ok "from a pipe" cmp file <(cat file | ucp /dev/stdin /dev/stdout)
cat file | ucp /dev/stdin copy
ok "from a pipe to a file" cmp file copy
(head -c 10 file; sleep 0.2; tail -c +11 file) | ucp /dev/stdin slow
ok "from a slow pipe" cmp file slow
mkfifo fifo
cat file > fifo &
ok "from a FIFO" ucp fifo copy2
ok "the same" cmp file copy2
cat fifo > got &
ok "into a FIFO" ucp file fifo
wait $!
ok "the same" cmp file got
ucp file /dev/stdout | head -c 1 > /dev/null
is "a reader that leaves does not hang it" "$((PIPESTATUS[0] != 124))" 1
ok "from standard input that is a file" ucp /dev/stdin copy3 < file
ok "the same" cmp file copy3
for f in /proc/version /proc/cpuinfo /proc/filesystems /sys/kernel/mm/transparent_hugepage/enabled; do
	ok "$f" ucp $f copy4
	ok "the same" cmp $f copy4
	rm -f copy4
done
ok "/proc/self/status" ucp /proc/self/status copy5
ok "has something in it" grep -q '^Name:' copy5
ok "/dev/zero is stopped by a limit only" test "$( (ulimit -f 100; trap '' XFSZ; UCP_TIMEOUT=20 ucp /dev/zero zero) 2>&1 | grep -c 'File too large')" = 1
ok "leaving nothing" test ! -e zero
mkdir d && run ucp -r --copy-contents /dev/null d/null
ok "--copy-contents of a device" test -f d/null
rm -f waiting && mkfifo waiting && echo precious > kept
timeout -s INT 1 "$UCP" --engine="$UCP_ENGINE" waiting kept
is "a FIFO without a writer: nothing is done to the destination" "$(cat kept)" precious
