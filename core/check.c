/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * First a tour of the tree: it tells what is extra, what is not a regular file (a
 * device is better not opened to see that), and the order in which reading goes
 * directory by directory. What the tour did not meet is opened all the same, as a
 * directory may be searched and not be readable.
 */
#include "core/audit.h"

#include "core/readers.h"
#include "core/inspect.h"
#include "core/sys/fd.h"
#include "core/sys/path.h"
#include "core/tour.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AUDIT_UNMET = 255 }; /* no DT_ type */

/** More than contents that a path should have, and what it has. */
struct audit_want {
	struct ucp_mtree_entry spec; /**< its path is not used, its link is the one below */
	uint32_t what;               /**< enum ucp_compare_bit: what differs */
	int err;                     /**< why it could not be looked at, or 0 */
	bool is_blind;               /**< it is a file, whose contents cannot be compared */
	char link[];
};

/** A path of the list. */
struct audit_entry {
	char *path;         /**< owned */
	uint32_t line;      /**< which of the list it is */
	uint32_t order;     /**< when it was met, or UINT32_MAX */
	unsigned char type; /**< DT_, or AUDIT_UNMET */
	uint8_t kind;       /**< enum ucp_digest_kind */
	bool is_excused;    /**< it is in a directory that may be missing, and was not met */
	bool is_self;       /**< the list, whose contents no list can know */
	const char *dir;    /**< borrowed from the tour, where it was met */
	struct audit_want *want; /**< owned; NULL: it is a file, and its contents count */
	struct ucp_digest_value value;
};

/** What a look is given. */
struct audit_run {
	struct ucp_audit *audit;            /**< borrowed */
	const struct ucp_readers_item *items; /**< borrowed: one for each entry */
};

/** The audit. */
struct ucp_audit {
	struct audit_entry *entries; /**< owned array */
	uint32_t n_entries;
	uint32_t entries_room;
	struct ucp_audit_finding *findings; /**< owned array; paths of the entries or the tour */
	uint32_t n_findings;
	uint32_t findings_room;
	struct ucp_tour *tour;       /**< owned */
	const struct stat *self;     /**< borrowed for the run, or NULL */
	uint32_t n_met;
	bool lists_all;              /**< not only regular files */
	bool has_ignore;             /**< below something nothing is extra */
	bool is_out_of_memory;
};

struct ucp_audit *ucp_audit_new(void)
{
	struct ucp_audit *audit = calloc(1, sizeof(*audit));

	if (audit != NULL) {
		audit->tour = ucp_tour_new();
		if (audit->tour == NULL) {
			free(audit);
			return NULL;
		}
	}
	return audit;
}

void ucp_audit_free(struct ucp_audit *audit)
{
	if (audit == NULL) {
		return;
	}
	for (uint32_t i = 0; i < audit->n_entries; i++) {
		free(audit->entries[i].path);
		free(audit->entries[i].want);
	}
	ucp_tour_free(audit->tour);
	free(audit->entries);
	free(audit->findings);
	free(audit);
}

/** Room for one more entry, zeroed but for its path and digest: 0 or a negative errno. */
static int audit_append(struct ucp_audit *audit, const char *path, enum ucp_digest_kind kind,
			const struct ucp_digest_value *value, bool may_be_root)
{
	if (audit->n_entries == audit->entries_room) {
		uint32_t room = audit->entries_room > 0 ? audit->entries_room * 2 : 256;
		struct audit_entry *more = reallocarray(audit->entries, room, sizeof(*more));
		if (more == NULL || room > UINT32_MAX / 4) {
			audit->entries = more != NULL ? more : audit->entries;
			return -ENOMEM;
		}
		audit->entries = more;
		audit->entries_room = room;
	}
	char *own = malloc(strlen(path) + 2);
	int err = own != NULL ? ucp_path_tidy(own, path) : -ENOMEM;
	if (err == 0 && own[0] == '\0') {
		err = may_be_root ? 0 : -EINVAL;
		(void)strcpy(own, ".");
	}
	if (err < 0) {
		free(own);
		return err;
	}
	audit->entries[audit->n_entries] = (struct audit_entry){
		.path = own, .line = audit->n_entries, .order = UINT32_MAX, .type = AUDIT_UNMET, .kind = (uint8_t)kind,
		.value = *value};
	audit->n_entries++;
	return 0;
}

