/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Destinations that are being written to, so that no two copies write to one
 * file at the same time: two of its names may be hard links in the destination,
 * or one a symlink to the other, or both the same where case is ignored. The
 * later copy waits, and has the last word, as when one is made after the other.
 *
 * A new file below a directory that this run has made is not claimed, as nothing
 * can lead to it: see is_fresh in dir.h.
 *
 *     claim ---> 1: written to; release when it is closed
 *         \----> 0: parked; the release makes it a task that begins anew
 */
#ifndef UCP_CORE_BUSY_H
#define UCP_CORE_BUSY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct ucp_file;
struct ucp_parked;
struct ucp_worker;

enum { UCP_BUSY_BUCKETS = 256 };

/** One destination; part of the file that writes to it. */
struct ucp_busy {
	struct ucp_busy *next;       /**< in its bucket */
	uint64_t dev;
	uint64_t ino;
	struct ucp_parked *parked; /**< owned: copies that wait for it */
	bool is_claimed;
};

/** All of them. */
struct ucp_busy_table {
	pthread_mutex_t lock;
	atomic_uint n_claimed;       /**< claims there are */
	atomic_uint n_released;      /**< claims that ended, and wraps around */
	struct ucp_busy *buckets[UCP_BUSY_BUCKETS]; /**< borrowed */
};

/** Prepare an empty table. */
void ucp_busy_init(struct ucp_busy_table *table);

/** Release an empty table. */
void ucp_busy_fini(struct ucp_busy_table *table);

/**
 * Claim a destination for a file that is about to write to it.
 *
 * @fd      the destination, open
 * @ret_st  its status, with all that earlier copies have done to it
 * Returns 1 when it is the file's, as is what is not regular, 0 when the file is parked: its entry and its
 * group will begin anew as a task, and its slot is to be given up; or a negative
 * errno.
 * Thread: any; one short lock for each claim.
 */
int ucp_busy_claim(struct ucp_worker *w, struct ucp_file *file, int fd, struct stat *ret_st);

/** Whether another copy is writing to what has this status. Thread: any; a lock if there are claims. */
bool ucp_busy_is_claimed(struct ucp_worker *w, const struct stat *st);

/** A number that changes when a claim ends. */
unsigned int ucp_busy_n_released(const struct ucp_worker *w);

/** The file is closed: let those that wait for its destination begin. */
void ucp_busy_release(struct ucp_worker *w, struct ucp_file *file);

#endif
