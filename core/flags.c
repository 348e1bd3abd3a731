/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/flags.h"

#include "core/links.h"
#include "core/sys/fd.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/** A flag that is copied; others tell how a filesystem stores the file. */
struct flags_name {
	uint32_t bit;
	char letter; /**< as lsattr(1) shows it */
};

/* Those that forbid changes come last. */
static const struct flags_name flags_names[] = {
	{FS_SECRM_FL, 's'},        {FS_UNRM_FL, 'u'},    {FS_SYNC_FL, 'S'},
	{FS_DIRSYNC_FL, 'D'},      {FS_NODUMP_FL, 'd'},  {FS_NOATIME_FL, 'A'},
	{FS_COMPR_FL, 'c'},        {FS_NOCOMP_FL, 'm'},  {FS_JOURNAL_DATA_FL, 'j'},
	{FS_NOTAIL_FL, 't'},       {FS_TOPDIR_FL, 'T'},  {FS_NOCOW_FL, 'C'},
	{FS_PROJINHERIT_FL, 'P'},  {FS_APPEND_FL, 'a'},  {FS_IMMUTABLE_FL, 'i'},
};

enum { FLAGS_N = sizeof(flags_names) / sizeof(flags_names[0]) };

/** What matters for data that is written later. */
#define FLAGS_EARLY ((uint32_t)FS_COMPR_FL | FS_NOCOMP_FL | FS_JOURNAL_DATA_FL | FS_NOCOW_FL)

/** What forbids links to a file, and further changes. */
#define FLAGS_SEAL ((uint32_t)FS_APPEND_FL | FS_IMMUTABLE_FL)

/** A copy that waits for its seal. */
struct ucp_seal {
	struct ucp_seal *next;
	struct ucp_dir *dir; /**< a ref */
	uint64_t dev;        /**< of the copy */
	uint64_t ino;        /**< of the copy */
	uint32_t flags;      /**< to be added */
	char name[];         /**< relative to dir */
};

void ucp_seals_init(struct ucp_seals *seals)
{
	seals->first = NULL;
	(void)pthread_mutex_init(&seals->lock, NULL); /* cannot fail with default attributes */
}

void ucp_seals_fini(struct ucp_seals *seals)
{
	while (seals->first != NULL) {
		struct ucp_seal *seal = seals->first;
		seals->first = seal->next;
		ucp_dir_unref(seal->dir);
		free(seal);
	}
	(void)pthread_mutex_destroy(&seals->lock);
}

bool ucp_flags_are_wanted(const struct ucp_settings *set)
{
	return set->keep_flags || set->keep_project;
}

/** All flags that are copied. */
static uint32_t flags_mask(void)
{
	uint32_t mask = 0;

	for (size_t i = 0; i < FLAGS_N; i++) {
		mask |= flags_names[i].bit;
	}
	return mask;
}

/** Whether a descriptor may have flags: a device's driver may take the ioctl for another. */
static bool flags_are_here(int fd)
{
	struct stat st;

	return ucp_fd_stat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

/** The flags of an open file: 0, or a negative errno. */
static int flags_get(int fd, uint32_t *ret_flags)
{
	int flags = 0; /* whatever the ioctl's number says, it is an int */

	if (!flags_are_here(fd)) {
		return -ENOTTY;
	}
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) != 0) {
		return -errno;
	}
	*ret_flags = (uint32_t)flags;
	return 0;
}

/** Set all flags of an open file: 0, or a negative errno. */
static int flags_put(int fd, uint32_t flags)
{
	int value = (int)flags;

	return ioctl(fd, FS_IOC_SETFLAGS, &value) == 0 ? 0 : -errno;
}

/** Whether an error says that there are no flags here, rather than that they cannot be had. */
static bool flags_are_unknown(int err)
{
	return err == -ENOTTY || err == -EOPNOTSUPP || err == -ENOSYS || err == -EINVAL;
}

/**
 * Change flags, one by one where not all are taken.
 *
 * @ret_err  written when some are missing: why
 * Returns those that are not as wanted.
 */