int ucp_audit_add(struct ucp_audit *audit, const char *path, enum ucp_digest_kind kind,
		  const struct ucp_digest_value *value)
{
	return audit_append(audit, path, kind, value, false);
}

int ucp_audit_add_spec(struct ucp_audit *audit, const struct ucp_mtree_entry *spec)
{
	bool has_link = (spec->keys & UCP_MTREE_LINK) != 0;
	size_t link_len = has_link ? strlen(spec->link) + 1 : 0;
	struct audit_want *want = malloc(sizeof(*want) + link_len);

	if (want == NULL) {
		return -ENOMEM;
	}
	*want = (struct audit_want){.spec = *spec};
	if (has_link) {
		want->spec.link = memcpy(want->link, spec->link, link_len);
	}
	int err = audit_append(audit, spec->path, UCP_DIGEST_SHA256, &spec->digest, true);
	if (err < 0) {
		free(want);
		return err;
	}
	audit->entries[audit->n_entries - 1].want = want;
	audit->has_ignore = audit->has_ignore || (spec->keys & UCP_MTREE_IGNORE) != 0;
	return 0;
}

void ucp_audit_expect_all(struct ucp_audit *audit)
{
	audit->lists_all = true;
}

/** qsort(3), also of an array that was never needed. */
static void audit_sort(void *array, uint32_t n, size_t piece,
		       int (*order)(const void *a, const void *b))
{
	if (n > 1) {
		qsort(array, n, piece, order);
	}
}

/** Note a finding with what is changed, if that is known. */
static void audit_find_what(struct ucp_audit *audit, const char *path, enum ucp_audit_word word,
			    uint32_t what, int err)
{
	if (path != NULL && audit->n_findings == audit->findings_room) {
		uint32_t room = audit->findings_room > 0 ? audit->findings_room * 2 : 256;
		struct ucp_audit_finding *more =
			reallocarray(audit->findings, room, sizeof(*more));
		if (more != NULL) {
			audit->findings = more;
			audit->findings_room = room;
		} else {
			path = NULL;
		}
	}
	if (path == NULL) {
		audit->is_out_of_memory = true;
		return;
	}
	audit->findings[audit->n_findings++] =
		(struct ucp_audit_finding){.path = path, .word = word, .what = what, .err = err};
}

/** Note a finding. */
static void audit_find(struct ucp_audit *audit, const char *path, enum ucp_audit_word word,
		       int err)
{
	audit_find_what(audit, path, word, 0, err);
}

/** The order of entries before the tour: by path, of the same path the same digests together. */
static int audit_order_path(const void *a, const void *b)
{
	const struct audit_entry *ea = a, *eb = b;
	int order = strcmp(ea->path, eb->path);

	if (order == 0 && (ea->want == NULL) != (eb->want == NULL)) {
		return ea->want == NULL ? -1 : 1;
	}
	if (order == 0 && ea->want != NULL) {
		return ea->line < eb->line ? -1 : ea->line > eb->line; /* none is like another */
	}
	return order != 0 ? order
	       : ea->kind != eb->kind
		       ? (int)ea->kind - (int)eb->kind
		       : memcmp(ea->value.bytes, eb->value.bytes, sizeof(ea->value.bytes));
}

/** The order of entries after it: as they were met, then by path. */
static int audit_order_met(const void *a, const void *b)
{
	const struct audit_entry *ea = a, *eb = b;

	return ea->order != eb->order ? (ea->order < eb->order ? -1 : 1)
				      : audit_order_path(a, b);
}

/** The order of findings: by path, what is bad first. */
static int audit_order_finding(const void *a, const void *b)
{
	const struct ucp_audit_finding *fa = a, *fb = b;
	int order = strcmp(fa->path, fb->path);

	return order != 0              ? order
	       : fa->word != fb->word ? (int)fb->word - (int)fa->word
	       : fa->what != fb->what ? (fa->what < fb->what ? -1 : 1)
				      : 0;
}

