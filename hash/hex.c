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

/** The value of a digit, or 16. */
static unsigned int hex_value(char c)
{
	return c >= '0' && c <= '9'   ? (unsigned int)(c - '0')
	       : c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a') + 10
	       : c >= 'A' && c <= 'F' ? (unsigned int)(c - 'A') + 10
				      : 16;
}

bool ucp_hex_parse(const char *text, size_t len, uint8_t *bytes)
{
	for (size_t i = 0; i < len; i++, text += 2) {
		unsigned int high = hex_value(text[0]);
		unsigned int low = high < 16 ? hex_value(text[1]) : 16;
		if (low > 15) {
			return false;
		}
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}
