/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * A directory of the source and its counterpart in the destination, as one node.
 *
 *           refs: memory                       pending: work below
 *     +------------------+   parent (a ref)   +------------------+
 *     | child  src_fd ---+------------------->| dir              |
 *     |        dst_fd    |   and one pending  | src_fd   dst_fd  |
 *     +------------------+                    +------------------+
 *
 * pending counts what must end before the directory's own mode and times can be
 * set: its reading, its files in flight, its subdirectories. pins counts users
 * of the two descriptors. At the limit, descriptors nobody has pinned are closed,
 * those opened first before others, and opened again when needed: from the parent
 * by name, or from a child by "..", always checked against the device and inode
 * seen the first time.
 */
#ifndef UCP_CORE_DIR_H
#define UCP_CORE_DIR_H

#include "core/attrs.h"
#include "core/task.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct ucp_operand;
struct ucp_worker;

/** Which of the two trees. */
enum ucp_side {
	UCP_SRC,
	UCP_DST,
};

/** Directories that one worker has opened, so that idle ones can be closed again. */
struct ucp_dir_list {
	pthread_mutex_t lock;    /**< taken after a directory's own, or not at all */
	struct ucp_dir *oldest;
	struct ucp_dir *newest;
};

/** Descriptors that directories may have open at one time, for all workers. */
struct ucp_dir_budget {
	atomic_int n_open; /**< directories with open descriptors */
	int limit;         /**< directories; two descriptors each */
};

/** What files created in a destination directory belong to. */
struct ucp_dir_owner {
	uid_t uid;
	gid_t gid;
};

/** The node. */
struct ucp_dir {
	struct ucp_task task;       /**< queued for reading, or idle */
	struct ucp_dir *parent;     /**< owns a ref; NULL for a base */
	const char *name[2];        /**< by side: relative to the parent; in this allocation */
	pthread_mutex_t lock;       /**< guards fd and the step of pins from 0 to 1 */
	int fd[2];                  /**< by side: owned, but for a base's; -1 when closed */
	struct ucp_dir_list *list;  /**< borrowed: where it is listed while fd are open, or NULL */
	struct ucp_dir_budget *budget; /**< borrowed: where fd are counted */
	struct ucp_dir *older;      /**< in list */
	struct ucp_dir *newer;      /**< in list */
	atomic_uint pins;
	atomic_uint pending;
	atomic_uint refs;
	uint64_t dev[2];            /**< by side: device, once opened */
	uint64_t ino[2];            /**< by side: inode, once opened */
	struct stat st;             /**< of the source directory, when first opened */
	struct stat dst_st;         /**< of the destination directory, when found or made */
	mode_t filling_mode;        /**< what its mode is until it is finished */
	int64_t pos;                /**< where reading goes on, a d_off; 0 at first */
	bool is_open;               /**< entered: fd, dev, ino and st have been set once */
	bool is_base;               /**< stands for the target; not part of the copy */
	bool is_operand;            /**< named on the command line, or the root of one */
	bool is_created;            /**< made by this run: nothing was in it */
	atomic_bool is_read;        /**< nothing is left to read */
	bool is_path_only;          /**< a parent for --parents: not read, only finished; likewise of
	                                 what is unpacked, where the archive has no entry for it */
	bool is_unpacked;           /**< from an archive: there is no source directory */
	bool follow_name;           /**< the source name may be a symlink (-H, -L, --parents) */
	bool follow_dst;            /**< the destination name is a symlink to a directory */
	bool has_default_acl;       /**< files created here inherit an ACL */
	bool folds;                 /**< two names in the destination may be one file */
	bool is_fresh;              /**< all is new up to the only operand: no link leads into it */
	struct ucp_attrs attrs;     /**< owned: of one that is unpacked, as the archive has them */
	struct ucp_dir *next_left;  /**< borrowed: the next one of a UCP_TASK_LEFT */
	int src_err;                /**< why the source could not be opened again, negative errno */
	struct ucp_operand *operand; /**< borrowed: when named on the command line, else NULL */
	atomic_int owner_known;     /**< owner below is valid */
	struct ucp_dir_owner owner; /**< of files created in the destination */
	char names[];               /**< storage of name */
};

/**
 * Create a node below parent, which gets one more pending.
 *
 * @src_name  name or path relative to the parent's source; copied
 * @dst_name  likewise in the destination; copied
 * Returns NULL when out of memory.
 * Owner:  one ref, dropped when the directory is over: finish.h.
 */
struct ucp_dir *ucp_dir_new(struct ucp_dir *parent, const char *src_name, const char *dst_name);

/**
 * Create a base: the source side is the working directory, the destination an
 * open directory.
 *
 * @dst_path  how the user named it; used in messages; "" for none
 * @dst_fd    borrowed for the node's life; may be O_PATH
 */
struct ucp_dir *ucp_dir_new_base(const char *dst_path, int dst_fd);

/** One more user of the memory. */
void ucp_dir_ref(struct ucp_dir *dir);

/** One user less; the last frees the node and drops its parent. */
void ucp_dir_unref(struct ucp_dir *dir);

/** Files in flight and the like: one more thing to wait for, and one more pin. Pinned already. */
void ucp_dir_begin(struct ucp_dir *dir);

/**
 * Make sure that both descriptors are open, and keep them so.
 *
 * Returns 0, or a negative errno: -ESTALE when what is found under the name is
 * another directory than before, else from openat(2).
 * Owner:  ucp_dir_unpin().
 */
int ucp_dir_pin(struct ucp_worker *w, struct ucp_dir *dir);

/** Let the descriptors go; they stay open while the budget allows. */
void ucp_dir_unpin(struct ucp_dir *dir);

/**
 * Close the descriptors of a node that is finished.
 *
 * @is_pinned  the caller holds a pin; while others do, for hard links to what is
 *             in it, the descriptors stay open and go when idle
 * Returns 0, or what closing the destination gave.
 */
int ucp_dir_close(struct ucp_worker *w, struct ucp_dir *dir, bool is_pinned);

/** Make a list empty. */
void ucp_dir_list_init(struct ucp_dir_list *list);

/** Close idle directories so that one more may be opened, as far as there are any. */
void ucp_dir_make_room(struct ucp_worker *w);

/** Note descriptors that were opened for the first time; they count against the budget. */
void ucp_dir_opened(struct ucp_worker *w, struct ucp_dir *dir, int src_fd, int dst_fd);

/**
 * The path of an entry as the user would write it.
 *
 * @name  below dir, or NULL for dir itself
 * Returns a string the caller frees, or NULL when out of memory.
 */
char *ucp_dir_path(const struct ucp_dir *dir, enum ucp_side side, const char *name);

/**
 * The path of an entry from the root of the destination; as ucp_dir_path() otherwise.
 *
 * The root itself is "".
 */
char *ucp_dir_inner_path(const struct ucp_dir *dir, const char *name);

#endif
