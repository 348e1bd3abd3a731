/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "hash/hex.h"

void ucp_hex_format(const uint8_t *bytes, size_t len, char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*text++ = digits[bytes[i] >> 4];
		*text++ = digits[bytes[i] & 15];
	}
	*text = '\0';
}
