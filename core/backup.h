/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * --backup: what is in the way is moved aside, under a name that says so.
 *
 *     simple     name~, with the suffix asked for; a backup of that name is replaced
 *     numbered   name.~N~, one more than the highest there is
 *     existing   numbered where there is a numbered one already, else simple
 */
#ifndef UCP_CORE_BACKUP_H
#define UCP_CORE_BACKUP_H

#include "core/settings.h"

#include <stdbool.h>
#include <sys/stat.h>

/**
 * The name a backup would get.
 *
 * @dir       directory that name is relative to
 * @name      may be a path; the backup has the same directory part
 * @ret_name  owned by the caller
 * Returns 0, -ENOMEM, or a negative errno from reading the directory for
 * numbered ones.
 * Source: the GNU coreutils manual, "Backup options".
 */
int ucp_backup_name(int dir, const char *name, const struct ucp_settings *set, char **ret_name);

/**
 * Move a name aside.
 *
 * @ret_backup  where it is now, relative to dir; owned by the caller
 * Returns 0, or a negative errno:
 *   -ENOENT  nothing of that name is there (any more)
 */
int ucp_backup_make(int dir, const char *name, const struct ucp_settings *set, char **ret_backup);

/**
 * Give the file of a name its backup as one more name; as ucp_backup_make() otherwise.
 *
 *   -EPERM, -EOPNOTSUPP, -EMLINK  it cannot have one
 */
int ucp_backup_link(int dir, const char *name, const struct ucp_settings *set, char **ret_backup);

/** Move a backup back to its name, or drop it where that has it still: 0, or a negative errno. */
int ucp_backup_undo(int dir, const char *backup, const char *name);

/**
 * Whether a source is what the simple backup of the destination would replace.
 *
 * @src     the source's path
 * @src_st  its status
 */
bool ucp_backup_is_source(int dir, const char *name, const struct ucp_settings *set,
			  const char *src, const struct stat *src_st);

#endif
