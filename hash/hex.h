/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#ifndef UCP_HASH_HEX_H
#define UCP_HASH_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Bytes as lower-case hexadecimal digits.
 *
 * @len   bytes
 * @text  receives 2 * len digits and a NUL
 */
void ucp_hex_format(const uint8_t *bytes, size_t len, char *text);

/**
 * Hexadecimal digits, of either case, as bytes.
 *
 * @len    bytes; text has at least 2 * len characters
 * @bytes  written also when it fails
 * Returns whether all were digits.
 */
bool ucp_hex_parse(const char *text, size_t len, uint8_t *bytes);

#endif
