/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/extent.h"
#include "tests/lib/unit.h"

enum { BLOCK = 4096, MIB = 1024 * 1024 };

static char dir_path[64];
static int dir_fd;

/** Make a directory for the files. */
static int dir_setup(void **state)
{
	(void)state;
	dir_fd = unit_dir_make(dir_path);
	return 0;
}

/** Remove the directory. */
static int dir_teardown(void **state)
{
	(void)state;
	(void)close(dir_fd);
	unit_dir_remove(dir_path);
	return 0;
}

/** A new empty file. */
static int file_new(void)
{
	int fd = openat(dir_fd, "file", O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	return fd;
}

/** Split; what was skipped and what follows must be as given. */
static void split_is(const uint8_t *buf, size_t len, size_t block, size_t skip, size_t data)
{
	size_t got_skip = 12345;
	size_t got_data = ucp_extent_split(buf, len, block, &got_skip);

	assert_int_equal(got_skip, skip);
	assert_int_equal(got_data, data);
}

/** Zeros at the start are skipped in whole blocks, and data ends where zeros begin. */
static void test_split(void **state)
{
	static uint8_t buf[8 * BLOCK];

	(void)state;
	split_is(buf, 0, BLOCK, 0, 0);
	split_is(buf, sizeof(buf), BLOCK, sizeof(buf), 0);
	split_is(buf, 100, BLOCK, 100, 0);
	buf[3 * BLOCK + 17] = 1;
	split_is(buf, sizeof(buf), BLOCK, 3 * BLOCK, BLOCK);
	buf[4 * BLOCK - 1] = 1;
	buf[4 * BLOCK] = 1;
	split_is(buf, sizeof(buf), BLOCK, 3 * BLOCK, 2 * BLOCK);
	buf[0] = 1;
	split_is(buf, sizeof(buf), BLOCK, 0, BLOCK);
}

/** A last block that is not whole counts by itself: as zeros, or as data. */
static void test_split_tail(void **state)
{
	static uint8_t buf[3 * BLOCK];

	(void)state;
	split_is(buf, 2 * BLOCK + 5, BLOCK, 2 * BLOCK + 5, 0);
	buf[2 * BLOCK + 4] = 1;
	split_is(buf, 2 * BLOCK + 5, BLOCK, 2 * BLOCK, 5);
	split_is(buf, 2 * BLOCK + 4, BLOCK, 2 * BLOCK + 4, 0);
	buf[0] = 1;
	split_is(buf, BLOCK + 5, BLOCK, 0, BLOCK);
}

/** A single byte that is not zero is seen wherever it is in a block, and never lost. */
static void test_split_every_byte(void **state)
{
	static uint8_t buf[2 * 64];

	(void)state;
	for (size_t len = 1; len <= 64; len++) {
		for (size_t at = 0; at < len; at++) {
			buf[at] = 0x80;
			split_is(buf, len, 64, 0, len);
			buf[at] = 0;
			split_is(buf, len, 64, len, 0);
		}
	}
}

/** Cutting a buffer again and again gives it back whole: zeros where zeros were, and the data. */
static void test_split_covers(void **state)
{
	static uint8_t buf[64 * BLOCK + 123], copy[64 * BLOCK + 123];

	(void)state;
	for (uint64_t seed = 0; seed < 50; seed++) {
		uint8_t which[65];
		unit_fill(which, sizeof(which), seed);
		memset(buf, 0, sizeof(buf));
		memset(copy, 0, sizeof(copy));
		for (size_t i = 0; i < sizeof(which); i++) {
			size_t left = sizeof(buf) - i * BLOCK;
			if (which[i] & 1) {
				unit_fill(buf + i * BLOCK, left < BLOCK ? left : BLOCK, i);
			}
		}
		for (size_t at = 0; at < sizeof(buf);) {
			size_t skip;
			size_t data = ucp_extent_split(buf + at, sizeof(buf) - at, BLOCK, &skip);
			assert_true(skip + data > 0);
			at += skip;
			memcpy(copy + at, buf + at, data);
			at += data;
		}
		assert_memory_equal(copy, buf, sizeof(buf));
	}
}

/** Whether this filesystem keeps holes and tells where they are. */
static bool has_holes(int fd)
{
	struct stat st;

	assert_int_equal(ftruncate(fd, MIB), 0);
	assert_int_equal(fstat(fd, &st), 0);
	return st.st_blocks == 0 && lseek(fd, 0, SEEK_DATA) < 0 && errno == ENXIO;
}

/** The map of a sparse file has its data, and nothing of its holes. */
static void test_map(void **state)
{
	static const uint64_t spots[] = {MIB, 3 * MIB, 7 * MIB + BLOCK};
	uint64_t end = 0;
	uint8_t data[BLOCK];

	(void)state;
	int fd = file_new();
	if (!has_holes(fd)) {
		skip();
	}
	memset(data, 'x', sizeof(data));
	const uint64_t size = 9 * MIB + 77;
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	for (size_t i = 0; i < COUNT(spots); i++) {
		assert_int_equal(pwrite(fd, data, BLOCK, (off_t)spots[i]), BLOCK);
	}
	uint64_t off = 0;
	for (size_t i = 0; i < COUNT(spots); i++) {
		assert_int_equal(ucp_extent_next(fd, off, size, &end), spots[i]);
		assert_int_equal(end, spots[i] + BLOCK);
		off = end;
	}
	assert_int_equal(ucp_extent_next(fd, off, size, &end), size);
	assert_int_equal(ucp_extent_next(fd, size, size, &end), size);
	assert_int_equal(close(fd), 0);
}

/** A search from inside data starts there; an end beyond the size asked about is cut off. */
static void test_map_inside(void **state)
{
	static uint8_t data[16 * BLOCK];
	uint64_t end = 0;

	(void)state;
	int fd = file_new();
	memset(data, 'x', sizeof(data));
	assert_int_equal(pwrite(fd, data, sizeof(data), 0), sizeof(data));
	assert_int_equal(ucp_extent_next(fd, 5, sizeof(data), &end), 5);
	assert_int_equal(end, sizeof(data));
	assert_int_equal(ucp_extent_next(fd, 5, 1000, &end), 5);
	assert_int_equal(end, 1000);
	assert_int_equal(ucp_extent_next(fd, 2000, 1000, &end), 1000);
	assert_int_equal(close(fd), 0);
}

/** A file cut off since its size was taken has only a hole left, which is no error. */
static void test_map_truncated(void **state)
{
	uint64_t end = 0;

	(void)state;
	int fd = file_new();
	assert_int_equal(pwrite(fd, "x", 1, 0), 1);
	assert_int_equal(ucp_extent_next(fd, BLOCK, 10 * BLOCK, &end), 10 * BLOCK);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(ucp_extent_next(fd, 0, BLOCK, &end), BLOCK);
	assert_int_equal(close(fd), 0);
}

/** What cannot tell says so with an errno. */
static void test_map_errors(void **state)
{
	uint64_t end = 0;
	int ends[2];

	(void)state;
	assert_int_equal(ucp_extent_next(-1, 0, 100, &end), -EBADF);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(ucp_extent_next(ends[0], 0, 100, &end), -ESPIPE);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

/** Fewer blocks than the size needs are the sign of holes; exactly enough, and empty, are not. */
static void test_may_have_holes(void **state)
{
	(void)state;
	assert_false(ucp_extent_may_have_holes(&(struct stat){.st_size = 0, .st_blocks = 0}));
	assert_false(ucp_extent_may_have_holes(&(struct stat){.st_size = 512, .st_blocks = 1}));
	assert_false(ucp_extent_may_have_holes(&(struct stat){.st_size = 1, .st_blocks = 1}));
	assert_true(ucp_extent_may_have_holes(&(struct stat){.st_size = 513, .st_blocks = 1}));
	assert_true(ucp_extent_may_have_holes(&(struct stat){.st_size = 1, .st_blocks = 0}));
	assert_true(ucp_extent_may_have_holes(
		&(struct stat){.st_size = INT64_MAX, .st_blocks = 8}));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_split_tail),
		cmocka_unit_test(test_split_every_byte),
		cmocka_unit_test(test_split_covers),
		cmocka_unit_test_setup_teardown(test_map, dir_setup, dir_teardown),
		cmocka_unit_test_setup_teardown(test_map_inside, dir_setup, dir_teardown),
		cmocka_unit_test_setup_teardown(test_map_truncated, dir_setup, dir_teardown),
		cmocka_unit_test_setup_teardown(test_map_errors, dir_setup, dir_teardown),
		cmocka_unit_test(test_may_have_holes),
	};

	return cmocka_run_group_tests_name("extent", tests, NULL, NULL);
}
