/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "faults.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/** What a rule does when it strikes. */
enum faults_kind {
	FAULTS_DO_FAIL,
	FAULTS_DO_SHORT,
	FAULTS_DO_FULL,
	FAULTS_DO_FLIP,
	FAULTS_DO_SLOW,
	FAULTS_DO_GROW,
	FAULTS_DO_SHRINK,
	FAULTS_DO_REWRITE,
	FAULTS_N_KINDS,
};

/** The byte of a file in which a bit is flipped. */
struct faults_mark {
	struct faults_mark *next;
	uint64_t at;
	int bit;
	bool has_struck;
	char path[];
};

enum {
	FAULTS_BUCKETS = 512,
	FAULTS_LINE = 512, /**< bytes a rule may have */
};

/** A rule. */
struct faults_rule {
	struct faults_rule *next;
	enum faults_op op;
	enum faults_kind kind;
	uint64_t value; /**< what is behind the = of the fault; an errno is positive */
	uint64_t at;
	bool has_at;
	int bit; /**< or -1 */
	uint64_t seed;
	uint64_t skip;
	uint64_t times; /**< 0: without end */
	uint64_t nth;   /**< 0: any file */
	bool once;
	uint64_t n_met; /**< times it would have struck */
	uint64_t n_hit; /**< times it did */
	uint64_t sum;   /**< full: bytes */
	struct faults_mark *marks[FAULTS_BUCKETS];
	char *glob; /**< in text's place */
	char text[FAULTS_LINE];
	char words[FAULTS_LINE];
};

static const char *const faults_ops[FAULTS_N_OPS] = {
	[FAULTS_GETATTR] = "getattr",     [FAULTS_OPEN] = "open",
	[FAULTS_CREATE] = "create",       [FAULTS_READ] = "read",
	[FAULTS_WRITE] = "write",         [FAULTS_FSYNC] = "fsync",
	[FAULTS_CLOSE] = "close",         [FAULTS_RENAME] = "rename",
	[FAULTS_UNLINK] = "unlink",       [FAULTS_MKDIR] = "mkdir",
	[FAULTS_RMDIR] = "rmdir",         [FAULTS_LINK] = "link",
	[FAULTS_SYMLINK] = "symlink",     [FAULTS_MKNOD] = "mknod",
	[FAULTS_READLINK] = "readlink",   [FAULTS_TRUNCATE] = "truncate",
	[FAULTS_ALLOCATE] = "allocate",   [FAULTS_CHMOD] = "chmod",
	[FAULTS_CHOWN] = "chown",         [FAULTS_UTIMENS] = "utimens",
	[FAULTS_SETXATTR] = "setxattr",   [FAULTS_GETXATTR] = "getxattr",
	[FAULTS_LISTXATTR] = "listxattr", [FAULTS_REMOVEXATTR] = "removexattr",
	[FAULTS_OPENDIR] = "opendir",     [FAULTS_READDIR] = "readdir",
	[FAULTS_FSYNCDIR] = "fsyncdir",   [FAULTS_STATFS] = "statfs",
	[FAULTS_SEEK] = "seek",
};

static const char *const faults_kinds[FAULTS_N_KINDS] = {
	[FAULTS_DO_FAIL] = "fail",     [FAULTS_DO_SHORT] = "short",     [FAULTS_DO_FULL] = "full",
	[FAULTS_DO_FLIP] = "flip",     [FAULTS_DO_SLOW] = "slow",       [FAULTS_DO_GROW] = "grow",
	[FAULTS_DO_SHRINK] = "shrink", [FAULTS_DO_REWRITE] = "rewrite",
};

/** strerrorname_np(3) is not everywhere. */
static const struct {
	const char *name;
	int number;
} faults_errors[] = {
	{"EACCES", EACCES},   {"EAGAIN", EAGAIN},         {"EBUSY", EBUSY},   {"EDQUOT", EDQUOT},
	{"EEXIST", EEXIST},   {"EFBIG", EFBIG},           {"EINTR", EINTR},   {"EINVAL", EINVAL},
	{"EIO", EIO},         {"EISDIR", EISDIR},         {"EMLINK", EMLINK}, {"ENODATA", ENODATA},
	{"ENOENT", ENOENT},   {"ENOMEM", ENOMEM},         {"ENOSPC", ENOSPC}, {"ENOSYS", ENOSYS},
	{"ENOTSUP", ENOTSUP}, {"EOPNOTSUPP", EOPNOTSUPP}, {"EPERM", EPERM},   {"EROFS", EROFS},
	{"ESTALE", ESTALE},   {"ETIMEDOUT", ETIMEDOUT},   {"EXDEV", EXDEV},
};

