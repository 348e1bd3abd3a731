/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/mode.h"

#include <sys/stat.h>

mode_t ucp_mode_asked(const struct ucp_settings *set, mode_t src_mode)
{
	if (set->keep_mode) {
		return src_mode & 07777;
	}
	if (set->drop_mode) {
		/* Sockets are made executable by cp, too. */
		return (S_ISDIR(src_mode) || S_ISSOCK(src_mode) ? 0777 : 0666) & ~set->umask;
	}
	return src_mode & 0777 & ~set->umask;
}

mode_t ucp_mode_first_file(const struct ucp_settings *set, mode_t src_mode)
{
	return set->keep_mode ? src_mode & 07777 : set->drop_mode ? 0666 : src_mode & 0777;
}

mode_t ucp_mode_private(mode_t mode)
{
	return mode & 0700;
}

/** What others may do in a directory only when it is complete and its owner's. */
static mode_t mode_later(const struct ucp_settings *set)
{
	return set->keep_owner ? S_IRWXG | S_IRWXO : S_IWGRP | S_IWOTH;
}

mode_t ucp_mode_first_dir(const struct ucp_settings *set, mode_t src_mode)
{
	if (set->keep_mode) {
		return 0700;
	}
	/* Stickiness is kept even by --no-preserve=mode, as by cp. */
	mode_t mode = set->drop_mode && !set->keep_owner ? 0777 | (src_mode & S_ISVTX)
							 : src_mode & 01777 & ~mode_later(set);
	return mode | 0700;
}

mode_t ucp_mode_last_dir(const struct ucp_settings *set, mode_t src_mode, mode_t made)
{
	if (set->drop_mode) {
		return ucp_mode_asked(set, src_mode) | (made & 07000); /* set-group-id is inherited */
	}
	if (set->keep_mode) {
		return ucp_mode_asked(set, src_mode);
	}
	return (made & 07777 & ~(mode_t)(0700 & ~src_mode)) |
	       (src_mode & mode_later(set) & ~set->umask);
}

bool ucp_mode_special_is_private(const struct ucp_settings *set)
{
	return set->keep_owner || set->keep_mode;
}

mode_t ucp_mode_first_special(const struct ucp_settings *set, mode_t src_mode)
{
	mode_t bits = set->drop_mode ? ucp_mode_asked(set, src_mode) : src_mode & 07777;

	return (src_mode & S_IFMT) |
	       (ucp_mode_special_is_private(set) ? ucp_mode_private(bits) : bits);
}
