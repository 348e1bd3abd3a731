/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * What a plan hands out must fit what there is, for every combination of limits.
 * The sums below are made from the headers' words, not from plan.c's arithmetic.
 */
#include "core/plan.h"
#include "core/sys/limit.h"
#include "tests/lib/unit.h"

#include <sys/resource.h>

static const uint32_t depths[] = {0, 1, 2, 16, 64, 500, 4096};
static const uint32_t jobs[] = {0, 1, 2, 3, 16, 100, 256};
static const enum ucp_engine_choice engines[] = {UCP_CHOOSE_AUTO, UCP_CHOOSE_URING,
						 UCP_CHOOSE_THREADS, UCP_CHOOSE_SERIAL};

/** Make a plan: false when io_uring was demanded and is not to be had (locked memory, too). */
static bool plan_try(const struct ucp_settings *set, enum ucp_plan_run run,
		     struct ucp_plan *ret_plan)
{
	int err = ucp_plan_make(set, run, ret_plan);

	if (err < 0 && set->engine != UCP_CHOOSE_URING) {
		fprintf(stderr, "# plan: %d\n", err);
		_exit(1); /* in a child or not: nothing else can be believed */
	}
	return err == 0;
}

/** Call fn with every combination of engine, depth and jobs: 0, or what fn returned. */
static int plan_each(struct ucp_settings *set,
		     int (*fn)(const struct ucp_settings *set, const struct ucp_plan *plan))
{
	const size_t n = COUNT(engines) * COUNT(depths) * COUNT(jobs);

	for (size_t i = 0; i < n; i++) {
		struct ucp_plan plan;
		set->engine = engines[i % COUNT(engines)];
		set->depth = depths[i / COUNT(engines) % COUNT(depths)];
		set->jobs = jobs[i / COUNT(engines) / COUNT(depths)];
		int status = plan_try(set, (enum ucp_plan_run)(i % 3), &plan) ? fn(set, &plan) : 0;
		if (status != 0) {
			const struct ucp_worker_plan *wp = &plan.worker;
			fprintf(stderr, "# engine %d depth %u jobs %u mem %llu chunk %llu -> "
				"%u workers, %u files, %u dirs of %u fds; "
				"%u x %zu + %u x %zu bytes\n",
				(int)set->engine, set->depth, set->jobs,
				(unsigned long long)set->mem_limit,
				(unsigned long long)set->chunk_size, plan.n_workers, wp->max_files,
				plan.n_dirs, plan.n_fds, wp->n_small, wp->small_size, wp->n_large,
				wp->chunk_size);
			return status;
		}
	}
	return 0;
}

/** Buffers of all workers, in bytes. */
static uint64_t plan_bytes(const struct ucp_plan *plan)
{
	const struct ucp_worker_plan *wp = &plan->worker;

	return plan->n_workers * ((uint64_t)wp->n_small * wp->small_size +
				  (uint64_t)wp->n_large * wp->chunk_size) +
	       (uint64_t)plan->n_direct * wp->direct_size;
}

/** A worker can work with its share, whatever the limits. */
static int plan_is_usable(const struct ucp_settings *set, const struct ucp_plan *plan)
{
	const struct ucp_worker_plan *wp = &plan->worker;

	(void)set;
	CHILD_CHECK(plan->n_workers >= 1 && plan->n_workers <= 256);
	CHILD_CHECK(plan->n_prompt >= 1 && plan->n_prompt <= plan->n_workers);
	CHILD_CHECK(wp->max_files >= 1 && wp->depth >= 1 && plan->n_dirs >= 1);
	CHILD_CHECK(wp->n_small >= 1 && wp->n_large >= 1);
	CHILD_CHECK(wp->small_size >= 4096 && wp->small_size % 4096 == 0);
	CHILD_CHECK(wp->chunk_size >= wp->small_size && wp->chunk_size % 4096 == 0);
	CHILD_CHECK(!plan->is_inline || plan->n_workers == 1);
	return 0;
}

