/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/context.h"

#include "core/sys/attr.h"
#include "core/sys/fd.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#if UCP_HAVE_SELINUX
#include <selinux/label.h>
#include <selinux/selinux.h>
#endif

bool ucp_context_is_enabled(void)
{
#if UCP_HAVE_SELINUX
	return is_selinux_enabled() > 0;
#else
	struct statfs sfs;

	return statfs("/sys/fs/selinux", &sfs) == 0 && (uint32_t)sfs.f_type == SELINUX_MAGIC;
#endif
}

bool ucp_context_has_policy(void)
{
	return UCP_HAVE_SELINUX;
}

int ucp_context_set_new(const char *context)
{
	int fd = ucp_fd_openat(AT_FDCWD, "/proc/thread-self/attr/fscreate", O_WRONLY, 0);
	if (fd < 0) {
		return fd;
	}
	int err = write(fd, context, strlen(context) + 1) < 0 ? -errno : 0;
	ucp_fd_drop(&fd);
	return err;
}

#if UCP_HAVE_SELINUX
/** The policy's file contexts; libselinux is not made for several threads at once. */
static struct {
	pthread_mutex_t lock;
	struct selabel_handle *handle;
	bool is_opened;
} context_policy = {.lock = PTHREAD_MUTEX_INITIALIZER};

/** The default label of a path, freed by freecon(): 0, or a negative errno. */
static int context_lookup(const char *path, mode_t mode, char **ret_label)
{
	int err = 0;

	pthread_mutex_lock(&context_policy.lock);
	if (!context_policy.is_opened) {
		context_policy.handle = selabel_open(SELABEL_CTX_FILE, NULL, 0);
		context_policy.is_opened = true;
	}
	if (context_policy.handle == NULL) {
		err = -ENOENT;
	} else if (selabel_lookup(context_policy.handle, ret_label, path, (int)mode) != 0) {
		err = -errno;
	}
	pthread_mutex_unlock(&context_policy.lock);
	return err;
}
#else
/** Never reached: without libselinux -Z is refused on a kernel with SELinux. */
static int context_lookup(const char *path, mode_t mode, char **ret_label)
{
	(void)path, (void)mode, (void)ret_label;
	return -EOPNOTSUPP;
}
#endif

/** The absolute path of an entry's destination, or NULL. */
static char *context_path(const struct ucp_entry *e)
{
	char *path = ucp_dir_path(e->dir, UCP_DST, e->dst_name);

	if (path == NULL || path[0] == '/') {
		return path;
	}
	char *here = getcwd(NULL, 0);
	char *whole = NULL;
	if (here != NULL && asprintf(&whole, "%s/%s", here, path) < 0) {
		whole = NULL;
	}
	free(here);
	free(path);
	return whole;
}

/** Label an open file, or a name that is not followed: 0, or a negative errno. */
static int context_set(const struct ucp_entry *e, int fd, const char *label)
{
	size_t len = strlen(label) + 1;

	return fd >= 0 ? ucp_attr_set(fd, UCP_ATTR_SELINUX, label, len)
		       : ucp_attr_set_at(e->dir->fd[UCP_DST], e->dst_name, UCP_ATTR_SELINUX, label,
					 len);
}

void ucp_context_restore(struct ucp_worker *w, const struct ucp_entry *e, int fd)
{
	char *label = NULL;

	if (w->set->context != UCP_CONTEXT_DEFAULT) {
		return;
	}
	char *path = context_path(e);
	int err = path != NULL ? context_lookup(path, e->st.st_mode, &label) : -ENOMEM;
	if (err == 0) {
		err = context_set(e, fd, label);
	}
	free(label); /* what freecon() does */
	free(path);
	/* The policy may have nothing to say about a path, a filesystem no labels. */
	if (err < 0 && err != -ENOENT && err != -EOPNOTSUPP) {
		ucp_count(&w->counts.lost[UCP_LOST_CONTEXT], 1);
		ucp_worker_tell_entry(w, UCP_WARN_CONTEXT, err, e);
	}
}
