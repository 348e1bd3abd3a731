/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/parked.h"

#include "core/finish.h"
#include "core/links.h"
#include "core/special.h"
#include "core/sys/fd.h"
#include "core/worker.h"

#include <stdlib.h>
#include <string.h>

struct ucp_parked *ucp_parked_new(const struct ucp_entry *e, struct ucp_link_group *group)
{
	size_t src_len = strlen(e->src_name) + 1;
	size_t dst_len = strlen(e->dst_name) + 1;

	struct ucp_parked *parked = malloc(sizeof(*parked) + src_len + dst_len);
	if (parked == NULL) {
		return NULL;
	}
	parked->task.kind = UCP_TASK_PARKED;
	parked->next = NULL;
	parked->group = group;
	parked->entry = *e;
	parked->src_fd = -1;
	if (e->operand == NULL) { /* an operand's names outlive the run */
		parked->entry.src_name = memcpy(parked->names, e->src_name, src_len);
		parked->entry.dst_name = memcpy(parked->names + src_len, e->dst_name, dst_len);
	}
	return parked;
}

bool ucp_parked_pin(struct ucp_worker *w, const struct ucp_parked *parked)
{
	const struct ucp_entry *e = &parked->entry;

	int err = ucp_dir_pin(w, e->dir);
	if (err == 0) {
		return true;
	}
	ucp_worker_tell_entry(w, UCP_FAIL_OPEN, err, e);
	ucp_finish_unpinned(w, e->dir);
	return false;
}

void ucp_parked_resume(struct ucp_worker *w, struct ucp_parked *parked)
{
	static const struct ucp_digest_value none;
	struct ucp_entry *e = &parked->entry;

	if (!ucp_parked_pin(w, parked)) {
		if (parked->group != NULL) {
			ucp_links_settle(w, parked->group, false, &none);
		}
		ucp_fd_drop(&parked->src_fd);
	} else if (S_ISREG(e->st.st_mode) || e->as_regular) {
		ucp_copy_start(w, e, parked->group, parked->src_fd);
	} else {
		ucp_special_copy_owned(w, e, parked->group);
	}
	free(parked);
}
