/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* What --check and --compare have in common: how they end, and the words for what differs. */
#ifndef UCP_CMD_ENDING_H
#define UCP_CMD_ENDING_H

#include <stdbool.h>
#include <stdint.h>

/** Seconds on a clock that only goes forward. */
double ucp_ending_clock(void);

/**
 * Tell that a run could not be made.
 *
 * @self          the program's name
 * @what          in words: "cannot check"
 * @lacks_engine  as io_uring was demanded
 * @is_broken     as the engine failed: ends the process
 * Returns the exit status.
 */
int ucp_ending_cannot(const char *self, const char *what, bool lacks_engine, bool is_broken,
		      int err);

/** Print the words for what differs, enum ucp_compare_bit or-ed, on standard output. */
void ucp_ending_words(uint32_t what, const char *between);

/** Print the lines of --stats on bytes and time; n is how many things took that long. */
void ucp_ending_stats(uint64_t bytes, uint64_t n, const char *things, double seconds);

#endif
