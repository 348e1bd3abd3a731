/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "cmd/mode_check.h"

#include "cmd/ending.h"
#include "cmd/quote.h"
#include "cmd/status.h"
#include "core/check.h"
#include "core/compare.h"
#include "core/sys/fd.h"
#include "hash/manifest.h"
#include "hash/spec.h"
#include "hash/sums.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MODE_CHECK_LINE_MAX = UCP_SPEC_LINE_MAX, /* bytes: no path is longer, escapes and all */
	MODE_CHECK_TOLD_MAX = 20, /* wrong lines told one by one: a picture has thousands */
};

/** A check under way. */
struct mode_check {
	const struct ucp_options *opts; /**< borrowed */
	const char *name;               /**< of the program, in messages */
	const char *file;               /**< the manifest, in messages */
	struct ucp_check *list;         /**< owned */
	struct stat self;               /**< of the manifest */
	char *line;                     /**< owned: MODE_CHECK_LINE_MAX bytes and one */
	struct ucp_spec *spec;          /**< owned: of a manifest in mtree form; else NULL */
	bool lists_all;                 /**< it is in mtree form */
	bool has_begun;                 /**< a line that is no comment has come: the form is known */
	uint64_t n_lines;
	uint64_t n_wrong;               /**< lines that are none of a manifest, or are refused */
	uint64_t counts[UCP_CHECK_WORDS];
};

/** Tell a failure: "ucp: what 'path': reason". */
static void check_tell(const struct mode_check *check, const char *what, const char *path, int err)
{
	(void)fflush(stdout); /* keeps the order; checked at exit */
	fprintf(stderr, "%s: %s %s: %s\n", check->name, what, ucp_quote(0, path), strerror(-err));
}

/** Whether a name can be shown as it is. */
static bool check_is_plain(const char *name)
{
	while (isprint((unsigned char)*name) != 0) {
		name++;
	}
	return *name == '\0';
}

/** Tell about a line, unless enough were told; path is what it is about, or NULL; of more only that. */
static void check_tell_line(struct mode_check *check, const char *what, const char *path,
			    bool is_more)
{
	if (++check->n_wrong <= MODE_CHECK_TOLD_MAX) {
		fprintf(stderr, "%s: %s:%" PRIu64 ": %s%s%s%s\n", check->name,
			check_is_plain(check->file) ? check->file : ucp_quote(1, check->file),
			check->n_lines, path != NULL ? ucp_quote(0, path) : "",
			path != NULL ? " " : "", what, is_more ? ", and there are others" : "");
	}
}

/** Take a mark of UTF-8 off the first line, as some editors put it there: its length. */
static size_t check_skip_mark(struct mode_check *check, size_t len)
{
	if (check->n_lines != 1 || len < 3 || memcmp(check->line, "\xef\xbb\xbf", 3) != 0) {
		return len;
	}
	memmove(check->line, check->line + 3, len - 3);
	return len - 3;
}

/** See by its first line that is no comment which form a manifest has: 0 or -ENOMEM. */
static int check_begin(struct mode_check *check, size_t len)
{
	char *line = check->line;

	line[len] = '\0';
	bool is_signature = ucp_mtree_has_signature(line);
	line += strspn(line, " \t\r");
	check->has_begun = is_signature || (line[0] != '\0' && line[0] != '#');
	if (is_signature || (check->has_begun && !ucp_manifest_looks_like(line) &&
			     ucp_spec_begins(line))) {
		check->spec = ucp_spec_new();
		check->lists_all = true;
		ucp_check_expect_all(check->list);
		return check->spec != NULL ? 0 : -ENOMEM;
	}
	return 0;
}

/** Tell that a path cannot be looked at. */
static int check_refuse(struct mode_check *check, const char *path, int err)
{
	switch (err) {
	case -EXDEV:
		check_tell_line(check, "leads out of the directory", path, false);
		return 0;
	case -EINVAL:
		check_tell_line(check, "not a line of a manifest", NULL, false);
		return 0;
	default:
		return err;
	}
}

/** Take on one line of a manifest in mtree form: 0 or -ENOMEM. */
static int check_take_spec(struct mode_check *check, size_t len)
{
	struct ucp_mtree_entry entry;
	struct ucp_spec_wrong wrong;

	if (len > MODE_CHECK_LINE_MAX) {
		check_tell_line(check, "not a line of a manifest", NULL, false);
		return 0;
	}
	int rc = ucp_spec_line(check->spec, check->line, len, &entry, &wrong);
	if (wrong.what != NULL) {
		check_tell_line(check, wrong.what, wrong.part, wrong.is_more);
	}
	if (rc <= 0) {
		return rc == -EINVAL ? 0 : rc;
	}
	if ((entry.keys & UCP_MTREE_SHA256) != 0 && !ucp_digest_is_had(UCP_DIGEST_SHA256)) {
		entry.keys &= ~(uint32_t)UCP_MTREE_SHA256;
		entry.keys |= UCP_MTREE_OTHER;
	}
	return check_refuse(check, entry.path, ucp_check_add_spec(check->list, &entry));
}