/* All of these, and what is in the rules, belong to who holds the lock. */
static pthread_mutex_t faults_lock = PTHREAD_MUTEX_INITIALIZER;
static struct faults_rule *faults_rules;
static uint64_t faults_n_created;

/** A number of a seed and a path: FNV-1a, and a finalizer that spreads it over all bits. */
static uint64_t faults_hash(uint64_t seed, const char *path)
{
	uint64_t h = 0xcbf29ce484222325 ^ seed * 0x9e3779b97f4a7c15;

	for (; *path != '\0'; path++) {
		h = (h ^ (unsigned char)*path) * 0x100000001b3;
	}
	h = (h ^ h >> 33) * 0xff51afd7ed558ccd;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53;
	return h ^ h >> 33;
}

/** Give back a list of rules. */
static void faults_free(struct faults_rule *rule)
{
	while (rule != NULL) {
		struct faults_rule *next = rule->next;
		for (int i = 0; i < FAULTS_BUCKETS; i++) {
			while (rule->marks[i] != NULL) {
				struct faults_mark *mark = rule->marks[i];
				rule->marks[i] = mark->next;
				free(mark);
			}
		}
		free(rule);
		rule = next;
	}
}

/** Where a word is in a list: its index, or -1. Up to a '=' if it has one. */
static int faults_find(const char *const *list, int n, const char *word)
{
	for (int i = 0; i < n; i++) {
		if (strncmp(list[i], word, strcspn(word, "=")) == 0 &&
		    list[i][strcspn(word, "=")] == '\0') {
			return i;
		}
	}
	return -1;
}

/** Read the number behind a '=': whether there is one. */
static bool faults_number(const char *word, uint64_t *ret_value)
{
	char *end;
	const char *text = strchr(word, '=');

	if (text == NULL || text[1] < '0' || text[1] > '9') {
		return false;
	}
	errno = 0;
	uint64_t value = strtoull(text + 1, &end, 10);
	if (errno != 0 || *end != '\0') {
		return false;
	}
	*ret_value = value;
	return true;
}

/** Read the name of an errno behind a '=': whether it is one. */
static bool faults_error(const char *word, uint64_t *ret_value)
{
	const char *text = strchr(word, '=');

	for (size_t i = 0; text != NULL && i < sizeof(faults_errors) / sizeof(faults_errors[0]);
	     i++) {
		if (strcmp(faults_errors[i].name, text + 1) == 0) {
			*ret_value = (uint64_t)faults_errors[i].number;
			return true;
		}
	}
	return false;
}

/** Read the fault of a rule: whether it is one, and one that its operation can have. */
static bool faults_parse_kind(struct faults_rule *rule, const char *word)
{
	int kind = word != NULL ? faults_find(faults_kinds, FAULTS_N_KINDS, word) : -1;
	bool reads = rule->op == FAULTS_READ, writes = rule->op == FAULTS_WRITE;

	if (kind < 0) {
		return false;
	}
	rule->kind = (enum faults_kind)kind;
	switch (rule->kind) {
	case FAULTS_DO_FAIL:
		return faults_error(word, &rule->value);
	case FAULTS_DO_SLOW:
		return faults_number(word, &rule->value);
	case FAULTS_DO_SHORT:
		return (reads || writes) && faults_number(word, &rule->value) && rule->value > 0;
	case FAULTS_DO_FULL:
		return writes && faults_number(word, &rule->value);
	case FAULTS_DO_FLIP:
		return (reads || writes) && strchr(word, '=') == NULL;
	case FAULTS_DO_REWRITE:
		rule->times = 1;
		return reads && strchr(word, '=') == NULL;
	default:
		rule->times = 1;
		return reads && faults_number(word, &rule->value);
	}
}

