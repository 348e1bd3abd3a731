/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/tour.h"
#include "tests/lib/unit.h"

#include <dirent.h>

enum { ROOM = 64 * 1024, WIDE = 40, DEEP = 3000 };

/** What a tour met, as text: a line for each entry, in whatever order. */
struct seen {
	struct ucp_tour *tour;
	char text[ROOM];
	size_t n;
	size_t n_failed;
	bool stays; /* enter nothing */
};

/** Note an entry. */
static bool see(void *ctx, const struct ucp_tour_entry *entry)
{
	struct seen *seen = ctx;
	size_t len = strlen(seen->text);

	seen->n++;
	if (len < ROOM - 600) {
		(void)snprintf(seen->text + len, ROOM - len, "%s%s%s:%d%d:%c%c\n", entry->dir,
			       entry->dir[0] != '\0' ? "/" : "", entry->name, entry->is_in[0],
			       entry->is_in[1], "-d"[entry->type[0] == DT_DIR],
			       "-d"[entry->type[1] == DT_DIR]);
	}
	return !seen->stays;
}

/** Note a failure. */
static void fail_at(void *ctx, int side, const char *dir, const char *name, int err)
{
	struct seen *seen = ctx;

	(void)side, (void)dir, (void)name;
	assert_int_equal(err, -EACCES);
	seen->n_failed++;
}

/** Make a file below a directory. */
static void touch(int dir, const char *name)
{
	int fd = openat(dir, name, O_CREAT | O_WRONLY, 0600);

	assert_true(fd >= 0);
	(void)close(fd);
}

/** Tour what is below one or two roots. */
static struct seen *tour(const int roots[2], int n_sides, uint32_t n_threads, bool stays)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	const struct ucp_tour_guest guest = {.ctx = seen, .see = see, .fail = fail_at};

	assert_non_null(seen);
	seen->stays = stays;
	seen->tour = ucp_tour_new();
	assert_non_null(seen->tour);
	assert_int_equal(ucp_tour_run(seen->tour, roots, n_sides, true, n_threads, &guest), 0);
	ucp_tour_free(seen->tour);
	return seen;
}

/** One tree: every name once, and no symbolic link followed. */
static void test_one(void **state)
{
	char path[64];
	const int roots[2] = {unit_dir_make(path), -1};

	(void)state;
	assert_int_equal(mkdirat(roots[0], "d", 0700), 0);
	assert_int_equal(symlinkat("d", roots[0], "l"), 0);
	touch(roots[0], "d/f");
	touch(roots[0], "a");
	struct seen *seen = tour(roots, 1, 1, false);
	assert_string_equal(seen->text, "a:10:--\nd:10:d-\nl:10:--\nd/f:10:--\n");
	free(seen);
	seen = tour(roots, 1, 1, true);
	assert_string_equal(seen->text, "a:10:--\nd:10:d-\nl:10:--\n");
	free(seen);
	(void)close(roots[0]);
	unit_dir_remove(path);
}

/** Two trees: names are joined, and only directories on both sides are entered. */
static void test_two(void **state)
{
	char path[2][64];
	int roots[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		roots[i] = unit_dir_make(path[i]);
		assert_int_equal(mkdirat(roots[i], "d", 0700), 0);
		assert_int_equal(mkdirat(roots[i], i == 0 ? "x" : "y", 0700), 0);
		touch(roots[i], i == 0 ? "x/f" : "y/f");
		touch(roots[i], "d/f");
		touch(roots[i], i == 0 ? "d/0" : "d/z");
	}
	assert_int_equal(mkdirat(roots[0], "m", 0700), 0);
	touch(roots[0], "m/f");
	touch(roots[1], "m");
	struct seen *seen = tour(roots, 2, 1, false);
	assert_string_equal(seen->text, "d:11:dd\nm:11:d-\nx:10:d-\ny:01:-d\n"
					"d/0:10:--\nd/f:11:--\nd/z:01:--\n");
	free(seen);
	for (int i = 0; i < 2; i++) {
		(void)close(roots[i]);
		unit_dir_remove(path[i]);
	}
}

/** Many threads meet every name once, too. */
static void test_threads(void **state)
{
	char path[64], name[32];
	const int roots[2] = {unit_dir_make(path), -1};

	(void)state;
	for (int i = 0; i < WIDE; i++) {
		(void)snprintf(name, sizeof(name), "%d", i);
		assert_int_equal(mkdirat(roots[0], name, 0700), 0);
		for (int k = 0; k < WIDE; k++) {
			(void)snprintf(name, sizeof(name), "%d/%d", i, k);
			assert_int_equal(mkdirat(roots[0], name, 0700), 0);
		}
	}
	for (uint32_t n = 1; n < 20; n += 6) {
		struct seen *seen = tour(roots, 1, n, false);
		assert_int_equal(seen->n, WIDE + WIDE * WIDE);
		free(seen);
	}
	(void)close(roots[0]);
	unit_dir_remove(path);
}

/** Thousands of levels cost neither stack nor descriptors. */
static void test_deep(void **state)
{
	char path[64];
	const int roots[2] = {unit_dir_make(path), -1};
	int at = dup(roots[0]);

	(void)state;
	for (int i = 0; i < DEEP; i++) {
		assert_int_equal(mkdirat(at, "dd", 0700), 0);
		int next = openat(at, "dd", O_RDONLY | O_DIRECTORY);
		assert_true(next >= 0);
		(void)close(at);
		at = next;
	}
	(void)close(at);
	struct seen *seen = tour(roots, 1, 4, false);
	assert_int_equal(seen->n, DEEP);
	assert_int_equal(seen->n_failed, 0);
	free(seen);
	(void)close(roots[0]);
	unit_dir_remove(path);
}

/** In a child without root's rights: a directory that cannot be read is told, the rest is seen. */
static int child_closed(const void *arg)
{
	const int roots[2] = {*(const int *)arg, -1};

	if (geteuid() == 0) { /* to whom nothing is closed */
		CHILD_CHECK(fchown(roots[0], 65534, 65534) == 0);
		CHILD_CHECK(setresuid(65534, 65534, 65534) == 0);
	}
	CHILD_CHECK(mkdirat(roots[0], "closed", 0) == 0);
	CHILD_CHECK(mkdirat(roots[0], "open", 0700) == 0);
	touch(roots[0], "open/f");
	struct seen *seen = tour(roots, 1, 1, false);
	CHILD_CHECK(seen->n_failed == 1);
	CHILD_CHECK(seen->n == 3);
	free(seen);
	return 0;
}

/** What cannot be read does not end a tour. */
static void test_closed(void **state)
{
	char path[64];
	int root = unit_dir_make(path);

	(void)state;
	int status = unit_child(child_closed, &root);
	(void)close(root);
	unit_dir_remove(path);
	assert_int_equal(status, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),     cmocka_unit_test(test_two),
		cmocka_unit_test(test_threads), cmocka_unit_test(test_deep),
		cmocka_unit_test(test_closed),
	};

	return cmocka_run_group_tests_name("tour", tests, NULL, NULL);
}
