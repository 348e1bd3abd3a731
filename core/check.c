/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * First a tour of the tree: it tells what is extra, what is not a regular file (a
 * device is better not opened to see that), and the order in which reading goes
 * directory by directory. What the tour did not meet is opened all the same, as a
 * directory may be searched and not be readable.
 */
#include "core/check.h"

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

enum { CHECK_UNMET = 255 }; /* no DT_ type */

/** More than contents that a path should have, and what it has. */
struct check_want {
	struct ucp_mtree_entry spec; /**< its path is not used, its link is the one below */
	uint32_t what;               /**< enum ucp_compare_bit: what differs */
	int err;                     /**< why it could not be looked at, or 0 */
	bool is_blind;               /**< it is a file, whose contents cannot be compared */
	char link[];
};

/** A path of the list. */
struct check_entry {
	char *path;         /**< owned */
	uint32_t line;      /**< which of the list it is */
	uint32_t order;     /**< when it was met, or UINT32_MAX */
	unsigned char type; /**< DT_, or CHECK_UNMET */
	uint8_t kind;       /**< enum ucp_digest_kind */
	bool is_excused;    /**< it is in a directory that may be missing, and was not met */
	bool is_self;       /**< the list, whose contents no list can know */
	const char *dir;    /**< borrowed from the tour, where it was met */
	struct check_want *want; /**< owned; NULL: it is a file, and its contents count */
	struct ucp_digest_value value;
};

/** What a look is given. */
struct check_run {
	struct ucp_check *check;            /**< borrowed */
	const struct ucp_readers_item *items; /**< borrowed: one for each entry */
};

/** The check. */
struct ucp_check {
	struct check_entry *entries; /**< owned array */
	uint32_t n_entries;
	uint32_t entries_room;
	struct ucp_check_finding *findings; /**< owned array; paths of the entries or the tour */
	uint32_t n_findings;
	uint32_t findings_room;
	struct ucp_tour *tour;       /**< owned */
	const struct stat *self;     /**< borrowed for the run, or NULL */
	uint32_t n_met;
	bool lists_all;              /**< not only regular files */
	bool has_ignore;             /**< below something nothing is extra */
	bool is_out_of_memory;
};

struct ucp_check *ucp_check_new(void)
{
	struct ucp_check *check = calloc(1, sizeof(*check));

	if (check != NULL) {
		check->tour = ucp_tour_new();
		if (check->tour == NULL) {
			free(check);
			return NULL;
		}
	}
	return check;
}

void ucp_check_free(struct ucp_check *check)
{
	if (check == NULL) {
		return;
	}
	for (uint32_t i = 0; i < check->n_entries; i++) {
		free(check->entries[i].path);
		free(check->entries[i].want);
	}
	ucp_tour_free(check->tour);
	free(check->entries);
	free(check->findings);
	free(check);
}

