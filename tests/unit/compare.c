/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/compare.h"
#include "core/xdiff.h"
#include "tests/lib/unit.h"

#include <sys/xattr.h>

enum { ROOM = 4096 };

/** Two directories. */
struct pair {
	char path[2][64];
	int dir[2];
};

/** Make them, empty, of one time. */
static int pair_make(void **state)
{
	struct pair *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		return -1;
	}
	p->dir[0] = unit_dir_make(p->path[0]);
	p->dir[1] = unit_dir_make(p->path[1]);
	*state = p;
	return 0;
}

/** Remove them. */
static int pair_remove(void **state)
{
	struct pair *p = *state;

	for (int i = 0; i < 2; i++) {
		(void)close(p->dir[i]);
		unit_dir_remove(p->path[i]);
	}
	free(p);
	return 0;
}

/** Make a file with some text. */
static void put(int dir, const char *name, const char *text)
{
	int fd = openat(dir, name, O_CREAT | O_WRONLY | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

/** Append a finding to a text. */
static void tell(void *ctx, const struct ucp_compare_finding *finding)
{
	char *text = ctx;
	size_t len = strlen(text);

	(void)snprintf(text + len, ROOM - len, "%s:%x:%d ", finding->path, finding->what,
		       (int)finding->fail);
}

/** Compare the pair: what was found, as text. */
static const char *found(const struct pair *p, const struct ucp_settings *set)
{
	static char text[ROOM];
	const char *const operands[2] = {p->path[0], p->path[1]};
	struct ucp_compare_result result;

	text[0] = '\0';
	struct ucp_compare *cmp = ucp_compare_new(set);
	assert_non_null(cmp);
	assert_int_equal(ucp_compare_run(cmp, operands, &result), 0);
	assert_true(result.are_trees);
	ucp_compare_each(cmp, tell, text);
	ucp_compare_free(cmp);
	return text;
}

/** Groups of links are compared as groups, whatever their files are called inside. */
static void test_links(void **state)
{
	struct pair *p = *state;
	const struct ucp_settings set = {.keep_links = true};

	for (int i = 0; i < 2; i++) {
		put(p->dir[i], "a", "x");
		assert_int_equal(linkat(p->dir[i], "a", p->dir[i], "b", 0), 0);
		assert_int_equal(linkat(p->dir[i], "a", p->dir[i], "c", 0), 0);
		put(p->dir[i], "d", "x");
		assert_int_equal(linkat(p->dir[i], "d", p->dir[i], "e", 0), 0);
	}
	assert_string_equal(found(p, &set), "");
	assert_int_equal(unlinkat(p->dir[1], "c", 0), 0);
	assert_int_equal(linkat(p->dir[1], "d", p->dir[1], "c", 0), 0); /* another group */
	assert_string_equal(found(p, &set), "c:400:0 d:400:0 e:400:0 ");
	assert_int_equal(unlinkat(p->dir[1], "c", 0), 0);
	put(p->dir[1], "c", "x"); /* none */
	assert_string_equal(found(p, &set), "c:400:0 ");
	assert_int_equal(unlinkat(p->dir[1], "c", 0), 0); /* those that are left still agree */
	assert_string_equal(found(p, &set), "c:1:0 ");
	const struct ucp_settings none = {0};
	assert_string_equal(found(p, &none), "c:1:0 ");
}

/** Files that are empty on one side, or on both, or the same file. */
static void test_contents(void **state)
{
	struct pair *p = *state;
	const struct ucp_settings set = {.tell_copied = true};

	put(p->dir[0], "a", "");
	put(p->dir[1], "a", "");
	put(p->dir[0], "b", "");
	put(p->dir[1], "b", "x");
	put(p->dir[0], "c", "x");
	put(p->dir[1], "c", "y");
	put(p->dir[0], "d", "x");
	assert_int_equal(linkat(p->dir[0], "d", p->dir[1], "d", 0), 0);
	assert_string_equal(found(p, &set), ":0:0 a:0:0 b:8:0 c:10:0 d:0:0 ");
}

/** An operand that is not there is a failure of its side. */
static void test_operands(void **state)
{
	struct pair *p = *state;
	const struct ucp_settings set = {0};
	const char *const operands[2] = {p->path[0], "/none/at/all"};
	struct ucp_compare_result result;
	char text[ROOM] = "";

	struct ucp_compare *cmp = ucp_compare_new(&set);
	assert_int_equal(ucp_compare_run(cmp, operands, &result), 0);
	ucp_compare_each(cmp, tell, text);
	ucp_compare_free(cmp);
	assert_string_equal(text, ":0:1 ");
	ucp_compare_free(NULL);
}

/** Set an attribute; false where there are none. */
static bool set_attr(int dir, const char *attr, const void *value, size_t len)
{
	int fd = openat(dir, "f", O_RDONLY);
	bool fine = fsetxattr(fd, attr, value, len, 0) == 0;

	(void)close(fd);
	return fine;
}

/** Attributes that differ are named, sorted; values are bytes. */
static void test_attributes(void **state)
{
	struct pair *p = *state;
	const struct ucp_settings set = {.keep_xattrs = true}, none = {0};
	const char *const names[2] = {"f", "f"};
	static const uint8_t long_value[2000] = {1};
	char *differ = NULL;
	int side = -1;

	put(p->dir[0], "f", "");
	put(p->dir[1], "f", "");
	assert_int_equal(ucp_xdiff_find(&set, p->dir, names, &differ, &side), 0);
	if (!set_attr(p->dir[0], "user.zero", "a\0b", 3) ||
	    !set_attr(p->dir[0], "user.long", long_value, sizeof(long_value))) {
		skip();
	}
	assert_int_equal(ucp_xdiff_find(&none, p->dir, names, &differ, &side), 0);
	assert_int_equal(ucp_xdiff_find(&set, p->dir, names, &differ, &side), 1);
	assert_memory_equal(differ, "user.long\0user.zero\0", 21);
	free(differ);
	assert_true(set_attr(p->dir[1], "user.long", long_value, sizeof(long_value)));
	assert_true(set_attr(p->dir[1], "user.zero", "a\0c", 3));
	assert_true(set_attr(p->dir[1], "user.also", "", 0));
	assert_int_equal(ucp_xdiff_find(&set, p->dir, names, &differ, &side), 1);
	assert_memory_equal(differ, "user.also\0user.zero\0", 21);
	free(differ);
	assert_int_equal(unlinkat(p->dir[1], "f", 0), 0);
	assert_int_equal(ucp_xdiff_find(&set, p->dir, names, &differ, &side), -ENOENT);
	assert_int_equal(side, 1);
}

/** A test with a pair of its own. */
#define WITH_PAIR(fn) cmocka_unit_test_setup_teardown(fn, pair_make, pair_remove)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_PAIR(test_links),
		WITH_PAIR(test_contents),
		WITH_PAIR(test_operands),
		WITH_PAIR(test_attributes),
	};

	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
