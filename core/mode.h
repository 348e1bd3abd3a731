/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * The permission bits of copies: what they are made with, and what they have in
 * the end. S is the source's mode; the kernel takes the umask from what something
 * is made with, but where modes are kept, as it is 0 then (see job.h).
 *
 *                   -p               neither                  --no-preserve=mode
 *     file   made   S                S & 0777                 0666
 *            end    S                S & 0777 & ~umask        0666 & ~umask
 *     dir    made   0700             S & 01777 | 0700,        0777 | S & 01000,
 *                                    less what comes later    or as on the left
 *            end    S                what it was made with,   0777 & ~umask, and
 *                                    and what came later      inherited set-id bits
 *     other  made   S                S                        0666 & ~umask
 *            end    S                as made, or, if it was   0666 & ~umask
 *                                    less, S & 0777 & ~umask
 *
 * Less at first, until the copy is complete, where it would be open to somebody
 * who may not have it: before its owner, its ACL or its set-id bits are right.
 */
#ifndef UCP_CORE_MODE_H
#define UCP_CORE_MODE_H

#include "core/settings.h"

#include <stdbool.h>
#include <sys/types.h>

/** The bits that a copy ends up with, unless it is a directory that a new mode is made for. */
mode_t ucp_mode_asked(const struct ucp_settings *set, mode_t src_mode);

/** What a regular file is made with where nothing speaks against it. */
mode_t ucp_mode_first_file(const struct ucp_settings *set, mode_t src_mode);

/** Of a mode what a copy may have that is its owner's alone so far. */
mode_t ucp_mode_private(mode_t mode);

/** What a new directory has while it is filled. */
mode_t ucp_mode_first_dir(const struct ucp_settings *set, mode_t src_mode);

/**
 * What a directory that this run has made ends up with.
 *
 * @made  the mode it was found with after it was made: umask or default ACL have had their say
 */
mode_t ucp_mode_last_dir(const struct ucp_settings *set, mode_t src_mode, mode_t made);

/** Whether a special file is made with its owner's bits alone, the rest to come. */
bool ucp_mode_special_is_private(const struct ucp_settings *set);

/** What a special file is made with, its type included. */
mode_t ucp_mode_first_special(const struct ucp_settings *set, mode_t src_mode);

#endif
