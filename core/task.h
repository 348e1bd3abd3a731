/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Queues of work that workers share: a stack for its owner, a queue for thieves. */
#ifndef UCP_CORE_TASK_H
#define UCP_CORE_TASK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

/** Kinds of work. */
enum ucp_task_kind {
	UCP_TASK_DIR,      /**< embedded in struct ucp_dir: read on */
	UCP_TASK_SLICE,    /**< embedded in walk.c's slice: entries of a directory, read already
	                        by another worker */
	UCP_TASK_OPERANDS, /**< embedded in struct ucp_group: start operands */
	UCP_TASK_PARKED,   /**< embedded in struct ucp_parked: copy after all */
	UCP_TASK_HELD,     /**< embedded in struct ucp_held: end files after a barrier */
	UCP_TASK_MEMBERS,  /**< embedded in struct ucp_member: begin it, and those of its batch */
	UCP_TASK_BLOCK,    /**< embedded in struct ucp_block: write it */
	UCP_TASK_LEFT,     /**< embedded in struct ucp_dir: nothing more comes into it, and into
	                        those behind it */
};

/** A piece of work, embedded in what it is about. */
struct ucp_task {
	struct ucp_task *older;
	struct ucp_task *newer;
	enum ucp_task_kind kind;
};

/** One worker's share. */
struct ucp_task_queue {
	pthread_mutex_t lock;
	struct ucp_task *newest; /**< where the owner pushes and pops */
	struct ucp_task *oldest; /**< where others steal */
	atomic_uint n;           /**< tasks in it */
};

/** Make a queue empty. */
void ucp_task_init(struct ucp_task_queue *queue);

/** Release an empty queue. */
void ucp_task_fini(struct ucp_task_queue *queue);

/** Add a task as the newest. Owner: the queue, until popped or stolen. */
void ucp_task_push(struct ucp_task_queue *queue, struct ucp_task *task);

/** Take the newest task, or NULL: depth first, so that few directories are open. */
struct ucp_task *ucp_task_pop(struct ucp_task_queue *queue);

/** Take the oldest task, or NULL: nearest the root, so that it brings much work. */
struct ucp_task *ucp_task_steal(struct ucp_task_queue *queue);

#endif
