/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Extended attributes in memory. */
#include "core/attrs.h"
#include "tests/lib/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** What was added is found, in order and by name, with its bytes. */
static void test_find(void **state)
{
	struct ucp_attrs attrs = {0};
	struct ucp_attr attr;
	size_t at = 0;

	(void)state;
	assert_false(ucp_attrs_next(&attrs, &at, &attr));
	assert_int_equal(ucp_attrs_add(&attrs, "user.a", "\0x", 2), 0);
	assert_int_equal(ucp_attrs_add(&attrs, "user.empty", NULL, 0), 0);
	assert_true(ucp_attrs_next(&attrs, &at, &attr));
	assert_string_equal(attr.name, "user.a");
	assert_int_equal(attr.len, 2);
	assert_memory_equal(attr.value, "\0x", 2);
	assert_true(ucp_attrs_next(&attrs, &at, &attr));
	assert_string_equal(attr.name, "user.empty");
	assert_int_equal(attr.len, 0);
	assert_false(ucp_attrs_next(&attrs, &at, &attr));
	assert_true(ucp_attrs_find(&attrs, "user.empty", &attr));
	assert_false(ucp_attrs_find(&attrs, "user", &attr));
	ucp_attrs_fini(&attrs);
}

/** A copy is of its own. */
static void test_copy(void **state)
{
	struct ucp_attrs attrs = {0}, copy;
	struct ucp_attr attr;

	(void)state;
	assert_int_equal(ucp_attrs_copy(&attrs, &copy), 0);
	assert_null(copy.data);
	assert_int_equal(ucp_attrs_add(&attrs, "user.a", "1", 1), 0);
	assert_int_equal(ucp_attrs_copy(&attrs, &copy), 0);
	ucp_attrs_clear(&attrs);
	assert_int_equal(ucp_attrs_add(&attrs, "user.b", "2", 1), 0);
	assert_true(ucp_attrs_find(&copy, "user.a", &attr));
	assert_false(ucp_attrs_find(&attrs, "user.a", &attr));
	ucp_attrs_fini(&attrs);
	ucp_attrs_fini(&copy);
}

/** A set does not grow without bound. */
static void test_bound(void **state)
{
	struct ucp_attrs attrs = {0};
	char *value = calloc(1, UCP_ATTRS_MAX);

	(void)state;
	assert_non_null(value);
	assert_int_equal(ucp_attrs_add(&attrs, "user.a", value, UCP_ATTRS_MAX), -E2BIG);
	assert_int_equal(ucp_attrs_add(&attrs, "user.a", value, UCP_ATTRS_MAX / 2), 0);
	assert_int_equal(ucp_attrs_add(&attrs, "user.b", value, UCP_ATTRS_MAX / 2), -E2BIG);
	assert_int_equal(ucp_attrs_add(&attrs, "user.b", value, 10), 0);
	ucp_attrs_fini(&attrs);
	free(value);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests_name("attrs", tests, NULL, NULL);
}
