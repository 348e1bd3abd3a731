/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "cmd/argument.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Tell about a bad argument, as GNU programs do; option is what it was given to. */
static bool argument_bad_word(const char *self, const char *option, const char *text,
			      const struct ucp_word *words, bool is_ambiguous)
{
	fprintf(stderr, "%s: %s argument '%s' for '%s'\nValid arguments are:", self,
		is_ambiguous ? "ambiguous" : "invalid", text, option);
	for (const struct ucp_word *word = words; word->name != NULL; word++) {
		bool is_synonym = word != words && word[-1].value == word->value;
		fprintf(stderr, "%s'%s'", is_synonym ? ", " : "\n  - ", word->name);
	}
	(void)putc('\n', stderr);
	return false;
}

bool ucp_argument_word(const char *self, const char *option, const char *text,
		       const struct ucp_word *words, int *ret_value)
{
	const struct ucp_word *found = NULL;
	bool is_ambiguous = false;
	size_t len = strlen(text);

	for (const struct ucp_word *word = words; word->name != NULL; word++) {
		if (strncmp(word->name, text, len) != 0) {
			continue;
		}
		if (word->name[len] == '\0') {
			*ret_value = word->value;
			return true;
		}
		is_ambiguous = is_ambiguous || (found != NULL && found->value != word->value);
		found = word;
	}
	if (found == NULL || is_ambiguous) {
		return argument_bad_word(self, option, text, words, is_ambiguous);
	}
	*ret_value = found->value;
	return true;
}

bool ucp_argument_choose(const char *self, const char *option, const char *text,
			 const struct ucp_word *words, int bare, int *ret_value)
{
	*ret_value = bare;
	return text == NULL || ucp_argument_word(self, option, text, words, ret_value);
}

/** Tell about a bad number, and which ones are fine. */
static bool argument_bad_number(const char *self, const char *option, const char *text,
				const char *range)
{
	fprintf(stderr, "%s: invalid argument '%s' for '%s': it takes %s\n", self, text, option,
		range);
	return false;
}

bool ucp_argument_number(const char *self, const char *option, const char *text,
			 uint64_t low, uint64_t high, uint64_t *ret_value)
{
	char range[64];
	char *end;

	errno = 0;
	unsigned long long n = strtoull(text, &end, 10);
	if (errno == 0 && *end == '\0' && isdigit((unsigned char)text[0]) && n >= low && n <= high) {
		*ret_value = n;
		return true;
	}
	(void)snprintf(range, sizeof(range), "a number from %llu to %llu", (unsigned long long)low,
		       (unsigned long long)high);
	return argument_bad_number(self, option, text, range);
}

bool ucp_argument_size(const char *self, const char *option, const char *text,
			 uint64_t low, uint64_t high, const char *range, uint64_t *ret_value)
{
	static const char units[] = "KMG";
	unsigned int shift = 0;
	char *end;

	errno = 0;
	unsigned long long n = strtoull(text, &end, 10);
	const char *unit = isalpha((unsigned char)*end) ? strchr(units, toupper(*end)) : NULL;
	if (unit != NULL) {
		shift = 10 * (unsigned int)(unit - units + 1);
		end += strcmp(end + 1, "iB") == 0 ? 3 : 1;
	}
	if (errno != 0 || *end != '\0' || !isdigit((unsigned char)text[0]) ||
	    n > UINT64_MAX >> shift || n << shift < low || n << shift > high) {
		return argument_bad_number(self, option, text, range);
	}
	*ret_value = n << shift;
	return true;
}

bool ucp_argument_count(const char *self, const char *option, const char *text,
			  uint64_t low, uint64_t high, uint32_t *ret_value)
{
	uint64_t value;

	if (!ucp_argument_number(self, option, text, low, high, &value)) {
		return false;
	}
	*ret_value = (uint32_t)value;
	return true;
}
