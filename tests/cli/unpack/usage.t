# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/unpack.sh"
plan "what --unpack cannot be combined with is refused with status 2, and nothing is made"

mktar 'file f text=x' > a.tar
ln -s "$UCP" cp

# refuse TEXT ARG...: status 2, told, and nothing made
refuse() {
	local text=$1
	shift
	run "$UCP" "$@" < /dev/null
	is "$*: status" "$status" 2
	ok "$*: told" says "$text"
	ok "$*: nothing is made" absent out
}
refuse "missing" --unpack
refuse "a.tar" --unpack a.tar
refuse "missing" --unpack -t out
for option in -l -s --link --symbolic-link --parents --attributes-only --reflink=always -L -H -T --dereference --no-target-directory \
	--copy-contents --preflight --preflight=fail --clean-temps --verify=both --on-change=warn --on-change=fail --direct --backup \
	--backup=numbered -b --preserve=flags --check=a.tar --compare; do
	refuse "ucp: " --unpack $option a.tar out
	refuse "ucp: " $option --unpack a.tar out
done
refuse "standard input" -i --unpack - out
refuse "multiple" --unpack -t out -t out a.tar
for value in -1 x '' 99999999999999999999 1x; do
	refuse --strip-components "--strip-components=$value" --unpack a.tar out
done

# called as cp: its options keep their meaning, and the status of a refusal is 1
run ./cp --unpack --parents a.tar out
is "called as cp: status" "$status" 1
ok "called as cp: nothing is made" absent out
# what has no meaning here is no harm
for option in -a -r -R -p -P -d -f --archive --recursive --remove-destination --progress=never -q --reflink=auto --reflink=never \
	--sparse=auto --preserve=all --preserve=xattr; do
	run unpack $option a.tar out
	is "$option is allowed" "$status:$err:$(cat out/f)" "0::x"
	rm -rf out
done
run unpack -- a.tar out
is "-- ends the options" "$status:$(cat out/f)" "0:x"