/** Take on one line of len bytes: 0 or -ENOMEM. */
static int check_take_line(struct mode_check *check, size_t len)
{
	struct ucp_sums_line found = {0};

	if (!check->has_begun && len <= MODE_CHECK_LINE_MAX) {
		len = check_skip_mark(check, len);
		int err = check_begin(check, len);
		bool is_blank = !check->has_begun && memchr(check->line, '\0', len) == NULL;
		if (err < 0 || is_blank) {
			return err;
		}
	}
	if (check->spec != NULL) {
		return check_take_spec(check, len);
	}
	int rc = len > MODE_CHECK_LINE_MAX
			 ? -EINVAL
			 : ucp_sums_parse(check->line, len, check->opts->set.digest, &found);
	if (rc > 0) {
		rc = ucp_check_add(check->list, found.path, found.kind, &found.value);
	}
	if (rc == -EOPNOTSUPP) {
		/* What can be seen is whether the file is there. */
		const struct ucp_mtree_entry entry = {
			.path = found.path, .keys = UCP_MTREE_TYPE | UCP_MTREE_OTHER, .type = S_IFREG};
		rc = ucp_check_add_spec(check->list, &entry);
	}
	return check_refuse(check, found.path, rc < 0 ? rc : 0);
}

/** All lines have been read: tell what is to be said of them as a whole. */
static void check_sum_up(struct mode_check *check)
{
	if (check->spec != NULL && ucp_spec_is_cut(check->spec)) {
		check_tell_line(check, "the last line is cut off", NULL, false);
	}
	if (check->n_wrong > MODE_CHECK_TOLD_MAX) {
		fprintf(stderr, "%s: %s: %" PRIu64 " more such lines\n", check->name,
			ucp_quote(0, check->file), check->n_wrong - MODE_CHECK_TOLD_MAX);
	}
}

/** Read all lines: 0 or a negative errno. */
static int check_take_lines(struct mode_check *check, FILE *in)
{
	size_t len = 0;
	int err = 0;
	int c;

	do {
		c = getc_unlocked(in);
		if (c != '\n' && c != EOF) {
			if (len < MODE_CHECK_LINE_MAX) {
				check->line[len] = (char)c;
			}
			len += len <= MODE_CHECK_LINE_MAX;
		} else if (c == '\n' || len > 0) {
			check->n_lines++;
			err = check_take_line(check, len);
			len = 0;
		}
	} while (c != EOF && err == 0);
	check_sum_up(check);
	return err < 0 ? err : ferror(in) != 0 ? -EIO : 0;
}

/** Read the manifest: false when that was told as impossible. */
static bool check_read_manifest(struct mode_check *check)
{
	bool is_stdin = strcmp(check->opts->check, "-") == 0;
	FILE *in = is_stdin ? stdin : fopen(check->opts->check, "re");

	if (in == NULL) {
		fprintf(stderr, "%s: cannot open %s for reading: %s\n", check->name,
			ucp_quote(0, check->file), strerror(errno));
		return false;
	}
	int err = ucp_fd_stat(fileno(in), &check->self);
	if (err == 0 && S_ISDIR(check->self.st_mode)) {
		err = -EISDIR;
	}
	check->line = err == 0 ? malloc(MODE_CHECK_LINE_MAX + 1) : NULL;
	if (err == 0) {
		errno = 0;
		err = check->line != NULL ? check_take_lines(check, in) : -ENOMEM;
		err = err == -EIO && errno != 0 ? -errno : err;
	}
	if (!is_stdin) {
		(void)fclose(in); /* only read from */
	}
	free(check->line);
	check->line = NULL;
	ucp_spec_free(check->spec);
	check->spec = NULL;
	if (err < 0) {
		check_tell(check, "error reading", check->file, err);
	}
	return err == 0;
}

/** A finding: what is asked for goes to standard output, failures to standard error. */
static void check_finding(void *ctx, const struct ucp_check_finding *finding)
{
	static const char *const words[UCP_CHECK_WORDS] = {
		[UCP_CHECK_OK] = "ok",           [UCP_CHECK_CHANGED] = "changed",
		[UCP_CHECK_MISSING] = "missing", [UCP_CHECK_EXTRA] = "extra",
	};
	struct mode_check *check = ctx;

	check->counts[finding->word]++;
	switch (finding->word) {
	case UCP_CHECK_FAIL_OPEN:
		fprintf(stderr, "%s: cannot open %s for reading: %s\n", check->name,
			ucp_quote(0, finding->path), strerror(-finding->err));
		break;
	case UCP_CHECK_FAIL_READ:
		check_tell(check, "error reading", finding->path, finding->err);
		break;
	case UCP_CHECK_FAIL_ACCESS:
		check_tell(check, "cannot access", finding->path, finding->err);
		break;
	case UCP_CHECK_OK:
		if (!check->opts->set.tell_copied) {
			break;
		}
		/* fall through */
	default:
		printf("%s: %s", words[finding->word], ucp_quote(0, finding->path));
		if (finding->what != 0) {
			printf(" (");
			ucp_ending_words(finding->what, ", ");
			printf(")");
		}
		printf("\n");
		break;
	}
}

