# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/fault.sh"
plan "--check and --compare tell what they could not read, call nothing good that was not read, and end at once on a signal"

mkdir -p src/victim src/other/deeper
head -c 3000000 /dev/urandom > src/victim/file
for i in $(seq 50); do echo "$i" > "src/other/deeper/$i"; done
ucp -a --manifest=m src dst
both() {
	run "$@" --check=m dst
	check=$status:$out:$err
	run "$@" --compare -a src dst
	compare=$status:$out:$err
}

# where there are no rings
if "$TOOL/no-uring" EPERM true 2> /dev/null; then
	for no in EPERM ENOSYS; do
		both "$TOOL/no-uring" $no "$UCP"
		is "$no: --check goes on without io_uring" "$check" "0::"
		is "$no: --compare, too" "$compare" "0::"
		both "$TOOL/no-uring" $no "$UCP" --engine=uring
		ok "$no, demanded: --check ends" grep -q '^69::ucp: io_uring is not available: ' <<< "$check"
		ok "$no, demanded: --compare ends" grep -q '^69::ucp: io_uring is not available: ' <<< "$compare"
	done
fi
for n in 10 16 40; do
	both bash -c "ulimit -n $n; exec '$UCP' --engine=$UCP_ENGINE \"\$@\"" bash
	is "$n descriptors are enough for --check" "$check" "0::"
	is "and for --compare" "$compare" "0::"
done
run bash -c "'$UCP' --engine=$UCP_ENGINE --check=m src --stats > /dev/full"
is "output that cannot be written is a failure" "$status:$err" "1:ucp: write error: No space left on device"

mkfifo pipe
"$UCP" --engine="$UCP_ENGINE" --check=pipe dst > end.out 2>&1 &
pid=$!
exec 9> pipe # both ends are open
kill -TERM $pid
wait $pid
is "a signal ends it at once" "$?:$(cat end.out)" "143:"
exec 9>&-

need_strace
inject "" openat2 error=ENOSYS --check=m dst
is "a kernel without openat2" "$status:$out:$err" "0::"
inject "" openat2 error=ENOSYS --compare -a src dst
is "--compare likewise" "$status:$out:$err" "0::"
inject "$PWD/dst/other/deeper" getdents64 error=EIO --check=m dst
is "names that cannot be read: what the manifest names is read all the same" "$status:$out:$err" \
	"1::ucp: cannot access 'other/deeper': Input/output error"
inject "$PWD/dst/other/deeper" getdents64 error=EIO --compare src dst
is "--compare: nothing is called missing" "$status:$out:$err" \
	"1::ucp: cannot access 'dst/other/deeper': Input/output error"
inject "$PWD/dst/victim" newfstatat error=ENOENT:when=2 --compare -a src dst
if [ "$hits" -gt 0 ]; then # the first is of the directory, by opendir(3)
	ok "what vanishes meanwhile is told" says "ucp: cannot stat 'dst/victim/file': No such file or directory"
	is "as a failure" "$status:$out" "1:"
fi
if on threads serial; then
	inject "$PWD/dst/victim/file" pread64 error=EIO:when=3 --check=m dst
	is "an error in the middle" "$status:$out:$err" "1::ucp: error reading 'victim/file': Input/output error"
	inject "$PWD/dst/victim/file" pread64 error=EIO:when=3 --compare src dst
	is "--compare likewise" "$status:$out:$err" "1::ucp: error reading 'dst/victim/file': Input/output error"
	inject "$PWD/dst/victim/file" pread64 error=EINTR:when=3 --check=m dst
	is "a signal in the middle" "$status:$out:$err" "0::"
	inject "$PWD/dst/victim/file" pread64 retval=0:when=3 --check=m dst
	is "an end in the middle is a change" "$status:$out:$err" "8:changed: 'victim/file':"
	inject "$PWD/dst/victim/file" pread64 retval=0:when=3 --compare src dst
	is "--compare likewise" "$status:$out:$err" "8:content: 'victim/file':"
fi
