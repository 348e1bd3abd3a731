/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/sys/limit.h"

#include <dirent.h>
#include <sched.h>
#include <stddef.h>
#include <sys/resource.h>

uint32_t ucp_limit_raise_files(void)
{
	const rlim_t most = 1048576;
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) != 0) {
		return 256;
	}
	if (lim.rlim_cur < lim.rlim_max) {
		struct rlimit want = {.rlim_cur = lim.rlim_max, .rlim_max = lim.rlim_max};
		if (setrlimit(RLIMIT_NOFILE, &want) == 0) {
			lim = want;
		}
	}
	return (uint32_t)(lim.rlim_cur < most ? lim.rlim_cur : most);
}

uint32_t ucp_limit_open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	if (dir == NULL) {
		return 16;
	}

	uint32_t n = 0;
	for (struct dirent *ent = readdir(dir); ent != NULL; ent = readdir(dir)) {
		n += ent->d_name[0] != '.';
	}
	(void)closedir(dir); /* only read from */
	return n > 0 ? n - 1 : 0; /* the one that did the counting */
}

uint32_t ucp_limit_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0) {
		return 1;
	}
	int n = CPU_COUNT(&set);
	return n > 0 ? (uint32_t)n : 1;
}

/** A soft limit, with RLIM_INFINITY as UINT64_MAX. */
static uint64_t limit_soft(int what)
{
	struct rlimit lim;

	if (getrlimit(what, &lim) != 0 || lim.rlim_cur == RLIM_INFINITY) {
		return UINT64_MAX;
	}
	return lim.rlim_cur;
}

uint64_t ucp_limit_tasks(void)
{
	return limit_soft(RLIMIT_NPROC);
}

uint64_t ucp_limit_locked(void)
{
	return limit_soft(RLIMIT_MEMLOCK);
}
