# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "--clean-temps removes what a crash has left, and nothing else"

case ${BUILD:-build} in
*-san-*) skip_all "a preloaded library does not go with sanitizers" ;;
esac

# later UCP-ARG...: an hour from now, as the time that a file was changed cannot be set
later() { env LD_PRELOAD="$TOOL/preload/later.so" "$UCP" "$@"; }

mkdir -p dir/sub/deeper other
keep=(dir/.ucp-1234567 dir/.ucp-123456789 dir/.ucp-1234567g dir/.ucp-ABCDEF12 dir/ucp-12345678 dir/sub/x.ucp-12345678)
gone=(dir/.ucp-12345678 dir/sub/.ucp-00000000 dir/sub/deeper/.ucp-abcdef01)
touch "${keep[@]}" "${gone[@]}" && mkdir dir/.ucp-11111111
ln -s target dir/.ucp-22222222 && ln -s ../other dir/out && touch other/.ucp-33333333
ln dir/.ucp-12345678 dir/good
touch dir/sub/.ucp-44444444 && exec 8< dir/sub/.ucp-44444444 && flock -x 8

run ucp --clean-temps dir
is "young ones stay" "$status:$out:$err:$(find dir -name '.ucp-????????' | wc -l)" "0:::8"
run later --clean-temps -v dir
is "status" "$status:$err" "0:"
is "what is removed is told" "$(sort <<< "$out")" "$(printf "removed '%s'\n" "${gone[@]}" dir/.ucp-22222222 | sort)"
is "what is not ours stays" "$(ls -d "${keep[@]}" dir/.ucp-11111111 | wc -l)" 7
ok "what is in use stays" test -e dir/sub/.ucp-44444444
ok "no symlink is followed" test -e other/.ucp-33333333
is "the other name of a file stays" "$(stat -c %h dir/good)" 1
run later --clean-temps other missing
is "a directory that is not there: the others are cleaned all the same" "$status:$(ls -A other)" "1:"
is "and it is told" "$err" "ucp: cannot access 'missing': No such file or directory"