/** Read one of the words behind the fault: whether there is such a word. */
static bool faults_parse_word(struct faults_rule *rule, const char *word)
{
	static const char *const names[] = {"at", "bit", "seed", "skip", "times", "nth", "once"};
	uint64_t bit;

	switch (faults_find(names, sizeof(names) / sizeof(names[0]), word)) {
	case 0:
		rule->has_at = true;
		return faults_number(word, &rule->at);
	case 1:
		if (!faults_number(word, &bit) || bit > 7) {
			return false;
		}
		rule->bit = (int)bit;
		return true;
	case 2:
		return faults_number(word, &rule->seed);
	case 3:
		return faults_number(word, &rule->skip);
	case 4:
		return faults_number(word, &rule->times);
	case 5:
		return faults_number(word, &rule->nth);
	case 6:
		rule->once = true;
		return strchr(word, '=') == NULL;
	default:
		return false;
	}
}

/** Read a line: 0, or a negative errno. ret_rule is NULL for a line that says nothing. */
static int faults_parse(const char *line, size_t len, struct faults_rule **ret_rule)
{
	char *rest = NULL;

	*ret_rule = NULL;
	if (line[strspn(line, " \t")] == '#' || strspn(line, " \t") >= len) {
		return 0;
	}
	if (len >= FAULTS_LINE) {
		return -EINVAL;
	}
	struct faults_rule *rule = calloc(1, sizeof(*rule));
	if (rule == NULL) {
		return -ENOMEM;
	}
	memcpy(rule->text, line, len);
	memcpy(rule->words, line, len);
	rule->bit = -1;

	char *op = strtok_r(rule->words, " \t", &rest);
	int found = faults_find(faults_ops, FAULTS_N_OPS, op);
	rule->op = (enum faults_op)found;
	rule->glob = strtok_r(NULL, " \t", &rest);
	if (found < 0 || rule->glob == NULL ||
	    !faults_parse_kind(rule, strtok_r(NULL, " \t", &rest))) {
		goto drop;
	}
	for (char *word; (word = strtok_r(NULL, " \t", &rest)) != NULL;) {
		if (!faults_parse_word(rule, word)) {
			goto drop;
		}
	}
	*ret_rule = rule;
	return 0;

drop:
	faults_free(rule);
	return -EINVAL;
}

int faults_set(const char *text)
{
	struct faults_rule *rules = NULL, **end = &rules;

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		int err = faults_parse(text, len, end);
		if (err < 0) {
			faults_free(rules);
			return err;
		}
		end = *end != NULL ? &(*end)->next : end;
		text += len + (text[len] == '\n' ? 1 : 0);
	}
	pthread_mutex_lock(&faults_lock);
	struct faults_rule *old = faults_rules;
	faults_rules = rules;
	faults_n_created = 0;
	pthread_mutex_unlock(&faults_lock);
	faults_free(old);
	return 0;
}

