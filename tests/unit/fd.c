/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/sys/fd.h"
#include "tests/lib/unit.h"

/** A directory of the test's own. */
struct place {
	char path[64];
	int dir;
};

static struct place place;

/** Make the directory. */
static int place_setup(void **state)
{
	(void)state;
	place.dir = unit_dir_make(place.path);
	return 0;
}

/** Remove the directory. */
static int place_teardown(void **state)
{
	(void)state;
	(void)close(place.dir);
	unit_dir_remove(place.path);
	return 0;
}

/** A link's target is read whole, whatever length was expected: it may have changed since. */
static void test_readlinkat_any_length(void **state)
{
	static const size_t lens[] = {1, 2, 126, 127, 128, 129, 255, 256, 257, 4094, 4095};
	static const size_t hints[] = {0, 1, 127, 128, 4095, 100000};
	char target[4096];

	(void)state;
	for (size_t i = 0; i < COUNT(lens); i++) {
		unit_fill((uint8_t *)target, lens[i], i);
		for (size_t k = 0; k < lens[i]; k++) {
			target[k] = (char)('a' + (unsigned char)target[k] % 26);
		}
		target[lens[i]] = '\0';
		assert_int_equal(symlinkat(target, place.dir, "link"), 0);
		for (size_t h = 0; h <= COUNT(hints); h++) {
			char *text = NULL;
			size_t hint = h < COUNT(hints) ? hints[h] : lens[i];
			assert_int_equal(ucp_fd_readlinkat(place.dir, "link", hint, &text), 0);
			assert_string_equal(text, target);
			free(text);
		}
		assert_int_equal(unlinkat(place.dir, "link", 0), 0);
	}
}

/** What is no link is an error, and nothing is handed out. */
static void test_readlinkat_errors(void **state)
{
	char *text = NULL;

	(void)state;
	assert_int_equal(ucp_fd_readlinkat(place.dir, "missing", 0, &text), -ENOENT);
	assert_int_equal(mkdirat(place.dir, "dir", 0700), 0);
	assert_int_equal(ucp_fd_readlinkat(place.dir, "dir", 0, &text), -EINVAL);
	assert_null(text);
}

/** -1 is no descriptor and closing it no error; a bad one is. */
static void test_close(void **state)
{
	(void)state;
	assert_int_equal(ucp_fd_close(-1), 0);
	assert_int_equal(ucp_fd_close(AT_FDCWD), 0);
	int fd = dup(place.dir);
	assert_true(fd >= 0);
	assert_int_equal(ucp_fd_close(fd), 0);
	assert_int_equal(ucp_fd_close(fd), -EBADF);
}

/** A dropped descriptor is closed and forgotten, so that it is not closed twice. */
static void test_drop(void **state)
{
	(void)state;
	int fd = dup(place.dir);
	int was = fd;
	ucp_fd_drop(&fd);
	assert_int_equal(fd, -1);
	assert_int_equal(fcntl(was, F_GETFD), -1);
	ucp_fd_drop(&fd);
	assert_int_equal(fd, -1);
}

/** No descriptor leaks into a program that is run. */
static void test_open_cloexec(void **state)
{
	(void)state;
	int fd = ucp_fd_openat(place.dir, ".", O_RDONLY | O_DIRECTORY, 0);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(ucp_fd_close(fd), 0);
	assert_int_equal(ucp_fd_openat(place.dir, "missing", O_RDONLY, 0), -ENOENT);
	assert_int_equal(ucp_fd_openat(-1, "x", O_RDONLY, 0), -EBADF);
}

/** Status comes by name and by descriptor, and is left alone on failure. */
static void test_stat(void **state)
{
	struct stat by_name, by_fd;

	(void)state;
	assert_int_equal(symlinkat("nowhere", place.dir, "dangling"), 0);
	assert_int_equal(ucp_fd_statat(place.dir, "dangling", AT_SYMLINK_NOFOLLOW, &by_name), 0);
	assert_true(S_ISLNK(by_name.st_mode));
	assert_int_equal(ucp_fd_statat(place.dir, "dangling", 0, &by_name), -ENOENT);
	assert_true(S_ISLNK(by_name.st_mode));
	assert_int_equal(ucp_fd_statat(place.dir, ".", 0, &by_name), 0);
	assert_int_equal(ucp_fd_stat(place.dir, &by_fd), 0);
	assert_int_equal(by_name.st_ino, by_fd.st_ino);
	assert_int_equal(ucp_fd_stat(-1, &by_fd), -EBADF);
}

#define IN_PLACE(fn) cmocka_unit_test_setup_teardown(fn, place_setup, place_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_PLACE(test_readlinkat_any_length),
		IN_PLACE(test_readlinkat_errors),
		IN_PLACE(test_close),
		IN_PLACE(test_drop),
		IN_PLACE(test_open_cloexec),
		IN_PLACE(test_stat),
	};

	return cmocka_run_group_tests_name("fd", tests, NULL, NULL);
}
