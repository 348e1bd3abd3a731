/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * --verify: whether a copy is what was read, and that is what there is.
 *
 *     copied --> has the source changed meanwhile? (change.h)
 *            --> both: the source is read again, past the page cache
 *            --> attributes, then the disk, as far as is asked for
 *            --> the copy is read back past the page cache, and its digest compared
 *            --> it gets its name, if it has none yet
 *
 * A file that fails is copied again (again.h), --retries times; then it is a
 * failure like any other: what is new is removed, what was to be replaced with
 * --atomic stays.
 *
 * Past the page cache means O_DIRECT where the kernel says that it has it for
 * this file; else what is cached is dropped, and counted whether it has gone.
 */
#ifndef UCP_CORE_VERIFY_H
#define UCP_CORE_VERIFY_H

#include "core/again.h"

#include <stdbool.h>

struct ucp_file;

/**
 * Begin to read the source again: false where that is not asked for, or cannot be.
 *
 * Ends with ucp_copy_data_done(), perhaps before this returns, which calls
 * ucp_verify_judge(); so does ucp_verify_back().
 */
bool ucp_verify_source(struct ucp_file *file);

/** Begin to read the copy back: false where that is not asked for, or cannot be. */
bool ucp_verify_back(struct ucp_file *file);

/** A pass is over: compare. Counts what is right. */
enum ucp_verdict ucp_verify_judge(struct ucp_file *file);

#endif
