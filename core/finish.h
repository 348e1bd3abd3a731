/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* The way up: what was begun in a directory is over, and after the last, the directory itself. */
#ifndef UCP_CORE_FINISH_H
#define UCP_CORE_FINISH_H

struct ucp_dir;
struct ucp_worker;

/**
 * Something begun in a directory (ucp_dir_begin()) is over: drop its pin and its pending.
 *
 * The last one sets the directory's attributes, syncs and closes it, and goes on
 * with its parent; the node may be gone when this returns.
 */
void ucp_finish_entry(struct ucp_worker *w, struct ucp_dir *dir);

/** The same for something that holds no pin. */
void ucp_finish_unpinned(struct ucp_worker *w, struct ucp_dir *dir);

#endif
