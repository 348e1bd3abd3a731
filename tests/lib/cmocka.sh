#!/usr/bin/env bash
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# Run a cmocka program for prove: cmocka.sh PROGRAM
#
# cmocka up to 1.1.5 at least writes "not ok 3 # SKIP name", which to TAP is a
# failure; and what was skipped is to be seen in the list that run.sh makes.
program=$1
CMOCKA_MESSAGE_OUTPUT=TAP "$program" |
	sed -u -E -e '/^# ok - /d' \
		-e "s|^(not )?ok ([0-9]+) # SKIP (.*)|# skipped: tests/${program##*/tests/}.c: \3\nok \2 # SKIP \3|"
exit "${PIPESTATUS[0]}"
