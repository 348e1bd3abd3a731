/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Links put in the place of a name that is taken, in one step: it is made under
 * a temporary name beside it and renamed, so that what was there stays when no
 * link can be made.
 */
#ifndef UCP_CORE_REPLACE_H
#define UCP_CORE_REPLACE_H

/**
 * Put a hard link in the place of a name.
 *
 * @from_dir, @from  the file that gets one more name
 * @flags            as for linkat(2)
 * @dir, @name       the name to be replaced, perhaps a path
 * Returns 0, or a negative errno.
 */
int ucp_replace_by_link(int from_dir, const char *from, int flags, int dir, const char *name);

/** Put a symbolic link to target in the place of a name: 0, or a negative errno. */
int ucp_replace_by_symlink(const char *target, int dir, const char *name);

#endif
