/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/sys/beneath.h"
#include "core/sys/fd.h"
#include "tests/lib/unit.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/** A tree to open things in. */
static int tree_make(char path[64])
{
	int dir = unit_dir_make(path);

	assert_int_equal(mkdirat(dir, "a", 0700), 0);
	assert_int_equal(mkdirat(dir, "a/b", 0700), 0);
	assert_int_equal(symlinkat("a", dir, "link"), 0);
	assert_int_equal(symlinkat("..", dir, "a/up"), 0);
	int fd = openat(dir, "file", O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	return dir;
}

/** Open and close: 0 or what opening said. */
static int try(int dir, const char *path)
{
	int fd = ucp_beneath_open_dir(dir, path, O_RDONLY);
	int err = fd < 0 ? fd : 0;

	ucp_fd_drop(&fd);
	return err;
}

/** All that can be opened, and all that cannot: 0, or 1 when one is not as it should be. */
static int try_all(const void *arg)
{
	int dir = *(const int *)arg;

	CHILD_CHECK(try(dir, "") == 0);
	CHILD_CHECK(try(dir, "a") == 0);
	CHILD_CHECK(try(dir, "a/b") == 0);
	CHILD_CHECK(try(dir, "a//b/") == 0);
	CHILD_CHECK(try(dir, "none/b") == -ENOENT);
	CHILD_CHECK(try(dir, "file") == -ENOTDIR);
	CHILD_CHECK(try(dir, "file/b") == -ENOTDIR);
	CHILD_CHECK(try(dir, "/") == -EXDEV);
	int err = try(dir, "link/b");
	CHILD_CHECK(err == -ELOOP || err == -ENOTDIR);
	err = try(dir, "a/up");
	CHILD_CHECK(err == -ELOOP || err == -ENOTDIR);
	CHILD_CHECK(try(dir, "..") == -EXDEV);
	char *deep = malloc(3 * 5000 + 1);
	CHILD_CHECK(deep != NULL);
	for (int i = 0; i < 5000; i++) {
		memcpy(deep + 3 * i, "xy/", 4);
	}
	CHILD_CHECK(try(dir, deep) == -ENOENT);
	memset(deep, 'x', 3 * 5000);
	CHILD_CHECK(try(dir, deep) == -ENAMETOOLONG);
	free(deep);
	return 0;
}

/** The same on a kernel without openat2(2). */
static int try_without(const void *arg)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {.len = COUNT(code), .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) != 0) {
		return CHILD_SKIP;
	}
	return try_all(arg);
}

/** Directories are opened, and nothing is followed out or around. */
static void test_open(void **state)
{
	char path[64];
	int dir = tree_make(path);

	(void)state;
	int status = unit_child(try_all, &dir);
	int without = unit_child(try_without, &dir);
	(void)close(dir);
	unit_dir_remove(path);
	assert_int_equal(status, 0);
	assert_true(without == 0 || without == CHILD_SKIP);
}

/** A path longer than the kernel takes is opened piece by piece. */
static void test_deep(void **state)
{
	enum { LEVELS = 300, LEN = 30 };
	char path[64], whole[LEVELS * LEN + 1];
	int dir = unit_dir_make(path);
	int at = dup(dir);
	struct stat last, found;

	(void)state;
	for (int i = 0; i < LEVELS; i++) {
		char *name = whole + (size_t)i * LEN;
		memset(name, 'd', LEN - 1);
		name[LEN - 1] = '\0';
		assert_int_equal(mkdirat(at, name, 0700), 0);
		int next = openat(at, name, O_RDONLY | O_DIRECTORY);
		assert_true(next >= 0);
		(void)close(at);
		at = next;
		name[LEN - 1] = '/';
		name[LEN] = '\0';
	}
	assert_int_equal(fstat(at, &last), 0);
	int fd = ucp_beneath_open_dir(dir, whole, O_PATH);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &found), 0);
	assert_int_equal(found.st_ino, last.st_ino);
	(void)close(fd);
	(void)close(at);
	(void)close(dir);
	unit_dir_remove(path);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open), cmocka_unit_test(test_deep),
	};

	return cmocka_run_group_tests_name("beneath", tests, NULL, NULL);
}
