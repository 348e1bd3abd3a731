/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/direct.h"

#include "core/copy.h"
#include "core/engine/engine.h"
#include "core/sys/cache.h"
#include "core/sys/retry.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

/*
 * Why this number. Space that is given at once, a flush of its own and a tail
 * that has to be cut off cost a few calls, which are nothing beside the time that
 * a disk takes for so much.
 */
#define DIRECT_MIN ((uint64_t)32 << 20) /* bytes */

/** Whether O_DIRECT can be had for a file at the alignment that buffers have. */
static bool direct_is_granted(int fd)
{
	struct ucp_cache_look look;

	return ucp_cache_look(fd, &look) == 0 && look.align > 0 && look.align <= UCP_DIRECT_ALIGN;
}

/** Switch O_DIRECT on where it can be had: whether it is. */
static bool direct_switch_on(int fd)
{
	return direct_is_granted(fd) && ucp_cache_direct(fd, true) == 0;
}

/** Whether there is space for a copy: what does not fit shall not take it from others meanwhile. */
static bool direct_has_room(const struct ucp_file *file)
{
	struct statvfs vfs;

	return fstatvfs(file->copy.fd, &vfs) == 0 &&
	       file->copy.size / vfs.f_frsize < vfs.f_bavail;
}

/** Give a copy its space and size: writes that make a file grow wait for each other. */
static void direct_allocate(struct ucp_file *file)
{
	if (fallocate(file->copy.fd, 0, 0, (off_t)file->copy.size) == 0) {
		file->attempt.written_end = file->copy.size;
	} else {
		/* It may have come part of the way; chunk_finish() sets the length in any case. */
		(void)UCP_RETRY(ftruncate(file->copy.fd, 0));
	}
}

struct ucp_buf_pool *ucp_direct_claim(struct ucp_worker *w)
{
	struct ucp_buf_pool *pool = &w->direct;
	atomic_uint *left = &w->shared->n_direct;

	unsigned int n_left = atomic_load(left);
	while (pool->count == 0 && w->max_direct * pool->size >= UCP_DIRECT_UNDER_WAY &&
	       n_left * pool->size >= UCP_DIRECT_UNDER_WAY) {
		unsigned int n = n_left < w->max_direct ? n_left : w->max_direct;
		if (atomic_compare_exchange_weak(left, &n_left, n_left - n)) {
			ucp_buf_init(pool, pool->size, n);
		}
	}
	return pool->count > 0 ? pool : NULL;
}

void ucp_direct_forgo(struct ucp_worker *w)
{
	atomic_fetch_add(&w->shared->n_direct, w->direct.count);
	ucp_buf_init(&w->direct, w->direct.size, 0);
	w->max_direct = 0;
}

/** Whether direct I/O is the better choice for a file when nobody has asked for it. */
static bool direct_is_better(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;

	/* The claim comes last: it is for the rest of the run. */
	return w->set->fsync != UCP_FSYNC_NEVER && w->story.kind == UCP_ENGINE_URING &&
	       file->copy.size >= DIRECT_MIN && direct_is_granted(file->copy.fd) &&
	       (w->large.count * w->large.size >= UCP_DIRECT_UNDER_WAY || ucp_direct_claim(w) != NULL);
}

void ucp_direct_choose(struct ucp_file *file)
{
	const struct ucp_settings *set = file->w->set;
	struct ucp_pass *pass = &file->pass;
	uint64_t size = file->copy.size;

	if (!file->copy.is_regular || set->sparse == UCP_SPARSE_ALWAYS || pass->is_plain ||
	    !(set->direct ? size > file->w->small.size : direct_is_better(file))) {
		return;
	}
	pass->writes_direct = direct_switch_on(file->copy.fd);
	/* What is in memory is had for less from there. */
	pass->reads_direct = (pass->writes_direct || set->direct) &&
			     ucp_cache_holds(file->src_fd) < size / 2 && direct_switch_on(file->src_fd);
	pass->align = pass->writes_direct || pass->reads_direct ? UCP_DIRECT_ALIGN : 0;
	if (pass->writes_direct && !pass->is_sparse && direct_has_room(file)) {
		direct_allocate(file);
	}
}

int ucp_direct_end(struct ucp_file *file)
{
	struct ucp_pass *pass = &file->pass;
	int err = 0;

	if (pass->reads_direct) {
		err = ucp_cache_direct(file->src_fd, false);
	}
	if (err == 0 && pass->writes_direct) {
		err = ucp_cache_direct(file->copy.fd, false);
	}
	pass->reads_direct = pass->writes_direct = false;
	pass->align = 0;
	return err;
}
