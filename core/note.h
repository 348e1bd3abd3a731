/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* What is noted about an entry: for -v, for --stats and --debug, for the manifest. */
#ifndef UCP_CORE_NOTE_H
#define UCP_CORE_NOTE_H

#include "core/entry.h"
#include "core/job.h"
#include "hash/digest.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct ucp_copy;
struct ucp_worker;

/** The directory that paths of a manifest begin at, where it was copied itself. */
struct ucp_note_root {
	bool is_known; /**< else there is none: a single file was copied to a name */
	uint64_t dev;
	uint64_t ino;
};

/** The entry is about to be made, or would have been: -v tells so, once, even if it fails. */
void ucp_note_begun(struct ucp_worker *w, struct ucp_entry *e);

/** The entry has been made: the same, and it is remembered for later operands of its name. */
void ucp_note_made(struct ucp_worker *w, struct ucp_entry *e);

/**
 * Something could not be kept, which passes in silence: count it, and tell it with --debug.
 *
 * @err   negative errno
 * @name  of an attribute; NULL for what the kind says already
 */
void ucp_note_lost(struct ucp_worker *w, const struct ucp_entry *e, enum ucp_lost lost, int err,
		   const char *name);

/**
 * Count the fsync of a directory: whether something is to be told of it, as *ret_act.
 *
 * That is a failure, or once a run that directories have no fsync there.
 *
 * @rc  of ucp_attr_sync_dir()
 */
bool ucp_note_dir_sync(struct ucp_worker *w, int rc, enum ucp_act *ret_act);

/** What is noted about the type of what was made. */
enum ucp_note_type {
	UCP_NOTE_ANY = 0,        /**< not known; else S_IFMT's bits, shifted down */
	UCP_NOTE_OR_LINK = 0x80, /**< or a symbolic link to it */
	UCP_NOTE_TYPE = 0x0f,
	UCP_NOTE_SHIFT = 12,
};

/** Whether a mode is not of the type that was noted. */
bool ucp_note_is_other(uint8_t type, mode_t mode);

/** Put the digest of a copy into the manifest, unless it has none; in mtree form the file, in any case. */
void ucp_note_copy(struct ucp_worker *w, const struct ucp_entry *e, const struct ucp_copy *copy);

/** The same for another hard link to a copy. */
void ucp_note_link(struct ucp_worker *w, const struct ucp_entry *e,
		   const struct ucp_digest_value *value);

/** What had this name has been replaced by something that has no digest. */
void ucp_note_gone(struct ucp_worker *w, const struct ucp_entry *e);

/** Put an entry of a type that was made, and has no digest, into a manifest of mtree form. */
void ucp_note_entry(struct ucp_worker *w, const struct ucp_entry *e, mode_t type);

/** The same for a directory that is complete. */
void ucp_note_dir(struct ucp_worker *w, const struct ucp_dir *dir);

#endif
