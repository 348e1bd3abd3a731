/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#ifndef UCP_CMD_QUOTE_H
#define UCP_CMD_QUOTE_H

#include <stddef.h>

/**
 * A name as GNU programs quote it in messages, so that a shell would read it back.
 *
 * 'a b', "it's", 'a'$'\n''b'. Bytes that are not printable ASCII or valid UTF-8
 * are escaped in octal, control characters always.
 * @slot    0 or 1: which of two buffers to use, so that a message can have two names
 * Returns a string that is valid until the next call with the same slot.
 * Thread: one at a time.
 * Source: the shell-escape-always style of coreutils, "Quoting" in its manual.
 */
const char *ucp_quote(int slot, const char *name);

#endif
