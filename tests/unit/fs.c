/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/fs.h"
#include "tests/lib/unit.h"

#include <sys/mman.h>

/** A descriptor on tmpfs, which every kernel has one of. */
static int tmpfs_fd(void)
{
	int fd = memfd_create("unit", MFD_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/** A descriptor on proc. */
static int proc_fd(void)
{
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/** What was learnt about a pair is there the next time, and for no other pair. */
static void test_remembers(void **state)
{
	struct ucp_fs_cache cache = {0};

	(void)state;
	int fd = tmpfs_fd();
	struct ucp_fs *fs = ucp_fs_get(&cache, 1, 2, fd, fd);
	assert_int_equal(fs->clone, UCP_FS_UNKNOWN);
	fs->clone = UCP_FS_NO;
	assert_ptr_equal(ucp_fs_get(&cache, 1, 2, -1, -1), fs);
	assert_int_equal(ucp_fs_get(&cache, 1, 2, -1, -1)->clone, UCP_FS_NO);
	assert_int_equal(ucp_fs_get(&cache, 2, 1, fd, fd)->clone, UCP_FS_UNKNOWN);
	assert_int_equal(ucp_fs_get(&cache, 1, 1, fd, fd)->clone, UCP_FS_UNKNOWN);
	(void)close(fd);
}

/** A ninth pair takes the place of the oldest, and the others stay. */
static void test_forgets_the_oldest(void **state)
{
	struct ucp_fs_cache cache = {0};

	(void)state;
	int fd = tmpfs_fd();
	for (uint64_t dev = 1; dev <= 8; dev++) {
		ucp_fs_get(&cache, dev, dev, fd, fd)->clone = UCP_FS_YES;
	}
	assert_int_equal(ucp_fs_get(&cache, 9, 9, fd, fd)->clone, UCP_FS_UNKNOWN);
	for (uint64_t dev = 2; dev <= 8; dev++) {
		assert_int_equal(ucp_fs_get(&cache, dev, dev, fd, fd)->clone, UCP_FS_YES);
	}
	assert_int_equal(ucp_fs_get(&cache, 1, 1, fd, fd)->clone, UCP_FS_UNKNOWN);
	assert_int_equal(ucp_fs_get(&cache, 2, 2, fd, fd)->clone, UCP_FS_UNKNOWN);
	assert_int_equal(ucp_fs_get(&cache, 4, 4, fd, fd)->clone, UCP_FS_YES);
	(void)close(fd);
}

/** A file of size 0 in /proc has content: only some filesystems are believed. */
static void test_size_is_true(void **state)
{
	struct ucp_fs_cache cache = {0};

	(void)state;
	int tmpfs = tmpfs_fd();
	int proc = proc_fd();
	assert_true(ucp_fs_get(&cache, 1, 1, tmpfs, tmpfs)->size_is_true);
	assert_false(ucp_fs_get(&cache, 2, 1, proc, tmpfs)->size_is_true);
	assert_true(ucp_fs_get(&cache, 1, 2, tmpfs, proc)->size_is_true);
	assert_false(ucp_fs_get(&cache, 2, 1, proc, tmpfs)->nowait_is_fine);
	(void)close(tmpfs);
	(void)close(proc);
}

/** Nothing is cloned from one type of filesystem to another. */
static void test_other_type(void **state)
{
	struct ucp_fs_cache cache = {0};

	(void)state;
	int tmpfs = tmpfs_fd();
	int proc = proc_fd();
	struct ucp_fs *fs = ucp_fs_get(&cache, 1, 2, tmpfs, proc);
	assert_int_equal(fs->clone, UCP_FS_NO);
	assert_int_equal(fs->offload, UCP_FS_NO);
	assert_int_equal(ucp_fs_get(&cache, 1, 1, tmpfs, tmpfs)->offload, UCP_FS_NO);
	(void)close(tmpfs);
	(void)close(proc);
}

/** What cannot be asked is not believed either. */
static void test_bad_descriptor(void **state)
{
	struct ucp_fs_cache cache = {0};

	(void)state;
	const struct ucp_fs *fs = ucp_fs_get(&cache, 1, 1, -1, -1);
	assert_false(fs->size_is_true);
	assert_false(fs->nowait_is_fine);
	assert_int_equal(fs->offload, UCP_FS_NO);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remembers),
		cmocka_unit_test(test_forgets_the_oldest),
		cmocka_unit_test(test_size_is_true),
		cmocka_unit_test(test_other_type),
		cmocka_unit_test(test_bad_descriptor),
	};

	return cmocka_run_group_tests_name("fs", tests, NULL, NULL);
}
