/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#ifndef UCP_CORE_SYS_LIMIT_H
#define UCP_CORE_SYS_LIMIT_H

#include <stdint.h>

/**
 * Raise the soft limit of open files to the hard one.
 *
 * Returns the number of descriptors this process may have open in all, at
 * most 1,048,576 (an unlimited hard limit would otherwise size our budgets).
 * Source: getrlimit(2), RLIMIT_NOFILE.
 */
uint32_t ucp_limit_raise_files(void);

/** Descriptors this process has open now (counted in /proc/self/fd; 16 when it cannot be read). */
uint32_t ucp_limit_open_files(void);

/** CPUs this process may run on, at least 1 (sched_getaffinity(2)). */
uint32_t ucp_limit_cpus(void);

/**
 * Room under RLIMIT_NPROC for this user, in tasks.
 *
 * Returns the soft limit, or UINT64_MAX when unlimited. The kernel counts all
 * tasks of the user against it, io_uring's workers included.
 */
uint64_t ucp_limit_tasks(void);

/**
 * Bytes of memory this process may count on: what the machine has, or its control group allows.
 *
 * Returns UINT64_MAX when it cannot be told; of control groups of version 1 the limit at the mount point.
 * Source: sysconf(3) _SC_PHYS_PAGES; cgroups(7): memory.max, memory.limit_in_bytes.
 */
uint64_t ucp_limit_memory(void);

/** Bytes this process may lock in memory (RLIMIT_MEMLOCK), UINT64_MAX when unlimited. */
uint64_t ucp_limit_locked(void);

#endif
