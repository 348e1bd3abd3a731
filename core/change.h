/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * --on-change: what is made of a source that changed while it was copied.
 *
 *     opened: fstat, kept in its entry --> copied --> fstat: is it the same?
 *                                                       |
 *         size, modification and change time: yes <-----+-----> no: as asked for
 *
 * warned of and copied all the same; copied again (again.h), --retries times; or
 * a failure. Sources of which fstat(2) says nothing, as pipes or what is in /proc,
 * never change.
 */
#ifndef UCP_CORE_CHANGE_H
#define UCP_CORE_CHANGE_H

#include "core/again.h"

#include <stdbool.h>

struct ucp_file;

/** Whether what a source gives has no state to compare: /proc is new at every look. */
bool ucp_change_is_stream(const struct ucp_file *file);

/**
 * What was in the way may have been another name of the source: its change time is our doing.
 *
 * To be called when the destination has been made and nothing has been read yet.
 */
void ucp_change_forgive(struct ucp_file *file);

/** The data is copied, the source still open: whether it is as it was when it was opened. */
enum ucp_verdict ucp_change_judge(struct ucp_file *file);

/**
 * The source, read again, is not what was copied: whether it is because it has changed.
 *
 * @ret_verdict  then, what follows from that, told
 */
bool ucp_change_explains(struct ucp_file *file, enum ucp_verdict *ret_verdict);

#endif
