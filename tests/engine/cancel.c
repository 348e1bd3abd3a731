/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Cancelling: no new work, every request back exactly once, no descriptor left open. */
#include "core/sys/limit.h"
#include "tests/lib/rig.h"

enum { RW = UCP_STEP_READ | UCP_STEP_WRITE, LEN = 4096, N = 300 };

/** What was pushed after the cancel ends with -ECANCELED; closes are carried out. */
static void test_push_after(void **state)
{
	static uint8_t buf[LEN];

	struct rig *r = rig_open(state, 4);
	int in = rig_file(r, "in", LEN, 1);
	int out = rig_file(r, "out", 0, 0);
	int extra = dup(in);
	ucp_engine_cancel(r->eng);
	struct ucp_io chain = rig_chain(RW, in, out, buf, LEN, 0);
	struct ucp_io open = rig_open_io(r->dir, "in", O_RDONLY);
	struct ucp_io close_io = rig_close_io(extra);
	assert_int_equal(rig_one(r->eng, &chain), -ECANCELED);
	assert_int_equal(rig_one(r->eng, &open), -ECANCELED);
	assert_int_equal(rig_one(r->eng, &close_io), 0);
	assert_int_equal(fcntl(extra, F_GETFD), -1);
	assert_int_equal(rig_size(out), 0);
	(void)close(in);
	(void)close(out);
}

/** What was pushed and not kicked is not begun. */
static void test_before_kick(void **state)
{
	static uint8_t buf[LEN];
	struct ucp_io ios[20], closes[20];

	struct rig *r = rig_open(state, 4);
	int in = rig_file(r, "in", LEN, 1);
	int out = rig_file(r, "out", 0, 0);
	for (int i = 0; i < 20; i++) {
		ios[i] = rig_chain(RW, in, out, buf, LEN, 0);
		closes[i] = rig_close_io(dup(in));
		ucp_engine_push(r->eng, &ios[i]);
		ucp_engine_push(r->eng, &closes[i]);
	}
	ucp_engine_cancel(r->eng);
	assert_int_equal(ucp_engine_busy(r->eng), 40);
	assert_int_equal(rig_drain(r->eng), 40);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(ios[i].res, -ECANCELED);
		assert_int_equal(closes[i].res, 0);
		assert_int_equal(fcntl(closes[i].fd, F_GETFD), -1);
	}
	assert_int_equal(rig_size(out), 0);
	(void)close(in);
	(void)close(out);
}

/** With some requests with the kernel and many waiting, each comes back once, done or not. */
static void cancel_in_flight(void **state, uint32_t depth, unsigned int steps)
{
	static struct ucp_io ios[N];
	int popped[N] = {0};

	struct rig *r = rig_open(state, depth);
	int in = rig_file(r, "in", (size_t)N * LEN, 2);
	int out = rig_file(r, "out", 0, 0);
	uint8_t *buf = calloc(N, LEN);
	assert_non_null(buf);
	for (size_t i = 0; i < N; i++) {
		ios[i] = rig_chain(steps, in, out, buf + i * LEN, LEN, (uint64_t)i * LEN);
		ucp_engine_push(r->eng, &ios[i]);
	}
	assert_int_equal(ucp_engine_kick(r->eng, false), 0);
	ucp_engine_cancel(r->eng);
	ucp_engine_cancel(r->eng); /* twice does no harm */
	while (ucp_engine_busy(r->eng) > 0) {
		assert_int_equal(ucp_engine_kick(r->eng, true), 0);
		for (struct ucp_io *io = ucp_engine_pop(r->eng); io != NULL;
		     io = ucp_engine_pop(r->eng)) {
			popped[io - ios]++;
		}
	}
	assert_null(ucp_engine_pop(r->eng));
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(popped[i], 1);
		if (ios[i].res >= 0) {
			assert_int_equal(ios[i].res, LEN);
			assert_true(rig_same(in, out, ios[i].off, LEN));
		} else {
			assert_int_equal(ios[i].res, -ECANCELED);
		}
		assert_true(i < depth || ios[i].res == -ECANCELED || r->kind == UCP_ENGINE_SERIAL);
	}
	rig_check_facts(r, depth);
	free(buf);
	(void)close(in);
	(void)close(out);
}

/** Cancelling with plain copies under way. */
static void test_in_flight(void **state)
{
	cancel_in_flight(state, 64, RW);
}

/** Cancelling with slow fsyncs under way in kernel workers. */
static void test_in_flight_sync(void **state)
{
	cancel_in_flight(state, 32, RW | UCP_STEP_SYNC);
}

