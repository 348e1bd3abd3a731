/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Copying what has no size beforehand: pipes, devices, files of /proc. */
#ifndef UCP_CORE_STREAM_H
#define UCP_CORE_STREAM_H

struct ucp_file;
struct ucp_worker;

/**
 * Copy to end of file with plain calls, if the file is of that kind.
 *
 * Returns 1 when all data is in place, 0 when its size is known and it should
 * be copied otherwise, or -1 when it has failed and that is told. Reading a pipe
 * may take for ever; a canceled run ends it.
 */
int ucp_stream_try(struct ucp_worker *w, struct ucp_file *file);

/**
 * Wait until a FIFO has data, or a writer that has gone.
 *
 * Before that nothing is done to the destination.
 * Returns 0, -ECANCELED, or what broke the engine.
 */
int ucp_stream_await(struct ucp_worker *w, int fd);

#endif
