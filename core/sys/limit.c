/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/sys/limit.h"

#include <dirent.h>
#include <linux/limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

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

/** The first line of a small file, without its end: whether there is one. */
static bool limit_line(const char *path, char *line, int room)
{
	FILE *file = fopen(path, "re");

	if (file == NULL) {
		return false;
	}
	bool has_line = fgets(line, room, file) != NULL;
	(void)fclose(file); /* only read from */
	line[has_line ? strcspn(line, "\n") : 0] = '\0';
	return has_line;
}

/** The smaller of a limit and what a file of a control group says: "max", or bytes. */
static uint64_t limit_group(const char *path, uint64_t limit)
{
	char line[64];
	char *end;

	if (!limit_line(path, line, sizeof(line))) {
		return limit;
	}
	unsigned long long bytes = strtoull(line, &end, 10);
	return end != line && bytes < limit ? bytes : limit;
}

uint64_t ucp_limit_memory(void)
{
	static const char mount[] = "/sys/fs/cgroup";
	static const char unified[] = "0::/";
	char line[PATH_MAX], path[sizeof(mount) + PATH_MAX + sizeof("/memory.max")];
	long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
	uint64_t limit = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : UINT64_MAX;

	limit = limit_group("/sys/fs/cgroup/memory/memory.limit_in_bytes", limit);
	if (!limit_line("/proc/self/cgroup", line, sizeof(line)) ||
	    strncmp(line, unified, strlen(unified)) != 0) {
		return limit;
	}
	char *group = line + strlen(unified) - 1;
	for (;;) { /* the limits above hold too */
		(void)snprintf(path, sizeof(path), "%s%s/memory.max", mount, group);
		limit = limit_group(path, limit);
		char *last = strrchr(group, '/');
		if (last == NULL) {
			return limit;
		}
		*last = '\0';
	}
}
