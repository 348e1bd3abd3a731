/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* What to do when the destination of an entry exists: cp's rules. */
#ifndef UCP_CORE_PLACE_H
#define UCP_CORE_PLACE_H

#include "core/entry.h"

struct ucp_worker;

/** The decision. */
enum ucp_place {
	UCP_PLACE_NEW,  /**< nothing is there, or not any more: create, exclusively */
	UCP_PLACE_INTO, /**< a file to be opened and overwritten */
	UCP_PLACE_SWAP, /**< replace it in one step, and tell that it was removed; not for plain copies */
	UCP_PLACE_DIR,  /**< both are directories: copy into it */
	UCP_PLACE_SKIP, /**< leave it; not a failure */
	UCP_PLACE_SAME, /**< with -l: source and destination are one file already */
	UCP_PLACE_WAIT, /**< with -u, another copy is writing to it: wait, and decide anew */
	UCP_PLACE_FAIL, /**< refused; told already */
};

/**
 * Decide about an existing destination: asks, removes and makes backups as the
 * options say.
 *
 * @e           the source entry, st known; gets backup
 * @ret_dst_st  status of what is there (behind a symlink for UCP_PLACE_INTO);
 *              written for INTO, DIR, SKIP and SAME
 * @ret_is_link the name is a symlink that is written through; for UCP_PLACE_INTO
 */
enum ucp_place ucp_place_decide(struct ucp_worker *w, struct ucp_entry *e,
				struct stat *ret_dst_st, bool *ret_is_link);

/**
 * Decide for a copy that is complete before it takes the name (--atomic): ask, but
 * touch nothing yet.
 *
 * Returns as ucp_place_decide(), but SWAP for what would have been removed or
 * moved to a backup; never WAIT.
 */
enum ucp_place ucp_place_ahead(struct ucp_worker *w, struct ucp_entry *e,
			       struct stat *ret_dst_st, bool *ret_is_link);

/**
 * Make the backup that the options ask for.
 *
 * With --atomic the name stays, where there are hard links: the backup becomes
 * another name of the file.
 * Returns SWAP when the name is still taken, NEW when it is free, or FAIL.
 */
enum ucp_place ucp_place_back_up(struct ucp_worker *w, struct ucp_entry *e);

/** What was in the way has been replaced in one step: tell its removal, unless it is a backup. */
void ucp_place_tell_swap(struct ucp_worker *w, const struct ucp_entry *e);

/**
 * Decide in the same way for a source that cannot be opened, and touch nothing.
 *
 * Returns NEW or INTO when it would have been copied, or SKIP, SAME or FAIL. A
 * skip is counted.
 */
enum ucp_place ucp_place_look(struct ucp_worker *w, struct ucp_entry *e);

/**
 * A name was found taken: decide, and make way for another attempt.
 *
 * @remove  whether what may be overwritten is to be removed
 * Returns NEW to try again, or SKIP, SAME or FAIL. A skip is counted. Not for
 * -l and -s.
 */
enum ucp_place ucp_place_make_way(struct ucp_worker *w, struct ucp_entry *e, bool remove);

/**
 * The same for what replace.h can put in its place.
 *
 * @force  replace whatever may be overwritten
 * Returns INTO or SWAP to replace it, NEW to try again, or SKIP, SAME or FAIL. A
 * skip is for the caller to count, or to replace it all the same.
 */
enum ucp_place ucp_place_may_replace(struct ucp_worker *w, struct ucp_entry *e, bool force);

/**
 * The entry is over: let go of its backup.
 *
 * @is_made  false: what was moved aside comes back
 */
void ucp_place_settle(struct ucp_worker *w, struct ucp_entry *e, bool is_made);

/**
 * An entry could not be made: tell, as cp does, where its name cannot even be looked at.
 *
 * cp looks before it makes something; here that is saved where all goes well.
 * Returns true when told, so that the failure to make it is not.
 */
bool ucp_place_is_unseen(struct ucp_worker *w, const struct ucp_entry *e);

/** Whether one time is after another. */
bool ucp_place_is_newer(const struct timespec *a, const struct timespec *b);

/** Remove a destination to make place: true when it is gone, false when told why not. */
bool ucp_place_remove(struct ucp_worker *w, struct ucp_entry *e);

#endif
