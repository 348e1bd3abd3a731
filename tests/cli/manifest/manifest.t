# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
need xxhsum
plan "--manifest is sorted, complete, true, the same for every engine, and xxhsum -c takes it"

mkdir -p src/b/c src/a 'src/a-b'
echo one > src/b/one
: > src/empty
echo x > 'src/a-b/x' && echo y > src/a/y
echo sp > 'src/with space (and more) = 5'
printf 'byte' > $'src/\377\376'
ln src/b/one src/b/c/link
ln -s b src/symlink
mkfifo src/fifo
truncate -s 5M src/holes && printf data | dd of=src/holes bs=1M seek=3 conv=notrunc status=none
head -c 3333333 /dev/urandom > src/large

run ucp -r --manifest=m src dst
is "a copy with a manifest" "$status:$err" "0:"
ok "xxhsum accepts it against the copy" sh -c 'cd dst && xxhsum -c ../m'
ok "and against the source" sh -c 'cd src && xxhsum -c ../m'
ok "nothing is reported as misformatted" sh -c '! (cd src && xxhsum -c ../m 2>&1) | grep -qi improper'
is "every regular file once" "$(sed 's/^[^(]*(//; s/) = [0-9a-f]*$//' m)" "$(cd src && find . -type f | cut -c3- | LC_ALL=C sort)"
is "as BSD lines" "$(LC_ALL=C grep -cavE '^XXH128 \(.*\) = [0-9a-f]{32}$' m)" 0
is "the copy is on disk all the same" "$(cd dst && find . | sort)" "$(cd src && find . | sort)"
engines="threads serial"
! "$UCP" --engine=uring src/empty probe || engines="uring $engines" # where there may be rings
for engine in $engines; do
	for more in -j1 "-j4 --chunk-size=4K" "--reflink=never --queue-depth=1"; do
		rm -rf dst2
		# shellcheck disable=SC2086 # options are words
		ok "$engine $more" "$UCP" -r --engine=$engine $more --manifest=m2 src dst2
		ok "is the same manifest" cmp m m2
	done
done
rm -rf dst2
run ucp -r --manifest=- src dst2
ok "- is standard output" cmp m <(printf '%s\n' "$out")
run ucp -rv --manifest=- src/b dst2
ok "also with -v" grep -q '^XXH128 (' <<< "$out"
rm -rf dst2
for hash in xxh64:XXH64:16 xxh3:XXH3:16 xxh128:XXH128:32; do
	IFS=: read -r option tag digits <<< "$hash"
	rm -rf dst2
	ok "--hash=$option" ucp -r --hash="$option" --manifest=m2 src dst2
	is "has its tag and length" "$(LC_ALL=C grep -cavE "^$tag \(.*\) = [0-9a-f]{$digits}\$" m2)" 0
	ok "is accepted" sh -c 'cd src && xxhsum -c ../m2'
done
rm -rf dst2
run ucp -r --hash=sha256 --manifest=m2 src dst2
if [ "$status" = 2 ]; then
	ok "--hash=sha256: this build says that it lacks it" grep -qF "there is no libcrypto, or ucp was built without it" <<< "$err"
	ok "and copied nothing" test ! -e dst2
else
	is "--hash=sha256" "$status:$err" "0:"
	is "has its tag and length" "$(LC_ALL=C grep -cavE '^SHA256 \(.*\) = [0-9a-f]{64}$' m2)" 0
	ok "sha256sum accepts it" sh -c 'cd src && sha256sum --strict -c ../m2'
	# libcrypto is loaded when it is needed: where it is gone, ucp says so, and does all else
	library=$(ldconfig -p | sed -n 's/.*libcrypto\.so\.3 .*=> //p' | head -n 1)
	if [ "$(id -u)" = 0 ] && [ -n "$library" ]; then
		: > gone
		hidden="mount --bind gone '$library' &&"
		run unshare -m sh -c "$hidden exec \"\$@\"" - "$UCP" --hash=sha256 src/f gone-copy
		is "without libcrypto --hash=sha256 is refused" "$status" 2
		ok "with the reason" grep -qF "there is no libcrypto, or ucp was built without it" <<< "$err"
		run unshare -m sh -c "$hidden exec \"\$@\"" - "$UCP" --check=m2 dst2
		is "of its manifest only names can be checked" "$status:$err" \
			"1:ucp: 'm2': contents of $(wc -l < m2) files are not compared, as libcrypto cannot be had"
		ok "all else works" unshare -m sh -c "$hidden exec \"\$@\"" - "$UCP" -r --manifest=m3 src dst3
		rm -rf dst3
	fi
fi
for hash in xxh64:xxhsum xxh3:xxhsum xxh128:xxhsum sha256:sha256sum; do
	rm -rf dst2
	run ucp -r --hash="${hash%:*}" --manifest-format=gnu --manifest=m2 src dst2
	[ "$hash:$status" != "sha256:sha256sum:2" ] || continue # told above
	is "--manifest-format=gnu --hash=${hash%:*}" "$status:$err" "0:"
	is "one line a file" "$(LC_ALL=C grep -caE '^(XXH3_)?[0-9a-f]{16,64}  ' m2)" "$(wc -l < m)"
	if [ "$hash" != xxh3:xxhsum ] || ! xxhsum --version 2>&1 | grep -qE 'xxhsum 0\.8\.[01] '; then
		ok "${hash#*:} accepts it" sh -c "cd src && ${hash#*:} --strict -c ../m2"
	fi
	run ucp -r --manifest-format=gnu --manifest=m2 src/empty other
	is "it is replaced as a manifest" "$status:$(wc -l < m2)" "0:1"
done
mkdir -p old/d && echo x > old/x && ucp --manifest=old/m src/empty other && cp old/m old/d/m
for format in bsd gnu; do
	rm -rf home home2 && mkdir home
	run ucp -a --manifest=home/m --manifest-format=$format old/. home
	is "$format: what the manifest takes the place of is not listed" "$status:$err:$(grep -o '[^ (]*m\b' home/m)" "0::d/m"
	run ucp --check=home/m home
	is "so that it is right" "$status:$out$err" "0:"
	cp -a home home2
	run ucp -aT --manifest=home2/m --manifest-format=$format old home2
	is "the same with -T" "$status:$(cat home2/m)" "0:$(cat home/m)"
	run ucp -a --manifest=home2/d/m --manifest-format=$format old/m old/d home2
	is "and below" "$status:$(grep -o '[^ (]*m\b' home2/d/m)" "0:m"
	run ucp --check=home2/d/m home2
	is "is right but for what it does not list" "$status:$out$err" "8:extra: 'x'"
done
echo "XXH64 (m) = 0123456789abcdef" > home/m
run ucp -v --check=home/m home
is "a manifest does not compare itself" "$status:$(grep "'m'" <<< "$out")$err" "8:ok: 'm'"
rm -rf dst2
ok "-a with hard links" ucp -a --manifest=m2 src dst2
ok "gives the same manifest" cmp m m2
run ucp --manifest=m2 src/large dst2
is "of one file" "$(sed 's/ = .*//' m2)" "XXH128 (large)"
ok "is accepted" sh -c 'cd src && xxhsum -c ../m2'
echo other >> src/b/one
ok "a changed file is found out" sh -c '! (cd src && xxhsum -c ../m)'
run ucp -r --manifest=/dev/full src dst3
is "a manifest that cannot be written is a failure" "$((status != 0))" 1
run ucp -r --manifest=missing/m src dst4
is "or created" "$status" 1
