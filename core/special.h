/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Symbolic links, FIFOs, sockets and devices; and links in place of copies (-l, -s). */
#ifndef UCP_CORE_SPECIAL_H
#define UCP_CORE_SPECIAL_H

#include "core/entry.h"

#include <stdbool.h>

struct ucp_link_group;
struct ucp_worker;

/** Copy an entry that is neither file nor directory; st is known. Hard links are kept. */
void ucp_special_copy(struct ucp_worker *w, struct ucp_entry *e);

/** The same for an entry that owns its group of hard links; ends it with ucp_finish_entry(). */
void ucp_special_copy_owned(struct ucp_worker *w, struct ucp_entry *e,
			    struct ucp_link_group *group);

/** Make an entry of an archive, which is no file, and no more than that: whether it was made. */
bool ucp_special_make(struct ucp_worker *w, struct ucp_entry *e);

/** Make a hard link (-l) or a symbolic link (-s) to a source that is no directory. */
void ucp_special_make_link(struct ucp_worker *w, struct ucp_entry *e);

#endif
