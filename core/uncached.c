/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/uncached.h"

#include "core/copy.h"
#include "core/sys/cache.h"
#include "core/worker.h"

void ucp_uncached_note_source(struct ucp_file *file)
{
	file->may_drop_src = file->w->set->drop_cache && !ucp_cache_may_hold(file->src_fd);
}

void ucp_uncached_choose(struct ucp_file *file)
{
	const struct ucp_worker *w = file->w;
	struct ucp_pass *pass = &file->pass;

	if (!w->set->drop_cache || pass->is_plain) {
		return;
	}
	/* What was cached of it stays so. */
	pass->reads_uncached = w->cached_only_dev[UCP_SRC] != file->entry.st.st_dev;
	pass->writes_uncached = pass->kind == UCP_PASS_COPY && file->copy.is_regular &&
				w->cached_only_dev[UCP_DST] != file->entry.dir->dev[UCP_DST];
}

void ucp_uncached_learn(struct ucp_file *file, const struct ucp_io *io)
{
	struct ucp_worker *w = file->w;
	struct ucp_pass *pass = &file->pass;

	if (pass->reads_uncached && !io->is_direct && !io->is_uncached) {
		pass->reads_uncached = false;
		w->cached_only_dev[UCP_SRC] = file->entry.st.st_dev;
	}
	if (pass->writes_uncached && !io->is_out_direct && !io->is_out_uncached) {
		pass->writes_uncached = false;
		if (!file->copy.is_behind_link) { /* which may be on another device */
			w->cached_only_dev[UCP_DST] = file->entry.dir->dev[UCP_DST];
		}
	}
}

void ucp_uncached_end(struct ucp_file *file)
{
	if (!file->w->set->drop_cache) {
		return;
	}
	if (file->src_fd >= 0 && file->may_drop_src) {
		ucp_cache_forget(file->src_fd);
	}
	if (file->copy.fd >= 0 && file->err == 0) { /* else it would be written out for nothing */
		ucp_cache_forget(file->copy.fd);
	}
}

void ucp_uncached_end_held(struct ucp_worker *w, int fd)
{
	if (w->set->drop_cache) {
		ucp_cache_forget(fd);
	}
}