/** How a text of two parts, "dir/name", compares to a whole path. */
static int audit_compare(const char *dir, const char *name, const char *path)
{
	size_t len = strlen(dir);

	if (len > 0) {
		int order = strncmp(dir, path, len);
		if (order != 0) {
			return order;
		}
		if (path[len] != '/') {
			return '/' - (int)(unsigned char)path[len];
		}
		path += len + 1;
	}
	return strcmp(name, path);
}

/** The place of the first entry whose path is not before one of two parts. */
static uint32_t audit_lower(const struct ucp_audit *audit, const char *dir, const char *name)
{
	uint32_t low = 0, high = audit->n_entries;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (audit_compare(dir, name, audit->entries[middle].path) > 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/** The first entry of a path, or NULL. */
static struct audit_entry *audit_seek(const struct ucp_audit *audit, const char *dir,
				      const char *name)
{
	uint32_t low = audit_lower(audit, dir, name);
	struct audit_entry *entry = &audit->entries[low];

	return low < audit->n_entries && audit_compare(dir, name, entry->path) == 0 ? entry : NULL;
}

/** Whether a name is the list itself. */
static bool audit_is_self(const struct ucp_audit *audit, const struct ucp_tour_entry *entry)
{
	struct stat st;

	return audit->self != NULL && audit->self->st_ino == entry->ino[0] &&
	       ucp_fd_statat(entry->fd[0], entry->name, AT_SYMLINK_NOFOLLOW, &st) == 0 &&
	       st.st_ino == audit->self->st_ino && st.st_dev == audit->self->st_dev;
}

/** Whether an entry has a keyword. */
static bool audit_wants(const struct audit_entry *entry, enum ucp_mtree_key key)
{
	return entry->want != NULL && (entry->want->spec.keys & (uint32_t)key) != 0;
}

/** Whether a directory that is not listed is on the way to something that is. */
static bool audit_is_on_way(struct ucp_audit *audit, const struct ucp_tour_entry *entry)
{
	size_t dir_len = strlen(entry->dir);
	char *name = NULL;
	int len = asprintf(&name, "%s/", entry->name);
	if (len < 0) {
		audit->is_out_of_memory = true;
		return true;
	}
	uint32_t low = audit_lower(audit, entry->dir, name);
	const char *path = low < audit->n_entries ? audit->entries[low].path : "";
	if (dir_len > 0 && strncmp(path, entry->dir, dir_len) == 0 && path[dir_len] == '/') {
		path += dir_len + 1;
	} else if (dir_len > 0) {
		path = "";
	}
	bool is_on_way = strncmp(path, name, (size_t)len) == 0;
	free(name);
	return is_on_way;
}

/** Whether a listed path, or "." for the root, is one below which nothing counts that is not listed. */
static bool audit_ignores(const struct ucp_audit *audit, const char *path)
{
	const struct audit_entry *entry = audit_seek(audit, "", path);
	bool is_ignored = false;

	for (; entry != NULL && entry < audit->entries + audit->n_entries &&
	       strcmp(entry->path, path) == 0; entry++) {
		is_ignored = is_ignored || audit_wants(entry, UCP_MTREE_IGNORE);
	}
	return is_ignored;
}

/** Whether what is in a directory does not count when it is not listed. */
static bool audit_is_ignored(struct ucp_audit *audit, const char *dir)
{
	if (!audit->has_ignore || audit_ignores(audit, ".")) {
		return audit->has_ignore;
	}
	char *path = strdup(dir);
	if (path == NULL) {
		audit->is_out_of_memory = true;
		return true;
	}
	bool is_ignored = false;
	for (char *slash = path; path[0] != '\0' && slash != NULL && !is_ignored;) {
		is_ignored = audit_ignores(audit, path);
		slash = strrchr(path, '/');
		*(slash != NULL ? slash : path) = '\0';
	}
	free(path);
	return is_ignored;
}

/** Whether a name that is not listed is one too many. */
static bool audit_is_extra(struct ucp_audit *audit, const struct ucp_tour_entry *entry)
{
	if (entry->type[0] == DT_DIR) {
		return audit->lists_all && !audit_is_on_way(audit, entry);
	}
	return (audit->lists_all || entry->type[0] == DT_REG) && !audit_is_self(audit, entry);
}

/** The tour meets a name. */
static bool audit_see(void *ctx, const struct ucp_tour_entry *entry)
{
	struct ucp_audit *audit = ctx;
	struct audit_entry *known = audit_seek(audit, entry->dir, entry->name);

	bool is_ignored = audit_is_ignored(audit, entry->dir);
	bool is_entered = !audit->lists_all;
	if (known != NULL) {
		const char *path = known->path;
		bool is_self = audit_is_self(audit, entry);
		for (; known < audit->entries + audit->n_entries &&
		       strcmp(known->path, path) == 0; known++) {
			known->type = entry->type[0];
			known->dir = entry->dir;
			known->order = audit->n_met++;
			known->is_self = is_self;
			is_ignored = is_ignored || audit_wants(known, UCP_MTREE_IGNORE);
		}
		is_entered = is_entered || !is_ignored;
	} else if (!is_ignored && audit_is_extra(audit, entry)) {
		audit_find(audit, ucp_tour_path(audit->tour, entry->dir, entry->name),
			   UCP_AUDIT_EXTRA, 0);
	}
	/* What is in something that is extra or ignored goes without saying, but for what is listed. */
	return entry->type[0] == DT_DIR && (is_entered || audit_is_on_way(audit, entry));
}

/** The tour could not look at something. */
static void audit_fail(void *ctx, int side, const char *dir, const char *name, int err)
{
	struct ucp_audit *audit = ctx;
	const char *path = name != NULL     ? ucp_tour_path(audit->tour, dir, name)
			   : dir[0] != '\0' ? dir
					    : ".";

	(void)side; /* there is one */
	if (err != -ENOENT) { /* vanished meanwhile: reading will tell what is missing */
		audit_find(audit, path, UCP_AUDIT_FAIL_ACCESS, err);
	}
}

/** Remove what is there twice, of entries that are sorted. */
static void audit_unique(struct ucp_audit *audit)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < audit->n_entries; i++) {
		struct audit_entry *entry = &audit->entries[i];
		if (n > 0 && audit_order_path(&audit->entries[n - 1], entry) == 0) {
			free(entry->path);
			free(entry->want);
		} else {
			audit->entries[n++] = *entry;
		}
	}
	audit->n_entries = n;
}

