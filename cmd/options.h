/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* argv -> what to do, from one option table. Touches no files. */
#ifndef UCP_CMD_OPTIONS_H
#define UCP_CMD_OPTIONS_H

#include "core/settings.h"

#include <stdbool.h>
#include <stdint.h>

#define UCP_VERSION "0.1.0"

/** -g. */
enum ucp_progress_when {
	UCP_PROGRESS_AUTO, /**< on a terminal, after a second */
	UCP_PROGRESS_ALWAYS,
	UCP_PROGRESS_NEVER,
};

/** --preflight: what comes of too little room for the copy. */
enum ucp_preflight {
	UCP_PREFLIGHT_NEVER, /**< not looked at */
	UCP_PREFLIGHT_WARN,
	UCP_PREFLIGHT_FAIL,  /**< nothing is copied */
};

/** Everything the command line says. */
struct ucp_options {
	struct ucp_settings set;
	const char *const *operands;    /**< borrowed from argv */
	uint32_t n_operands;
	const char *target_dir;         /**< -t, or NULL */
	bool target_is_file;            /**< -T */
	bool strip_slashes;             /**< --strip-trailing-slashes */
	const char *context;            /**< borrowed: of --context=CTX, or NULL */
	bool stats;
	bool clean_temps;               /**< --clean-temps: operands are directories to be cleaned */
	const char *check;              /**< borrowed: manifest of --check, "-", or NULL */
	bool compare;                   /**< --compare: the operands are two things to compare */
	bool called_as_cp;              /**< by argv[0]: speak and exit as cp */
	bool has_own;                   /**< an option that cp does not have was given */
	enum ucp_progress_when progress;
	enum ucp_preflight preflight;
	const char *manifest;           /**< file, "-", or NULL */
};

/** What the caller is to do after parsing. */
enum ucp_parse {
	UCP_PARSE_RUN,
	UCP_PARSE_HELP,
	UCP_PARSE_VERSION,
	UCP_PARSE_LIST,   /**< ucp_options_list() */
	UCP_PARSE_FAILED, /**< told on standard error */
};

/** Parse argv, which may be reordered as getopt_long(3) does. */
enum ucp_parse ucp_options_parse(int argc, char **argv, struct ucp_options *ret_opts);

/** Print --help to standard output. */
void ucp_options_help(const char *name);

/** Print "Try 'ucp --help'..." to standard error. */
void ucp_options_try_help(const char *name);

/** Print every long option name that works, one a line; for tests and completions. */
void ucp_options_list(void);

#endif
