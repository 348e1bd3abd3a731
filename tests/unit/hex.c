/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "hash/hex.h"
#include "tests/lib/unit.h"

/** Every byte becomes the two digits printf gives it. */
static void test_every_byte(void **state)
{
	uint8_t bytes[256];
	char text[513], wanted[3];

	(void)state;
	for (int i = 0; i < 256; i++) {
		bytes[i] = (uint8_t)i;
	}
	ucp_hex_format(bytes, sizeof(bytes), text);
	assert_int_equal(strlen(text), 512);
	for (int i = 0; i < 256; i++) {
		(void)snprintf(wanted, sizeof(wanted), "%02x", (unsigned int)i);
		assert_memory_equal(text + 2 * i, wanted, 2);
	}
}

/** Nothing is written behind the NUL. */
static void test_bounds(void **state)
{
	static const uint8_t bytes[] = {0xde, 0xad};
	char text[] = "xxxxxxxx";

	(void)state;
	ucp_hex_format(bytes, 2, text);
	assert_memory_equal(text, "dead\0xxx", 9);
	ucp_hex_format(bytes, 0, text);
	assert_memory_equal(text, "\0ead\0xxx", 9);
}

/** Digits of either case are read back, and nothing else is. */
static void test_parse(void **state)
{
	static const char *const wrong[] = {"0", "", "0g", "g0", "0G", " 0", "0x", "-1", "0/", "0:", "@0", "0`"};
	uint8_t bytes[2];

	(void)state;
	assert_true(ucp_hex_parse("deAD", 2, bytes));
	assert_memory_equal(bytes, "\xde\xad", 2);
	assert_true(ucp_hex_parse("", 0, bytes));
	for (size_t i = 0; i < COUNT(wrong); i++) {
		assert_false(ucp_hex_parse(wrong[i], 1, bytes));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests_name("hex", tests, NULL, NULL);
}