/** The path of the directory of one that was not met, or NULL; before is the item before it, or NULL. */
static const char *audit_item_dir(struct ucp_audit *audit, const char *path, size_t len,
				  const struct ucp_readers_item *before)
{
	if (before != NULL && strncmp(before->dir, path, len) == 0 && before->dir[len] == '\0') {
		return before->dir; /* one string, and one opening */
	}
	char *text = strndup(path, len);
	const char *dir = text != NULL ? ucp_tour_path(audit->tour, "", text) : NULL;
	free(text);
	return dir;
}

/** Excuse what is in directories that may be missing and were not met; entries are sorted by path. */
static void audit_excuse(struct ucp_audit *audit)
{
	for (uint32_t i = 0; i < audit->n_entries; i++) {
		const struct audit_entry *dir = &audit->entries[i];
		if (!audit_wants(dir, UCP_MTREE_OPTIONAL) || dir->is_excused || dir->type != AUDIT_UNMET) {
			continue; /* excused: so is what is in it */
		}
		size_t len = strlen(dir->path);
		for (uint32_t k = audit_lower(audit, dir->path, ""); k < audit->n_entries; k++) {
			struct audit_entry *entry = &audit->entries[k];
			if (strncmp(entry->path, dir->path, len) != 0 || entry->path[len] != '/') {
				break;
			}
			entry->is_excused = true;
		}
	}
}

/** Fill in an item to read, behind the one before it or NULL: 0 or -ENOMEM. */
static int audit_item(struct ucp_audit *audit, const struct audit_entry *entry,
		      const struct ucp_readers_item *before, struct ucp_readers_item *item)
{
	const char *slash = strrchr(entry->path, '/');
	const char *dir = entry->dir; /* the root is "." in "" */

	if (dir == NULL && slash == NULL) {
		dir = "";
	} else if (dir == NULL) {
		dir = audit_item_dir(audit, entry->path, (size_t)(slash - entry->path), before);
	}
	*item = (struct ucp_readers_item){
		.dir = dir,
		.name = slash != NULL ? slash + 1 : entry->path,
		.wanted = &entry->value,
		.kind = (enum ucp_digest_kind)entry->kind,
		.verdict = entry->want == NULL && entry->is_self ? UCP_READERS_SAME
			   : entry->want != NULL || entry->type == AUDIT_UNMET || entry->type == DT_REG
				   ? UCP_READERS_UNSEEN
				   : UCP_READERS_NOT_FILE,
	};
	return dir != NULL ? 0 : -ENOMEM;
}

