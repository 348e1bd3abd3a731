/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Arguments of options: words, numbers, sizes.
 *
 * All return false when the argument is wrong, having told so on standard error
 * as GNU programs do: self is the program's name, option what text was given to.
 */
#ifndef UCP_CMD_ARGUMENT_H
#define UCP_CMD_ARGUMENT_H

#include <stdbool.h>
#include <stdint.h>

/** A word and its meaning; lists end with a NULL name. */
struct ucp_word {
	const char *name;
	int value;
};

/** Find a word by its name or a unique abbreviation. */
bool ucp_argument_word(const char *self, const char *option, const char *text,
		       const struct ucp_word *words, int *ret_value);

/** The same where text may be missing, NULL: bare says what it means then. */
bool ucp_argument_choose(const char *self, const char *option, const char *text,
			 const struct ucp_word *words, int bare, int *ret_value);

/** A whole number from low to high. */
bool ucp_argument_number(const char *self, const char *option, const char *text, uint64_t low,
			 uint64_t high, uint64_t *ret_value);

/** The same, for a setting of 32 bits; high fits. */
bool ucp_argument_count(const char *self, const char *option, const char *text, uint64_t low,
			uint64_t high, uint32_t *ret_value);

/** Bytes with an optional K, M or G (also KiB and so on: powers of 1024); range is low to high in words. */
bool ucp_argument_size(const char *self, const char *option, const char *text, uint64_t low,
		       uint64_t high, const char *range, uint64_t *ret_value);

#endif
