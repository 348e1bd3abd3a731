/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Chains that go well, and files that are shorter than they were.
 *
 * Not here: a ring whose kernel lacks CQE_SKIP_SUCCESS (before 5.17). No kernel
 * that these tests run on refuses the flag, and the engine has no switch for it.
 */
#include "tests/lib/rig.h"

#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

enum { KIB = 1024, RW = UCP_STEP_READ | UCP_STEP_WRITE };

/** A chunk is copied byte for byte, at odd offsets and lengths, and nothing around it. */
static void test_copy(void **state)
{
	static const struct {
		uint64_t off;
		uint32_t len;
	} chunks[] = {{0, 1}, {1, 1}, {4095, 2}, {0, 65536}, {12345, 54321}, {99999, 1}};
	static uint8_t buf[65536];
	static const uint8_t zeros[100000];

	struct rig *r = rig_open(state, 8);
	int in = rig_file(r, "in", 100000, 1);
	for (size_t i = 0; i < COUNT(chunks); i++) {
		uint64_t off = chunks[i].off;
		uint32_t len = chunks[i].len;
		uint8_t around[2] = {9, 9};
		int out = rig_file(r, "out", 0, 0);
		assert_int_equal(write(out, zeros, sizeof(zeros)), sizeof(zeros));
		struct ucp_io io = rig_chain(RW, in, out, buf, len, off);
		assert_int_equal(rig_one(r->eng, &io), len);
		assert_true(rig_same(in, out, off, len));
		assert_int_equal(rig_size(out), 100000);
		(void)pread(out, &around[0], off > 0, (off_t)off - (off > 0));
		(void)pread(out, &around[1], 1, (off_t)(off + len));
		assert_int_equal(around[0], off > 0 ? 0 : 9);
		assert_int_equal(around[1], off + len < 100000 ? 0 : 9);
		(void)close(out);
	}
	rig_check_facts(r, 8);
	(void)close(in);
}

/** A chain that ends in a sync has still moved all its bytes, and says how many. */
static void test_copy_and_sync(void **state)
{
	static const unsigned int syncs[] = {UCP_STEP_DATASYNC, UCP_STEP_SYNC};
	static uint8_t buf[50000];
	struct ucp_engine_facts facts;

	struct rig *r = rig_open(state, 8);
	int in = rig_file(r, "in", sizeof(buf), 2);
	for (size_t i = 0; i < COUNT(syncs); i++) {
		int out = rig_file(r, "out", 0, 0);
		struct ucp_io io = rig_chain(RW | syncs[i], in, out, buf, sizeof(buf), 0);
		assert_int_equal(rig_one(r->eng, &io), sizeof(buf));
		assert_int_equal(rig_size(out), sizeof(buf));
		assert_true(rig_same(in, out, 0, sizeof(buf)));
		(void)close(out);
	}
	ucp_engine_facts(r->eng, &facts);
	assert_int_equal(facts.n_chains, r->poll == UCP_POLL_OFF ? 2 : 0); /* steps one by one */
	assert_int_equal(facts.n_requests, 2);
	assert_int_equal(facts.n_broken, 0);
	(void)close(in);
}

/** Every combination of steps does those steps and no others. */
static void test_some_steps(void **state)
{
	static uint8_t buf[3000], wanted[3000];

	struct rig *r = rig_open(state, 8);
	int in = rig_file(r, "in", sizeof(buf), 3);
	int out = rig_file(r, "out", 0, 0);
	struct ucp_io io = rig_chain(UCP_STEP_READ, in, -1, buf, sizeof(buf), 0);
	assert_int_equal(rig_one(r->eng, &io), sizeof(buf));
	unit_fill(wanted, sizeof(wanted), 3);
	assert_memory_equal(buf, wanted, sizeof(buf));
	io = rig_chain(UCP_STEP_WRITE, -1, out, buf, sizeof(buf), 0);
	assert_int_equal(rig_one(r->eng, &io), sizeof(buf));
	assert_true(rig_same(in, out, 0, sizeof(buf)));
	io = rig_chain(UCP_STEP_WRITE | UCP_STEP_SYNC, -1, out, buf, 100, 3000);
	assert_int_equal(rig_one(r->eng, &io), 100);
	assert_int_equal(rig_size(out), 3100);
	io = rig_chain(UCP_STEP_SYNC, -1, out, NULL, 0, 0);
	assert_int_equal(rig_one(r->eng, &io), 0);
	io = rig_chain(UCP_STEP_DATASYNC, -1, out, NULL, 0, 0);
	assert_int_equal(rig_one(r->eng, &io), 0);
	io = rig_chain(RW, in, out, buf, 0, 0);
	assert_int_equal(rig_one(r->eng, &io), 0);
	assert_int_equal(rig_size(out), 3100);
	(void)close(in);
	(void)close(out);
}