/** Whether an error says that there is nothing of that name. */
static bool audit_is_gone(int err)
{
	return err == -ENOENT || err == -ENOTDIR;
}

/** Whether what was opened is a symbolic link, or a socket: not what it was, and nothing to read. */
static bool audit_is_other(const struct ucp_readers_item *item)
{
	return item->verdict == UCP_READERS_FAILED && item->step == UCP_READERS_AT_OPEN &&
	       (item->err == -ELOOP || item->err == -ENXIO);
}

/** Look at all but contents, when a worker takes an entry: whether these are to be read. */
static bool audit_look(void *ctx, struct ucp_readers_item *item, const int dirs[2])
{
	const struct audit_run *run = ctx;
	const struct audit_entry *entry = &run->audit->entries[item - run->items];
	struct audit_want *want = entry->want;

	if (want == NULL) {
		return true;
	}
	struct ucp_mtree_entry *spec = &want->spec;
	if (entry->is_self) {
		spec->keys &= ~(uint32_t)(UCP_MTREE_SIZE | UCP_MTREE_TIME | UCP_MTREE_SHA256 |
					  UCP_MTREE_OTHER);
	}
	bool is_file = (spec->keys & UCP_MTREE_TYPE) == 0 || S_ISREG(spec->type);
	want->err = ucp_inspect(spec, dirs[0], item->name, &want->what);
	item->verdict = UCP_READERS_SAME;
	if (want->err < 0 || (want->what & (UCP_COMPARE_TYPE | UCP_COMPARE_SIZE)) != 0 || !is_file ||
	    (spec->keys & (UCP_MTREE_SHA256 | UCP_MTREE_NOCHANGE)) != UCP_MTREE_SHA256) {
		bool has_other = (spec->keys & (UCP_MTREE_SHA256 | UCP_MTREE_NOCHANGE |
						UCP_MTREE_OTHER)) == UCP_MTREE_OTHER;
		want->is_blind = has_other && is_file && want->err == 0 &&
				 (want->what & UCP_COMPARE_TYPE) == 0;
		return false;
	}
	item->verdict = UCP_READERS_UNSEEN;
	return true;
}

/** Turn what looking at an entry and perhaps reading it came to into a finding. */
static void audit_conclude_want(struct ucp_audit *audit, const struct audit_entry *entry,
				const struct ucp_readers_item *item)
{
	bool has_failed = item->verdict == UCP_READERS_FAILED;
	bool is_other = item->verdict == UCP_READERS_NOT_FILE || audit_is_other(item);
	int err = !has_failed ? entry->want->err : is_other ? 0 : item->err;
	uint32_t what = entry->want->what;

	what |= item->verdict == UCP_READERS_DIFFERS ? UCP_COMPARE_CONTENT : 0u;
	what |= is_other ? UCP_COMPARE_TYPE : 0u; /* since it was looked at */
	if (audit_is_gone(err) && !(has_failed && item->step == UCP_READERS_AT_READ)) {
		bool has_no_dir = has_failed && item->step == UCP_READERS_AT_DIR;
		if (!audit_wants(entry, UCP_MTREE_OPTIONAL) && !(entry->is_excused && has_no_dir)) {
			audit_find(audit, entry->path, UCP_AUDIT_MISSING, err);
		}
		return;
	}
	if (err < 0) {
		enum ucp_audit_word word = !has_failed || item->step == UCP_READERS_AT_DIR
						   ? UCP_AUDIT_FAIL_ACCESS
					   : item->step == UCP_READERS_AT_READ ? UCP_AUDIT_FAIL_READ
									     : UCP_AUDIT_FAIL_OPEN;
		audit_find(audit, entry->path, word, err);
	}
	if (what != 0) {
		audit_find_what(audit, entry->path, UCP_AUDIT_CHANGED, what, 0);
	} else if (err == 0) {
		audit_find(audit, entry->path, UCP_AUDIT_OK, 0);
	}
}

