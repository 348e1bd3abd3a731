/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * cpio: files of several names, whose data comes with the last of these.
 *
 * The names before it are kept until then: first the file is made, by the name that has
 * the data, and then the others as links to it.
 */
#ifndef UCP_CORE_SPREAD_H
#define UCP_CORE_SPREAD_H

#include "core/archive.h"

#include <stddef.h>

/** A file whose data has not come yet. */
struct ucp_spread {
	struct ucp_spread *next;
	struct stat st;          /**< as the first of its entries has it */
	struct ucp_attrs attrs;  /**< owned: likewise */
	char **paths;            /**< owned array of owned paths; the first is what others refer to */
	size_t n_paths;
};

/**
 * Keep an entry without data that is one of several names.
 *
 * @head   is_spread, and of size 0
 * Returns 1 when it is kept, 0 when its data has come before, or -ENOMEM.
 */
int ucp_spread_keep(struct ucp_spread **spreads, const struct ucp_archive_entry *head);

/** Take the file that an entry brings the data for out of the list, or NULL. */
struct ucp_spread *ucp_spread_take(struct ucp_spread **spreads, const struct ucp_archive_entry *head);

/** Free one; NULL is allowed. */
void ucp_spread_free(struct ucp_spread *spread);

#endif
