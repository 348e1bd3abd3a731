/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/sys/path.h"
#include "tests/lib/unit.h"

/** Where paths are cut. */
static void test_cut(void **state)
{
	static const struct {
		const char *path, *dir, *last;
	} cases[] = {
		{"a", ".", "a"},	   {"a/", ".", "a"},	{"a/b", "a/", "b"},
		{"a//b//", "a//", "b"},	   {"/a", "/", "a"},	{"//a/", "//", "a"},
		{"/a/b", "/a/", "b"},	   {"/", "/", ""},	{"///", "/", ""},
		{"", ".", ""},		   {".", ".", "."},	{"a/..", "a/", ".."},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len;
		const char *last = ucp_path_last(cases[i].path, &len);
		assert_int_equal(len, strlen(cases[i].last));
		assert_memory_equal(last, cases[i].last, len);
		char *dir = ucp_path_dir(cases[i].path);
		assert_string_equal(dir, cases[i].dir);
		free(dir);
	}
}

/** What says nothing goes, and what leads out is refused. */
static void test_tidy(void **state)
{
	static const struct {
		const char *path;
		const char *tidy; /* NULL: -EXDEV */
	} rows[] = {
		{"a", "a"},         {"a/b", "a/b"}, {"./a//b/.", "a/b"}, {".", ""},    {"", ""},
		{"././", ""},       {"a/", "a"},    {"...", "..."},      {"..a", "..a"}, {"/a", NULL},
		{"..", NULL},       {"a/..", NULL}, {"a/../b", NULL},    {"./..", NULL},
	};
	char to[32];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int err = ucp_path_tidy(to, rows[i].path);
		assert_int_equal(err, rows[i].tidy != NULL ? 0 : -EXDEV);
		if (err == 0) {
			assert_string_equal(to, rows[i].tidy);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_tidy),
	};
	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
