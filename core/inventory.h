/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* A manifest of what was noted; in mtree form as it is in the destination when all is done. */
#ifndef UCP_CORE_INVENTORY_H
#define UCP_CORE_INVENTORY_H

#include "hash/manifest.h"

struct ucp_job_home;
struct ucp_worker;

/** Where an inventory is made. */
struct ucp_inventory_site {
	int root;                /**< borrowed: the directory that paths begin at, which may be
	                              O_PATH; or a negative errno */
	const char *root_path;   /**< borrowed: how that is called in messages */
	const struct ucp_job_home *home; /**< borrowed: where the manifest will be put, which
	                                      changes the time of the directory; or NULL */
};

/**
 * Give out all lines, sorted bytewise by path.
 *
 * In mtree form, what is not there any more, or cannot be looked at, is told and left out. In any
 * form what the manifest will replace is left out.
 * @w     any worker of a run that is over: it tells
 * Returns 0, 1 when something was left out, -ENOMEM, or what fn returned.
 */
int ucp_inventory_write(struct ucp_worker *w, const struct ucp_inventory_site *site,
			ucp_manifest_line_fn *fn, void *ctx);

#endif
