/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Opening and closing through the engine. */
#include "core/sys/limit.h"
#include "tests/lib/rig.h"

#include <sys/resource.h>

/** An opened descriptor is the file of that name, below that directory, and close-on-exec. */
static void test_open(void **state)
{
	struct stat wanted, got;

	struct rig *r = rig_open(state, 4);
	int fd = rig_file(r, "file", 10, 1);
	assert_int_equal(fstat(fd, &wanted), 0);
	assert_int_equal(close(fd), 0);
	struct ucp_io io = rig_open_io(r->dir, "file", O_RDONLY);
	int64_t res = rig_one(r->eng, &io);
	assert_true(res >= 0);
	assert_int_equal(fstat((int)res, &got), 0);
	assert_int_equal(got.st_ino, wanted.st_ino);
	assert_int_equal(fcntl((int)res, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(fcntl((int)res, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_int_equal(close((int)res), 0);
}

/** Opening what cannot be opened says why, as open(2) does. */
static void test_open_errors(void **state)
{
	struct rig *r = rig_open(state, 4);
	(void)close(rig_file(r, "file", 10, 1));
	assert_int_equal(symlinkat("file", r->dir, "link"), 0);
	struct ucp_io io = rig_open_io(r->dir, "missing", O_RDONLY);
	assert_int_equal(rig_one(r->eng, &io), -ENOENT);
	io = rig_open_io(r->dir, "link", O_RDONLY | O_NOFOLLOW);
	assert_int_equal(rig_one(r->eng, &io), -ELOOP);
	io = rig_open_io(r->dir, "file", O_RDONLY | O_DIRECTORY);
	assert_int_equal(rig_one(r->eng, &io), -ENOTDIR);
	io = rig_open_io(r->dir, ".", O_WRONLY);
	assert_int_equal(rig_one(r->eng, &io), -EISDIR);
	io = rig_open_io(9999, "file", O_RDONLY);
	assert_int_equal(rig_one(r->eng, &io), -EBADF);
	io = rig_open_io(r->dir, "", O_RDONLY);
	assert_int_equal(rig_one(r->eng, &io), -ENOENT);
}

/** In a child: no descriptors are left to have. */
static int child_emfile(const void *arg)
{
	const struct rig *r = arg;
	const struct ucp_engine_conf conf = {.kind = r->kind, .depth = 4, .poll = r->poll};
	struct ucp_engine *eng;

	CHILD_CHECK(ucp_engine_new(&conf, &eng) == 0);
	int top = dup(r->dir); /* the lowest free number: all below are taken */
	const struct rlimit lim = {.rlim_cur = (rlim_t)top, .rlim_max = (rlim_t)top};
	CHILD_CHECK(top >= 0 && setrlimit(RLIMIT_NOFILE, &lim) == 0);
	struct ucp_io io = rig_open_io(r->dir, ".", O_RDONLY);
	CHILD_CHECK(rig_one(eng, &io) == -EMFILE);
	ucp_engine_free(eng);
	return 0;
}

/** Out of descriptors is an answer like any other. */
static void test_emfile(void **state)
{
	unit_child_ok(child_emfile, rig_open(state, 1));
}

/** A close closes, says 0, and says -EBADF when there was nothing to close. */
static void test_close(void **state)
{
	struct rig *r = rig_open(state, 4);
	int fd = rig_file(r, "file", 10, 1);
	struct ucp_io io = rig_close_io(fd);
	assert_int_equal(rig_one(r->eng, &io), 0);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(rig_one(r->eng, &io), -EBADF);
}

/** Closing what is no descriptor at all gives the same on every engine. */
static void test_close_minus_one(void **state)
{
	struct rig *r = rig_open(state, 4);
	struct ucp_io io = rig_close_io(-1);
	assert_int_equal(rig_one(r->eng, &io), -EBADF);
}

enum { N = 500 };

/** Hundreds of opens, then closes, all at once: each descriptor is its own, and all go away. */
static void test_many(void **state)
{
	static struct ucp_io opens[N], closes[N];
	static char names[N][16];
	struct stat st;

	struct rig *r = rig_open(state, 8);
	uint32_t before = ucp_limit_open_files();
	for (int i = 0; i < N; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "%d", i);
		(void)close(rig_file(r, names[i], (size_t)i, 1));
		opens[i] = rig_open_io(r->dir, names[i], O_RDONLY);
		ucp_engine_push(r->eng, &opens[i]);
	}
	assert_int_equal(rig_drain(r->eng), N);
	for (int i = 0; i < N; i++) {
		assert_true(opens[i].res >= 0);
		assert_int_equal(fstat((int)opens[i].res, &st), 0);
		assert_int_equal(st.st_size, i);
		closes[i] = rig_close_io((int)opens[i].res);
		ucp_engine_push(r->eng, &closes[i]);
	}
	assert_int_equal(rig_drain(r->eng), N);
	for (int i = 0; i < N; i++) {
		assert_int_equal(closes[i].res, 0);
	}
	assert_int_equal(ucp_limit_open_files(), before);
	rig_check_facts(r, 8);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		ON_ALL(test_open), ON_ALL(test_open_errors), ON_ALL(test_emfile),
		ON_ALL(test_close), ON_ALL(test_close_minus_one), ON_ALL(test_many),
	};

	return cmocka_run_group_tests_name("openclose", tests, NULL, NULL);
}
