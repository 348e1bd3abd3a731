/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Kernels and containers that refuse io_uring, played by a seccomp filter in a child. */
#include "core/plan.h"
#include "tests/lib/rig.h"

#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/** Refuse io_uring_setup(2) with an errno from now on: whether that was possible. */
static bool refuse_uring(int err)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog prog = {.len = COUNT(code), .filter = code};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0;
}

/** In a child: the engine says why, and the other one takes its place and works. */
static int child_refused(const void *arg)
{
	const int err = *(const int *)arg;
	const struct ucp_engine_conf uring = {.kind = UCP_ENGINE_URING};
	struct ucp_engine_conf conf = uring;
	struct ucp_engine *eng = NULL;
	int ring_err = 0;

	if (!refuse_uring(err)) {
		return CHILD_SKIP;
	}
	CHILD_CHECK(ucp_engine_probe(&uring) == -err);
	CHILD_CHECK(ucp_engine_new(&uring, &eng) == -err);
	CHILD_CHECK(eng == NULL);
	CHILD_CHECK(ucp_engine_start(&conf, true, &eng, &ring_err) == -err);
	CHILD_CHECK(eng == NULL && ring_err == 0);
	CHILD_CHECK(ucp_engine_start(&conf, false, &eng, &ring_err) == 0);
	CHILD_CHECK(conf.kind == UCP_ENGINE_SERIAL && ring_err == -err);
	struct ucp_io io = rig_open_io(AT_FDCWD, "/", O_RDONLY | O_DIRECTORY);
	CHILD_CHECK(rig_one(eng, &io) >= 0);
	ucp_engine_free(eng);
	return 0;
}

/** In a child: a plan without io_uring is a plan with threads, unless io_uring was demanded. */
static int child_plan(const void *arg)
{
	const int err = *(const int *)arg;
	struct ucp_settings set = {.engine = UCP_CHOOSE_AUTO};
	struct ucp_plan plan;

	if (!refuse_uring(err)) {
		return CHILD_SKIP;
	}
	CHILD_CHECK(ucp_plan_make(&set, UCP_RUN_NEAR, &plan) == 0);
	CHILD_CHECK(plan.worker.story.kind == UCP_ENGINE_SERIAL);
	CHILD_CHECK(plan.worker.story.uring_err == -err);
	CHILD_CHECK(plan.n_workers > 1);
	set.engine = UCP_CHOOSE_URING;
	CHILD_CHECK(ucp_plan_make(&set, UCP_RUN_NEAR, &plan) == -err);
	CHILD_CHECK(ucp_plan_make(&set, UCP_RUN_TINY, &plan) == -err);
	return 0;
}

/** A container that forbids io_uring is recognised. */
static void test_eperm(void **state)
{
	const int err = EPERM;

	(void)state;
	unit_child_ok(child_refused, &err);
	unit_child_ok(child_plan, &err);
}

/** A kernel without io_uring is recognised. */
static void test_enosys(void **state)
{
	const int err = ENOSYS;

	(void)state;
	unit_child_ok(child_refused, &err);
	unit_child_ok(child_plan, &err);
}

/** kernel.io_uring_disabled and security modules may also say EACCES. */
static void test_eacces(void **state)
{
	const int err = EACCES;

	(void)state;
	unit_child_ok(child_refused, &err);
	unit_child_ok(child_plan, &err);
}

/** A kernel that takes no flags at all, EINVAL each time, is an error and not an endless loop. */
static void test_einval(void **state)
{
	const int err = EINVAL;

	(void)state;
	unit_child_ok(child_refused, &err);
}

/** In a child: an ordinary user who may lock some bytes. */
static int child_probe(const void *arg)
{
	const rlim_t limit = *(const rlim_t *)arg;
	const struct rlimit lim = {.rlim_cur = limit, .rlim_max = limit};
	const struct ucp_engine_conf conf = {.kind = UCP_ENGINE_URING};
	const uid_t uid = (uid_t)(60000 + limit / 4096); /* one nobody else has locked memory as */
	struct ucp_engine *eng = NULL;

	CHILD_CHECK(setrlimit(RLIMIT_MEMLOCK, &lim) == 0);
	CHILD_CHECK(getuid() != 0 || (setgroups(0, NULL) == 0 && setgid(uid) == 0 &&
				      setuid(uid) == 0));
	int probe = ucp_engine_probe(&conf);
	int err = ucp_engine_new(&conf, &eng);
	for (int i = 0; probe == 0 && err == -ENOMEM && i < 100; i++) {
		/* the kernel gives the memory of the probe's ring back a moment later */
		(void)usleep(10000);
		err = ucp_engine_new(&conf, &eng);
	}
	if (probe != err) {
		fprintf(stderr, "# %llu bytes may be locked: the probe says %d, the engine %d\n",
			(unsigned long long)limit, probe, err);
		return 1;
	}
	ucp_engine_free(eng);
	return 0;
}

/**
 * What the probe says is what an engine of default size gets, also where locked
 * memory is short: --engine=uring must fail at the start or not at all.
 */
static void test_probe_agrees(void **state)
{
	static const rlim_t limits[] = {0, 4096, 12288, 16384, 32768, 65536, 8 << 20};
	int n_wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(limits); i++) {
		n_wrong += unit_child(child_probe, &limits[i]) != 0;
	}
	assert_int_equal(n_wrong, 0);
}

/** Names of flags are cut at the size of the buffer, and end in NUL, whatever the size. */
static void test_flag_names(void **state)
{
	char text[200], part[200];

	(void)state;
	ucp_engine_flag_names(0, text, sizeof(text));
	assert_string_equal(text, "plain");
	ucp_engine_flag_names(UINT32_MAX, text, sizeof(text));
	assert_non_null(strstr(text, "|"));
	size_t len = strlen(text);
	for (size_t size = 1; size <= len + 1; size++) {
		memset(part, 'x', sizeof(part));
		ucp_engine_flag_names(UINT32_MAX, part, size);
		assert_int_equal(strlen(part), size - 1);
		assert_memory_equal(part, text, size - 1);
		assert_int_equal(part[size], 'x');
	}
}

/** A ring's facts name what it was given, and its queues hold what the depth needs. */
static void test_facts(void **state)
{
	struct ucp_engine_facts facts;

	struct rig *r = rig_open(state, 10);
	ucp_engine_facts(r->eng, &facts);
	if (r->kind == UCP_ENGINE_SERIAL) {
		assert_int_equal(facts.sq_entries, 0);
		assert_int_equal(facts.cq_entries, 0);
		return;
	}
	assert_true(facts.sq_entries >= 30);
	assert_true(facts.cq_entries >= 30);
	assert_int_equal(facts.n_overflow, 0);
	assert_int_equal(facts.n_requests, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_eperm), cmocka_unit_test(test_enosys),
		cmocka_unit_test(test_eacces), cmocka_unit_test(test_einval),
		cmocka_unit_test(test_probe_agrees), cmocka_unit_test(test_flag_names),
		ON_ALL(test_facts),
	};

	return cmocka_run_group_tests_name("refused", tests, NULL, NULL);
}
