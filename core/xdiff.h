/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Extended attributes of two things, compared; ACLs are attributes too. */
#ifndef UCP_CORE_XDIFF_H
#define UCP_CORE_XDIFF_H

struct ucp_settings;

/**
 * Find the attributes that differ, of those that are copied under the options.
 *
 * @dirs        borrowed: the directories they are in
 * @names       their names there; symbolic links are not followed
 * @ret_differ  their names, one behind the other, each with a NUL, and one NUL more
 * @ret_side    written when listing or reading fails: where
 * Returns 0, 1 when some differ, or a negative errno.
 * Owner:  the caller frees *ret_differ, which is written only with 1.
 * Source: llistxattr(2), lgetxattr(2); acl(5) for what ACLs are kept in.
 */
int ucp_xdiff_find(const struct ucp_settings *set, const int dirs[2], const char *const names[2],
		   char **ret_differ, int *ret_side);

#endif
