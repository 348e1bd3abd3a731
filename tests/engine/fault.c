/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Steps that fail: the error, the step, and nothing done after it.
 *
 * /dev/full and /dev/null are only opened and written to, never named in a way
 * that could replace them.
 */
#include "tests/lib/rig.h"

#include <grp.h>
#include <signal.h>
#include <sys/resource.h>

enum { RW = UCP_STEP_READ | UCP_STEP_WRITE, LEN = 8192 };

static uint8_t buf[65536];

/** A chain must fail with err at a step. */
static void fails(const struct rig *r, struct ucp_io io, int err, enum ucp_io_step step)
{
	assert_int_equal(rig_one(r->eng, &io), err);
	assert_int_equal(io.failed, step);
}

/** Reading what cannot be read is told as a failed read, and nothing is written. */
static void test_read_errors(void **state)
{
	struct rig *r = rig_open(state, 4);
	(void)close(rig_file(r, "in", LEN, 1));
	int wronly = openat(r->dir, "in", O_WRONLY | O_CLOEXEC);
	int out = rig_file(r, "out", 0, 0);
	fails(r, rig_chain(RW, wronly, out, buf, LEN, 0), -EBADF, UCP_STEP_READ);
	fails(r, rig_chain(RW | UCP_STEP_SYNC, wronly, out, buf, LEN, 0), -EBADF, UCP_STEP_READ);
	fails(r, rig_chain(UCP_STEP_READ, wronly, -1, buf, LEN, 0), -EBADF, UCP_STEP_READ);
	fails(r, rig_chain(RW, r->dir, out, buf, LEN, 0), -EISDIR, UCP_STEP_READ);
	fails(r, rig_chain(RW, -1, out, buf, LEN, 0), -EBADF, UCP_STEP_READ);
	fails(r, rig_chain(RW | UCP_STEP_DATASYNC, 9999, out, buf, LEN, 0), -EBADF, UCP_STEP_READ);
	assert_int_equal(rig_size(out), 0);
	rig_check_facts(r, 4);
	(void)close(wronly);
	(void)close(out);
}

/** Writing where nothing can be written is told as a failed write. */
static void test_write_errors(void **state)
{
	struct rig *r = rig_open(state, 4);
	int in = rig_file(r, "in", LEN, 1);
	(void)close(rig_file(r, "out", 0, 0));
	int rdonly = openat(r->dir, "out", O_RDONLY | O_CLOEXEC);
	fails(r, rig_chain(RW, in, rdonly, buf, LEN, 0), -EBADF, UCP_STEP_WRITE);
	fails(r, rig_chain(RW | UCP_STEP_SYNC, in, rdonly, buf, LEN, 0), -EBADF, UCP_STEP_WRITE);
	fails(r, rig_chain(UCP_STEP_WRITE, -1, rdonly, buf, LEN, 0), -EBADF, UCP_STEP_WRITE);
	fails(r, rig_chain(RW | UCP_STEP_DATASYNC, in, -1, buf, LEN, 0), -EBADF, UCP_STEP_WRITE);
	rig_check_facts(r, 4);
	(void)close(in);
	(void)close(rdonly);
}

