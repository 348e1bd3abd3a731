/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* The tops of what is being made, by device and inode, so that a copy into itself ends. */
#ifndef UCP_CORE_ROOTS_H
#define UCP_CORE_ROOTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** All of them, for all workers. */
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

/** Note the top of a copy: 0 or -ENOMEM. Thread: any. */
int ucp_roots_add(struct ucp_roots *roots, uint64_t dev, uint64_t ino);

/** Whether a source directory is the top of a copy. Thread: any; mostly without the lock. */
bool ucp_roots_has(struct ucp_roots *roots, uint64_t dev, uint64_t ino);

#endif
