# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "--check survives any manifest in mtree form, reads nothing outside of the directory, and grows with none"

mkdir -p dir/sub && echo fine > dir/fine && echo secret > secret
ln -s .. dir/up && ln -s ../secret dir/link
known="./link type=link\n./up type=link\n./sub type=dir"

# wrong TEXT STATUS:OUT LINE...: the manifest has these lines beside good ones; told
wrong() {
	local text=$1 wanted=$2
	shift 2
	printf '%b' "#mtree\n$known\n./fine size=5\n" "$@" > m
	run ucp --check=m dir
	is "$text: status" "$status:$out" "$wanted"
	ok "$text: told" grep -qF -- "$text" <<< "$err"
}
wrong "ucp: m:6: '/etc/passwd' leads out of the directory" 1: "/etc/passwd type=file\n"
wrong "ucp: m:6: './../secret' leads out of the directory" 1: "./../secret type=file\n"
wrong "ucp: m:6: './../secret' leads out of the directory" 1: "./\\\\056./secret\n"
wrong "ucp: m:7: 'a/../../../secret' leads out of" 1: "sub type=dir\na/../../../secret\n"
wrong "ucp: m:6: '../secret' leads out of the directory" 1: "..\\\\057secret type=file\n"
wrong "cannot access 'up/secret': Too many levels of symbolic links" 1: "./up/secret type=file\n"
wrong "ucp: m:6: 'size=-1' is not a value that can be read" 1: "./fine size=-1\n"
wrong "ucp: m:6: 'size=99999999999999999999' is not a value" 1: "./fine size=99999999999999999999\n"
wrong "ucp: m:6: 'mode=u=rwx' is not a value" 1: "./fine mode=u=rwx\n"
wrong "ucp: m:6: 'type=door' is not a value" 1: "./fine type=door\n"
wrong "ucp: m:6: 'colour=red' is not a keyword of mtree" 8:"changed: 'fine' (size)" "./fine colour=red size=6\n"
wrong "ucp: m:6: 'uid' is not a keyword of mtree" 1: "./fine uid\n"
wrong "ucp: m:6: './\\x' is not a name that can be read" 1: "./\\\\x\n"
wrong "ucp: m:6: 'uid=x' is not a value that can be read, and there are others" 1: "./fine uid=x colour=red\n"
wrong "ucp: m:6: 'tiem=1' is not a keyword of mtree, and there are others" 1: "/set tiem=1 size=x\n"
wrong "ucp: m:6: 'tiem=1' is not a keyword" 1: "/set tiem=1\n"
wrong "ucp: m:6: not a line of a manifest" 1: "./fi\\0ne\n"
wrong "ucp: m:6: the last line is cut off" 1: "./fine \\\\"
wrong "ucp: m:6: 'fine' is not a keyword" 1: "./fine fine\n"
wrong "ucp: m:6: ''\$'\\033''[31m' is not a keyword" 1: "./fine \\033[31m\n"

printf '#mtree\n%b\n./fine size=5\n' "$known" > m
{ cat m && head -c 3000000 /dev/urandom; } > m2
run ucp --check=m2 dir
is "binary garbage: no crash" "$((status == 1 || status == 8))" 1
ok "is told, but not line by line" test "$(wc -l <<< "$err")" -lt 60
{ cat m && printf './' && head -c 9000000 /dev/zero | tr '\0' a && printf ' size=1\n./fine\n'; } > m2
run ucp --check=m2 dir
is "a giant line" "$status:$out:$err" "1::ucp: m2:6: not a line of a manifest"
{ cat m && for _ in $(seq 3000); do printf '%02000d\\\n' 0; done && printf '\n./fine\n'; } > m2
run ucp --check=m2 dir
is "a giant line of many" "$status:$out:$err" "1::ucp: m2:3006: not a line of a manifest"
{ cat m && printf './a' && printf '/a%.0s' $(seq 100000) && printf ' size=1\n'; } > m2
run ucp --check=m2 dir
is "a path of giant depth" "$status:${#out}" "8:$((200003 - 2 + 11))"
{ cat m && yes 'a type=dir' | head -n 200000; } > m2
run bash -c "ulimit -v 2000000; UBSAN_OPTIONS= timeout 60 '$UCP' --engine=serial --check=m2 dir > listed"
case $UCP in
*-san-*) ;; # they need more than that
*)
	is "paths that grow with each line" "$status" 8
	ok "come to an end" grep -qF "paths out of all proportion to the manifest" <<< "$err"
	;;
esac
{ echo '#mtree' && printf '%060000d type=dir optional\n' 0 0 && echo 'b optional'; } > m2
run ucp --check=m2 dir/sub
is "a directory at hand of more than 64 KiB" "$(grep -o 'm2:.*' <<< "$err")" "m2:3: a directory with too long a path"
mkdir deep && cd deep || exit 1
for _ in 1 2 3 4 5 6 7 8 9 10; do
	name=$(printf '%0200d' 0) && mkdir "$name" && cd "$name" || exit 1
	echo "$name type=dir"
done > "$WORK/m2" && seq 2000 | xargs touch && seq 2000 >> "$WORK/m2" && cd "$WORK" || exit 1
run ucp --check=- deep < m2
is "ten deep directories with long names, and files with short ones" "$status:$out:$err" "0::"
{ echo '#mtree' && printf '/set link=%0100000d\n' 0 && yes a | head -n 200000; } > m2
run bash -c "ulimit -v 2000000; timeout 60 '$UCP' --engine=serial --check=m2 dir > listed"
case $UCP in
*-san-*) ;;
*) ok "a target for every line comes to an end" grep -qF "paths out of all proportion to the manifest" <<< "$err" ;;
esac
if command -v strace > /dev/null; then
	printf '#mtree\n%b\n./fine size=5 contents=/etc/hostname\n/etc/hostname type=file content=/etc/hostname\n' "$known" > m
	"${TRACED[@]}" strace -f -qq -e trace=%file -o trace "$UCP" --engine=serial --check=m dir 2> /dev/null
	ok "what is named by contents= is not touched" sh -c '! grep -q hostname trace'
	printf '#mtree\n%b link=../secret\n./fine size=5\n' "./sub type=dir\n./up type=link\n./link type=link" > m
	run "${TRACED[@]}" strace -f -qq -o trace -e trace=readlinkat -e inject=readlinkat:error=EIO:when=1+ \
		"$UCP" --engine=serial --check=m dir
	is "a link that cannot be read" "$status:$out:$err" "1::ucp: cannot access 'link': Input/output error"
fi
if [ "$(id -u)" != 0 ]; then
	printf '#mtree\n%b\n./fine size=5\n./sub/x mode=0644\n' "$known" > m
	echo x > dir/sub/x && chmod 0 dir/sub
	run ucp --check=m dir
	is "a directory that cannot be searched" "$status:$err" "1:ucp: cannot access 'sub': Permission denied
ucp: cannot access 'sub/x': Permission denied"
	chmod 755 dir/sub
	printf '#mtree\n%b\n./fine size=5 sha256=%064d\n./sub/x\n' "$known" 0 > m
	chmod 0 dir/fine
	run ucp --check=m dir
	is "a file that cannot be read" "$status:$out:$err" "1::ucp: cannot open 'fine' for reading: Permission denied"
fi
