# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "--check survives any manifest and any tree, and never reads outside of the directory"

zero=00000000000000000000000000000000
mkdir dir && echo fine > dir/fine && echo secret > secret
ucp --manifest=m dir/fine copy && fine=$(sed 's/.*= //' m)
ucp --manifest=m secret copy && secret=$(sed 's/.*= //' m)
ln -s .. dir/up && ln -s ../secret dir/link

# wrong TEXT LINE...: the manifest has these lines beside a good one; told, status 1
wrong() {
	local text=$1
	shift
	printf '%b' "XXH128 (fine) = $fine\n" "$@" > m
	run ucp --check=m dir
	is "$text: status" "$status:$out" "1:"
	ok "$text: told" grep -qF -- "$text" <<< "$err"
}
wrong "ucp: m:2: '/etc/passwd' leads out of the directory" "XXH128 (/etc/passwd) = $zero\n"
wrong "ucp: m:3: '../secret' leads out of the directory" "\n$secret  ../secret\n"
wrong "ucp: m:2: 'a/../../secret' leads out" "$secret  a/../../secret\n"
wrong "ucp: m:2: 'fine/..' leads out" "$secret  fine/..\n"
wrong "ucp: m:2: not a line of a manifest" "$zero  ./\n"
wrong "cannot open 'up/secret' for reading: Too many levels of symbolic links" "$secret  up/secret\n"
wrong "ucp: m:2: not a line of a manifest" "garbage\n# a comment\n\n  \n"
wrong "ucp: m:2: not a line of a manifest" "MD5 (fine) = $zero\n"
wrong "ucp: m:2: not a line of a manifest" "XXH128 (fine) = 0$zero\n"
wrong "ucp: m:2: not a line of a manifest" "XXH128 () = $zero\n"
wrong "ucp: m:2: not a line of a manifest" "XXH128 (fine = $zero\n"
wrong "ucp: m:2: not a line of a manifest" "XXH64 (fine) = $zero\n"
wrong "ucp: m:2: not a line of a manifest" "XXH3_$zero  fine\n"
wrong "ucp: m:2: not a line of a manifest" "$zero fine\n"
wrong "ucp: m:2: not a line of a manifest" "\\\\\\\\$zero  fine\\\\\\\\x\n"
wrong "ucp: m:2: not a line of a manifest" "$zero  fi\\0ne\n"
wrong "ucp: m:2: not a line of a manifest" "$zero  "

printf 'XXH128 (link) = %s\nXXH128 (./fine) = %s\nXXH128 (.//fine) = %s\n' "$secret" "$fine" "$fine" > m
run ucp --check=m dir
is "a symbolic link is not followed; odd paths are one" "$status:$out:$err" "8:changed: 'link':"
printf '%s *fine\r\n' "${fine^^}" > m
run ucp -v --check=m dir
is "binary mark, capital digits, line ends from elsewhere" "$status:$out:$err" "0:ok: 'fine':"
printf 'XXH128 (fine) = %s\nXXH128 (fine) = %s\n' "$fine" "$zero" > m
run ucp -v --check=m dir
is "two lines that contradict each other" "$status:$out:$err" "8:changed: 'fine':"

head -c 3000000 /dev/urandom > m
run ucp --check=m dir
is "binary garbage" "$status:$out" "8:extra: 'fine'"
is "is told, but not line by line" "$(wc -l <<< "$err")" 21
{ printf '%s  ' $zero && head -c 9000000 /dev/zero | tr '\0' a && printf '\nXXH128 (fine) = %s\n' "$fine"; } > m
run ucp --check=m dir
is "a giant line" "$status:$out:$err" "1::ucp: m:1: not a line of a manifest"
{ printf '%s  ' $zero && head -c 1000000 /dev/zero | tr '\0' a && printf '\nXXH128 (fine) = %s\n' "$fine"; } > m
run ucp --check=m dir
is "a giant name" "$status:$out" "1:"
{ printf '%s  ' $zero && printf 'a/%.0s' $(seq 100000) && printf 'x\nXXH128 (fine) = %s\n' "$fine"; } > m
run ucp --check=m dir
is "a path of giant depth" "$status:${#out}" "8:$((200000 + 12))"

# a deep tree, whose paths no system call takes whole
(
	cd dir || exit
	name=$(printf 'd%.0s' $(seq 50))
	for _ in $(seq 400); do mkdir "$name" && cd -P "$name" || exit; done
	echo deep > file
)
run ucp --check=/dev/null dir
ok "deeper than PATH_MAX: found" grep -q "^extra: 'dddd.*/file'$" <<< "$out"
path=$(sed -n "s/^extra: '\(d.*\)'$/\1/p" <<< "$out")
echo deep > deep && ucp --manifest=m deep copy
printf 'XXH128 (%s) = %s\nXXH128 (fine) = %s\n' "$path" "$(sed 's/.*= //' m)" "$fine" > m2
run ucp --check=m2 dir
is "and read" "$status:$out:$err" "0::"
if [ "$(id -u)" != 0 ]; then
	mkdir dir/closed && echo x > dir/closed/x && chmod 0 dir/closed
	run ucp --check=m2 dir
	is "a directory that cannot be read" "$status:$err" "1:ucp: cannot access 'closed': Permission denied"
	chmod 700 dir/closed && rm -r dir/closed
	chmod 0 dir/fine
	run ucp --check=m2 dir
	is "a file that cannot be read" "$status:$out:$err" "1::ucp: cannot open 'fine' for reading: Permission denied"
	echo extra > dir/extra
	run ucp --check=m2 dir
	is "a difference comes before a failure" "$status" 8
fi
