/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "cmd/ending.h"

#include "cmd/report.h"
#include "cmd/status.h"
#include "core/compare.h"

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

void ucp_ending_words(uint32_t what, const char *between)
{
	static const struct {
		enum ucp_compare_bit bit;
		const char *word;
	} words[] = {
		{UCP_COMPARE_MISSING, "missing"}, {UCP_COMPARE_EXTRA, "extra"},
		{UCP_COMPARE_TYPE, "type"},       {UCP_COMPARE_SIZE, "size"},
		{UCP_COMPARE_CONTENT, "content"}, {UCP_COMPARE_TARGET, "target"},
		{UCP_COMPARE_DEVICE, "device"},   {UCP_COMPARE_MODE, "mode"},
		{UCP_COMPARE_OWNER, "owner"},     {UCP_COMPARE_TIME, "time"},
		{UCP_COMPARE_LINKS, "links"},     {UCP_COMPARE_XATTR, "xattr"},
	};
	const char *sep = "";

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if ((what & words[i].bit) != 0) {
			printf("%s%s", sep, words[i].word);
			sep = between;
		}
	}
}
