/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * File flags (chattr(1): immutable, append only, no dump, no copy-on-write ...)
 * and project ids: --preserve=flags and --preserve=project.
 *
 *     new and empty --> ucp_flags_begin(): what only holds for data written later
 *     complete ------> ucp_flags_set():   the project, then all flags, after the times
 *     run is over ---> ucp_flags_seal():  immutable and append only, where other
 *                                         names of the file might still be made
 *
 * Only regular files and directories have them. What the copy's filesystem does
 * not know is told, flag by flag.
 *
 * Source: ioctl_iflags(2), FS_IOC_FSGETXATTR in <linux/fs.h>.
 */
#ifndef UCP_CORE_FLAGS_H
#define UCP_CORE_FLAGS_H

#include "core/entry.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct ucp_settings;
struct ucp_worker;

/** Copies to be made immutable or append only at the end. */
struct ucp_seals {
	pthread_mutex_t lock;
	struct ucp_seal *first; /**< owned list */
};

/** Prepare an empty list. */
void ucp_seals_init(struct ucp_seals *seals);

/** Release the list, sealed or not. */
void ucp_seals_fini(struct ucp_seals *seals);

/** Whether the options ask for flags or project ids. */
bool ucp_flags_are_wanted(const struct ucp_settings *set);

/** Give a new, empty file the flags that must be there before its data; tells nothing. */
void ucp_flags_begin(const struct ucp_settings *set, int src_fd, int dst_fd);

/**
 * Give a copy that is complete its project and flags: false when told as failed.
 *
 * What forbids changes comes at the end of the run to a file that may get other
 * names, and to a directory that other operands may go into.
 */
bool ucp_flags_set(struct ucp_worker *w, const struct ucp_entry *e, int src_fd, int dst_fd);

/** Do what was left for the end; no worker runs any more. */
void ucp_flags_seal(struct ucp_worker *w);

#endif