static uint32_t flags_change(int fd, uint32_t have, uint32_t want, int *ret_err)
{
	int err = flags_put(fd, want);

	for (size_t i = 0; err < 0 && i < FLAGS_N; i++) {
		uint32_t bit = flags_names[i].bit;
		if (((have ^ want) & bit) != 0) {
			int one = flags_put(fd, have ^ bit);
			have ^= one == 0 ? bit : 0;
			err = one < 0 ? one : err;
		}
	}
	/* Some filesystems take a flag and leave it out. */
	uint32_t got = have;
	int get_err = flags_get(fd, &got);
	*ret_err = err < 0 ? err : get_err < 0 ? get_err : -EOPNOTSUPP;
	return (got ^ want) & flags_mask();
}

void ucp_flags_begin(const struct ucp_settings *set, int src_fd, int dst_fd)
{
	uint32_t src = 0, dst = 0;

	if (!set->keep_flags || flags_get(src_fd, &src) < 0 || flags_get(dst_fd, &dst) < 0) {
		return;
	}
	if (((src ^ dst) & FLAGS_EARLY) != 0) {
		/* What cannot be set now is told about when the copy is complete. */
		(void)flags_put(dst_fd, (dst & ~FLAGS_EARLY) | (src & FLAGS_EARLY));
	}
}

/** Letters of flags, as lsattr(1) has them. */
static void flags_letters(uint32_t flags, char text[FLAGS_N + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < FLAGS_N; i++) {
		if ((flags & flags_names[i].bit) != 0) {
			text[n++] = flags_names[i].letter;
		}
	}
	text[n] = '\0';
}

/** Tell flags that could not be set; false, for the caller to return. */
static bool flags_fail(struct ucp_worker *w, const struct ucp_entry *e, uint32_t flags, int err)
{
	char text[FLAGS_N + 1];

	flags_letters(flags, text);
	ucp_count(&w->counts.lost[UCP_LOST_FLAGS], 1);
	ucp_worker_tell_at(w, UCP_FAIL_FLAGS, err, e->dir, e->src_name, e->dst_name, text);
	return false;
}

/** Leave flags of a file for the end of the run: 0, or a negative errno. */
static int flags_defer(struct ucp_worker *w, const struct ucp_entry *e, int dst_fd, uint32_t flags)
{
	struct ucp_seals *seals = &w->shared->seals;
	size_t room = strlen(e->dst_name) + 1;
	struct stat st;

	int err = ucp_fd_stat(dst_fd, &st);
	if (err < 0) {
		return err;
	}
	struct ucp_seal *seal = malloc(sizeof(*seal) + room);
	if (seal == NULL) {
		return -ENOMEM;
	}
	*seal = (struct ucp_seal){
		.dir = e->dir, .dev = st.st_dev, .ino = st.st_ino, .flags = flags};
	memcpy(seal->name, e->dst_name, room);
	ucp_dir_ref(seal->dir);
	pthread_mutex_lock(&seals->lock);
	seal->next = seals->first;
	seals->first = seal;
	pthread_mutex_unlock(&seals->lock);
	return 0;
}

/** Copy the flags: false when told as failed. */
static bool flags_set(struct ucp_worker *w, const struct ucp_entry *e, int src_fd, int dst_fd)
{
	uint32_t mask = flags_mask();
	uint32_t src = 0, dst = 0;

	int err = flags_get(src_fd, &src);
	if (err < 0) {
		return flags_are_unknown(err) || flags_fail(w, e, 0, err);
	}
	src &= mask;
	err = flags_get(dst_fd, &dst);
	if (err < 0) {
		return (src == 0 && flags_are_unknown(err)) || flags_fail(w, e, src, err);
	}
	uint32_t later = 0;
	/* Other operands may go into a directory, and other names to a file, or its only one. */
	if (S_ISDIR(e->st.st_mode) ? !w->shared->is_single
				   : w->set->atomic || w->set->verify != UCP_VERIFY_NEVER ||
					     ucp_links_may_come(w, e)) {
		later = src & FLAGS_SEAL & ~dst;
		err = later != 0 ? flags_defer(w, e, dst_fd, later) : 0;
		if (err < 0) {
			return flags_fail(w, e, later, err);
		}
	}
	uint32_t want = (dst & ~mask) | (src & ~later);
	if (want == dst) {
		return true;
	}
	uint32_t lost = flags_change(dst_fd, dst, want, &err);
	return lost == 0 || flags_fail(w, e, lost, err);
}

