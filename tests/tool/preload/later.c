/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* An hour later: preloaded, it moves the clock that tells the time of day, but not files' times. */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
	long rc = syscall(SYS_clock_gettime, clock, now);

	if (rc == 0 && clock == CLOCK_REALTIME) {
		now->tv_sec += 3600;
	}
	return (int)rc;
}
