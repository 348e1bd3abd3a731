/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * SELinux security contexts: -Z, --context=CTX, --preserve=context.
 *
 * Kept contexts are copied with the other extended attributes (meta.c) and need
 * no library. A given one is set for a whole thread, so that new files have it
 * from their first moment. The default of the policy for a path (-Z) is asked
 * of libselinux, where ucp was built with it.
 */
#ifndef UCP_CORE_CONTEXT_H
#define UCP_CORE_CONTEXT_H

#include "core/entry.h"

#include <stdbool.h>

struct ucp_worker;

/** Whether the running kernel labels files by SELinux. */
bool ucp_context_is_enabled(void);

/** Whether the policy can be asked for defaults, which -Z needs. */
bool ucp_context_has_policy(void);

/**
 * Have everything labelled that this thread, and threads it starts, create from now on.
 *
 * @context  a label
 * Returns 0, or a negative errno: -EINVAL when the policy knows no such label.
 * Source: /proc/thread-self/attr/fscreate in proc(5).
 */
int ucp_context_set_new(const char *context);

/**
 * Give something the policy's default label for its path, if -Z was given.
 *
 * @fd  the new file or directory, or -1: the entry's name is used, not followed
 * A failure is told, and costs nothing but the label, as with cp.
 */
void ucp_context_restore(struct ucp_worker *w, const struct ucp_entry *e, int fd);

#endif
