# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/unpack.sh"
need python3
plan "memory and descriptors stay within their limits, however large or many what is unpacked"

# peak COMMAND...: run it; the most memory it had, in KiB, is in $peak
peak() {
	run python3 -c 'import resource, subprocess, sys
status = subprocess.run(sys.argv[2:]).returncode
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(status)' peak timeout 60 "$@"
	peak=$(< peak)
}

# small archives of much
head -c 30m /dev/zero | gzip -1 > 30m.gz
{
	mktar 'file d/zeros size=300m' 'end 0' | gzip
	for _ in 1 2 3 4 5 6 7 8 9 10; do cat 30m.gz; done
	mktar 'file d/last text=last' | gzip
} > zeros.tar.gz
for i in $(seq 1500); do echo "file d/$((i % 10))/$i bytes=$((i % 9000)) text=$i"; done | mktar | gzip -1 > many.tar.gz
ok "there is little to read" test "$(cat ./*.tar.gz | wc -c)" -lt 3000000
case ${BUILD:-build} in
*-san-*) echo "# a build with sanitizers takes more memory" ;;
*)
	# within ARCHIVE OPTION...: it takes less than 64 MiB
	within() {
		local archive=$1
		shift
		peak "$UCP" --engine="$UCP_ENGINE" --unpack "$@" "$archive" out
		is "$archive $*: status" "$status:$err" "0:"
		ok "$archive $*: $peak KiB" test "$peak" -lt 65536
	}
	for how in --mem-limit=16M '--mem-limit=16M --sparse=always --atomic'; do
		# shellcheck disable=SC2086 # options are words
		within zeros.tar.gz $how
		ok "all is there $how" cmp -n $((300 << 20)) out/d/zeros /dev/zero
		is "all is there $how" "$(stat -c %s out/d/zeros):$(cat out/d/last)" "$((300 << 20)):last"
		rm -rf out
	done
	for how in --mem-limit=16M '--mem-limit=1M -j8 --manifest=m' '--mem-limit=64K --safe'; do
		# shellcheck disable=SC2086
		within many.tar.gz $how
		is "all is there $how" "$(cat out/d/*/* | wc -c)" "$(seq 1500 | awk '{ n += $1 % 9000 } END { print n }')"
		rm -rf out
	done
	# names that are claimed over and over are not remembered without end
	for i in $(seq 8000); do echo "symlink l$((i % 7)) to=$i"; done | mktar | gzip -1 > names.tar.gz
	within names.tar.gz --mem-limit=16M
	is "the last of each name" "$(readlink out/l6)" 8000
	rm -rf out
	;;
esac

# few descriptors: many directories, deep ones, many archives, links across
export SINCE=1700000000 # directories that are in no archive have times of now
deep=$(printf 'deep/%.0s' {1..80})
{
	for i in $(seq 100); do echo "dir w$i mode=750" && echo "file w$i/a text=$i"; done
	echo "file ${deep}bottom text=bottom"
	for i in $(seq 100); do echo "file w$i/b bytes=20000 text=$i" && echo "file new$i/e/f text=x"; done
} | mktar > wide.tar
for i in $(seq 100); do echo "link w$i/c to=w$(((7 * i) % 100 + 1))/b"; done | mktar > links.tar
unpack wide.tar links.tar reference
is "a reference" "$?:$(find reference | wc -l)" "0:$((1 + 81 + 100 * 4 + 300))"
for i in $(seq 40); do mktar "file a$i text=$i" > "a$i.tar"; done
for how in '64 -j1' '64 --safe' '32 -j1' '32 --atomic' '32 -j8 --fsync=batch' '32 -j8 --safe'; do
	# shellcheck disable=SC2086
	run bash -c 'ulimit -n "$2" && exec timeout 60 "$0" "--engine=$1" --unpack "${@:3}"' "$UCP" "$UCP_ENGINE" \
		$how wide.tar links.tar out
	is "ulimit -n $how: status" "$status:$err" "0:"
	ok "ulimit -n $how: the same tree" same_entries reference out
	rm -rf out
done
rm -rf out
# files that are written while they are decoded are open, though no worker is at them
for i in $(seq 600); do echo "file $((i % 6))/$i bytes=70000 text=$i-"; done | mktar > fed.tar
run bash -c 'ulimit -n 48 && exec timeout 60 "$0" "--engine=$1" --unpack --chunk-size=64K --fsync=file fed.tar out' "$UCP" "$UCP_ENGINE"
is "ulimit -n 48, files larger than a chunk: status" "$status:$err" "0:"
is "ulimit -n 48, files larger than a chunk: all are there" "$(find out -type f -size 70000c | wc -l)" 600
rm -rf out
run bash -c 'ulimit -n 20 && exec timeout 60 "$0" "$@"' "$UCP" --engine="$UCP_ENGINE" --unpack a*.tar out
is "more archives than descriptors" "$status:$err:$(names out | wc -w)" "0::40"
run ucp --debug --unpack wide.tar no.tar links.tar out
counts=$(sed -n 's/.*descriptors: \([0-9]*\) open at the start, \([0-9]*\) at the end$/\1 \2/p' <<< "$err")
ok "as many are open at the end as at the start ($counts)" test -n "$counts" -a "${counts% *}" = "${counts#* }"

# a limit on the size of files
mktar 'file small text=1' 'file large bytes=900k' 'file after text=2' > sizes.tar
rm -rf out
run bash -c 'ulimit -f 100 && trap "" XFSZ && exec timeout 60 "$0" "$@"' "$UCP" --engine="$UCP_ENGINE" --unpack sizes.tar out
is "a file larger than may be: status" "$status" 1
ok "a file larger than may be: told" says large 'File too large'
is "a file larger than may be: the rest" "$(names out)" "after small"
