/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/task.h"
#include "tests/lib/unit.h"

#include <stdatomic.h>

/** The owner works depth first: what was pushed last comes first. */
static void test_pop_is_lifo(void **state)
{
	struct ucp_task_queue queue;
	struct ucp_task tasks[5];

	(void)state;
	ucp_task_init(&queue);
	assert_null(ucp_task_pop(&queue));
	for (int i = 0; i < 5; i++) {
		ucp_task_push(&queue, &tasks[i]);
	}
	for (int i = 4; i >= 0; i--) {
		assert_ptr_equal(ucp_task_pop(&queue), &tasks[i]);
	}
	assert_null(ucp_task_pop(&queue));
	ucp_task_fini(&queue);
}

/** Thieves take what is nearest the root: what was pushed first. */
static void test_steal_is_fifo(void **state)
{
	struct ucp_task_queue queue;
	struct ucp_task tasks[5];

	(void)state;
	ucp_task_init(&queue);
	assert_null(ucp_task_steal(&queue));
	for (int i = 0; i < 5; i++) {
		ucp_task_push(&queue, &tasks[i]);
	}
	for (int i = 0; i < 5; i++) {
		assert_ptr_equal(ucp_task_steal(&queue), &tasks[i]);
	}
	assert_null(ucp_task_steal(&queue));
	ucp_task_fini(&queue);
}

/** Taking from both ends down to the last one leaves a queue that works. */
static void test_both_ends(void **state)
{
	struct ucp_task_queue queue;
	struct ucp_task tasks[3];

	(void)state;
	ucp_task_init(&queue);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 3; i++) {
			ucp_task_push(&queue, &tasks[i]);
		}
		assert_ptr_equal(ucp_task_steal(&queue), &tasks[0]);
		assert_ptr_equal(ucp_task_pop(&queue), &tasks[2]);
		ucp_task_push(&queue, &tasks[0]);
		assert_ptr_equal(ucp_task_pop(&queue), &tasks[0]);
		if (round == 0) {
			assert_ptr_equal(ucp_task_pop(&queue), &tasks[1]);
		} else {
			assert_ptr_equal(ucp_task_steal(&queue), &tasks[1]);
		}
		assert_null(ucp_task_pop(&queue));
		assert_null(ucp_task_steal(&queue));
	}
	ucp_task_fini(&queue);
}

enum { N_TASKS = 20000, N_OWNERS = 2, N_THIEVES = 2 };

/** A task that knows how often it was taken. */
struct counted {
	struct ucp_task task;
	atomic_int taken;
};

/** What the threads share. */
struct crowd {
	struct ucp_task_queue queues[N_OWNERS];
	struct counted *all; /* N_OWNERS * N_TASKS */
	atomic_int left;
};

/** One thread: an owner when index < N_OWNERS, else a thief. */
struct member {
	struct crowd *crowd;
	int index;
	pthread_t thread;
};

/** Count a task as taken. */
static void crowd_take(struct crowd *crowd, struct ucp_task *task)
{
	struct counted *c = (struct counted *)task;

	atomic_fetch_add(&c->taken, 1);
	atomic_fetch_sub(&crowd->left, 1);
}

/** Push all, popping a third in between, then help with the rest. */
static void *crowd_owner(void *arg)
{
	const struct member *me = arg;
	struct ucp_task_queue *queue = &me->crowd->queues[me->index];
	struct counted *mine = me->crowd->all + (size_t)me->index * N_TASKS;

	for (int i = 0; i < N_TASKS; i++) {
		ucp_task_push(queue, &mine[i].task);
		struct ucp_task *task = i % 3 == 0 ? ucp_task_pop(queue) : NULL;
		if (task != NULL) {
			crowd_take(me->crowd, task);
		}
	}
	for (struct ucp_task *task = ucp_task_pop(queue); task != NULL;
	     task = ucp_task_pop(queue)) {
		crowd_take(me->crowd, task);
	}
	return NULL;
}

/** Steal from all until nothing is left anywhere. */
static void *crowd_thief(void *arg)
{
	const struct member *me = arg;

	for (int i = me->index; atomic_load(&me->crowd->left) > 0; i++) {
		struct ucp_task *task = ucp_task_steal(&me->crowd->queues[i % N_OWNERS]);
		if (task != NULL) {
			crowd_take(me->crowd, task);
		}
	}
	return NULL;
}

/** With owners and thieves at work at the same time, every task is taken exactly once. */
static void test_crowd(void **state)
{
	struct crowd crowd = {.left = N_OWNERS * N_TASKS};
	struct member members[N_OWNERS + N_THIEVES];

	(void)state;
	crowd.all = calloc((size_t)N_OWNERS * N_TASKS, sizeof(*crowd.all));
	assert_non_null(crowd.all);
	for (int i = 0; i < N_OWNERS; i++) {
		ucp_task_init(&crowd.queues[i]);
	}
	for (int i = 0; i < N_OWNERS + N_THIEVES; i++) {
		members[i] = (struct member){.crowd = &crowd, .index = i};
		assert_int_equal(pthread_create(&members[i].thread, NULL,
						i < N_OWNERS ? crowd_owner : crowd_thief,
						&members[i]), 0);
	}
	for (int i = 0; i < N_OWNERS + N_THIEVES; i++) {
		assert_int_equal(pthread_join(members[i].thread, NULL), 0);
	}
	for (int i = 0; i < N_OWNERS * N_TASKS; i++) {
		assert_int_equal(atomic_load(&crowd.all[i].taken), 1);
	}
	for (int i = 0; i < N_OWNERS; i++) {
		ucp_task_fini(&crowd.queues[i]);
	}
	free(crowd.all);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pop_is_lifo),
		cmocka_unit_test(test_steal_is_fifo),
		cmocka_unit_test(test_both_ends),
		cmocka_unit_test(test_crowd),
	};

	return cmocka_run_group_tests_name("task", tests, NULL, NULL);
}
