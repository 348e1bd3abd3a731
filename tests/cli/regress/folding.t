# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "names that are one in the destination, as where case is ignored, never get mixed contents"

case ${BUILD:-build} in
*-san-*) skip_all "a preloaded library does not go with sanitizers" ;;
esac
mkdir src dst
# other bytes and another length for each
n=0
for i in 1 2 3 4 5 6 7 8; do
	for name in sub/file Sub/file sub/File SUB/file; do
		n=$((n + 1))
		mkdir -p "src/${name%/*}"
		head -c $((n * 7 % 11 * 500000 + n)) /dev/zero | tr '\0' "\\$((n % 7 + 1))$((n / 8))" > "src/$name$i"
	done
done
echo fine > src/other

# and many pairs in one directory: whichever is met first, some are shorter than the other
mkdir src/pairs
for i in 1 2 3 4 5 6 7 8; do
	head -c 1000000 /dev/urandom > "src/pairs/File$i"
	head -c 3000000 /dev/urandom > "src/pairs/file$i"
done

# whole FILE: what is in it is one of the sources
whole() {
	local src name=${1#dst/}
	for src in src/*/* src/other; do
		src=${src#src/}
		[ "${src,,}" = "$name" ] && cmp -s "src/$src" "$1" && return 0
	done
	echo "$1 is none of the sources"
	return 1
}
# all_whole: everything in dst is
all_whole() {
	local file bad=0
	for file in dst/*/* dst/other; do whole "$file" || bad=1; done
	return $bad
}
folding() { run env FOLD_DIR="$WORK/dst" LD_PRELOAD="$TOOL/preload/fold.so" "$UCP" --engine="$UCP_ENGINE" -j4 "$@"; }

for n in 1 2 3; do
	for args in -r "-a --manifest=list" "-r --fsync"; do
		rm -rf dst && mkdir dst
		# shellcheck disable=SC2086 # options are words
		folding $args src/. dst
		is "a tree, $args, $n: exit status" "$status:$err" "0:"
		is "a tree, $args, $n: one name for all" "$(cd dst && echo * sub/*)" \
			"other pairs sub $(printf 'sub/file%d ' 1 2 3 4 5 6 7 8 | sed 's/ $//')"
		ok "a tree, $args, $n: every file is one of its sources" all_whole
	done
	for to in "" /new; do
		rm -rf dst && mkdir dst
		folding -j$n -r src "dst$to"
		is "a new tree${to:+ named $to}, $n: exit status" "$status:$err" "0:"
		mv "dst${to:-/src}" made && rm -rf dst && mv made dst
		ok "a new tree${to:+ named $to}, $n: every file is one of its sources" all_whole
	done
	rm -rf dst && mkdir dst
	folding src/sub/* src/other dst
	is "operands, $n: exit status" "$status:$err" "0:"
	mkdir dst/sub && mv dst/file* dst/sub
	ok "operands, $n: every file is one of its sources" all_whole
done
