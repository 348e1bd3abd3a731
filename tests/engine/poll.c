/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* A ring that the kernel polls: its thread falls asleep, and is woken. */
#include "tests/lib/rig.h"

enum { LEN = 4096, IDLE_US = 300 * 1000 /* much longer than the thread looks for requests */ };

/** What comes after a pause is carried out like what came before it. */
static void test_sleep(void **state)
{
	static uint8_t buf[LEN];
	struct ucp_engine_facts facts;

	struct rig *r = rig_open(state, 4);
	int in = rig_file(r, "in", LEN, 1);
	int out = rig_file(r, "out", 0, 0);
	ucp_engine_facts(r->eng, &facts);
	assert_true(facts.is_polled);
	for (int i = 0; i < 3; i++) {
		struct ucp_io io = rig_chain(UCP_STEP_READ | UCP_STEP_WRITE | UCP_STEP_SYNC, in, out,
					     buf, LEN, 0);
		assert_int_equal(ftruncate(out, 0), 0);
		assert_int_equal(rig_one(r->eng, &io), LEN);
		assert_true(rig_same(in, out, 0, LEN));
		(void)usleep(IDLE_US);
	}
	ucp_engine_facts(r->eng, &facts);
	assert_true(facts.n_woken >= 2);
	(void)close(in);
	(void)close(out);
}

/** A thread that has work is hardly ever woken; a ring that is not polled has none. */
static void test_busy(void **state)
{
	static uint8_t buf[LEN];
	struct ucp_engine_facts facts;

	struct rig *r = rig_open(state, 4);
	int in = rig_file(r, "in", LEN, 1);
	int out = rig_file(r, "out", 0, 0);
	for (int i = 0; i < 100; i++) {
		struct ucp_io io = rig_chain(UCP_STEP_READ | UCP_STEP_WRITE, in, out, buf, LEN, 0);
		assert_int_equal(rig_one(r->eng, &io), LEN);
	}
	ucp_engine_facts(r->eng, &facts);
	assert_int_equal(facts.is_polled, r->poll == UCP_POLL_KERNEL);
	assert_true(facts.n_woken < (r->poll == UCP_POLL_KERNEL ? 50 : 1));
	(void)close(in);
	(void)close(out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		{"polled_test_sleep", test_sleep, rig_setup, rig_teardown, (void *)&rig_polled},
		ON_ALL(test_busy),
	};

	return cmocka_run_group_tests_name("poll", tests, NULL, NULL);
}