/** Offsets beyond 4 GiB are not cut to 32 bits. */
static void test_far_offset(void **state)
{
	static uint8_t buf[5000];
	const uint64_t off = ((uint64_t)5 << 30) + 123;

	struct rig *r = rig_open(state, 2);
	int in = rig_file(r, "in", 0, 0);
	int out = rig_file(r, "out", 0, 0);
	unit_fill(buf, sizeof(buf), 4);
	assert_int_equal(pwrite(in, buf, sizeof(buf), (off_t)off), sizeof(buf));
	memset(buf, 0, sizeof(buf));
	struct ucp_io io = rig_chain(RW, in, out, buf, sizeof(buf), off);
	assert_int_equal(rig_one(r->eng, &io), sizeof(buf));
	assert_int_equal(rig_size(out), off + sizeof(buf));
	assert_true(rig_same(in, out, off, sizeof(buf)));
	(void)close(in);
	(void)close(out);
}

enum { MANY = 600, MANY_LEN = 4096 };

/** Requests as many as MANY, with where they go. */
struct many {
	struct ucp_io ios[MANY];
	int popped[MANY];
	uint8_t *buf;
	int in;
	int out;
};

/** Prepare them all: a file in chunks, each with its own buffer and its own chain. */
static struct many *many_new(const struct rig *r, unsigned int steps)
{
	struct many *m = calloc(1, sizeof(*m));
	assert_non_null(m);
	m->buf = calloc(MANY, MANY_LEN);
	assert_non_null(m->buf);
	m->in = rig_file(r, "in", (size_t)MANY * MANY_LEN, 5);
	m->out = rig_file(r, "out", 0, 0);
	for (size_t i = 0; i < MANY; i++) {
		/* now and then a step less: chains of different lengths share the queue */
		unsigned int some = i % 7 == 0 ? steps & (unsigned int)RW : steps;
		m->ios[i] = rig_chain(some, m->in, m->out, m->buf + i * MANY_LEN, MANY_LEN,
				      (uint64_t)i * MANY_LEN);
	}
	return m;
}

/** Pop everything, counting each request. */
static void many_drain(struct many *m, struct ucp_engine *eng, bool wait)
{
	while (ucp_engine_busy(eng) > 0) {
		assert_int_equal(ucp_engine_kick(eng, wait), 0);
		for (struct ucp_io *io = ucp_engine_pop(eng); io != NULL;
		     io = ucp_engine_pop(eng)) {
			assert_true(io >= m->ios && io < m->ios + MANY);
			m->popped[io - m->ios]++;
		}
	}
}

/** Every request came back once with all its bytes; then release. */
static void many_check(struct many *m)
{
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(m->popped[i], 1);
		assert_int_equal(m->ios[i].res, MANY_LEN);
	}
	assert_true(rig_same(m->in, m->out, 0, (size_t)MANY * MANY_LEN));
	(void)close(m->in);
	(void)close(m->out);
	free(m->buf);
	free(m);
}

/** Push all at once to an engine of some depth, and look at what comes back. */
static void many_run(void **state, uint32_t depth, unsigned int steps)
{
	struct ucp_engine_facts facts;

	struct rig *r = rig_open(state, depth);
	struct many *m = many_new(r, steps);
	for (size_t i = 0; i < MANY; i++) {
		ucp_engine_push(r->eng, &m->ios[i]);
	}
	assert_int_equal(ucp_engine_busy(r->eng), MANY);
	many_drain(m, r->eng, true);
	assert_null(ucp_engine_pop(r->eng));
	many_check(m);
	rig_check_facts(r, depth);
	ucp_engine_facts(r->eng, &facts);
	assert_int_equal(facts.n_requests, MANY);
	assert_int_equal(facts.n_chains, r->poll == UCP_POLL_OFF ? MANY : 0);
}

/** A queue that is far too small loses nothing: what does not fit waits. */
static void test_many_depth_4(void **state)
{
	many_run(state, 4, RW);
}

