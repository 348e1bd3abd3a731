/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/inspect.h"

#include "core/compare.h"
#include "core/sys/fd.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/** Whether a time is another. */
static bool inspect_time_differs(const struct ucp_mtree_entry *entry, const struct timespec *time)
{
	return entry->sec != time->tv_sec ||
	       (entry->has_nsec && (long)entry->nsec != time->tv_nsec);
}

/** Whether a mode is of another type than is said, or than the keywords can be of. */
static bool inspect_type_differs(const struct ucp_mtree_entry *entry, mode_t mode)
{
	uint32_t keys = entry->keys;
	bool has_link = (keys & UCP_MTREE_LINK) != 0;
	bool has_data = (keys & (UCP_MTREE_SHA256 | UCP_MTREE_OTHER)) != 0 ||
			((keys & UCP_MTREE_SIZE) != 0 && !has_link); /* some give it to links */

	if ((keys & UCP_MTREE_TYPE) != 0) {
		return entry->type != (mode & S_IFMT);
	}
	return (has_link && !S_ISLNK(mode)) || (has_data && !S_ISREG(mode)) ||
	       ((keys & UCP_MTREE_DEVICE) != 0 && !S_ISCHR(mode) && !S_ISBLK(mode));
}

/** Compare with a status of a type that can be: enum ucp_compare_bit, or-ed. */
static uint32_t inspect_status(const struct ucp_mtree_entry *entry, const struct stat *st)
{
	bool is_device = S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);
	uint32_t keys = entry->keys;
	uint32_t what = 0;

	if ((keys & UCP_MTREE_SIZE) != 0 && S_ISREG(st->st_mode) &&
	    entry->size != (uint64_t)st->st_size) {
		what |= UCP_COMPARE_SIZE;
	}
	if ((keys & UCP_MTREE_DEVICE) != 0 && is_device &&
	    (entry->major != major(st->st_rdev) || entry->minor != minor(st->st_rdev))) {
		what |= UCP_COMPARE_DEVICE;
	}
	if ((keys & UCP_MTREE_MODE) != 0 && !S_ISLNK(st->st_mode) &&
	    ((entry->mode ^ st->st_mode) & 07777) != 0) {
		what |= UCP_COMPARE_MODE;
	}
	if (((keys & UCP_MTREE_UID) != 0 && entry->uid != st->st_uid) ||
	    ((keys & UCP_MTREE_GID) != 0 && entry->gid != st->st_gid)) {
		what |= UCP_COMPARE_OWNER;
	}
	if ((keys & UCP_MTREE_TIME) != 0 && inspect_time_differs(entry, &st->st_mtim)) {
		what |= UCP_COMPARE_TIME;
	}
	return what;
}

int ucp_inspect(const struct ucp_mtree_entry *entry, int dir, const char *name,
		uint32_t *ret_what)
{
	struct stat st;
	int err = ucp_fd_statat(dir, name, AT_SYMLINK_NOFOLLOW, &st);

	if (err < 0) {
		return err;
	}
	if ((entry->keys & UCP_MTREE_NOCHANGE) != 0) {
		*ret_what = 0;
		return 0;
	}
	if (inspect_type_differs(entry, st.st_mode)) {
		*ret_what = UCP_COMPARE_TYPE;
		return 0;
	}
	uint32_t what = inspect_status(entry, &st);
	if ((entry->keys & UCP_MTREE_LINK) != 0 && S_ISLNK(st.st_mode)) {
		char *target;
		err = ucp_fd_readlinkat(dir, name, (size_t)st.st_size, &target);
		if (err < 0) {
			return err;
		}
		what |= strcmp(target, entry->link) != 0 ? UCP_COMPARE_TARGET : 0u;
		free(target);
	}
	*ret_what = what;
	return 0;
}