/** Room for one more entry, zeroed but for its path and digest: 0 or a negative errno. */
static int check_append(struct ucp_check *check, const char *path, enum ucp_digest_kind kind,
			const struct ucp_digest_value *value, bool may_be_root)
{
	if (check->n_entries == check->entries_room) {
		uint32_t room = check->entries_room > 0 ? check->entries_room * 2 : 256;
		struct check_entry *more = reallocarray(check->entries, room, sizeof(*more));
		if (more == NULL || room > UINT32_MAX / 4) {
			check->entries = more != NULL ? more : check->entries;
			return -ENOMEM;
		}
		check->entries = more;
		check->entries_room = room;
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
	check->entries[check->n_entries] = (struct check_entry){
		.path = own, .line = check->n_entries, .order = UINT32_MAX, .type = CHECK_UNMET, .kind = (uint8_t)kind,
		.value = *value};
	check->n_entries++;
	return 0;
}

int ucp_check_add(struct ucp_check *check, const char *path, enum ucp_digest_kind kind,
		  const struct ucp_digest_value *value)
{
	return check_append(check, path, kind, value, false);
}

int ucp_check_add_spec(struct ucp_check *check, const struct ucp_mtree_entry *spec)
{
	bool has_link = (spec->keys & UCP_MTREE_LINK) != 0;
	size_t link_len = has_link ? strlen(spec->link) + 1 : 0;
	struct check_want *want = malloc(sizeof(*want) + link_len);

	if (want == NULL) {
		return -ENOMEM;
	}
	*want = (struct check_want){.spec = *spec};
	if (has_link) {
		want->spec.link = memcpy(want->link, spec->link, link_len);
	}
	int err = check_append(check, spec->path, UCP_DIGEST_SHA256, &spec->digest, true);
	if (err < 0) {
		free(want);
		return err;
	}
	check->entries[check->n_entries - 1].want = want;
	check->has_ignore = check->has_ignore || (spec->keys & UCP_MTREE_IGNORE) != 0;
	return 0;
}

void ucp_check_expect_all(struct ucp_check *check)
{
	check->lists_all = true;
}

/** qsort(3), also of an array that was never needed. */
static void check_sort(void *array, uint32_t n, size_t piece,
		       int (*order)(const void *a, const void *b))
{
	if (n > 1) {
		qsort(array, n, piece, order);
	}
}

/** Note a finding with what is changed, if that is known. */
static void check_find_what(struct ucp_check *check, const char *path, enum ucp_check_word word,
			    uint32_t what, int err)
{
	if (path != NULL && check->n_findings == check->findings_room) {
		uint32_t room = check->findings_room > 0 ? check->findings_room * 2 : 256;
		struct ucp_check_finding *more =
			reallocarray(check->findings, room, sizeof(*more));
		if (more != NULL) {
			check->findings = more;
			check->findings_room = room;
		} else {
			path = NULL;
		}
	}
	if (path == NULL) {
		check->is_out_of_memory = true;
		return;
	}
	check->findings[check->n_findings++] =
		(struct ucp_check_finding){.path = path, .word = word, .what = what, .err = err};
}

/** Note a finding. */
static void check_find(struct ucp_check *check, const char *path, enum ucp_check_word word,
		       int err)
{
	check_find_what(check, path, word, 0, err);
}

/** The order of entries before the tour: by path, of the same path the same digests together. */
static int check_order_path(const void *a, const void *b)
{
	const struct check_entry *ea = a, *eb = b;
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
static int check_order_met(const void *a, const void *b)
{
	const struct check_entry *ea = a, *eb = b;

	return ea->order != eb->order ? (ea->order < eb->order ? -1 : 1)
				      : check_order_path(a, b);
}

/** The order of findings: by path, what is bad first. */
static int check_order_finding(const void *a, const void *b)
{
	const struct ucp_check_finding *fa = a, *fb = b;
	int order = strcmp(fa->path, fb->path);

	return order != 0              ? order
	       : fa->word != fb->word ? (int)fb->word - (int)fa->word
	       : fa->what != fb->what ? (fa->what < fb->what ? -1 : 1)
				      : 0;
}

/** How a text of two parts, "dir/name", compares to a whole path. */
static int check_compare(const char *dir, const char *name, const char *path)
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
static uint32_t check_lower(const struct ucp_check *check, const char *dir, const char *name)
{
	uint32_t low = 0, high = check->n_entries;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (check_compare(dir, name, check->entries[middle].path) > 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/** The first entry of a path, or NULL. */
static struct check_entry *check_seek(const struct ucp_check *check, const char *dir,
				      const char *name)
{
	uint32_t low = check_lower(check, dir, name);
	struct check_entry *entry = &check->entries[low];

	return low < check->n_entries && check_compare(dir, name, entry->path) == 0 ? entry : NULL;
}

/** Whether a name is the list itself. */
static bool check_is_self(const struct ucp_check *check, const struct ucp_tour_entry *entry)
{
	struct stat st;

	return check->self != NULL && check->self->st_ino == entry->ino[0] &&
	       ucp_fd_statat(entry->fd[0], entry->name, AT_SYMLINK_NOFOLLOW, &st) == 0 &&
	       st.st_ino == check->self->st_ino && st.st_dev == check->self->st_dev;
}

/** Whether an entry has a keyword. */
static bool check_wants(const struct check_entry *entry, enum ucp_mtree_key key)
{
	return entry->want != NULL && (entry->want->spec.keys & (uint32_t)key) != 0;
}

/** Whether a directory that is not listed is on the way to something that is. */
static bool check_is_on_way(struct ucp_check *check, const struct ucp_tour_entry *entry)
{
	size_t dir_len = strlen(entry->dir);
	char *name = NULL;
	int len = asprintf(&name, "%s/", entry->name);
	if (len < 0) {
		check->is_out_of_memory = true;
		return true;
	}
	uint32_t low = check_lower(check, entry->dir, name);
	const char *path = low < check->n_entries ? check->entries[low].path : "";
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
static bool check_ignores(const struct ucp_check *check, const char *path)
{
	const struct check_entry *entry = check_seek(check, "", path);
	bool is_ignored = false;

	for (; entry != NULL && entry < check->entries + check->n_entries &&
	       strcmp(entry->path, path) == 0; entry++) {
		is_ignored = is_ignored || check_wants(entry, UCP_MTREE_IGNORE);
	}
	return is_ignored;
}

/** Whether what is in a directory does not count when it is not listed. */
static bool check_is_ignored(struct ucp_check *check, const char *dir)
{
	if (!check->has_ignore || check_ignores(check, ".")) {
		return check->has_ignore;
	}
	char *path = strdup(dir);
	if (path == NULL) {
		check->is_out_of_memory = true;
		return true;
	}
	bool is_ignored = false;
	for (char *slash = path; path[0] != '\0' && slash != NULL && !is_ignored;) {
		is_ignored = check_ignores(check, path);
		slash = strrchr(path, '/');
		*(slash != NULL ? slash : path) = '\0';
	}
	free(path);
	return is_ignored;
}

/** Whether a name that is not listed is one too many. */
static bool check_is_extra(struct ucp_check *check, const struct ucp_tour_entry *entry)
{
	if (entry->type[0] == DT_DIR) {
		return check->lists_all && !check_is_on_way(check, entry);
	}
	return (check->lists_all || entry->type[0] == DT_REG) && !check_is_self(check, entry);
}

/** The tour meets a name. */
static bool check_see(void *ctx, const struct ucp_tour_entry *entry)
{
	struct ucp_check *check = ctx;
	struct check_entry *known = check_seek(check, entry->dir, entry->name);

	bool is_ignored = check_is_ignored(check, entry->dir);
	bool is_entered = !check->lists_all;
	if (known != NULL) {
		const char *path = known->path;
		bool is_self = check_is_self(check, entry);
		for (; known < check->entries + check->n_entries &&
		       strcmp(known->path, path) == 0; known++) {
			known->type = entry->type[0];
			known->dir = entry->dir;
			known->order = check->n_met++;
			known->is_self = is_self;
			is_ignored = is_ignored || check_wants(known, UCP_MTREE_IGNORE);
		}
		is_entered = is_entered || !is_ignored;
	} else if (!is_ignored && check_is_extra(check, entry)) {
		check_find(check, ucp_tour_path(check->tour, entry->dir, entry->name),
			   UCP_CHECK_EXTRA, 0);
	}
	/* What is in something that is extra or ignored goes without saying, but for what is listed. */
	return entry->type[0] == DT_DIR && (is_entered || check_is_on_way(check, entry));
}

/** The tour could not look at something. */
static void check_fail(void *ctx, int side, const char *dir, const char *name, int err)
{
	struct ucp_check *check = ctx;
	const char *path = name != NULL     ? ucp_tour_path(check->tour, dir, name)
			   : dir[0] != '\0' ? dir
					    : ".";

	(void)side; /* there is one */
	if (err != -ENOENT) { /* vanished meanwhile: reading will tell what is missing */
		check_find(check, path, UCP_CHECK_FAIL_ACCESS, err);
	}
}

/** Remove what is there twice, of entries that are sorted. */
static void check_unique(struct ucp_check *check)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < check->n_entries; i++) {
		struct check_entry *entry = &check->entries[i];
		if (n > 0 && check_order_path(&check->entries[n - 1], entry) == 0) {
			free(entry->path);
			free(entry->want);
		} else {
			check->entries[n++] = *entry;
		}
	}
	check->n_entries = n;
}

/** The path of the directory of one that was not met, or NULL; before is the item before it, or NULL. */
static const char *check_item_dir(struct ucp_check *check, const char *path, size_t len,
				  const struct ucp_readers_item *before)
{
	if (before != NULL && strncmp(before->dir, path, len) == 0 && before->dir[len] == '\0') {
		return before->dir; /* one string, and one opening */
	}
	char *text = strndup(path, len);
	const char *dir = text != NULL ? ucp_tour_path(check->tour, "", text) : NULL;
	free(text);
	return dir;
}

/** Excuse what is in directories that may be missing and were not met; entries are sorted by path. */
static void check_excuse(struct ucp_check *check)
{
	for (uint32_t i = 0; i < check->n_entries; i++) {
		const struct check_entry *dir = &check->entries[i];
		if (!check_wants(dir, UCP_MTREE_OPTIONAL) || dir->is_excused || dir->type != CHECK_UNMET) {
			continue; /* excused: so is what is in it */
		}
		size_t len = strlen(dir->path);
		for (uint32_t k = check_lower(check, dir->path, ""); k < check->n_entries; k++) {
			struct check_entry *entry = &check->entries[k];
			if (strncmp(entry->path, dir->path, len) != 0 || entry->path[len] != '/') {
				break;
			}
			entry->is_excused = true;
		}
	}
}

/** Fill in an item to read, behind the one before it or NULL: 0 or -ENOMEM. */
static int check_item(struct ucp_check *check, const struct check_entry *entry,
		      const struct ucp_readers_item *before, struct ucp_readers_item *item)
{
	const char *slash = strrchr(entry->path, '/');
	const char *dir = entry->dir; /* the root is "." in "" */

	if (dir == NULL && slash == NULL) {
		dir = "";
	} else if (dir == NULL) {
		dir = check_item_dir(check, entry->path, (size_t)(slash - entry->path), before);
	}
	*item = (struct ucp_readers_item){
		.dir = dir,
		.name = slash != NULL ? slash + 1 : entry->path,
		.wanted = &entry->value,
		.kind = (enum ucp_digest_kind)entry->kind,
		.verdict = entry->want == NULL && entry->is_self ? UCP_READERS_SAME
			   : entry->want != NULL || entry->type == CHECK_UNMET || entry->type == DT_REG
				   ? UCP_READERS_UNSEEN
				   : UCP_READERS_NOT_FILE,
	};
	return dir != NULL ? 0 : -ENOMEM;
}

/** Whether an error says that there is nothing of that name. */
static bool check_is_gone(int err)
{
	return err == -ENOENT || err == -ENOTDIR;
}

/** Whether what was opened is a symbolic link, or a socket: not what it was, and nothing to read. */
static bool check_is_other(const struct ucp_readers_item *item)
{
	return item->verdict == UCP_READERS_FAILED && item->step == UCP_READERS_AT_OPEN &&
	       (item->err == -ELOOP || item->err == -ENXIO);
}

/** Look at all but contents, when a worker takes an entry: whether these are to be read. */
static bool check_look(void *ctx, struct ucp_readers_item *item, const int dirs[2])
{
	const struct check_run *run = ctx;
	const struct check_entry *entry = &run->check->entries[item - run->items];
	struct check_want *want = entry->want;

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
static void check_conclude_want(struct ucp_check *check, const struct check_entry *entry,
				const struct ucp_readers_item *item)
{
	bool has_failed = item->verdict == UCP_READERS_FAILED;
	bool is_other = item->verdict == UCP_READERS_NOT_FILE || check_is_other(item);
	int err = !has_failed ? entry->want->err : is_other ? 0 : item->err;
	uint32_t what = entry->want->what;

	what |= item->verdict == UCP_READERS_DIFFERS ? UCP_COMPARE_CONTENT : 0u;
	what |= is_other ? UCP_COMPARE_TYPE : 0u; /* since it was looked at */
	if (check_is_gone(err) && !(has_failed && item->step == UCP_READERS_AT_READ)) {
		bool has_no_dir = has_failed && item->step == UCP_READERS_AT_DIR;
		if (!check_wants(entry, UCP_MTREE_OPTIONAL) && !(entry->is_excused && has_no_dir)) {
			check_find(check, entry->path, UCP_CHECK_MISSING, err);
		}
		return;
	}
	if (err < 0) {
		enum ucp_check_word word = !has_failed || item->step == UCP_READERS_AT_DIR
						   ? UCP_CHECK_FAIL_ACCESS
					   : item->step == UCP_READERS_AT_READ ? UCP_CHECK_FAIL_READ
									     : UCP_CHECK_FAIL_OPEN;
		check_find(check, entry->path, word, err);
	}
	if (what != 0) {
		check_find_what(check, entry->path, UCP_CHECK_CHANGED, what, 0);
	} else if (err == 0) {
		check_find(check, entry->path, UCP_CHECK_OK, 0);
	}
}

/** Turn what reading an item came to into a finding. */
static void check_conclude(struct ucp_check *check, const struct check_entry *entry,
			   const struct ucp_readers_item *item)
{
	enum ucp_check_word word = UCP_CHECK_CHANGED;
	bool is_gone = item->step != UCP_READERS_AT_READ && check_is_gone(item->err);
	bool is_other = check_is_other(item);

	if (entry->want != NULL) {
		check_conclude_want(check, entry, item);
		return;
	}
	if (item->verdict == UCP_READERS_SAME) {
		word = UCP_CHECK_OK;
	} else if (item->verdict == UCP_READERS_FAILED && !is_other) {
		word = is_gone                            ? UCP_CHECK_MISSING
		       : item->step == UCP_READERS_AT_READ ? UCP_CHECK_FAIL_READ
							  : UCP_CHECK_FAIL_OPEN;
	}
	check_find(check, entry->path, word, item->err);
}

/** Read all entries: 0 or a negative errno. */
static int check_read(struct ucp_check *check, const struct ucp_settings *set, int root,
		      struct ucp_check_result *res)
{
	struct ucp_readers_result result;
	struct check_run run = {.check = check};
	struct ucp_readers_job job = {
		.roots = {root, -1}, .n_sides = 1, .n_items = check->n_entries, .look = check_look,
		.ctx = &run};

	check_excuse(check);
	check_sort(check->entries, check->n_entries, sizeof(*check->entries), check_order_met);
	job.items = calloc(check->n_entries + 1, sizeof(*job.items));
	int err = job.items != NULL ? 0 : -ENOMEM;
	run.items = job.items;
	for (uint32_t i = 0; err == 0 && i < check->n_entries; i++) {
		err = check_item(check, &check->entries[i], i > 0 ? &job.items[i - 1] : NULL,
				 &job.items[i]);
	}
	if (err == 0) {
		err = ucp_readers_run(set, &job, &result);
		res->bytes = result.bytes;
		res->lacks_engine = result.lacks_engine;
		res->is_broken = result.is_broken;
	}
	for (uint32_t i = 0; err == 0 && i < check->n_entries; i++) {
		const struct check_want *want = check->entries[i].want;
		check_conclude(check, &check->entries[i], &job.items[i]);
		res->blind += want != NULL && want->is_blind;
	}
	if (!res->is_broken) {
		free(job.items);
	}
	return err;
}

int ucp_check_run(struct ucp_check *check, const struct ucp_settings *set, int root,
		  const struct stat *self, struct ucp_check_result *ret_result)
{
	const struct ucp_tour_guest guest = {.ctx = check, .see = check_see, .fail = check_fail};
	const int roots[2] = {root, -1};

	*ret_result = (struct ucp_check_result){0};
	check->self = self;
	check_sort(check->entries, check->n_entries, sizeof(*check->entries), check_order_path);
	check_unique(check);
	int err = ucp_tour_run(check->tour, roots, 1, set->one_filesystem,
			       ucp_tour_threads(set), &guest);
	if (err == 0) {
		err = check_read(check, set, root, ret_result);
	}
	if (err == 0 && check->is_out_of_memory) {
		err = -ENOMEM;
	}
	check_sort(check->findings, check->n_findings, sizeof(*check->findings), check_order_finding);
	return err;
}

/** Whether a finding says something that the one before it, of the same path, does not. */
static bool check_is_news(const struct ucp_check_finding *before,
			  const struct ucp_check_finding *finding)
{
	return strcmp(before->path, finding->path) != 0 ||
	       ((before->word != finding->word || before->what != finding->what) &&
		finding->word != UCP_CHECK_OK);
}

void ucp_check_each(const struct ucp_check *check,
		    void (*fn)(void *ctx, const struct ucp_check_finding *finding), void *ctx)
{
	for (uint32_t i = 0; i < check->n_findings; i++) {
		const struct ucp_check_finding *finding = &check->findings[i];
		if (i == 0 || check_is_news(finding - 1, finding)) {
			fn(ctx, finding);
		}
	}
}
