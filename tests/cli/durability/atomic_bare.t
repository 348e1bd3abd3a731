# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# All of atomic.t once more where the filesystem has neither O_TMPFILE nor RENAME_NOREPLACE.
case ${BUILD:-build} in
*-san-*) echo "1..0 # SKIP a preloaded library does not go with sanitizers" && exit ;;
esac
# shellcheck disable=SC2034 # for the test
BARE=1
. tests/cli/durability/atomic.t
