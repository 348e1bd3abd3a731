/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "cmd/quote.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

/** Two results, grown as needed. */
static struct {
	char *text;
	size_t room;
} quote_slots[2];

/** Bytes of the printable character at text, or 0 when it must be escaped. */
static size_t quote_printable(const char *text, size_t len)
{
	mbstate_t state;
	wchar_t wc;

	memset(&state, 0, sizeof(state));
	size_t n = mbrtowc(&wc, text, len, &state);
	if (n == (size_t)-1 || n == (size_t)-2 || n == 0 || !iswprint((wint_t)wc)) {
		return 0;
	}
	return n;
}

/** The escape of a byte inside $'...': its length. */
static int quote_escape(char *to, unsigned char byte)
{
	static const char plain[] = "\a\b\t\n\v\f\r";
	static const char letters[] = "abtnvfr";
	const char *at = byte != 0 ? strchr(plain, byte) : NULL;

	if (at != NULL) {
		return sprintf(to, "\\%c", letters[at - plain]);
	}
	return sprintf(to, "\\%03o", byte);
}

/** Whether a name has ' and otherwise only what neither quotes nor a shell care about. */
static bool quote_fits_double(const char *name, size_t len)
{
	/* At the start # and ~ do no harm, and braces only when they are the whole name. */
	size_t first = len > 0 && strchr("#~", name[0]) != NULL;

	if (strchr(name, '\'') == NULL ||
	    strpbrk(name + first, "\"$`\\!#~&()*;<=>?[^{|}") != NULL) {
		return false;
	}
	for (size_t at = 0; at < len;) {
		size_t n = quote_printable(name + at, len - at);
		if (n == 0) {
			return false;
		}
		at += n;
	}
	return true;
}

/** Quote with '...' and $'...' in turn; to has room for 5 bytes a byte and 8 more. */
static void quote_single(char *to, const char *name, size_t len)
{
	bool escaping = false;

	*to++ = '\'';
	for (size_t at = 0; at < len;) {
		size_t n = quote_printable(name + at, len - at);
		bool is_quote = name[at] == '\'';
		if ((n == 0) != escaping && !is_quote) {
			to = stpcpy(to, n == 0 ? "'$'" : "''");
		}
		escaping = n == 0;
		if (n == 0) {
			to += quote_escape(to, (unsigned char)name[at++]);
		} else if (is_quote) {
			to = stpcpy(to, "'\\''");
			at++;
		} else {
			memcpy(to, name + at, n);
			to += n;
			at += n;
		}
	}
	*to++ = '\'';
	*to = '\0';
}

const char *ucp_quote(int slot, const char *name)
{
	size_t len = strlen(name);
	size_t room = len * 10 + 16; /* every other byte escaped is the worst */

	if (room > quote_slots[slot].room) {
		char *text = realloc(quote_slots[slot].text, room);
		if (text == NULL) {
			return "(out of memory)";
		}
		quote_slots[slot].text = text;
		quote_slots[slot].room = room;
	}
	char *text = quote_slots[slot].text;
	if (quote_fits_double(name, len)) {
		(void)snprintf(text, room, "\"%s\"", name);
	} else {
		quote_single(text, name, len);
	}
	return text;
}
