/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/task.h"

#include <stddef.h>

void ucp_task_init(struct ucp_task_queue *queue)
{
	/* Cannot fail with default attributes on Linux. */
	(void)pthread_mutex_init(&queue->lock, NULL);
	queue->newest = queue->oldest = NULL;
	atomic_init(&queue->n, 0);
}

void ucp_task_fini(struct ucp_task_queue *queue)
{
	(void)pthread_mutex_destroy(&queue->lock); /* nobody holds it */
}

void ucp_task_push(struct ucp_task_queue *queue, struct ucp_task *task)
{
	pthread_mutex_lock(&queue->lock);
	task->newer = NULL;
	task->older = queue->newest;
	if (queue->newest != NULL) {
		queue->newest->newer = task;
	} else {
		queue->oldest = task;
	}
	queue->newest = task;
	atomic_fetch_add_explicit(&queue->n, 1, memory_order_relaxed);
	pthread_mutex_unlock(&queue->lock);
}

/** Take a task out of the list; the lock is held. */
static void task_unlink(struct ucp_task_queue *queue, struct ucp_task *task)
{
	if (task->newer != NULL) {
		task->newer->older = task->older;
	} else {
		queue->newest = task->older;
	}
	if (task->older != NULL) {
		task->older->newer = task->newer;
	} else {
		queue->oldest = task->newer;
	}
	atomic_fetch_sub_explicit(&queue->n, 1, memory_order_relaxed);
}

struct ucp_task *ucp_task_pop(struct ucp_task_queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	struct ucp_task *task = queue->newest;
	if (task != NULL) {
		task_unlink(queue, task);
	}
	pthread_mutex_unlock(&queue->lock);
	return task;
}

struct ucp_task *ucp_task_steal(struct ucp_task_queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	struct ucp_task *task = queue->oldest;
	if (task != NULL) {
		task_unlink(queue, task);
	}
	pthread_mutex_unlock(&queue->lock);
	return task;
}
