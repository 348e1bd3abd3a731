/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Directories on the way down: making and opening both sides; finish.h is the way up. */
#ifndef UCP_CORE_ENTER_H
#define UCP_CORE_ENTER_H

#include "core/entry.h"

#include <stdbool.h>

struct ucp_worker;

/**
 * Open a directory on both sides for the first time, making the destination.
 *
 * Returns 0 with the directory pinned, or a negative errno, told already.
 */
int ucp_enter(struct ucp_worker *w, struct ucp_dir *dir);

/**
 * --parents: enter every directory above an operand.
 *
 * On success e->dir is the innermost, begun for the caller, and the names of e
 * are relative to it. Returns false when told why not.
 */
bool ucp_enter_parents(struct ucp_worker *w, struct ucp_entry *e);

/**
 * Open the destination of a directory that is there, and learn what is needed of it.
 *
 * Its parent is pinned; is_created, is_path_only and follow_dst say how it is to be taken. Sets
 * dst_st, dev and ino, and what files in it will be like.
 * Returns a descriptor, the caller's, or a negative errno, told.
 */
int ucp_enter_open_dst(struct ucp_worker *w, struct ucp_dir *dir);

#endif
