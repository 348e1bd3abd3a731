/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Groups of hard links: the first name that is met is copied, the others become
 * links to its copy.
 *
 *     claim ------> OWNER: copies, then settles ----+
 *        \--------> WAIT:  parked in the group  <---+ links made, or one takes over
 *         \-------> MADE:  the copy exists, link to it now
 *
 * A group ends when all of the source's st_nlink names have been met, so memory
 * is bounded by files that have names outside what is copied. Where one name can
 * be met twice groups last as long as the run: with several operands, with -L,
 * and with something mounted below the source, which may be part of it.
 */
#ifndef UCP_CORE_LINKS_H
#define UCP_CORE_LINKS_H

#include "core/entry.h"
#include "hash/digest.h"

struct ucp_links;
struct ucp_link_group;
struct ucp_worker;

/** The answer to a claim. */
enum ucp_claim {
	UCP_CLAIM_OWNER, /**< copy it, then call ucp_links_settle() */
	UCP_CLAIM_WAIT,  /**< taken care of: ucp_finish_entry() will be called for the entry */
	UCP_CLAIM_MADE,  /**< linked, or told why not: the caller ends the entry */
	UCP_CLAIM_ALONE, /**< no links are kept for it: just copy it */
};

/** Create the table, NULL when out of memory. Owner: ucp_links_free(). */
struct ucp_links *ucp_links_new(void);

/** Free the table and its groups; NULL is allowed. */
void ucp_links_free(struct ucp_links *links);

/**
 * Ask what an entry with known st is within its group.
 *
 * @ret_group  written for OWNER
 * Thread: any; the table has one lock, taken where ucp_links_may_come().
 */
enum ucp_claim ucp_links_claim(struct ucp_worker *w, struct ucp_entry *e,
			       struct ucp_link_group **ret_group);

/** Whether other names may become links to the copy of an entry with known st. */
bool ucp_links_may_come(const struct ucp_worker *w, const struct ucp_entry *e);

/**
 * The owner is done.
 *
 * @is_made  its destination exists, and others may link to it
 * @value    its digest, or one of length 0
 */
void ucp_links_settle(struct ucp_worker *w, struct ucp_link_group *group, bool is_made,
		      const struct ucp_digest_value *value);

/** What became of a hard link. */
enum ucp_links_made {
	UCP_LINKS_MADE,
	UCP_LINKS_FAILED,  /**< told, or skipped */
	UCP_LINKS_LACKING, /**< there is no such file, which is not told */
};

/**
 * Make an entry of an archive a hard link to what is in the destination already.
 *
 * @dir, @name  what it is to be another name of
 * @value       the digest of that, or one of length 0
 * @may_lack    LACKING is an answer
 */
enum ucp_links_made ucp_links_make_to(struct ucp_worker *w, struct ucp_dir *dir, char *name,
				      const struct ucp_digest_value *value, struct ucp_entry *e,
				      bool may_lack);

/**
 * Make a hard link for -l, or report why not.
 *
 * Returns true when it was made or was there already.
 */
bool ucp_links_make_source(struct ucp_worker *w, struct ucp_entry *e);

#endif
