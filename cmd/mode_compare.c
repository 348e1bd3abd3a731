/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "cmd/mode_compare.h"

#include "cmd/ending.h"
#include "cmd/quote.h"
#include "cmd/status.h"
#include "core/compare.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** A comparison under way. */
struct mode_compare {
	const struct ucp_options *opts; /**< borrowed */
	const char *name;               /**< of the program, in messages */
	const char *top;                /**< how an operand itself is called in the output */
	uint64_t n_differ;
	uint64_t n_failed;
};

/** Tell a failure, with the path on the side that it is of. */
static void compare_tell(const struct mode_compare *cmp, const struct ucp_compare_finding *finding)
{
	static const char *const words[] = {
		[UCP_COMPARE_FAIL_STAT] = "cannot stat %s",
		[UCP_COMPARE_FAIL_ACCESS] = "cannot access %s",
		[UCP_COMPARE_FAIL_OPEN] = "cannot open %s for reading",
		[UCP_COMPARE_FAIL_READ] = "error reading %s",
		[UCP_COMPARE_FAIL_READLINK] = "cannot read symbolic link %s",
		[UCP_COMPARE_FAIL_XATTRS] = "cannot read attributes of %s",
	};
	const char *operand = cmp->opts->operands[finding->side];
	size_t len = strlen(operand);
	const char *slash = finding->path[0] != '\0' && len > 0 && operand[len - 1] != '/' ? "/" : "";
	char *path = NULL;

	if (asprintf(&path, "%s%s%s", operand, slash, finding->path) < 0) {
		path = NULL;
	}
	const char *quoted = ucp_quote(0, path != NULL ? path : finding->path);
	const char *word = words[finding->fail];
	int before = (int)(strstr(word, "%s") - word);
	(void)fflush(stdout); /* keeps the order; checked at exit */
	fprintf(stderr, "%s: %.*s%s%s: %s\n", cmp->name, before, word, quoted, word + before + 2,
		strerror(-finding->err));
	free(path);
}

/** Print what differs: "mode,xattr: 'path' ('user.a', 'user.b')". */
static void compare_print(const struct mode_compare *cmp, const struct ucp_compare_finding *finding)
{
	const char *path = finding->path[0] != '\0' ? finding->path : cmp->top;

	ucp_ending_words(finding->what, ",");
	printf("%s: %s", finding->what == 0 ? "ok" : "", ucp_quote(0, path));
	const char *sep = " (";
	for (const char *attr = finding->attrs; attr != NULL && *attr != '\0';
	     attr += strlen(attr) + 1) {
		printf("%s%s", sep, ucp_quote(0, attr));
		sep = ", ";
	}
	printf("%s\n", finding->attrs != NULL ? ")" : "");
}

/** A finding: what is asked for goes to standard output, failures to standard error. */
static void compare_finding(void *ctx, const struct ucp_compare_finding *finding)
{
	struct mode_compare *cmp = ctx;

	if (finding->what != 0 || finding->fail == UCP_COMPARE_FINE) {
		compare_print(cmp, finding);
	}
	if (finding->fail != UCP_COMPARE_FINE) {
		compare_tell(cmp, finding);
	}
	cmp->n_differ += finding->what != 0;
	cmp->n_failed += finding->fail != UCP_COMPARE_FINE;
}

/** A usage error about operands. */
static int compare_usage(const struct mode_compare *cmp, const char *what, const char *name)
{
	fprintf(stderr, "%s: %s%s%s\n", cmp->name, what, name != NULL ? " " : "",
		name != NULL ? ucp_quote(0, name) : "");
	ucp_options_try_help(cmp->name);
	return cmp->opts->called_as_cp ? UCP_STATUS_FAILED : UCP_STATUS_USAGE;
}

int ucp_mode_compare(const struct ucp_options *opts)
{
	struct mode_compare cmp = {.opts = opts, .name = opts->called_as_cp ? "cp" : "ucp"};
	struct ucp_compare_result result = {0};
	double begin = ucp_ending_clock();

	if (opts->n_operands < 2) {
		return compare_usage(&cmp, "--compare takes two operands", NULL);
	}
	if (opts->n_operands > 2) {
		return compare_usage(&cmp, "extra operand", opts->operands[2]);
	}
	struct ucp_compare *run = ucp_compare_new(&opts->set);
	int err = run != NULL ? ucp_compare_run(run, opts->operands, &result) : -ENOMEM;
	if (err < 0) {
		ucp_compare_free(result.is_broken ? NULL : run);
		return ucp_ending_cannot(cmp.name, "cannot compare", result.lacks_engine,
					 result.is_broken, err);
	}
	cmp.top = result.are_trees ? "." : opts->operands[0];
	ucp_compare_each(run, compare_finding, &cmp);
	ucp_compare_free(run);
	if (opts->stats) {
		printf("compared %" PRIu64 " entries: %" PRIu64 " differ, %" PRIu64 " failed\n",
		       result.n_entries, cmp.n_differ, cmp.n_failed);
		ucp_ending_stats(result.bytes, result.n_entries, "entries",
				 ucp_ending_clock() - begin);
	}
	return cmp.n_differ > 0   ? UCP_STATUS_DIFFERS
	       : cmp.n_failed > 0 ? UCP_STATUS_FAILED
				  : UCP_STATUS_OK;
}
