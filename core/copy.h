/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Regular files on their way: opened, copied by chains of chunks, finished.
 *
 * ucp_copy_start() takes an entry and returns at once; everything after that
 * happens when the worker pops finished requests. See copy.c for the states.
 */
#ifndef UCP_CORE_COPY_H
#define UCP_CORE_COPY_H

#include "core/busy.h"
#include "core/chunk.h"
#include "core/engine/engine.h"
#include "core/entry.h"
#include "core/event.h"
#include "core/temp.h"
#include "hash/digest.h"

#include <stdbool.h>
#include <stdint.h>

struct ucp_worker;
struct ucp_link_group;
struct ucp_file;
struct ucp_member;

/** Room for the name of a directory entry: vfat's, in UTF-8, are the longest. */
#define UCP_NAME_ROOM 800

/** How the data of a file was copied, for --debug. */
enum ucp_road {
	UCP_ROAD_NONE,    /**< no data to copy */
	UCP_ROAD_CHAINS,  /**< read and write requests, chunk by chunk */
	UCP_ROAD_CLONE,   /**< FICLONE */
	UCP_ROAD_OFFLOAD, /**< copy_file_range */
	UCP_ROAD_STREAM,  /**< read to end of file: the size is not known beforehand */
	UCP_ROAD_BLOCKS,  /**< out of an archive, decoded by somebody else */
};

/** Why a file slot is given up. */
enum ucp_ending {
	UCP_ENDING_COPIED,
	UCP_ENDING_KEPT,    /**< the destination stays as it is, and counts as a copy (-u) */
	UCP_ENDING_SKIPPED, /**< the destination stays as it is */
	UCP_ENDING_LINKED,  /**< became a hard link */
	UCP_ENDING_PARKED,  /**< waits for another copy; what resumes it ends the entry */
	UCP_ENDING_HELD,    /**< copied, waits for a barrier, which ends the entry */
	UCP_ENDING_FED,     /**< open, its data is written by others; see member.h */
};

/**
 * What has become of a file so far: all that is known of the destination once it is open.
 *
 * Goes along, by one assignment, when a complete file waits for a barrier, and back.
 */
struct ucp_copy {
	struct ucp_link_group *group;  /**< borrowed: hard links that wait for this copy, or NULL */
	struct ucp_temp temp;          /**< owned: where the copy is until it has its name */
	struct ucp_digest_value value; /**< of what was copied */
	uint64_t size;                 /**< bytes of the copy: st_size after open, then as found */
	int fd;                        /**< owned: the destination, or -1 */
	mode_t mode;                   /**< permission bits it is to end up with, all twelve */
	uint32_t n_again;              /**< how often it has been copied again */
	bool is_regular;               /**< can be written at offsets, truncated, cloned into */
	bool is_created;               /**< new: to be removed when the copy fails */
	bool may_have_acl;             /**< not from the source */
	bool is_behind_link;           /**< its name may be that of a symlink to it */
};

/** One attempt to copy the data of a file; the next one begins with all zero. */
struct ucp_attempt {
	enum ucp_road road;
	bool keeps_holes;     /**< its source was looked through for them */
	bool is_direct;       /**< written past the page cache, at least in part */
	bool is_synced;       /**< its only chain has the fsync */
	uint32_t n_chunks;    /**< chunks begun */
	uint64_t written_end; /**< size of the copy: end of its data, or set before it */
};

/** One regular file in flight. */
struct ucp_file {
	struct ucp_entry entry;
	char name[UCP_NAME_ROOM];    /**< storage for entry's names, unless operands */
	struct ucp_worker *w;        /**< borrowed */
	struct ucp_file *next;       /**< free list, or files waiting for a buffer */
	struct ucp_busy busy;        /**< its claim on a destination that existed */
	struct ucp_io io;            /**< open, sync, then close of copy.fd */
	struct ucp_io src_io;        /**< close of src_fd */
	int src_fd;                  /**< owned */
	struct ucp_copy copy;        /**< what has become of it so far */
	struct ucp_attempt attempt;  /**< the last one; all zero when it was before a barrier */
	struct ucp_pass pass;        /**< the last one: copying, or reading what was copied */
	int err;                     /**< first failure, told already; -ECANCELED is not told */
	enum ucp_ending ending;
	bool is_removed;             /**< the copy was new, and has been removed again */
	bool may_drop_src;           /**< nothing of it was cached; with --cache=drop only */
	bool has_changed;            /**< its source, while it was copied, in any attempt */
	bool has_xattrs;
	bool owner_is_right;
	bool mode_is_right;
	uint8_t n_closing;           /**< closes not yet done */
	struct ucp_digest *digest;   /**< owned, kept for the next file; NULL unless wanted */
};

/** All regular files of one worker. */
struct ucp_copier {
	struct ucp_file *files;        /**< owned array */
	struct ucp_file *free_files;
	uint32_t n_files;              /**< in flight */
};

/** Allocate for a worker whose max_files is set: 0 or -ENOMEM. */
int ucp_copy_init(struct ucp_worker *w);

/** Release; nothing is in flight. */
void ucp_copy_fini(struct ucp_worker *w);

/** Whether ucp_copy_start() may be called, and should be: fewer files are enough when warm. */
bool ucp_copy_has_room(const struct ucp_worker *w);

/** Whether sources have lately been found in the cache, so that a look at one does not wait. */
bool ucp_copy_is_warm(const struct ucp_worker *w);

/**
 * Begin to copy a file.
 *
 * @e           its dir has been begun (ucp_dir_begin) for it; names are copied
 *              unless it is an operand
 * @group       hard links it is the first of, or NULL
 * @src_fd      the source, if it is open already, given up; or -1
 * Ends with ucp_finish_entry() on the directory, whatever happens.
 */
void ucp_copy_start(struct ucp_worker *w, const struct ucp_entry *e,
		    struct ucp_link_group *group, int src_fd);

/**
 * Verify a copy that is durable by now and has waited for that, then name and close it.
 *
 * @e     its dir is pinned; names are copied unless it is an operand
 * @copy  a regular file; what it owns is taken over
 * ucp_copy_has_room() holds. Ends with ucp_finish_entry() as well.
 */
void ucp_copy_resume(struct ucp_worker *w, const struct ucp_entry *e, const struct ucp_copy *copy);

/** Begin to make a file of an archive; its dir has a pending and a pin for it. */
void ucp_copy_start_member(struct ucp_worker *w, const struct ucp_entry *e);

/** Go on with a file of an archive whose data is in place, or has failed. */
void ucp_copy_resume_member(struct ucp_worker *w, struct ucp_member *member);

/** Note a failure of a file, telling only the first. */
void ucp_copy_fail(struct ucp_file *file, enum ucp_act act, int64_t err);

/** A pass over a file is through, or file->err says that it failed: the rest follows. */
void ucp_copy_data_done(struct ucp_file *file);

#endif
