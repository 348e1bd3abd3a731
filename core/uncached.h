/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * --cache=drop: what a run reads and writes does not stay in the page cache, and
 * pushes nothing out of it.
 *
 * Reads and writes go through the cache by RWF_DONTCACHE (Linux 6.14), which
 * drops each page of its own once it was read, or written to the disk. Where a
 * filesystem does not have that, and for what is left, POSIX_FADV_DONTNEED drops
 * what it can when a file is complete, which without --fsync is little of the
 * copy. What was cached of a source before stays.
 */
#ifndef UCP_CORE_UNCACHED_H
#define UCP_CORE_UNCACHED_H

struct ucp_file;
struct ucp_io;
struct ucp_worker;

/** Note what is cached of a source that is open and has not been read from. */
void ucp_uncached_note_source(struct ucp_file *file);

/** Set reads_uncached and writes_uncached of a pass: what to do where it is not direct. */
void ucp_uncached_choose(struct ucp_file *file);

/** Learn from a request of a pass that is done whether filesystems can do that. */
void ucp_uncached_learn(struct ucp_file *file, const struct ucp_io *io);

/** A file is about to be closed: drop what is left of it. */
void ucp_uncached_end(struct ucp_file *file);

/** The same for a copy that has waited for a barrier and is on the disk. */
void ucp_uncached_end_held(struct ucp_worker *w, int fd);

#endif
