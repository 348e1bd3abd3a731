# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "wrong usage is told, with status 2 (1 when called as cp), and options to come are refused"

echo a > a
ln -s "$UCP" cp

# refuse STATUS TEXT ARG...: told, and nothing copied
refuse() {
	local wanted=$1 text=$2
	shift 2
	run "$UCP" "$@"
	is "$*: status" "$status" "$wanted"
	ok "$*: told" grep -qF -- "$text" <<< "$err"
	ok "$*: nothing copied" test ! -e b
}
try="Try 'ucp --help' for more information."
refuse 2 "missing file operand" --
refuse 2 "missing destination file operand after 'a'" a
refuse 2 "extra operand 'c'" -T a b c
refuse 2 "unrecognized option '--nonsense'" --nonsense a b
refuse 2 "invalid option -- 'y'" -y a b
refuse 2 "$try" -y a b
refuse 2 "option '--ver' is ambiguous" --ver a b
refuse 2 "cannot combine --target-directory (-t) and --no-target-directory (-T)" -T -t . a
refuse 2 "cannot make both hard and symbolic links" -ls a b
refuse 2 "--reflink can be used only with --sparse=auto" --reflink --sparse=always a b
refuse 2 "--hash has no use without --manifest, --verify or --check" --hash=xxh3 a b
refuse 2 "invalid argument 'md5' for '--hash'" --hash=md5 --manifest=m a b
refuse 2 "ambiguous argument 'f' for '--fsync'" --fsync=f a b
refuse 2 "invalid argument 'sometimes' for '--fsync'" --fsync=sometimes a b
refuse 2 "invalid argument 'fast' for '--engine'" --engine=fast a b
refuse 2 "invalid argument 'twice' for '--verify'" --verify=twice a b
refuse 2 "invalid argument 'weep' for '--on-change'" --on-change=weep a b
refuse 2 "'-1'" --retries=-1 a b
refuse 2 "invalid argument 'ask' for '--preflight'" --preflight=ask a b
refuse 2 "missing directory operand" --clean-temps
refuse 2 "only one of --check, --compare and --clean-temps" --check=m --clean-temps .
refuse 2 "only one of --check, --compare and --clean-temps" --check=m --compare .
refuse 2 "--compare takes two operands" --compare a
refuse 2 "--compare takes two operands" --compare -t . a
refuse 2 "extra operand 'c'" --compare a b c
refuse 2 "-H and -L have no use" --compare -L a b
refuse 2 "flags and projects" --compare --preserve=flags a b
refuse 2 "--check and --compare make none" --check=m --manifest=m .
refuse 2 "extra operand 'b'" --check=m . b
refuse 2 "'lose'" --cache=lose a b
refuse 2 "'lose'" --poll=lose a b
refuse 2 "it cannot be used with another --engine" --poll=kernel --engine=threads a b
refuse 2 "'0'" -j 0 a b
refuse 2 "'-1'" -j -1 a b
refuse 2 "'2x'" --jobs=2x a b
refuse 2 "'0'" --queue-depth=0 a b
refuse 2 "'1K'" --chunk-size=1K a b
refuse 2 "cannot be used with --sparse=always" --direct --sparse=always a b
refuse 2 "'4Q'" --chunk-size=4Q a b
refuse 2 "'1'" --mem-limit=1 a b
refuse 2 "'99999999999999999999'" --mem-limit=99999999999999999999 a b
refuse 2 "'17179869184G'" --mem-limit=17179869184G a b
for option in -0 --snapshot --delete --dry-run --exclude=x --include=x --json --pack \
	--pkg --resume --poll=app; do
	# shellcheck disable=SC2086 # options are words
	refuse 2 "is not available in ucp" $option a b
done
run ./cp --nonsense a b
is "called as cp, status 1" "$status" 1
is "called as cp, under its name" "$err" "cp: unrecognized option '--nonsense'
Try 'cp --help' for more information."
run ./cp a
is "called as cp without destination, status 1" "$status" 1
run ./cp --snapshot a b
is "called as cp, not available: status 1" "$status" 1