/** Turn what reading an item came to into a finding. */
static void audit_conclude(struct ucp_audit *audit, const struct audit_entry *entry,
			   const struct ucp_readers_item *item)
{
	enum ucp_audit_word word = UCP_AUDIT_CHANGED;
	bool is_gone = item->step != UCP_READERS_AT_READ && audit_is_gone(item->err);
	bool is_other = audit_is_other(item);

	if (entry->want != NULL) {
		audit_conclude_want(audit, entry, item);
		return;
	}
	if (item->verdict == UCP_READERS_SAME) {
		word = UCP_AUDIT_OK;
	} else if (item->verdict == UCP_READERS_FAILED && !is_other) {
		word = is_gone                            ? UCP_AUDIT_MISSING
		       : item->step == UCP_READERS_AT_READ ? UCP_AUDIT_FAIL_READ
							  : UCP_AUDIT_FAIL_OPEN;
	}
	audit_find(audit, entry->path, word, item->err);
}

/** Read all entries: 0 or a negative errno. */
static int audit_read(struct ucp_audit *audit, const struct ucp_settings *set, int root,
		      struct ucp_audit_result *res)
{
	struct ucp_readers_result result;
	struct audit_run run = {.audit = audit};
	struct ucp_readers_job job = {
		.roots = {root, -1}, .n_sides = 1, .n_items = audit->n_entries, .look = audit_look,
		.ctx = &run};

	audit_excuse(audit);
	audit_sort(audit->entries, audit->n_entries, sizeof(*audit->entries), audit_order_met);
	job.items = calloc(audit->n_entries + 1, sizeof(*job.items));
	int err = job.items != NULL ? 0 : -ENOMEM;
	run.items = job.items;
	for (uint32_t i = 0; err == 0 && i < audit->n_entries; i++) {
		err = audit_item(audit, &audit->entries[i], i > 0 ? &job.items[i - 1] : NULL,
				 &job.items[i]);
	}
	if (err == 0) {
		err = ucp_readers_run(set, &job, &result);
		res->bytes = result.bytes;
		res->lacks_engine = result.lacks_engine;
		res->is_broken = result.is_broken;
	}
	for (uint32_t i = 0; err == 0 && i < audit->n_entries; i++) {
		const struct audit_want *want = audit->entries[i].want;
		audit_conclude(audit, &audit->entries[i], &job.items[i]);
		res->blind += want != NULL && want->is_blind;
	}
	if (!res->is_broken) {
		free(job.items);
	}
	return err;
}

int ucp_audit_run(struct ucp_audit *audit, const struct ucp_settings *set, int root,
		  const struct stat *self, struct ucp_audit_result *ret_result)
{
	const struct ucp_tour_guest guest = {.ctx = audit, .see = audit_see, .fail = audit_fail};
	const int roots[2] = {root, -1};

	*ret_result = (struct ucp_audit_result){0};
	audit->self = self;
	audit_sort(audit->entries, audit->n_entries, sizeof(*audit->entries), audit_order_path);
	audit_unique(audit);
	int err = ucp_tour_run(audit->tour, roots, 1, set->one_filesystem,
			       ucp_tour_threads(set), &guest);
	if (err == 0) {
		err = audit_read(audit, set, root, ret_result);
	}
	if (err == 0 && audit->is_out_of_memory) {
		err = -ENOMEM;
	}
	audit_sort(audit->findings, audit->n_findings, sizeof(*audit->findings), audit_order_finding);
	return err;
}

/** Whether a finding says something that the one before it, of the same path, does not. */
static bool audit_is_news(const struct ucp_audit_finding *before,
			  const struct ucp_audit_finding *finding)
{
	return strcmp(before->path, finding->path) != 0 ||
	       ((before->word != finding->word || before->what != finding->what) &&
		finding->word != UCP_AUDIT_OK);
}

void ucp_audit_each(const struct ucp_audit *audit,
		    void (*fn)(void *ctx, const struct ucp_audit_finding *finding), void *ctx)
{
	for (uint32_t i = 0; i < audit->n_findings; i++) {
		const struct ucp_audit_finding *finding = &audit->findings[i];
		if (i == 0 || audit_is_news(finding - 1, finding)) {
			fn(ctx, finding);
		}
	}
}
