/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Reading directories and operands, and handing each entry to what copies its kind. */
#ifndef UCP_CORE_WALK_H
#define UCP_CORE_WALK_H

#include "core/entry.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ucp_worker;

struct ucp_member;

/** Operands that may be copied at the same time; a task until all are begun. */
struct ucp_group {
	struct ucp_task task;
	struct ucp_dir *base;        /**< owns one pending for as long as operands are left */
	struct ucp_operand *operands; /**< borrowed */
	uint32_t next;               /**< first not begun */
	uint32_t end;                /**< one past the last */
};

/** What a worker is reading: part of a directory, or one operand after the other. */
struct ucp_walk {
	struct ucp_dir *dir;     /**< borrowed, begun: pending and pin; NULL when idle */
	struct ucp_member *batch; /**< owned: members of an archive to be begun, or NULL */
	struct ucp_group *group; /**< borrowed; NULL unless operands are walked */
	uint8_t *entries;        /**< owned: what getdents64 gave */
	size_t room;             /**< bytes allocated for it */
	size_t len;              /**< bytes in entries */
	size_t at;               /**< the next entry */
	uint32_t n_looks;        /**< files that -u could decide about by a look, those opened as samples too */
};

/** Allocate: 0 or -ENOMEM. */
int ucp_walk_init(struct ucp_walk *walk);

/** Release. */
void ucp_walk_fini(struct ucp_walk *walk);

/** Whether there are entries to hand out. */
bool ucp_walk_is_active(const struct ucp_walk *walk);

/** Begin with a task; the walk is idle. May end at once, and leave it idle. */
void ucp_walk_start(struct ucp_worker *w, struct ucp_task *task);

/** Hand out one entry; ucp_copy_has_room() holds. */
void ucp_walk_step(struct ucp_worker *w);

#endif
