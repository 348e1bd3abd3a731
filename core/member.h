/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * An entry of an archive on its way from the decoder to its place.
 *
 *     made by the decoder --> claims its name --> queued, in a batch with others of
 *                                 |                its directory
 *                   waits for one of the same       |
 *                   name, or its link's target      v
 *                                             begun by a worker
 *             +--------------------+----------------+------------+
 *             | hard link,         | file, whole:   | file, too large for a block:
 *             | symlink, device    | its blocks     |  OPENED  blocks are tasks for any
 *             |                    | are here       |          worker, as they are decoded
 *             |                    |                |  FED     the last is written: a task
 *             |                    |                |          once more
 *             +--------------------+----------------+------------+
 *                                  v
 *              attributes, sync, name: as for any other copy (copy.h)
 *                                  v
 *                         over: the name is free
 *
 * A member that is fed has two users, the decoder and whoever makes the file; the
 * lock of ucp_feed_lock() is between them.
 */
#ifndef UCP_CORE_MEMBER_H
#define UCP_CORE_MEMBER_H

#include "core/attrs.h"
#include "core/copy.h"
#include "core/entry.h"
#include "core/feed.h"
#include "core/task.h"
#include "hash/digest.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ucp_file;
struct ucp_worker;

/** How far a file that is fed has come. */
enum ucp_member_state {
	UCP_MEMBER_QUEUED,
	UCP_MEMBER_OPENED, /**< blocks are written as they come */
	UCP_MEMBER_FED,    /**< all are written, or have failed */
	UCP_MEMBER_OVER,   /**< blocks that come are dropped */
};

/** A name that a member needs to itself. */
struct ucp_member_claim {
	struct ucp_member_claim *next; /**< in its bucket */
	struct ucp_member *member;
	const struct ucp_dir *dir;
	const char *name;              /**< borrowed from the member; NULL when it claims none */
	bool is_last;                  /**< it is in the table: nobody after it claims the same */
};

/** One member waits for another. */
struct ucp_member_wait {
	struct ucp_member_wait *next;
	struct ucp_member *member; /**< who waits */
};

/** The member. */
struct ucp_member {
	struct ucp_task task;
	struct ucp_member *next;       /**< the next of the batch, begun together with it */
	struct ucp_entry entry;        /**< its dir holds a pending for it, and a pin once begun */
	struct ucp_attrs attrs;        /**< owned */
	char *target;                  /**< owned: of a symlink, or NULL */
	struct ucp_dir *link_dir;      /**< holds a pending: where the file is that a hard link names;
	                                    or NULL */
	char *link_name;               /**< owned: its name there, or NULL */
	struct ucp_block *blocks;      /**< owned: decoded, not yet handed out; in order */
	struct ucp_block **last_block;
	uint64_t size;                 /**< bytes the file is to have; what is behind its data is a hole */
	bool is_whole;                 /**< all its blocks were here when it was queued */
	struct ucp_file *file;         /**< borrowed: of a whole one whose blocks are being written */
	atomic_uint refs;              /**< who makes it, and the decoder while that feeds it */

	/* under ucp_feed_lock(), but for whole ones */
	enum ucp_member_state state;
	uint32_t n_left;               /**< blocks not yet written, and one while the decoder goes on */
	int err;                       /**< first failure, told already; or 0 */
	struct ucp_digest_value value; /**< of data that was fed */
	/* of a file that is OPENED */
	struct ucp_copy copy;          /**< owned */
	bool owner_is_right;
	bool mode_is_right;
	bool has_xattrs;
	uint32_t n_chunks;             /**< writes */
	uint64_t n_bytes;              /**< written */
	uint64_t data_end;             /**< bytes, where the last of them ends */

	/* feed.c's own */
	struct ucp_member_claim claims[2]; /**< its name, and that of what a hard link names */
	struct ucp_member_wait waits[2];
	const struct ucp_member *waits_for; /**< borrowed: the one it waits for that it was told last */
	uint32_t n_waits;              /**< members before it that it waits for */
	struct ucp_member_wait *waiting; /**< those that wait for it */
	char name[];                   /**< storage of entry's names */
};

/**
 * Create one that goes below a directory, which gets one more pending.
 *
 * @name  one component; copied
 * Returns NULL when out of memory. Owner: its ref; ucp_member_drop() or ucp_member_over().
 */
struct ucp_member *ucp_member_new(struct ucp_feed *feed, struct ucp_dir *dir, const char *name);

/** Add a block, in the order of offsets, to one that is not queued yet. */
void ucp_member_add(struct ucp_member *member, struct ucp_block *block);

/**
 * One that is not queued yet is fed from here on: the caller has a ref, until ucp_member_end().
 *
 * Returns the blocks that it has had so far, in order, for ucp_member_feed().
 */
struct ucp_block *ucp_member_begin_feeding(struct ucp_member *member);

/** Make one a hard link to link_name in a directory, which is not finished before it is over. */
void ucp_member_link(struct ucp_member *member, struct ucp_dir *dir);

/** Begin one that was queued, or go on with one that is FED. ucp_copy_has_room() holds. */
void ucp_member_begin(struct ucp_worker *w, struct ucp_member *member);

/** One that will not be begun: over, with the pending of its directory. */
void ucp_member_drop(struct ucp_worker *w, struct ucp_member *member);

/**
 * Hand a block to a file that has been queued; a task for whoever is free.
 *
 * Thread: the decoder's, w being its own.
 */
void ucp_member_feed(struct ucp_worker *w, struct ucp_member *member, struct ucp_block *block);

/**
 * No more blocks come.
 *
 * @size   bytes the file is to have
 * @value  digest of its data, of length 0 when none is wanted
 * @err    why it is not whole, told already; or 0
 * Thread: the decoder's, whose ref goes.
 */
void ucp_member_end(struct ucp_worker *w, struct ucp_member *member, uint64_t size,
		    const struct ucp_digest_value *value, int err);

/** Write a block of a file that is OPENED; embedded in it is the task. */
void ucp_member_write(struct ucp_worker *w, struct ucp_task *task);

/**
 * The destination of a member is open: its data.
 *
 * A whole one ends with ucp_copy_data_done(); of another the slot is given up, and goes on
 * in ucp_member_begin() once more.
 */
void ucp_member_data(struct ucp_file *file);

/** All data of a file is in place: give it its size, which may end in a hole. */
void ucp_member_set_size(struct ucp_file *file);

/** The entry of a member is over; value is its digest when it was made, else NULL. Frees it. */
void ucp_member_over(struct ucp_worker *w, struct ucp_member *member,
		     const struct ucp_digest_value *value);

#endif
