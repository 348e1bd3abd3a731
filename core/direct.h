/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Large files past the page cache, by O_DIRECT.
 *
 * A large file that is to be on disk when the run is over gains nothing from the
 * page cache: its pages are copied, written out later than they could be, and
 * push out what others have there. Written directly the disk begins with the
 * first chunk, at a fraction of the processor time, and what is read back comes
 * from the medium. Without --fsync the cache is quicker, and is used, but for
 * --direct.
 */
#ifndef UCP_CORE_DIRECT_H
#define UCP_CORE_DIRECT_H

#include <stdint.h>

struct ucp_buf_pool;
struct ucp_file;
struct ucp_worker;

/** Bytes that must be under way at a time: with less, as measured, the cache does better (plan.c). */
#define UCP_DIRECT_UNDER_WAY ((uint64_t)64 << 20)

/**
 * A worker's buffers for direct I/O, larger than its others.
 *
 * The first use takes them from what all workers have together, for the rest of the run.
 * Returns NULL where others have taken so much that what is left is no use. Thread: the worker's.
 */
struct ucp_buf_pool *ucp_direct_claim(struct ucp_worker *w);

/**
 * Give back what a worker has claimed, for good, as there is no memory for it; none may be in use.
 *
 * Thread: the worker's.
 */
void ucp_direct_forgo(struct ucp_worker *w);

/**
 * Decide for a pass that copies whether source and copy are read and written directly.
 *
 * Sets the pass's align, reads_direct and writes_direct, and gives a copy without
 * holes its space and size at once. What cannot be done is left, without a word.
 * Source: open(2) O_DIRECT; statx(2) STATX_DIOALIGN; fallocate(2).
 */
void ucp_direct_choose(struct ucp_file *file);

/**
 * Go on through the page cache, with offsets and lengths of any kind.
 *
 * What is in flight goes on as it has begun. May be called at any time in a pass that copies.
 * Returns 0, or a negative errno.
 */
int ucp_direct_end(struct ucp_file *file);

#endif
