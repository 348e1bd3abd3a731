/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/sys/attr.h"
#include "core/sys/fd.h"
#include "tests/lib/unit.h"

/** A directory of the test's own, readable and as a path. */
static struct {
	char path[64];
	int dir;
	int path_fd;
} place;

/** Make the directory. */
static int place_setup(void **state)
{
	(void)state;
	place.dir = unit_dir_make(place.path);
	place.path_fd = ucp_fd_openat(place.dir, ".", O_PATH | O_DIRECTORY, 0);
	return place.path_fd >= 0 ? 0 : -1;
}

/** Remove the directory. */
static int place_teardown(void **state)
{
	(void)state;
	ucp_fd_drop(&place.path_fd);
	(void)close(place.dir);
	unit_dir_remove(place.path);
	return 0;
}

/** Mode, owner and times are set through both kinds of descriptor. */
static void test_both_kinds(void **state)
{
	const int fds[] = {place.dir, place.path_fd};
	const struct timespec times[2] = {{1000000001, 5}, {1000000002, 6}};
	struct stat st;

	(void)state;
	for (size_t i = 0; i < COUNT(fds); i++) {
		mode_t mode = i == 0 ? 0700 : 0711;
		assert_int_equal(ucp_attr_chmod(fds[i], mode), 0);
		assert_int_equal(ucp_attr_chown(fds[i], geteuid(), getegid()), 0);
		assert_int_equal(ucp_attr_utimens(fds[i], times), 0);
		assert_int_equal(ucp_attr_sync_dir(fds[i]), 0);
		assert_int_equal(ucp_fd_stat(place.dir, &st), 0);
		assert_int_equal(st.st_mode & 07777, mode);
		assert_int_equal(st.st_mtim.tv_sec, 1000000002);
	}
}

/** Extended attributes are set, listed, read and removed through both kinds of descriptor. */
static void test_xattrs(void **state)
{
	const int fds[] = {place.dir, place.path_fd};
	char text[4096];

	(void)state;
	if (ucp_attr_set(place.dir, "user.k", "value", 5) == -EOPNOTSUPP) {
		skip(); /* not on this filesystem */
	}
	assert_int_equal(ucp_attr_remove(place.dir, "user.k"), 0);
	for (size_t i = 0; i < COUNT(fds); i++) {
		assert_int_equal(ucp_attr_get(fds[i], "user.k", text, sizeof(text)), -ENODATA);
		assert_int_equal(ucp_attr_set(fds[i], "user.k", "value", 5), 0);
		assert_int_equal(ucp_attr_get(fds[i], "user.k", text, 1), -ERANGE);
		assert_int_equal(ucp_attr_get(fds[i], "user.k", text, sizeof(text)), 5);
		assert_memory_equal(text, "value", 5);
		ssize_t len = ucp_attr_list(fds[i], text, sizeof(text));
		assert_true(len >= (ssize_t)sizeof("user.k"));
		assert_int_equal(ucp_attr_remove(fds[i], "user.k"), 0);
	}
}

/** What a descriptor of a link's path gets goes to the link, not to where it leads. */
static void test_link_itself(void **state)
{
	const struct timespec times[2] = {{1000000003, 0}, {1000000004, 0}};
	struct stat st;

	(void)state;
	assert_int_equal(symlinkat(".", place.dir, "link"), 0);
	int fd = ucp_fd_openat(place.dir, "link", O_PATH | O_NOFOLLOW, 0);
	assert_true(fd >= 0);
	assert_int_equal(ucp_attr_utimens(fd, times), 0);
	assert_int_equal(ucp_fd_statat(place.dir, "link", AT_SYMLINK_NOFOLLOW, &st), 0);
	assert_int_equal(st.st_mtim.tv_sec, 1000000004);
	assert_int_equal(ucp_fd_stat(place.dir, &st), 0);
	assert_int_not_equal(st.st_mtim.tv_sec, 1000000004);
	ucp_fd_drop(&fd);
	assert_int_equal(unlinkat(place.dir, "link", 0), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_kinds),
		cmocka_unit_test(test_xattrs),
		cmocka_unit_test(test_link_itself),
	};

	return cmocka_run_group_tests_name("attr", tests, place_setup, place_teardown);
}