/** Print --stats. */
static void check_stats(const struct mode_check *check, uint64_t bytes, double seconds)
{
	const uint64_t *n = check->counts;
	uint64_t n_read = n[UCP_CHECK_OK] + n[UCP_CHECK_CHANGED];
	uint64_t n_failed = n[UCP_CHECK_FAIL_OPEN] + n[UCP_CHECK_FAIL_READ] + n[UCP_CHECK_FAIL_ACCESS];

	printf("checked  %" PRIu64 " ok, %" PRIu64 " changed, %" PRIu64 " missing, %" PRIu64
	       " extra, %" PRIu64 " failed, %" PRIu64 " lines refused\n",
	       n[UCP_CHECK_OK], n[UCP_CHECK_CHANGED], n[UCP_CHECK_MISSING], n[UCP_CHECK_EXTRA],
	       n_failed, check->n_wrong);
	ucp_ending_stats(bytes, n_read, check->lists_all ? "entries" : "files", seconds);
}

/** Tell how many files could be compared but for their contents. */
static void check_tell_blind(const struct mode_check *check, uint64_t n)
{
	bool is_had = ucp_digest_is_had(UCP_DIGEST_SHA256);

	if (n == 0) {
		return;
	}
	(void)fflush(stdout); /* keeps the order; checked at exit */
	fprintf(stderr, "%s: %s: contents of %" PRIu64 " %s not compared, as %s\n", check->name,
		ucp_quote(0, check->file), n, n == 1 ? "file are" : "files are",
		!is_had  ? "libcrypto cannot be had"
		: n == 1 ? "of its digests none is SHA-256"
			 : "of their digests none is SHA-256");
}

/** Look at the tree: the exit status. */
static int check_run(struct mode_check *check, const char *dir)
{
	struct ucp_check_result result;
	double begin = ucp_ending_clock();

	int root = ucp_fd_openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, 0);
	if (root < 0) {
		check_tell(check, "cannot access", dir, root);
		return UCP_STATUS_FAILED;
	}
	int err = ucp_check_run(check->list, &check->opts->set, root, &check->self, &result);
	if (err < 0) {
		ucp_fd_drop(&root);
		return ucp_ending_cannot(check->name, "cannot check", result.lacks_engine,
					 result.is_broken, err);
	}
	ucp_check_each(check->list, check_finding, check);
	ucp_fd_drop(&root);
	check_tell_blind(check, result.blind);
	if (check->opts->stats) {
		check_stats(check, result.bytes, ucp_ending_clock() - begin);
	}
	const uint64_t *n = check->counts;
	if (n[UCP_CHECK_CHANGED] + n[UCP_CHECK_MISSING] + n[UCP_CHECK_EXTRA] > 0) {
		return UCP_STATUS_DIFFERS;
	}
	bool has_failed = check->n_wrong + result.blind + n[UCP_CHECK_FAIL_OPEN] + n[UCP_CHECK_FAIL_READ] +
				  n[UCP_CHECK_FAIL_ACCESS] > 0;
	return has_failed ? UCP_STATUS_FAILED : UCP_STATUS_OK;
}

int ucp_mode_check(const struct ucp_options *opts)
{
	struct mode_check check = {
		.opts = opts,
		.name = opts->called_as_cp ? "cp" : "ucp",
		.file = strcmp(opts->check, "-") == 0 ? "standard input" : opts->check,
	};

	if (opts->n_operands > 1) {
		fprintf(stderr, "%s: extra operand %s\n", check.name, ucp_quote(0, opts->operands[1]));
		ucp_options_try_help(check.name);
		return opts->called_as_cp ? UCP_STATUS_FAILED : UCP_STATUS_USAGE;
	}
	check.list = ucp_check_new();
	if (check.list == NULL) {
		check_tell(&check, "cannot check", opts->check, -ENOMEM);
		return UCP_STATUS_FAILED;
	}
	int status = UCP_STATUS_FAILED;
	if (check_read_manifest(&check)) {
		status = check_run(&check, opts->n_operands == 1 ? opts->operands[0] : ".");
	}
	ucp_check_free(check.list);
	return status;
}