/** Rings, files in flight and open directories stay under the limit of descriptors. */
static int plan_fits_fds(const struct ucp_settings *set, const struct ucp_plan *plan)
{
	uint64_t rings = plan->worker.story.kind == UCP_ENGINE_URING ? plan->n_workers : 0;
	uint64_t files = (uint64_t)2 * plan->n_workers * plan->worker.max_files;
	uint64_t dirs = (uint64_t)2 * plan->n_dirs;

	CHILD_CHECK(plan_is_usable(set, plan) == 0);
	CHILD_CHECK(ucp_limit_open_files() + rings + files + dirs <= plan->n_fds);
	return 0;
}

/** In a child: lower both limits of descriptors, then plan. */
static int child_plan_fds(const void *arg)
{
	rlim_t n = *(const uint32_t *)arg;
	struct rlimit lim = {.rlim_cur = n, .rlim_max = n};
	struct ucp_settings set = {0};

	CHILD_CHECK(setrlimit(RLIMIT_NOFILE, &lim) == 0);
	if (plan_each(&set, plan_fits_fds) != 0) {
		fprintf(stderr, "# with %u descriptors, %u of them open\n", (unsigned int)n,
			ucp_limit_open_files());
		return 1;
	}
	return 0;
}

/** A small limit of descriptors is never planned beyond, with any number of workers. */
static void test_descriptors(void **state)
{
	static const uint32_t limits[] = {20, 24, 32, 64, 100, 255, 256, 257, 300, 1024, 4096};

	(void)state;
	for (size_t i = 0; i < COUNT(limits); i++) {
		unit_child_ok(child_plan_fds, &limits[i]);
	}
}

/** In a child: a soft limit below the hard one. */
static int child_plan_soft(const void *arg)
{
	struct rlimit lim = {.rlim_cur = 64, .rlim_max = 512};
	struct ucp_settings set = {.engine = UCP_CHOOSE_SERIAL};
	struct ucp_plan plan;

	(void)arg;
	CHILD_CHECK(setrlimit(RLIMIT_NOFILE, &lim) == 0);
	CHILD_CHECK(plan_try(&set, UCP_RUN_NEAR, &plan));
	CHILD_CHECK(plan.n_fds == 512);
	CHILD_CHECK(getrlimit(RLIMIT_NOFILE, &lim) == 0 && lim.rlim_cur == 512);
	return 0;
}

/** The soft limit is raised to the hard one, not taken for what there is. */
static void test_soft_limit(void **state)
{
	(void)state;
	unit_child_ok(child_plan_soft, NULL);
}

/** Buffers stay within --mem-limit. */
static int plan_fits_memory(const struct ucp_settings *set, const struct ucp_plan *plan)
{
	uint64_t limit = set->mem_limit > 0 ? set->mem_limit : (uint64_t)256 << 20;

	CHILD_CHECK(plan_is_usable(set, plan) == 0);
	CHILD_CHECK(plan_bytes(plan) <= limit);
	return 0;
}

/** --mem-limit is never planned beyond, whatever the chunk size and the number of workers. */
static void test_memory(void **state)
{
	static const uint64_t limits[] = {
		65536, 65537, 70000, 100000, 131072, 262144, 520 << 10, 528 << 10,
		575 << 10, 576 << 10, 600 << 10, 1 << 20, 1100 << 10, 5 << 20, 64 << 20,
		(64 << 20) + 4096, 0, UINT64_MAX,
	};
	static const uint64_t chunks[] = {0, 4096, 5000, 65536, 69632, 500000, 1 << 20, 64 << 20};
	int n_wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(limits) * COUNT(chunks); i++) {
		struct ucp_settings set = {
			.mem_limit = limits[i / COUNT(chunks)],
			.chunk_size = chunks[i % COUNT(chunks)],
		};
		n_wrong += plan_each(&set, plan_fits_memory) != 0;
	}
	assert_int_equal(n_wrong, 0);
}

/** A chunk size that fits is used as asked, in whole pages. */
static void test_chunk_size(void **state)
{
	struct ucp_settings set = {.engine = UCP_CHOOSE_SERIAL, .chunk_size = 5000};
	struct ucp_plan plan;

	(void)state;
	assert_true(plan_try(&set, UCP_RUN_NEAR, &plan));
	assert_int_equal(plan.worker.chunk_size, 8192);
	set.chunk_size = 1 << 20;
	assert_true(plan_try(&set, UCP_RUN_NEAR, &plan));
	assert_int_equal(plan.worker.chunk_size, 1 << 20);
	set.chunk_size = 0;
	assert_true(plan_try(&set, UCP_RUN_NEAR, &plan));
	assert_int_equal(plan.worker.chunk_size, 512 << 10);
}

