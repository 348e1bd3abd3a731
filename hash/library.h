/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Libraries that few runs need, loaded when one does.
 *
 * Linked in the usual way they cost every run their relocations: libcrypto alone a
 * millisecond and 120 page faults, as much as all else that a small copy does.
 */
#ifndef UCP_HASH_LIBRARY_H
#define UCP_HASH_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

/** A function of a library. */
struct ucp_library_function {
	const char *name;
	void *ret_address; /**< borrowed: a pointer to a function, which is set to it */
};

/**
 * Load a library, for the rest of the process, and find functions in it.
 *
 * @soname  as the linker knows it, e.g. "libcrypto.so.3"
 * Returns false when there is no such library, or it lacks one of them.
 * Thread: one at a time for a table; use pthread_once(3).
 */
bool ucp_library_load(const char *soname, const struct ucp_library_function *functions, size_t n);

/** A member of a table of functions, named and declared as in the library's own header. */
#define UCP_LIBRARY_MEMBER(function) __typeof__(function) *function;

/** The same function in a table for ucp_library_load(), of a struct called library. */
#define UCP_LIBRARY_ENTRY(function) {#function, &library.function},

#endif
