/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * A tour of all that is in a tree, or in two trees in step: names and kinds, no more.
 *
 *     directories to see: "", then "b", "a", then "a/c" ...
 *        |
 *        v
 *     open on each side, beneath the root, following nothing -> names, sorted
 *        |
 *        v
 *     each name once, with the sides that have it -> the caller; directories to see
 *
 * Several threads take directories from one stack, once there are some: on a cold
 * cache each waits for the disk. One or two descriptors a thread are open at any
 * time, and nothing is recursive, so depth costs only the length of paths.
 */
#ifndef UCP_CORE_TOUR_H
#define UCP_CORE_TOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ucp_settings;
struct ucp_tour;

/** A name that was found. */
struct ucp_tour_entry {
	const char *dir;       /**< path of its directory from the root, "" for the root; lives as
	                            long as the tour, one string for all entries of the directory */
	const char *name;      /**< lives as long as the tour */
	int fd[2];             /**< borrowed for the call: the directory on each side */
	bool is_in[2];         /**< which sides have it */
	unsigned char type[2]; /**< DT_DIR and so on where it is in, never DT_UNKNOWN; see readdir(3) */
	ino_t ino[2];          /**< as the directory says, where it is in */
};

/** Who hears of entries and failures; one call at a time, from any thread. */
struct ucp_tour_guest {
	void *ctx;
	/** An entry; a directory on all sides is entered when this returns true. */
	bool (*see)(void *ctx, const struct ucp_tour_entry *entry);
	/** A directory, or with name an entry of it, that could not be looked at on a side. */
	void (*fail)(void *ctx, int side, const char *dir, const char *name, int err);
};

/** How many threads the settings leave to a tour. */
uint32_t ucp_tour_threads(const struct ucp_settings *set);

/** Prepare a tour; NULL when out of memory. Owner: ucp_tour_free(). */
struct ucp_tour *ucp_tour_new(void);

/** Free a tour and its strings; NULL is allowed. */
void ucp_tour_free(struct ucp_tour *tour);

/**
 * See everything.
 *
 * @roots    borrowed descriptors of directories
 * @n_sides  1 or 2
 * @one_fs   enter no directory on another filesystem than its root
 * @n_threads  how many may read directories at the same time, at least 1; where descriptors are
 *           few there are less
 * Returns 0, or a negative errno when it cannot go on; what cannot be read is told
 * and passed over.
 */
int ucp_tour_run(struct ucp_tour *tour, const int roots[2], int n_sides, bool one_fs,
		 uint32_t n_threads, const struct ucp_tour_guest *guest);

/**
 * A string that lives as long as the tour: dir/name, or the name alone where dir is "".
 *
 * Returns NULL when out of memory.
 * Thread: within a call of the guest, or when no tour runs.
 */
const char *ucp_tour_path(struct ucp_tour *tour, const char *dir, const char *name);

#endif
