/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Attributes of what a descriptor stands for, even one opened with O_PATH.
 *
 * Each call is made on the descriptor first. One that has only a path refuses
 * with EBADF, and is then reached through /proc/self/fd, which leads to the file
 * itself, a symbolic link too, whatever its name has become.
 * All return a negative errno where the call of the same name sets errno.
 * Source: open(2) "O_PATH", proc(5) "/proc/pid/fd".
 */
#ifndef UCP_CORE_SYS_ATTR_H
#define UCP_CORE_SYS_ATTR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/** Where SELinux has its label. */
#define UCP_ATTR_SELINUX "security.selinux"
#define UCP_ATTR_CAPABILITY "security.capability"

/** The attributes that POSIX ACLs are: of a file, and what is made in a directory begins with. */
#define UCP_ATTR_ACL "system.posix_acl_access"
#define UCP_ATTR_DEFAULT_ACL "system.posix_acl_default"

/** fchmod(2): 0, or a negative errno. */
int ucp_attr_chmod(int fd, mode_t mode);

/** fchown(2): 0, or a negative errno. */
int ucp_attr_chown(int fd, uid_t uid, gid_t gid);

/** futimens(3) with atime and mtime: 0, or a negative errno. */
int ucp_attr_utimens(int fd, const struct timespec times[2]);

/** flistxattr(2): bytes, or a negative errno. */
ssize_t ucp_attr_list(int fd, char *list, size_t room);

/** fgetxattr(2): bytes, or a negative errno. */
ssize_t ucp_attr_get(int fd, const char *name, void *value, size_t room);

/** fsetxattr(2) without flags: 0, or a negative errno. */
int ucp_attr_set(int fd, const char *name, const void *value, size_t len);

/** fremovexattr(2): 0, or a negative errno. */
int ucp_attr_remove(int fd, const char *name);

/** llistxattr(2), or listxattr(2), of a name below a held directory: bytes, or a negative errno. */
ssize_t ucp_attr_list_at(int dir, const char *name, bool follow, char *list, size_t room);

/** lgetxattr(2) of a name below a held directory: bytes, or a negative errno. */
ssize_t ucp_attr_get_at(int dir, const char *name, const char *attr, void *value, size_t room);

/** lsetxattr(2) without flags: 0, or a negative errno. */
int ucp_attr_set_at(int dir, const char *name, const char *attr, const void *value, size_t len);

/** lremovexattr(2): 0, or a negative errno. */
int ucp_attr_remove_at(int dir, const char *name, const char *attr);

/** Whether the error of an fsync(2) says that there is none: some network filesystems have it for files only. */
bool ucp_attr_has_no_sync(int err);

/** What is done where directories have no fsync: syncfs(2). Returns 1, or a negative errno. */
int ucp_attr_sync_instead(int fd);

/**
 * fsync(2) of a directory, once.
 *
 * One that must not be read cannot be opened for fsync. If it may be written,
 * its whole filesystem is synced instead; and so it is where directories have
 * no fsync.
 * Returns 0, 1 when directories have none, or a negative errno; -EACCES when
 * there is no way.
 */
int ucp_attr_sync_dir(int fd);

#endif
