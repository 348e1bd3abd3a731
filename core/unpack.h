/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * The decoder: archives -> members, in a thread of its own.
 *
 * It reads one archive after the other, makes the directories (descent.h), and hands everything
 * else to the workers, so that files are made, written and synced while it decodes on. Small
 * files of one directory go together, as two workers that make files in one directory wait for
 * each other.
 */
#ifndef UCP_CORE_UNPACK_H
#define UCP_CORE_UNPACK_H

#include "core/dir.h"
#include "core/job.h"

struct ucp_worker;

/** What the decoder is to do; all is borrowed for as long as it runs. */
struct ucp_unpack {
	struct ucp_worker *w;            /**< its place among the workers: its queue is only stolen from */
	const struct ucp_operands *ops;  /**< sources are the archives, "-" for standard input */
	struct ucp_dir *base;            /**< the target; one pending of it is the decoder's */
};

/**
 * Read all archives; what fails is told.
 *
 * Thread: the decoder's, from beginning to end.
 */
void ucp_unpack_run(const struct ucp_unpack *unpack);

#endif
