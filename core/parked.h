/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Entries put aside until another copy ends: that of another name of the same
 * file (links), or one into the same destination (busy). They hold their pending
 * in their directory, but no pin and no slot. What resumes one ends its entry.
 */
#ifndef UCP_CORE_PARKED_H
#define UCP_CORE_PARKED_H

#include "core/entry.h"
#include "core/task.h"

#include <stdbool.h>

struct ucp_link_group;
struct ucp_worker;

/** One of them; a task when it is to be copied itself. */
struct ucp_parked {
	struct ucp_task task;
	struct ucp_parked *next;      /**< in the list of what it waits for */
	struct ucp_link_group *group; /**< borrowed: links it is to be the first of, or NULL */
	struct ucp_entry entry;
	int src_fd;                   /**< owned: the source, where it must stay open; or -1 */
	char names[];                 /**< storage of entry's names */
};

/**
 * Put an entry aside; its names are copied unless it is an operand.
 *
 * Its directory's pin is the caller's to give up. Returns NULL when out of memory.
 */
struct ucp_parked *ucp_parked_new(const struct ucp_entry *e, struct ucp_link_group *group);

/** Pin its directory again: true, or false when that is told and the entry ended. */
bool ucp_parked_pin(struct ucp_worker *w, const struct ucp_parked *parked);

/** Begin anew to copy it, and free it. */
void ucp_parked_resume(struct ucp_worker *w, struct ucp_parked *parked);

#endif
