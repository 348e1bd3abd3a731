/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#ifndef UCP_CORE_SYS_MOUNT_H
#define UCP_CORE_SYS_MOUNT_H

#include <stdbool.h>

/**
 * Whether a filesystem is mounted somewhere below a directory.
 *
 * @path  its name, absolute or not, symlinks in it followed
 * Returns true as well when that cannot be found out, as without /proc.
 * Source: proc_pid_mountinfo(5).
 */
bool ucp_mount_is_below(const char *path);

#endif
