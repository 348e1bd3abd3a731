/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Letting the filesystem copy: sharing extents, or copying on its own side. */
#ifndef UCP_CORE_OFFLOAD_H
#define UCP_CORE_OFFLOAD_H

struct ucp_file;
struct ucp_worker;

/**
 * Copy the data of an open file by FICLONE or copy_file_range(2), where no
 * digest is wanted and both filesystems do that well.
 *
 * Returns 1 when all data is in place, 0 when it must be copied otherwise, or -1
 * when it has failed and that is told: with --reflink=always, or in the middle.
 * Source: ioctl_ficlonerange(2), copy_file_range(2).
 */
int ucp_offload_try(struct ucp_worker *w, struct ucp_file *file);

#endif
