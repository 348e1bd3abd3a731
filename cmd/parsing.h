/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* The command line, half read: what options.c has gathered and settle.c concludes from. */
#ifndef UCP_CMD_PARSING_H
#define UCP_CMD_PARSING_H

#include "cmd/options.h"

#include <stdbool.h>

/** Parsing under way: what the options say one by one. */
struct ucp_parsing {
	struct ucp_options *opts;
	const char *name;       /**< for messages */
	bool has_follow;        /**< -H, -L or -P was given */
	bool keep_context;      /**< --preserve=context or all */
	bool need_context;      /**< --preserve=context was asked for by name */
	bool has_z;             /**< -Z or --context */
	bool has_hash;
	bool has_on_change;
	bool has_targets;       /**< more than one -t */
	bool has_strip;         /**< --strip-components */
	bool has_hard;          /**< -l */
	bool has_symbolic;      /**< -s */
	bool has_backup;        /**< -b, --backup or -S */
	bool no_clobber;        /**< -n, which goes before -u and --update, in any order */
	const char *backup;     /**< the word of --backup, or NULL */
	const char *suffix;     /**< of -S, or NULL */
};

/** Conclude from all options together, and the environment: false when told what is wrong. */
bool ucp_parsing_settle(struct ucp_parsing *p);

#endif