/** The engine asked for is the one planned, and a small run makes no threads and no ring. */
static void test_engine(void **state)
{
	struct ucp_settings set = {.engine = UCP_CHOOSE_SERIAL, .jobs = 8};
	struct ucp_plan plan;

	(void)state;
	assert_true(plan_try(&set, UCP_RUN_NEAR, &plan));
	assert_int_equal(plan.worker.story.kind, UCP_ENGINE_SERIAL);
	assert_int_equal(plan.n_workers, 1);
	set.engine = UCP_CHOOSE_THREADS;
	assert_true(plan_try(&set, UCP_RUN_NEAR, &plan));
	assert_int_equal(plan.worker.story.kind, UCP_ENGINE_SERIAL);
	assert_int_equal(plan.n_workers, 8);
	assert_false(plan.is_inline);
	set = (struct ucp_settings){.engine = UCP_CHOOSE_AUTO};
	assert_true(plan_try(&set, UCP_RUN_TINY, &plan));
	assert_true(plan.is_inline);
	assert_int_equal(plan.worker.story.kind, UCP_ENGINE_SERIAL);
	assert_true(plan_try(&set, UCP_RUN_NEAR, &plan));
	assert_false(plan.is_inline && plan.worker.story.kind == UCP_ENGINE_URING);
	assert_int_equal(plan.worker.story.kind, plan.worker.story.uring_err == 0
							 ? UCP_ENGINE_URING : UCP_ENGINE_SERIAL);
}

/** Where servers are asked there are more workers than CPUs, unless a number was given. */
static void test_far(void **state)
{
	struct ucp_settings set = {.engine = UCP_CHOOSE_AUTO};
	struct ucp_plan plan;

	(void)state;
	assert_true(plan_try(&set, UCP_RUN_FAR, &plan));
	assert_true(plan.n_prompt >= 16);
	assert_int_equal(plan.n_workers, plan.n_prompt);
	assert_false(plan.is_inline);
	set.jobs = 3;
	assert_true(plan_try(&set, UCP_RUN_FAR, &plan));
	assert_int_equal(plan.n_workers, 3);
	assert_false(plan.is_far);
	set = (struct ucp_settings){.engine = UCP_CHOOSE_SERIAL};
	assert_true(plan_try(&set, UCP_RUN_FAR, &plan));
	assert_int_equal(plan.n_workers, 1);
}

/** Spare workers come with rings, for the default only, and take nothing from others where there is little. */
static void test_spare(void **state)
{
	struct ucp_settings set = {.engine = UCP_CHOOSE_AUTO, .mem_limit = (uint64_t)4 << 30};
	struct ucp_plan plan;

	(void)state;
	assert_true(plan_try(&set, UCP_RUN_NEAR, &plan));
	if (plan.worker.story.kind == UCP_ENGINE_URING && geteuid() == 0) {
		assert_true(plan.n_workers > plan.n_prompt);
		assert_true(plan.n_workers <= plan.n_prompt + 8);
		set.mem_limit = plan.n_prompt * (9 << 20); /* enough for those */
		assert_true(plan_try(&set, UCP_RUN_NEAR, &plan));
		assert_int_equal(plan.n_workers, plan.n_prompt);
		assert_int_equal(plan.worker.n_small, 64);
		assert_int_equal(plan.worker.n_large, 8);
	}
	set = (struct ucp_settings){.engine = UCP_CHOOSE_AUTO, .jobs = 2};
	assert_true(plan_try(&set, UCP_RUN_NEAR, &plan));
	assert_int_equal(plan.n_workers, 2);
	assert_int_equal(plan.n_prompt, 2);
	set = (struct ucp_settings){.engine = UCP_CHOOSE_THREADS};
	assert_true(plan_try(&set, UCP_RUN_NEAR, &plan));
	assert_int_equal(plan.n_workers, plan.n_prompt);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_soft_limit),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_chunk_size),
		cmocka_unit_test(test_engine),
		cmocka_unit_test(test_far),
		cmocka_unit_test(test_spare),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
