/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* To be preloaded: $RINGS rings can be set up, and then no more. */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

struct io_uring;
struct io_uring_params;

int io_uring_queue_init_params(unsigned int entries, struct io_uring *ring,
			       struct io_uring_params *params);

int io_uring_queue_init_params(unsigned int entries, struct io_uring *ring,
			       struct io_uring_params *params)
{
	static atomic_int n;
	const char *limit = getenv("RINGS");
	int (*real)(unsigned int, struct io_uring *, struct io_uring_params *);

	*(void **)&real = dlsym(RTLD_NEXT, "io_uring_queue_init_params");
	if (limit != NULL && n >= atoi(limit)) {
		return -EMFILE;
	}
	int rc = real(entries, ring, params);
	n += rc == 0;
	return rc;
}
