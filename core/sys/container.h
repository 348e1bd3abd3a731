/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#ifndef UCP_CORE_SYS_CONTAINER_H
#define UCP_CORE_SYS_CONTAINER_H

#include <stddef.h>

/** The structure that a member is in, from the member's address. */
#define UCP_CONTAINER_OF(ptr, type, member) \
	((type *)(void *)((char *)(ptr) - offsetof(type, member)))

#endif
