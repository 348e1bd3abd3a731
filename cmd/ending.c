/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "cmd/ending.h"

#include "cmd/report.h"
#include "cmd/status.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double ucp_ending_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail */
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int ucp_ending_cannot(const char *self, const char *what, bool lacks_engine, bool is_broken,
		      int err)
{
	fprintf(stderr, "%s: %s: %s\n", self,
		lacks_engine ? "io_uring is not available"
		: is_broken  ? "the I/O engine failed"
			     : what,
		strerror(-err));
	if (is_broken) {
		(void)fflush(NULL);
		_exit(UCP_STATUS_ENGINE); /* the kernel may still use our buffers: no clean-up */
	}
	return lacks_engine ? UCP_STATUS_ENGINE : UCP_STATUS_FAILED;
}

void ucp_ending_stats(uint64_t bytes, uint64_t n, const char *things, double seconds)
{
	char read[16], rate[16];

	printf("data     %s read\n", ucp_report_bytes(bytes, read));
	printf("time     %.2f s, %s/s, %.0f %s/s\n", seconds,
	       ucp_report_bytes(seconds > 0 ? (uint64_t)((double)bytes / seconds) : 0, rate),
	       seconds > 0 ? (double)n / seconds : 0, things);
}
