/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Owner, mode, extended attributes, ACLs, times, and the order they are set in.
 *
 *     data, owner, attributes, ACLs, mode, times, flags
 *
 * A change of owner takes set-id bits and capabilities away, so both come after
 * it. A mode without write permission would refuse attributes. Of a file with an
 * ACL the mode's group bits are the ACL's mask, so that the mode alone would let
 * the group in: the ACL comes first, and the mode does not change it. Every
 * change moves the times, so they come late; only flags come after them, because
 * some forbid every other change.
 */
#ifndef UCP_CORE_META_H
#define UCP_CORE_META_H

#include "core/entry.h"

#include <stdbool.h>
#include <stdint.h>

struct ucp_attrs;
struct ucp_settings;
struct ucp_worker;

/** What a look at a source's extended attributes found. */
struct ucp_meta_peek {
	bool has_xattrs; /**< some, ACLs included */
	bool has_acl;    /**< an access ACL that will be copied */
};

/** Something whose data is complete and whose attributes are to be set. */
struct ucp_meta {
	const struct ucp_entry *entry; /**< borrowed: names and source status */
	int src_fd;                    /**< borrowed: where attributes are read, or -1 */
	const struct ucp_attrs *attrs; /**< borrowed: where they are instead of src_fd, or NULL */
	int dst_fd;                    /**< borrowed */
	bool has_xattrs;               /**< the source has some */
	bool owner_is_right;           /**< nothing to change */
	bool mode_is_right;            /**< nothing to change */
	bool may_have_acl;             /**< the copy, and not from the source */
	mode_t mode;                   /**< permission bits to set, all twelve */
};

/** Whether the options ask for any extended attribute, ACLs included. */
bool ucp_meta_wants_xattrs(const struct ucp_settings *set);

/** Whether an attribute of this name is copied under the options. */
bool ucp_meta_wants_xattr(const struct ucp_settings *set, const char *name);

/** Look whether a source has attributes worth copying, as far as the options ask. */
struct ucp_meta_peek ucp_meta_peek(const struct ucp_worker *w, int fd);

/** The same for a source whose attributes are in memory. */
struct ucp_meta_peek ucp_meta_peek_attrs(const struct ucp_worker *w, const struct ucp_attrs *attrs);

/** Set everything on an open file or directory: false when something was told as failed. */
bool ucp_meta_set(struct ucp_worker *w, const struct ucp_meta *meta);

/**
 * Give a new file that is to replace another what writing into that would have left
 * as it was: owner, mode, ACL and attributes that are not copied from the source.
 *
 * @from_fd  the old file; O_PATH will do
 * @fd       the new one
 * Returns false when that cannot be done for owner, permissions or ACL; what cannot
 * be kept is noted as lost.
 */
bool ucp_meta_inherit(struct ucp_worker *w, const struct ucp_entry *e, int from_fd, int fd);

/**
 * Set what a name without descriptor can have: symlinks and special files.
 *
 * @dst_st  status of the new entry
 * Returns false when something was told as failed.
 */
bool ucp_meta_set_at(struct ucp_worker *w, const struct ucp_entry *e, const struct stat *dst_st);

/** Of this only the times, if they are kept: false when told as failed. */
bool ucp_meta_set_times_at(struct ucp_worker *w, const struct ucp_entry *e);

#endif
