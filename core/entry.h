/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* One entry of the source and where it goes: what every later step needs to know. */
#ifndef UCP_CORE_ENTRY_H
#define UCP_CORE_ENTRY_H

#include "core/dir.h"

#include <stdbool.h>
#include <sys/stat.h>

struct ucp_member;

/** A source operand and what became of it. */
struct ucp_operand {
	const char *src;             /**< borrowed: as given */
	const char *dst_name;        /**< relative to the base's destination */
	char *owned_name;            /**< owned: dst_name, when it had to be made */
	uint64_t dev;                /**< of the source, once begun */
	uint64_t ino;                /**< of the source, once begun */
	struct ucp_operand *earlier; /**< an operand before this one with the same dst_name */
	bool was_created;            /**< its destination exists because of this run */
};

/** The entry. */
struct ucp_entry {
	struct ucp_dir *dir;         /**< borrowed: holds a pending and a pin while in flight */
	const char *src_name;        /**< relative to dir */
	const char *dst_name;        /**< relative to dir */
	struct ucp_operand *operand; /**< borrowed: when named on the command line, else NULL */
	struct ucp_member *member;   /**< owned: where it comes from when that is an archive, and no
	                                  source that could be opened; else NULL */
	bool follow;                 /**< a symlink stands for what it points to */
	bool as_regular;             /**< its contents are wanted, whatever it is */
	bool is_told;                /**< -v has had its line */
	bool is_agreed;              /**< -i has had its answer: yes */
	bool is_declined;            /**< -i has had its answer: no */
	bool is_counted;             /**< in the bytes found */
	bool has_removed;            /**< what was in the way has been removed */
	struct stat st;              /**< of the source, once known */
	char *backup;                /**< owned: where what was in the way is now, relative to
	                                  dir, until ucp_place_settle(); or NULL */
};

#endif
