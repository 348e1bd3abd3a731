/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * What the decoder of an archive shares with the workers: room, and names.
 *
 *     decoder --- blocks of data, members ---> queue ---> workers
 *        ^                                                   |
 *        +---- room: blocks written, members begun <---------+
 *        +---- names: members that are over <----------------+
 *
 * Room. Decoded data is in blocks, whose sum is bounded, whatever an archive says of
 * sizes; and so are the numbers of members that wait for a worker, and of files that
 * are fed, and open. At the bound the decoder waits. What is given back is used again: memory that one thread allocates and another
 * frees would have all of them wait for the allocator's locks.
 *
 * Names. A member claims its name until it is over, and a hard link that of its file as
 * well: what comes later and needs either waits. Archives have an order, and what is
 * unpacked is as if one had followed the other.
 */
#ifndef UCP_CORE_FEED_H
#define UCP_CORE_FEED_H

#include "core/engine/engine.h"
#include "core/task.h"
#include "hash/digest.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ucp_dir;
struct ucp_feed;
struct ucp_member;
struct ucp_worker;

/** A stretch of decoded data on its way into its file. */
struct ucp_block {
	struct ucp_task task;
	struct ucp_io io;
	struct ucp_block *next;    /**< in its member's list, or spare */
	struct ucp_member *member; /**< borrowed */
	struct ucp_worker *w;      /**< borrowed: who writes it */
	uint64_t off;              /**< bytes, in the file */
	uint32_t len;              /**< bytes of data */
	uint32_t room;             /**< bytes there may be: a power of two, or the most there are */
	uint32_t scanned;          /**< --sparse=always: bytes written or found zero */
	uint8_t data[];
};

/**
 * Create it for a run.
 *
 * @mem_limit   bytes of blocks at most
 * @block_size  bytes of a block at most, no more than a quarter of that
 * @max_fed     files that are fed at most: each is open, and has no slot of a worker; not 0
 * @keep_known  digests of what is complete are kept, for ucp_feed_known()
 * Returns NULL when out of memory. Owner: ucp_feed_free().
 */
struct ucp_feed *ucp_feed_new(size_t mem_limit, size_t block_size, uint32_t max_fed,
			      bool keep_known);

/** Free it; no member is left. NULL is allowed. */
void ucp_feed_free(struct ucp_feed *feed);

/** Bytes that one block may hold. */
size_t ucp_feed_block_size(const struct ucp_feed *feed);

/**
 * A block with room for so many bytes, waiting until there is any.
 *
 * @w     the decoder
 * @room  at most ucp_feed_block_size(), not 0
 * Returns NULL when out of memory, or when the run was canceled meanwhile.
 * Thread: the decoder's. What it keeps to itself must be less than half the limit, as it waits
 * until no more than that is in use.
 */
struct ucp_block *ucp_feed_take(struct ucp_feed *feed, struct ucp_worker *w, size_t room);

/** Give a block back; NULL is allowed. Thread: any. */
void ucp_feed_give(struct ucp_feed *feed, struct ucp_block *block);

/**
 * Claim what names a member needs, and queue it, or have it wait for those before it that have them.
 *
 * Several go together, for the same worker, if they are of one directory: what is kept back for
 * that is handed over at the latest when the decoder waits for anything. Waits while too many are
 * queued.
 * @bytes    of its blocks
 * @at_once  nothing is kept back
 * Owner: the member is not the decoder's any more, unless it has a ref.
 * Thread: the decoder's.
 */
void ucp_feed_hand_over(struct ucp_feed *feed, struct ucp_worker *w, struct ucp_member *member,
			size_t bytes, bool at_once);

/** Hand over what is kept back. Thread: the decoder's. */
void ucp_feed_flush(struct ucp_feed *feed, struct ucp_worker *w);

/** Memory for a member with so long a name, zero included; NULL when out of memory. Thread: the
 * decoder's. */
struct ucp_member *ucp_feed_take_member(struct ucp_feed *feed, size_t name_room);

/** Give it back. Thread: any. */
void ucp_feed_give_member(struct ucp_feed *feed, struct ucp_member *member);

/** Count a file that is to be fed; waits while there are too many. Thread: the decoder's. */
void ucp_feed_open(struct ucp_feed *feed, struct ucp_worker *w);

/** It has a slot of a worker again, or will not be opened. Thread: any. */
void ucp_feed_close(struct ucp_feed *feed);

/** A queued member has been begun. Thread: any. */
void ucp_feed_begun(struct ucp_feed *feed);

/** Whether a name is claimed; waits until it is not, if asked to. Thread: the decoder's. */
bool ucp_feed_is_claimed(struct ucp_feed *feed, struct ucp_worker *w, const struct ucp_dir *dir,
			 const char *name, bool wait);

/**
 * A member is over: let go of its names, and push those that waited for it as tasks.
 *
 * @value  its digest, perhaps of length 0, when it has been made; else NULL
 * Thread: any.
 */
void ucp_feed_release(struct ucp_feed *feed, struct ucp_worker *w, struct ucp_member *member,
		      const struct ucp_digest_value *value);

/** The digest of what has been made under a name; of length 0 when none is known. */
void ucp_feed_known(struct ucp_feed *feed, const struct ucp_dir *dir, const char *name,
		    struct ucp_digest_value *ret_value);

/** The lock that guards members that are still fed: see member.h. */
pthread_mutex_t *ucp_feed_lock(struct ucp_feed *feed);

#endif
