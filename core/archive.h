/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * An archive as a stream of entries: the only file that knows libarchive.
 *
 * Format and filter are found by content. Not tried: mtree, which is a list whose
 * contents are files of this machine, so that a hostile one could have any of them
 * copied; and filters that would be run as programs.
 *
 * Thread: one at a time; not that which opened it in particular.
 */
#ifndef UCP_CORE_ARCHIVE_H
#define UCP_CORE_ARCHIVE_H

#include "core/attrs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct ucp_archive;

/** How an archive is read. */
struct ucp_archive_conf {
	int fd;                      /**< borrowed: the archive, open for reading, at its start */
	bool numeric_ids;            /**< names of users and groups are not looked up */
	bool (*is_canceled)(void *ctx); /**< asked between reads, and when a signal ends one */
	void *ctx;
};

/** One entry; all is borrowed until the next call. */
struct ucp_archive_entry {
	const char *path;            /**< as the archive has it */
	const char *hard_link;       /**< path of an earlier entry this is another name of, or NULL */
	const char *symlink;         /**< target, or NULL */
	struct stat st;              /**< type, mode, owner, size, times, device; st_mode is 0 of a type
	                                  that is not known; times not given are UTIME_OMIT */
	bool has_size;               /**< st.st_size is what the archive says */
	bool is_spread;              /**< of several names the last comes with the data (cpio) */
	struct ucp_attrs attrs;      /**< ACLs included, in the kernel's form */
	const char *warning;         /**< what could not be made out of the header, or NULL */
};

/** Whether libarchive is there; everything else needs it. Thread: any. */
bool ucp_archive_is_had(void);

/**
 * Begin to read an archive.
 *
 * Returns 0, or a negative errno: -ENOMEM; -EBADMSG, or what a read gave, when ucp_archive_text()
 * says what is wrong, *ret_archive being set then as well.
 * Owner:  ucp_archive_close(), which leaves the descriptor open.
 */
int ucp_archive_open(const struct ucp_archive_conf *conf, struct ucp_archive **ret_archive);

/** Release; NULL is allowed. */
void ucp_archive_close(struct ucp_archive *archive);

/**
 * Go to the next entry; what was not read of the one before is skipped.
 *
 * Returns 1, 0 at the end, -EINVAL when this entry cannot be made out but others may follow, or
 * another negative errno when nothing more can be read.
 */
int ucp_archive_next(struct ucp_archive *archive, struct ucp_archive_entry *ret_entry);

/**
 * The next stretch of the entry's data, in the order of offsets; what lies between is a hole.
 *
 * @ret_data  borrowed until the next call
 * @ret_off   bytes from the start of the file
 * Returns 1, 0 at the end, -EINVAL when the data is not right, but others may follow, or another
 * negative errno when nothing more can be read.
 */
int ucp_archive_data(struct ucp_archive *archive, const void **ret_data, size_t *ret_len,
		     uint64_t *ret_off);

/** What went wrong last, in libarchive's words; never NULL. */
const char *ucp_archive_text(const struct ucp_archive *archive);

/** What was recognized, for --debug: format and filters. The caller frees it; NULL without memory. */
char *ucp_archive_kind(const struct ucp_archive *archive);

#endif
