/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Directories: making and opening both sides, and finishing them after their last child. */
#ifndef UCP_CORE_ENTER_H
#define UCP_CORE_ENTER_H

#include "core/entry.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct ucp_worker;

/** The tops of what is being made, so that a copy into itself ends. */
struct ucp_roots {
	pthread_mutex_t lock;
	struct ucp_root {
		uint64_t dev;
		uint64_t ino;
	} *list;                   /**< owned */
	uint32_t n_used;
	uint32_t n_room;
	atomic_uint_fast64_t mask; /**< a bit for each inode in the list, modulo 64 */
};

/** Make empty. */
void ucp_roots_init(struct ucp_roots *roots);

/** Release. */
void ucp_roots_fini(struct ucp_roots *roots);

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

/** The last thing below a directory is over: set its attributes, sync, close, go on upwards. */
void ucp_enter_finish(struct ucp_worker *w, struct ucp_dir *dir);

#endif