/** The write that fails after a short read is still told as a failed write. */
static void test_short_then_write_error(void **state)
{
	struct rig *r = rig_open(state, 4);
	int in = rig_file(r, "in", 100, 1);
	int rdonly = openat(r->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fails(r, rig_chain(RW, in, rdonly, buf, LEN, 0), -EBADF, UCP_STEP_WRITE);
	(void)close(in);
	(void)close(rdonly);
}

/** A full disk is told as -ENOSPC by the write, whether a sync is to follow or not. */
static void test_full(void **state)
{
	struct stat st;

	struct rig *r = rig_open(state, 4);
	int full = open("/dev/full", O_RDWR | O_CLOEXEC);
	if (full < 0 || fstat(full, &st) != 0 || !S_ISCHR(st.st_mode)) {
		skip();
	}
	int in = rig_file(r, "in", LEN, 1);
	fails(r, rig_chain(RW, in, full, buf, LEN, 0), -ENOSPC, UCP_STEP_WRITE);
	fails(r, rig_chain(RW | UCP_STEP_DATASYNC, in, full, buf, LEN, 0), -ENOSPC, UCP_STEP_WRITE);
	fails(r, rig_chain(UCP_STEP_WRITE, -1, full, buf, LEN, 0), -ENOSPC, UCP_STEP_WRITE);
	fails(r, rig_chain(RW, in, full, buf, 2 * LEN, 0), -ENOSPC, UCP_STEP_WRITE);
	rig_check_facts(r, 4);
	(void)close(in);
	(void)close(full);
}

/** A sync that fails is an error of the chain, even though all data was written. */
static void test_sync_errors(void **state)
{
	int ends[2];

	struct rig *r = rig_open(state, 4);
	int in = rig_file(r, "in", LEN, 1);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	assert_true(null >= 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	fails(r, rig_chain(UCP_STEP_SYNC, -1, ends[1], NULL, 0, 0), -EINVAL, UCP_STEP_SYNC);
	fails(r, rig_chain(UCP_STEP_SYNC, -1, -1, NULL, 0, 0), -EBADF, UCP_STEP_SYNC);
	fails(r, rig_chain(RW | UCP_STEP_SYNC, in, null, buf, LEN, 0), -EINVAL, UCP_STEP_SYNC);
	fails(r, rig_chain(RW | UCP_STEP_SYNC, in, null, buf, 2 * LEN, 0), -EINVAL, UCP_STEP_SYNC);
	rig_check_facts(r, 4);
	(void)close(in);
	(void)close(null);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

/** A failed fdatasync is told as a failed sync of either name, the same on all engines. */
static void test_datasync_errors(void **state)
{
	struct rig *r = rig_open(state, 4);
	int in = rig_file(r, "in", LEN, 1);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	assert_true(null >= 0);
	struct ucp_io io = rig_chain(RW | UCP_STEP_DATASYNC, in, null, buf, LEN, 0);
	assert_int_equal(rig_one(r->eng, &io), -EINVAL);
	assert_true(io.failed == UCP_STEP_SYNC || io.failed == UCP_STEP_DATASYNC);
	(void)close(in);
	(void)close(null);
}

/** In a child: files may not grow beyond 100,000 bytes. */
static int child_fsize(const void *arg)
{
	const struct rig *r = arg;
	const struct ucp_engine_conf conf = {.kind = r->kind, .depth = 4, .poll = r->poll};
	const struct rlimit lim = {.rlim_cur = 100000, .rlim_max = 100000};
	struct ucp_engine *eng;

	(void)signal(SIGXFSZ, SIG_IGN);
	int in = openat(r->dir, "in", O_RDONLY);
	int out = openat(r->dir, "out", O_RDWR);
	CHILD_CHECK(in >= 0 && out >= 0 && setrlimit(RLIMIT_FSIZE, &lim) == 0);
	CHILD_CHECK(ucp_engine_new(&conf, &eng) == 0);
	for (unsigned int sync = 0; sync <= UCP_STEP_SYNC; sync += UCP_STEP_DATASYNC) {
		CHILD_CHECK(ftruncate(out, 0) == 0);
		struct ucp_io io = rig_chain(RW | sync, in, out, buf, 65536, 0);
		CHILD_CHECK(rig_one(eng, &io) == 65536);
		io = rig_chain(RW | sync, in, out, buf, 65536, 65536); /* short, then an error */
		CHILD_CHECK(rig_one(eng, &io) == -EFBIG);
		CHILD_CHECK(io.failed == UCP_STEP_WRITE);
		CHILD_CHECK(rig_size(out) == 100000 && rig_same(in, out, 0, 100000));
		io = rig_chain(RW | sync, in, out, buf, 4096, 120000); /* an error at once */
		CHILD_CHECK(rig_one(eng, &io) == -EFBIG);
		CHILD_CHECK(io.failed == UCP_STEP_WRITE);
		CHILD_CHECK(rig_size(out) == 100000);
	}
	ucp_engine_free(eng);
	return 0;
}

/** A write that is cut short by a limit is gone on with, and its error is not lost. */
static void test_file_size_limit(void **state)
{
	struct rig *r = rig_open(state, 1);
	(void)close(rig_file(r, "in", 200000, 7));
	(void)close(rig_file(r, "out", 0, 0));
	unit_child_ok(child_fsize, r);
}

/** In a child: a user who may have no more tasks, so no kernel workers can be made. */
static int child_nproc(const void *arg)
{
	const struct rig *r = arg;
	const struct ucp_engine_conf conf = {.kind = r->kind, .depth = 8};
	const struct rlimit lim = {.rlim_cur = 1, .rlim_max = 1};
	struct ucp_engine *eng;
	struct ucp_io ios[40];
	static uint8_t bufs[40][LEN];

	int in = openat(r->dir, "in", O_RDONLY);
	int out = openat(r->dir, "out", O_RDWR);
	CHILD_CHECK(in >= 0 && out >= 0 && setrlimit(RLIMIT_NPROC, &lim) == 0);
	CHILD_CHECK(getuid() != 0 || (setgroups(0, NULL) == 0 && setgid(54321) == 0 &&
				      setuid(54321) == 0));
	CHILD_CHECK(ucp_engine_new(&conf, &eng) == 0);
	for (int i = 0; i < 40; i++) {
		ios[i] = rig_chain(RW | UCP_STEP_SYNC, in, out, bufs[i], LEN, (uint64_t)i * LEN);
		ucp_engine_push(eng, &ios[i]);
	}
	CHILD_CHECK(rig_drain(eng) == 40);
	for (int i = 0; i < 40; i++) {
		CHILD_CHECK(ios[i].res == LEN);
	}
	CHILD_CHECK(rig_same(in, out, 0, (size_t)40 * LEN));
	ucp_engine_free(eng);
	return 0;
}

/** Where the kernel can make no worker threads, everything is copied all the same. */
static void test_no_workers(void **state)
{
	struct rig *r = rig_open(state, 1);
	(void)close(rig_file(r, "in", (size_t)40 * LEN, 8));
	(void)close(rig_file(r, "out", 0, 0));
	unit_child_ok(child_nproc, r);
}

/** A chain that fails does not touch the ones before and behind it in the queue. */
static void test_failing_among_good(void **state)
{
	enum { N = 200 };
	static struct ucp_io ios[N];
	static uint8_t bufs[N][LEN];

	struct rig *r = rig_open(state, 8);
	int in = rig_file(r, "in", (size_t)N * LEN, 1);
	int out = rig_file(r, "out", 0, 0);
	for (int i = 0; i < N; i++) {
		ios[i] = rig_chain(RW, i % 3 == 0 ? r->dir : in, i % 5 == 0 ? -1 : out, bufs[i],
				   LEN, (uint64_t)i * LEN);
		ucp_engine_push(r->eng, &ios[i]);
	}
	assert_int_equal(rig_drain(r->eng), N);
	for (int i = 0; i < N; i++) {
		assert_int_equal(ios[i].res, i % 3 == 0 ? -EISDIR : i % 5 == 0 ? -EBADF : LEN);
		if (ios[i].res < 0) {
			assert_int_equal(ios[i].failed,
					 i % 3 == 0 ? UCP_STEP_READ : UCP_STEP_WRITE);
		} else {
			assert_true(rig_same(in, out, ios[i].off, LEN));
		}
	}
	rig_check_facts(r, 8);
	(void)close(in);
	(void)close(out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		ON_ALL(test_read_errors), ON_ALL(test_write_errors),
		ON_ALL(test_short_then_write_error), ON_ALL(test_full), ON_ALL(test_sync_errors),
		ON_ALL(test_datasync_errors), ON_ALL(test_file_size_limit),
		ON_ALL(test_no_workers), ON_ALL(test_failing_among_good),
	};

	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