/** Tell a project id that could not be set; false, for the caller to return. */
static bool flags_fail_project(struct ucp_worker *w, const struct ucp_entry *e, int err)
{
	ucp_count(&w->counts.lost[UCP_LOST_PROJECT], 1);
	ucp_worker_tell_entry(w, UCP_FAIL_PROJECT, err, e);
	return false;
}

/** Copy the project id: false when told as failed. */
static bool flags_set_project(struct ucp_worker *w, const struct ucp_entry *e, int src_fd,
			      int dst_fd)
{
	struct fsxattr src = {0}, dst = {0};

	if (!flags_are_here(src_fd) || !flags_are_here(dst_fd)) {
		return true;
	}
	if (ioctl(src_fd, FS_IOC_FSGETXATTR, &src) != 0 && !flags_are_unknown(-errno)) {
		return flags_fail_project(w, e, -errno);
	}
	int err = ioctl(dst_fd, FS_IOC_FSGETXATTR, &dst) == 0 ? 0 : -errno;
	if (src.fsx_projid == dst.fsx_projid && (err == 0 || flags_are_unknown(err))) {
		return true; /* also where neither side knows projects */
	}
	if (err == 0) {
		dst.fsx_projid = src.fsx_projid;
		err = ioctl(dst_fd, FS_IOC_FSSETXATTR, &dst) == 0 ? 0 : -errno;
	}
	return err == 0 || flags_fail_project(w, e, err);
}

bool ucp_flags_set(struct ucp_worker *w, const struct ucp_entry *e, int src_fd, int dst_fd)
{
	bool fine = true;

	if (w->set->keep_project) {
		fine = flags_set_project(w, e, src_fd, dst_fd);
	}
	if (w->set->keep_flags) {
		fine = flags_set(w, e, src_fd, dst_fd) && fine;
	}
	return fine;
}

/** Open a copy that waits for its seal: its descriptor, or a negative errno. */
static int flags_open(const struct ucp_seal *seal)
{
	struct stat st;

	/* It may have been copied to through a symlink, so that is followed. */
	int fd = ucp_fd_openat(seal->dir->fd[UCP_DST], seal->name,
			       O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (fd < 0) {
		return fd;
	}
	int err = ucp_fd_stat(fd, &st);
	if (err == 0 && (st.st_dev != seal->dev || st.st_ino != seal->ino)) {
		err = -ESTALE; /* somebody put another file there */
	}
	if (err < 0) {
		ucp_fd_drop(&fd);
		return err;
	}
	return fd;
}

/** Set the flags of one copy, durably if asked: 0, or a negative errno. */
static int flags_seal_one(struct ucp_worker *w, const struct ucp_seal *seal, uint32_t *ret_lost)
{
	uint32_t have = 0;

	*ret_lost = seal->flags;
	int err = ucp_dir_pin(w, seal->dir);
	if (err < 0) {
		return err;
	}
	int fd = flags_open(seal);
	ucp_dir_unpin(seal->dir);
	if (fd < 0) {
		return fd;
	}
	err = flags_get(fd, &have);
	if (err == 0) {
		*ret_lost = flags_change(fd, have, have | seal->flags, &err);
		err = *ret_lost != 0 ? err : 0;
	}
	if (err == 0 && w->set->fsync != UCP_FSYNC_NEVER && fsync(fd) != 0) {
		err = -errno;
	}
	ucp_fd_drop(&fd);
	return err;
}

void ucp_flags_seal(struct ucp_worker *w)
{
	for (const struct ucp_seal *seal = w->shared->seals.first; seal != NULL;
	     seal = seal->next) {
		const struct ucp_entry e = {.dir = seal->dir, .src_name = seal->name,
					    .dst_name = seal->name};
		uint32_t lost;
		int err = flags_seal_one(w, seal, &lost);
		if (err < 0 && lost != 0) {
			(void)flags_fail(w, &e, lost, err); /* told */
		} else if (err < 0) {
			ucp_worker_tell_at(w, UCP_FAIL_SYNC, err, e.dir, e.src_name, e.dst_name,
					   NULL);
		}
	}
}
