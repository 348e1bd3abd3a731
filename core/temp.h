/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * --atomic: a copy has no name, or a temporary one, until it is complete.
 *
 *     open --> data, attributes --> on disk, if asked --> publish
 *      |                                                    |
 *      | O_TMPFILE: no name at all            nothing there | something there
 *      | else .ucp-XXXXXXXX beside it                       v
 *                                        linkat(2) to it    .ucp-XXXXXXXX, rename(2)
 *
 * So its final name is either without it, with all that was there before, or has
 * all of it. What has no name vanishes with the process; a temporary name is
 * removed on failures and signals, and is left only by a crash in the moment
 * before its rename, or on filesystems without O_TMPFILE.
 *
 * What is replaced is what writing into it would have changed: the file behind a
 * symlink, with owner, mode, ACL and attributes that are not copied; but other
 * hard links of it keep what they had. Devices, FIFOs and sockets are written
 * into, and files of which only attributes are copied are changed in place.
 */
#ifndef UCP_CORE_TEMP_H
#define UCP_CORE_TEMP_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

struct ucp_entry;
struct ucp_worker;

/** Where a copy is while it has not got its name. All zero: it has it. */
struct ucp_temp {
	bool is_used;
	bool replaces;  /**< what has the name may be replaced */
	bool removes;   /**< and that is told as a removal */
	bool has_dir;   /**< dir is open */
	int dir;        /**< owned: where target is */
	char *target;   /**< owned: the name behind a symlink, relative to dir; NULL: the entry's */
	char *name;     /**< owned: temporary, relative to dir or to the entry's; NULL for none */
};

/**
 * Let a copy replace what is behind the entry's name, a symlink.
 *
 * Returns 0, or a negative errno: -ELOOP after forty links.
 */
int ucp_temp_follow(struct ucp_temp *temp, const struct ucp_entry *e);

/**
 * Status of what has the final name.
 *
 * Returns 0, or a negative errno.
 */
int ucp_temp_stat_target(const struct ucp_temp *temp, const struct ucp_entry *e,
			 struct stat *ret_st);

/** Whether the permissions of what has the final name would let us write into it. */
bool ucp_temp_may_write(const struct ucp_temp *temp, const struct ucp_entry *e);

/** Open what has the final name, to copy its attributes: a descriptor, or a negative errno. */
int ucp_temp_open_target(const struct ucp_temp *temp, const struct ucp_entry *e);

/**
 * Open a new file that has no final name.
 *
 * @flags  of open(2), for access
 * Returns a descriptor, the caller's, or a negative errno.
 */
int ucp_temp_open(struct ucp_worker *w, struct ucp_temp *temp, const struct ucp_entry *e,
		  int flags, mode_t mode);

/** What became of a copy that was to get its name. */
enum ucp_publish {
	UCP_PUBLISH_DONE,    /**< under a name that was free */
	UCP_PUBLISH_OVER,    /**< in the place of what was there */
	UCP_PUBLISH_KEPT,    /**< as the options say of what is there by now; counts as a copy (-u) */
	UCP_PUBLISH_SKIPPED, /**< likewise; counted */
	UCP_PUBLISH_FAILED,  /**< told */
};

/**
 * Give a complete copy its name. The temporary is over, whatever happens.
 *
 * The directory of the entry is pinned.
 * @fd  the copy, open
 */
enum ucp_publish ucp_temp_publish(struct ucp_worker *w, struct ucp_temp *temp,
				  struct ucp_entry *e, int fd);

/** Give up a copy that is not to be; what has no name goes with its descriptor. */
void ucp_temp_drop(struct ucp_worker *w, struct ucp_temp *temp, const struct ucp_entry *e);

#endif
