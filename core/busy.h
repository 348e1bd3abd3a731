/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Destinations that are being overwritten, so that no two copies write to one
 * file at the same time: two of its names may be hard links in the destination,
 * or one a symlink to the other, or both the same where case is ignored (there
 * new files are claimed, too). The later copy waits, and has the last word,
 * as when one is made after the other.
 *
 *     claim ---> 1: written to; release when it is closed
 *         \----> 0: parked; the release makes it a task that begins anew
 */
#ifndef UCP_CORE_BUSY_H
#define UCP_CORE_BUSY_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct ucp_file;
struct ucp_link_wait;
struct ucp_worker;

enum { UCP_BUSY_BUCKETS = 256 };

/** One destination; part of the file that writes to it. */
struct ucp_busy {
	struct ucp_busy *next;       /**< in its bucket */
	uint64_t dev;
	uint64_t ino;
	struct ucp_link_wait *waits; /**< owned: copies that wait for it */
	bool is_claimed;
};

/** All of them. */
struct ucp_busy_table {
	pthread_mutex_t lock;
	struct ucp_busy *buckets[UCP_BUSY_BUCKETS]; /**< borrowed */
};

/** Prepare an empty table. */
void ucp_busy_init(struct ucp_busy_table *table);

/** Release an empty table. */
void ucp_busy_fini(struct ucp_busy_table *table);

/**
 * Claim an existing destination for a file that is about to overwrite it.
 *
 * @st  its status
 * Returns 1 when it is the file's, 0 when the file is parked: its entry and its
 * group will begin anew as a task, and its slot is to be given up; or -ENOMEM.
 * Thread: any; one short lock for each file that is overwritten.
 */
int ucp_busy_claim(struct ucp_worker *w, struct ucp_file *file, const struct stat *st);

/** The file is closed: let those that wait for its destination begin. */
void ucp_busy_release(struct ucp_worker *w, struct ucp_file *file);

#endif