/** Cancelling with one slot, so that nearly all wait. */
static void test_in_flight_depth_1(void **state)
{
	cancel_in_flight(state, 1, RW | UCP_STEP_DATASYNC);
}

/** What cannot finish by itself is had back from the kernel: cancelling never waits for data. */
static void test_stuck(void **state)
{
	static uint8_t bufs[10][LEN];
	struct ucp_io ios[10];
	int ends[2];

	struct rig *r = rig_open(state, 16);
	int out = rig_file(r, "out", 0, 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	for (int i = 0; i < 10; i++) {
		/* an empty pipe, which nobody will ever write to */
		ios[i] = rig_chain(i % 2 == 0 ? RW : UCP_STEP_READ, ends[0], out, bufs[i], LEN, 0);
		ucp_engine_push(r->eng, &ios[i]);
	}
	assert_int_equal(ucp_engine_kick(r->eng, false), 0);
	ucp_engine_cancel(r->eng);
	assert_int_equal(rig_drain(r->eng), 10);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(ios[i].res, -ECANCELED);
	}
	assert_int_equal(rig_size(out), 0);
	rig_check_facts(r, 16);
	(void)close(ends[0]);
	(void)close(ends[1]);
	(void)close(out);
}

/** Opens under way give a descriptor or -ECANCELED: none is opened and forgotten. */
static void test_opens(void **state)
{
	static struct ucp_io opens[N], closes[N];

	struct rig *r = rig_open(state, 32);
	(void)close(rig_file(r, "in", LEN, 2));
	uint32_t before = ucp_limit_open_files();
	for (int i = 0; i < N; i++) {
		opens[i] = rig_open_io(r->dir, "in", O_RDONLY);
		ucp_engine_push(r->eng, &opens[i]);
	}
	assert_int_equal(ucp_engine_kick(r->eng, false), 0);
	ucp_engine_cancel(r->eng);
	assert_int_equal(rig_drain(r->eng), N);
	int n_closes = 0;
	for (int i = 0; i < N; i++) {
		assert_true(opens[i].res >= 0 || opens[i].res == -ECANCELED);
		if (opens[i].res >= 0) {
			closes[n_closes] = rig_close_io((int)opens[i].res);
			ucp_engine_push(r->eng, &closes[n_closes++]);
		}
	}
	assert_int_equal(rig_drain(r->eng), n_closes);
	for (int i = 0; i < n_closes; i++) {
		assert_int_equal(closes[i].res, 0);
	}
	assert_int_equal(ucp_limit_open_files(), before);
}

/** Closes that wait for a slot when the cancel comes are carried out, not dropped. */
static void test_closes_wait(void **state)
{
	static uint8_t buf[LEN];
	static struct ucp_io chains[N], closes[N];

	struct rig *r = rig_open(state, 2);
	int in = rig_file(r, "in", LEN, 2);
	int out = rig_file(r, "out", 0, 0);
	uint32_t before = ucp_limit_open_files();
	for (int i = 0; i < N; i++) {
		chains[i] = rig_chain(RW | UCP_STEP_SYNC, in, out, buf, LEN, 0);
		closes[i] = rig_close_io(dup(in));
		assert_true(closes[i].fd >= 0);
		ucp_engine_push(r->eng, &chains[i]);
		ucp_engine_push(r->eng, &closes[i]);
	}
	assert_int_equal(ucp_engine_kick(r->eng, true), 0);
	ucp_engine_cancel(r->eng);
	assert_int_equal(rig_drain(r->eng), 2 * N);
	for (int i = 0; i < N; i++) {
		assert_int_equal(closes[i].res, 0);
	}
	assert_int_equal(ucp_limit_open_files(), before);
	rig_check_facts(r, 2);
	(void)close(in);
	(void)close(out);
}

/** Cancelling an engine with nothing to do leaves nothing to do. */
static void test_idle(void **state)
{
	struct rig *r = rig_open(state, 2);
	for (int i = 0; i < 50; i++) {
		ucp_engine_cancel(r->eng);
	}
	assert_int_equal(ucp_engine_kick(r->eng, true), 0);
	assert_null(ucp_engine_pop(r->eng));
	assert_int_equal(ucp_engine_busy(r->eng), 0);
	rig_check_facts(r, 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		ON_ALL(test_push_after), ON_ALL(test_before_kick), ON_ALL(test_in_flight),
		ON_ALL(test_in_flight_sync), ON_ALL(test_in_flight_depth_1), ON_ALL(test_stuck),
		ON_ALL(test_opens), ON_ALL(test_closes_wait), ON_ALL(test_idle),
	};

	return cmocka_run_group_tests_name("cancel", tests, NULL, NULL);
}