char *faults_get(void)
{
	char *text = NULL;
	size_t len;

	FILE *out = open_memstream(&text, &len);
	if (out == NULL) {
		return NULL;
	}
	pthread_mutex_lock(&faults_lock);
	for (const struct faults_rule *rule = faults_rules; rule != NULL; rule = rule->next) {
		fprintf(out, "%" PRIu64 " %s\n", rule->n_hit, rule->text);
	}
	pthread_mutex_unlock(&faults_lock);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

uint64_t faults_created(void)
{
	pthread_mutex_lock(&faults_lock);
	uint64_t nth = ++faults_n_created;
	pthread_mutex_unlock(&faults_lock);
	return nth;
}

/** Whether a rule is for such an operation on such a file. */
static bool faults_is_for(const struct faults_rule *rule, enum faults_op op, const char *path,
			  uint64_t nth)
{
	return rule->op == op && (rule->nth == 0 || rule->nth == nth) &&
	       fnmatch(rule->glob, path, 0) == 0;
}

/** Count that a rule could strike: whether it does. */
static bool faults_counts(struct faults_rule *rule)
{
	rule->n_met++;
	if (rule->n_met <= rule->skip || (rule->times > 0 && rule->n_hit >= rule->times)) {
		return false;
	}
	rule->n_hit++;
	return true;
}

/** Whether a read or write touches a byte. */
static bool faults_touches(const struct faults_io *io, uint64_t at)
{
	return at >= io->off && at - io->off < io->len;
}

/** Sleep. */
static void faults_sleep(uint64_t ms)
{
	struct timespec ts = {.tv_sec = (time_t)(ms / 1000),
			      .tv_nsec = (long)(ms % 1000) * 1000000};

	while (nanosleep(&ts, &ts) != 0 && errno == EINTR) {
	}
}

/** Let a rule strike: what was 0 becomes a negative errno, what was long shorter, ms larger. */
static void faults_apply(struct faults_rule *rule, struct faults_io *io, int *err, uint64_t *ms)
{
	bool has_data = io->op == FAULTS_READ || io->op == FAULTS_WRITE;

	switch (rule->kind) {
	case FAULTS_DO_FAIL:
		if ((!has_data || !rule->has_at || faults_touches(io, rule->at)) &&
		    faults_counts(rule)) {
			*err = -(int)rule->value;
		}
		break;
	case FAULTS_DO_SHORT:
		if (io->len > rule->value && faults_counts(rule)) {
			io->len = rule->value;
		}
		break;
	case FAULTS_DO_FULL:
		if (rule->sum + io->len <= rule->value) {
			rule->sum += io->len;
		} else if (faults_counts(rule)) {
			*err = -ENOSPC;
		}
		break;
	case FAULTS_DO_SLOW:
		if (faults_counts(rule)) {
			*ms += rule->value;
		}
		break;
	default:
		break; /* these come when there are data */
	}
}

int faults_strike_io(struct faults_io *io)
{
	int err = 0;
	uint64_t ms = 0;

	pthread_mutex_lock(&faults_lock);
	for (struct faults_rule *rule = faults_rules; rule != NULL && err == 0; rule = rule->next) {
		if (faults_is_for(rule, io->op, io->path, io->nth)) {
			faults_apply(rule, io, &err, &ms);
		}
	}
	pthread_mutex_unlock(&faults_lock);
	if (ms > 0) {
		faults_sleep(ms);
	}
	return err;
}

int faults_strike(enum faults_op op, const char *path)
{
	struct faults_io io = {.op = op, .path = path};

	return faults_strike_io(&io);
}

/** The byte that a rule flips a bit in, chosen now if it has not been; NULL without memory. */
static struct faults_mark *faults_mark(struct faults_rule *rule, const struct faults_io *io)
{
	uint64_t hash = faults_hash(rule->seed, io->path);
	struct faults_mark **bucket = &rule->marks[hash % FAULTS_BUCKETS];

	for (struct faults_mark *mark = *bucket; mark != NULL; mark = mark->next) {
		if (strcmp(mark->path, io->path) == 0) {
			return mark;
		}
	}
	size_t len = strlen(io->path) + 1;
	struct faults_mark *mark = malloc(sizeof(*mark) + len);
	if (mark == NULL) {
		return NULL;
	}
	mark->at = rule->has_at ? rule->at : io->off + (hash >> 12) % io->len;
	mark->bit = rule->bit >= 0 ? rule->bit : (int)(hash >> 9 & 7);
	mark->has_struck = false;
	memcpy(mark->path, io->path, len);
	mark->next = *bucket;
	*bucket = mark;
	return mark;
}

void faults_flip(const struct faults_io *io, char *buf)
{
	if (io->len == 0) {
		return;
	}
	pthread_mutex_lock(&faults_lock);
	for (struct faults_rule *rule = faults_rules; rule != NULL; rule = rule->next) {
		if (rule->kind != FAULTS_DO_FLIP ||
		    !faults_is_for(rule, io->op, io->path, io->nth)) {
			continue;
		}
		struct faults_mark *mark = faults_mark(rule, io);
		if (mark == NULL || !faults_touches(io, mark->at) ||
		    (rule->once && mark->has_struck) || !faults_counts(rule)) {
			continue;
		}
		mark->has_struck = true;
		buf[mark->at - io->off] ^= (char)(1 << mark->bit);
	}
	pthread_mutex_unlock(&faults_lock);
}

enum faults_change faults_change(const struct faults_io *io, uint64_t *ret_size)
{
	enum faults_change change = FAULTS_KEEP;

	pthread_mutex_lock(&faults_lock);
	for (struct faults_rule *rule = faults_rules; rule != NULL; rule = rule->next) {
		if (rule->kind < FAULTS_DO_GROW ||
		    !faults_is_for(rule, io->op, io->path, io->nth) ||
		    (rule->has_at && io->off + io->len <= rule->at) || !faults_counts(rule)) {
			continue;
		}
		change = rule->kind == FAULTS_DO_GROW     ? FAULTS_GROW
			 : rule->kind == FAULTS_DO_SHRINK ? FAULTS_SHRINK
							  : FAULTS_REWRITE;
		*ret_size = rule->value;
		break;
	}
	pthread_mutex_unlock(&faults_lock);
	return change;
}