/** A queue with one slot works, for chains of the longest kind. */
static void test_many_depth_1(void **state)
{
	many_run(state, 1, RW | UCP_STEP_DATASYNC);
}

/** A queue with room for all carries them all. */
static void test_many_depth_4096(void **state)
{
	many_run(state, 4096, RW);
}

/** Chains that end in fsync go to kernel workers, finish in any order, and none is lost. */
static void test_many_sync(void **state)
{
	many_run(state, 16, RW | UCP_STEP_SYNC);
}

/** Requests pushed while others are under way are carried out like the first. */
static void test_push_between(void **state)
{
	struct rig *r = rig_open(state, 3);
	struct many *m = many_new(r, RW);
	size_t pushed = 0;

	while (pushed < MANY || ucp_engine_busy(r->eng) > 0) {
		for (size_t i = 0; i < 5 && pushed < MANY; i++) {
			ucp_engine_push(r->eng, &m->ios[pushed++]);
		}
		assert_int_equal(ucp_engine_kick(r->eng, true), 0);
		struct ucp_io *io = ucp_engine_pop(r->eng);
		if (io != NULL) {
			m->popped[io - m->ios]++;
		}
	}
	many_check(m);
	rig_check_facts(r, 3);
}

/** A signal that cuts waits short is no error and loses nothing. */
static void on_alarm(int sig)
{
	(void)sig;
}

/** Interrupted waits are neither errors nor the end of requests. */
static void test_signals(void **state)
{
	const struct sigaction act = {.sa_handler = on_alarm}; /* no SA_RESTART */
	const struct itimerval often = {{0, 200}, {0, 200}};
	const struct itimerval never = {{0, 0}, {0, 0}};
	struct sigaction old;

	struct rig *r = rig_open(state, 8);
	struct many *m = many_new(r, RW | UCP_STEP_SYNC);
	for (size_t i = 0; i < MANY; i++) {
		ucp_engine_push(r->eng, &m->ios[i]);
	}
	assert_int_equal(sigaction(SIGALRM, &act, &old), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	many_drain(m, r->eng, true);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_int_equal(sigaction(SIGALRM, &old, NULL), 0);
	many_check(m);
	rig_check_facts(r, 8);
}

/** In a child, because it may spin for ever: poll without waiting. */
static int child_poll(const void *arg)
{
	const struct rig *r = arg;
	const struct ucp_engine_conf conf = {.kind = r->kind, .depth = 4, .poll = r->poll};
	static uint8_t buf[4096];
	struct ucp_engine *eng;

	CHILD_CHECK(ucp_engine_new(&conf, &eng) == 0);
	int in = openat(r->dir, "in", O_RDONLY);
	int out = openat(r->dir, "out", O_WRONLY);
	struct ucp_io io = rig_chain(RW, in, out, buf, sizeof(buf), 0);
	ucp_engine_push(eng, &io);
	alarm(5);
	for (struct ucp_io *done = NULL; done == NULL; done = ucp_engine_pop(eng)) {
		CHILD_CHECK(ucp_engine_kick(eng, false) == 0);
	}
	CHILD_CHECK(io.res == sizeof(buf));
	ucp_engine_free(eng);
	return 0;
}

/** A caller that only ever polls, kick(false) and pop, gets its requests back too. */
static void test_poll(void **state)
{
	struct rig *r = rig_open(state, 4);
	(void)close(rig_file(r, "in", 4096, 1));
	(void)close(rig_file(r, "out", 0, 0));
	unit_child_ok(child_poll, r);
}

/** A file shorter than the chunk: what there was is copied, and its length is the result. */
static void test_short_file(void **state)
{
	static const unsigned int syncs[] = {0, UCP_STEP_DATASYNC, UCP_STEP_SYNC};
	static uint8_t buf[65536];

	struct rig *r = rig_open(state, 4);
	int in = rig_file(r, "in", 10001, 6);
	for (size_t i = 0; i < COUNT(syncs); i++) {
		int out = rig_file(r, "out", 0, 0);
		struct ucp_io io = rig_chain(RW | syncs[i], in, out, buf, sizeof(buf), 0);
		assert_int_equal(rig_one(r->eng, &io), 10001);
		assert_int_equal(rig_size(out), 10001);
		assert_true(rig_same(in, out, 0, 10001));
		io = rig_chain(RW | syncs[i], in, out, buf, 5000, 9000);
		assert_int_equal(rig_one(r->eng, &io), 1001);
		io = rig_chain(RW | syncs[i], in, out, buf, 5000, 10001);
		assert_int_equal(rig_one(r->eng, &io), 0);
		io = rig_chain(RW | syncs[i], in, out, buf, 5000, 1 << 30);
		assert_int_equal(rig_one(r->eng, &io), 0);
		assert_int_equal(rig_size(out), 10001);
		(void)close(out);
	}
	struct ucp_io io = rig_chain(UCP_STEP_READ, in, -1, buf, 5000, 9000);
	assert_int_equal(rig_one(r->eng, &io), 1001);
	(void)close(in);
}

/** Short chains among whole ones break by themselves only. */
static void test_short_among_whole(void **state)
{
	struct rig *r = rig_open(state, 8);
	struct many *m = many_new(r, RW);
	assert_int_equal(ftruncate(m->in, (off_t)MANY / 2 * MANY_LEN + 100), 0);
	for (size_t i = 0; i < MANY; i++) {
		size_t k = i * 7 % MANY; /* 7 and 600 have no common divisor: each once */
		ucp_engine_push(r->eng, &m->ios[k]);
	}
	many_drain(m, r->eng, true);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(m->popped[i], 1);
		assert_int_equal(m->ios[i].res, i < MANY / 2 ? MANY_LEN : i == MANY / 2 ? 100 : 0);
		m->ios[i].res = MANY_LEN;
	}
	assert_int_equal(rig_size(m->out), MANY / 2 * MANY_LEN + 100);
	assert_int_equal(ftruncate(m->in, (off_t)MANY * MANY_LEN), 0);
	assert_int_equal(ftruncate(m->out, (off_t)MANY * MANY_LEN), 0);
	many_check(m);
	rig_check_facts(r, 8);
}

