/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Making the destination of a regular file. */
#ifndef UCP_CORE_CREATE_H
#define UCP_CORE_CREATE_H

struct ucp_entry;
struct ucp_file;
struct ucp_worker;

/** What came of it. */
enum ucp_create {
	UCP_CREATE_DONE, /**< copy.fd is open, empty unless only attributes are copied */
	UCP_CREATE_SKIP, /**< left as it is, as asked */
	UCP_CREATE_WAIT, /**< another copy is writing to it: parked, see busy.h */
	UCP_CREATE_FAIL, /**< told why */
};

/**
 * Create or open the destination of a file whose source is open.
 *
 * Sets copy but for its size and value, owner_is_right, and mode_is_right (which it
 * takes as a hint: false when an ACL follows).
 */
enum ucp_create ucp_create_dst(struct ucp_worker *w, struct ucp_file *file);

/**
 * Remove a new file whose copy has failed, unless its name is somebody else's by now.
 *
 * @fd  the file, while it is open, or -1
 * A failure is told.
 */
void ucp_create_undo(struct ucp_worker *w, const struct ucp_entry *e, int fd);

#endif
