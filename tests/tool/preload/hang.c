/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * A disk that hangs: preloaded, it makes each pwrite(2) take $HANG_S seconds,
 * whatever signals come; a signal whose default is to kill does.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>
#include <time.h>

ssize_t pwrite(int fd, const void *buf, size_t len, off_t off)
{
	const char *seconds = getenv("HANG_S");
	struct timespec left = {.tv_sec = seconds != NULL ? atoi(seconds) : 0};

	(void)fd;
	(void)buf;
	(void)off;
	while (nanosleep(&left, &left) != 0 && errno == EINTR) {
	}
	return (ssize_t)len;
}