/** Keep cutting a file off and making it long again. */
static void *cut_and_grow(void *arg)
{
	const struct many *m = arg;

	for (int i = 0; i < 400; i++) {
		(void)ftruncate(m->in, i % 2 == 0 ? 100 : (off_t)MANY * MANY_LEN);
	}
	return NULL;
}

/** A file cut off while chains are under way gives short counts, never an error or a hang. */
static void test_truncated_in_flight(void **state)
{
	pthread_t thread;

	struct rig *r = rig_open(state, 32);
	struct many *m = many_new(r, RW);
	assert_int_equal(pthread_create(&thread, NULL, cut_and_grow, m), 0);
	for (size_t i = 0; i < MANY; i++) {
		ucp_engine_push(r->eng, &m->ios[i]);
	}
	many_drain(m, r->eng, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(m->popped[i], 1);
		assert_true(m->ios[i].res >= 0 && m->ios[i].res <= MANY_LEN);
		uint8_t now[MANY_LEN];
		ssize_t len = pread(m->out, now, MANY_LEN, (off_t)m->ios[i].off);
		assert_true(len >= m->ios[i].res);
		assert_memory_equal(now, m->ios[i].buf, (size_t)m->ios[i].res);
		m->ios[i].res = MANY_LEN;
	}
	assert_int_equal(ftruncate(m->in, 0), 0);
	assert_int_equal(ftruncate(m->in, (off_t)MANY * MANY_LEN), 0);
	assert_int_equal(ftruncate(m->out, 0), 0);
	assert_int_equal(ftruncate(m->out, (off_t)MANY * MANY_LEN), 0);
	many_check(m);
	rig_check_facts(r, 32);
}

/** An engine that was never used can be freed, and so can none. */
static void test_unused(void **state)
{
	struct rig *r = rig_open(state, 0);
	assert_null(ucp_engine_pop(r->eng));
	assert_int_equal(ucp_engine_kick(r->eng, true), 0);
	assert_int_equal(ucp_engine_busy(r->eng), 0);
	rig_check_facts(r, 64);
	ucp_engine_free(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		ON_ALL(test_copy), ON_ALL(test_copy_and_sync), ON_ALL(test_some_steps),
		ON_ALL(test_far_offset), ON_ALL(test_many_depth_4), ON_ALL(test_many_depth_1),
		ON_ALL(test_many_depth_4096), ON_ALL(test_many_sync), ON_ALL(test_push_between),
		ON_ALL(test_signals), ON_ALL(test_poll), ON_ALL(test_short_file),
		ON_ALL(test_short_among_whole), ON_ALL(test_truncated_in_flight),
		ON_ALL(test_unused),
	};

	return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
