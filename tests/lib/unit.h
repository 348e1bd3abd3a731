/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * What every cmocka program begins with: cmocka itself, a directory of its own,
 * and children for what changes the whole process (limits, users, filters).
 *
 * cmocka's assertions leave a test by longjmp(3), which must not happen in a
 * child: there CHILD_CHECK() ends the function with a status instead.
 */
#ifndef UCP_TESTS_LIB_UNIT_H
#define UCP_TESTS_LIB_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/** In a child: end the function with 1 when the condition does not hold, and say where. */
#define CHILD_CHECK(cond)                                                          \
	do {                                                                       \
		if (!(cond)) {                                                     \
			fprintf(stderr, "# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
			return 1;                                                  \
		}                                                                  \
	} while (0)

/** What a child ends with when the test cannot be made here. */
enum { CHILD_SKIP = 77 };

/** Elements of an array. */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/** Run a function in a child: what it returned, or 128 and more when a signal ended it. */
static inline int unit_child(int (*fn)(const void *arg), const void *arg)
{
	int status = 0;

	(void)fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		/* cmocka would take a crash for one of the test in the parent, and go on here */
		static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS};
		for (size_t i = 0; i < COUNT(crashes); i++) {
			(void)signal(crashes[i], SIG_DFL);
		}
		alarm(60); /* a child that hangs is a failure, not a wait */
		status = fn(arg);
		(void)fflush(NULL);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/** Run a function in a child, which must return 0; CHILD_SKIP skips the test. */
static inline void unit_child_ok(int (*fn)(const void *arg), const void *arg)
{
	int status = unit_child(fn, arg);

	if (status == CHILD_SKIP) {
		skip();
	}
	assert_int_equal(status, 0);
}

/** Make an empty directory: a descriptor of it, with its path in path. */
static inline int unit_dir_make(char path[64])
{
	const char *top = getenv("TMPDIR");

	(void)snprintf(path, 64, "%s/ucp-unit.XXXXXX",
		       top != NULL && strlen(top) < 40 ? top : "/var/tmp");
	assert_non_null(mkdtemp(path));
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/** Remove a directory and all below it. */
static inline void unit_dir_remove(const char *path)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("rm", "rm", "-rf", "--", path, (char *)NULL);
		_exit(127);
	}
	(void)waitpid(pid, NULL, 0);
}

/** Fill memory with bytes that repeat nowhere near, different for every seed. */
static inline void unit_fill(uint8_t *buf, size_t len, uint64_t seed)
{
	uint64_t x = seed * 0x9e3779b97f4a7c15u + 1;

	for (size_t i = 0; i < len; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		buf[i] = (uint8_t)(x >> 56);
	}
}

#endif
