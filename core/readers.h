/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Reading many files through the engines, to see whether their contents are what
 * they should be: that of a digest, or that of another file.
 *
 * Everything here only reads. No symbolic link is followed, and nothing but
 * regular files is read.
 */
#ifndef UCP_CORE_READERS_H
#define UCP_CORE_READERS_H

#include "core/settings.h"
#include "hash/digest.h"

#include <stdbool.h>
#include <stdint.h>

/** What a file turned out to be. */
enum ucp_readers_verdict {
	UCP_READERS_UNSEEN,   /**< nothing was read */
	UCP_READERS_SAME,     /**< as it should be */
	UCP_READERS_DIFFERS,
	UCP_READERS_NOT_FILE, /**< not a regular file */
	UCP_READERS_FAILED,   /**< see step and err */
};

/** Where reading a file failed. */
enum ucp_readers_step {
	UCP_READERS_AT_DIR,  /**< the directory it is in could not be opened */
	UCP_READERS_AT_OPEN,
	UCP_READERS_AT_READ,
};

/** A file to be read. */
struct ucp_readers_item {
	const char *dir;    /**< in: borrowed; path from the root, no ".." in it, "" for the root.
	                         Neighbours with one pointer cost one opening of the directory */
	const char *name;   /**< in: borrowed; one component, or "." */
	const char *name_there; /**< in: borrowed; on side 1, where it is another; else NULL */
	const struct ucp_digest_value *wanted; /**< in: borrowed; NULL: the sides should be alike */
	enum ucp_digest_kind kind;      /**< in: of wanted */
	enum ucp_readers_verdict verdict; /**< in: UCP_READERS_UNSEEN, or what it is without being read; out */
	enum ucp_readers_step step;       /**< out, if it failed */
	int side;                       /**< out, if it failed: which */
	int err;                        /**< out, if it failed: a negative errno */
};

/** What is to be read. */
struct ucp_readers_job {
	int roots[2];                 /**< borrowed: directories */
	int n_sides;                  /**< 2 where files are compared with each other */
	struct ucp_readers_item *items; /**< borrowed */
	uint32_t n_items;
	/**
	 * NULL, or called by the worker that takes an item, with its directory on each
	 * side. False: the item is not to be read, its verdict is what this made it.
	 */
	bool (*look)(void *ctx, struct ucp_readers_item *item, const int dirs[2]);
	void *ctx;
};

/** What a run did. */
struct ucp_readers_result {
	uint64_t bytes;      /**< read, on all sides */
	bool lacks_engine;   /**< the engine asked for cannot be had */
	bool is_broken;      /**< the engine failed, with memory still in its hands: end the process */
};

/**
 * Read all items.
 *
 * @set  of these engine, jobs, depth, io_workers, chunk_size, mem_limit, poll and drop_cache count
 * Returns 0, or a negative errno when the run could not begin or go on; see the
 * result for why. What is wrong with an item is in the item.
 * Thread: look() is called by several at a time, each with other items.
 */
int ucp_readers_run(const struct ucp_settings *set, struct ucp_readers_job *job,
		  struct ucp_readers_result *ret_result);

#endif
