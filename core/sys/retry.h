/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#ifndef UCP_CORE_SYS_RETRY_H
#define UCP_CORE_SYS_RETRY_H

#include <errno.h>

/**
 * The result of a system call, made again for as long as a signal cut it short.
 *
 * A macro because the call is repeated. FUSE and NFS give EINTR where local
 * filesystems never do; glibc's TEMP_FAILURE_RETRY is not in every libc.
 */
#define UCP_RETRY(call) \
	({ \
		__typeof__(call) ucp_retry_rc; \
		do { \
			ucp_retry_rc = (call); \
		} while (ucp_retry_rc == -1 && errno == EINTR); \
		ucp_retry_rc; \
	})

#endif
