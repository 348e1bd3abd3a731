/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * First a tour of both trees in step: it tells what is missing, extra, and of
 * another type. What both have becomes an item for the workers of readers.c, which
 * compare metadata when they take it, and then contents where that is of use.
 * Names that are one file are looked at last, when all are known.
 */
#include "core/compare.h"

#include "core/readers.h"
#include "core/meta.h"
#include "core/sys/fd.h"
#include "core/sys/path.h"
#include "core/tour.h"
#include "core/xdiff.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/** Which file something is. */
struct compare_id {
	dev_t dev;
	ino_t ino;
};

/** A path, and what is known of it. */
struct compare_entry {
	const char *dir;        /**< borrowed from the tour */
	const char *name;       /**< borrowed from the tour, or an operand's; "." is the root */
	const char *name_there; /**< borrowed: of the destination, where it is another; else NULL */
	const char *path;       /**< borrowed from the tour; NULL until it is needed */
	char *attrs;            /**< owned; see struct ucp_compare_finding */
	struct compare_id id[2];
	uint32_t what;
	int err;
	uint8_t fail, side;
	bool is_common;         /**< both sides have it */
	bool needs_look;        /**< there is more to compare than the type */
	bool has_links;         /**< one side has other names for it */
	uint32_t first;         /**< of the names of its file in the source: a place in the report */
};

/** The comparison. */
struct ucp_compare {
	const struct ucp_settings *set; /**< borrowed */
	struct ucp_tour *tour;          /**< owned */
	struct compare_entry *entries;  /**< owned array */
	struct ucp_readers_item *items;   /**< owned array: one for each entry */
	struct compare_entry **report;  /**< owned array: entries with a path, sorted by it */
	uint32_t n_entries;
	uint32_t room;
	uint32_t n_report;
	bool is_out_of_memory;
	char *names[2];                 /**< owned: of operands that are no directories */
};

struct ucp_compare *ucp_compare_new(const struct ucp_settings *set)
{
	struct ucp_compare *cmp = calloc(1, sizeof(*cmp));

	if (cmp != NULL) {
		cmp->set = set;
		cmp->tour = ucp_tour_new();
		if (cmp->tour == NULL) {
			free(cmp);
			return NULL;
		}
	}
	return cmp;
}

void ucp_compare_free(struct ucp_compare *cmp)
{
	if (cmp == NULL) {
		return;
	}
	for (uint32_t i = 0; i < cmp->n_entries; i++) {
		free(cmp->entries[i].attrs);
	}
	ucp_tour_free(cmp->tour);
	free(cmp->entries);
	free(cmp->items);
	free(cmp->report);
	free(cmp->names[0]);
	free(cmp->names[1]);
	free(cmp);
}

/** Note an entry. */
static void compare_note(struct ucp_compare *cmp, const struct compare_entry *entry)
{
	if (cmp->n_entries == cmp->room) {
		uint32_t room = cmp->room > 0 ? cmp->room * 2 : 256;
		struct compare_entry *more = room < UINT32_MAX / 4
						     ? reallocarray(cmp->entries, room, sizeof(*more))
						     : NULL;
		if (more == NULL) {
			cmp->is_out_of_memory = true;
			return;
		}
		cmp->entries = more;
		cmp->room = room;
	}
	cmp->entries[cmp->n_entries++] = *entry;
}

/** Whether the settings ask for anything that every entry has. */
static bool compare_wants_meta(const struct ucp_settings *set)
{
	return set->keep_mode || set->keep_owner || set->keep_times || set->keep_links ||
	       ucp_meta_wants_xattrs(set);
}

/** The tour meets a name. */
static bool compare_see(void *ctx, const struct ucp_tour_entry *seen)
{
	struct ucp_compare *cmp = ctx;
	unsigned char type = seen->type[0];
	struct compare_entry entry = {.dir = seen->dir, .name = seen->name};

	entry.is_common = seen->is_in[0] && seen->is_in[1];
	if (!entry.is_common) {
		entry.what = seen->is_in[0] ? UCP_COMPARE_MISSING : UCP_COMPARE_EXTRA;
	} else if (type != seen->type[1]) {
		entry.what = UCP_COMPARE_TYPE;
	} else {
		entry.needs_look = compare_wants_meta(cmp->set) || type == DT_REG ||
				   type == DT_LNK || type == DT_CHR || type == DT_BLK;
	}
	compare_note(cmp, &entry);
	return true;
}

/** Note what cannot be done; the first trouble of an entry counts. */
static void compare_fail(struct compare_entry *entry, enum ucp_compare_fail fail, int side, int err)
{
	if (entry->fail == UCP_COMPARE_FINE) {
		entry->fail = (uint8_t)fail;
		entry->side = (uint8_t)side;
		entry->err = err;
	}
}

/** The tour could not look at something. */
static void compare_on_fail(void *ctx, int side, const char *dir, const char *name, int err)
{
	struct compare_entry entry = {.dir = dir, .name = name != NULL ? name : ""};

	compare_fail(&entry, name != NULL ? UCP_COMPARE_FAIL_STAT : UCP_COMPARE_FAIL_ACCESS, side,
		     err);
	compare_note(ctx, &entry);
}

/** Compare the targets of symbolic links. */
static void compare_targets(struct compare_entry *entry, const int dirs[2],
			    const char *const names[2], const struct stat st[2])
{
	char *targets[2] = {NULL, NULL};

	for (int i = 0; i < 2; i++) {
		int err = ucp_fd_readlinkat(dirs[i], names[i], (size_t)st[i].st_size, &targets[i]);
		if (err < 0) {
			compare_fail(entry, UCP_COMPARE_FAIL_READLINK, i, err);
		}
	}
	if (targets[0] != NULL && targets[1] != NULL && strcmp(targets[0], targets[1]) != 0) {
		entry->what |= UCP_COMPARE_TARGET;
	}
	free(targets[0]);
	free(targets[1]);
}

/** Compare what a status tells, of one type. */
static void compare_status(const struct ucp_settings *set, struct compare_entry *entry,
			   const struct stat st[2])
{
	const struct stat *a = &st[0], *b = &st[1];
	bool is_device = S_ISCHR(a->st_mode) || S_ISBLK(a->st_mode);

	if (S_ISREG(a->st_mode) && a->st_size != b->st_size) {
		entry->what |= UCP_COMPARE_SIZE;
	}
	if (is_device && a->st_rdev != b->st_rdev) {
		entry->what |= UCP_COMPARE_DEVICE;
	}
	if (set->keep_mode && !S_ISLNK(a->st_mode) && ((a->st_mode ^ b->st_mode) & 07777) != 0) {
		entry->what |= UCP_COMPARE_MODE;
	}
	if (set->keep_owner && (a->st_uid != b->st_uid || a->st_gid != b->st_gid)) {
		entry->what |= UCP_COMPARE_OWNER;
	}
	if (set->keep_times && (a->st_mtim.tv_sec != b->st_mtim.tv_sec ||
				a->st_mtim.tv_nsec != b->st_mtim.tv_nsec)) {
		entry->what |= UCP_COMPARE_TIME;
	}
	entry->has_links = set->keep_links && !S_ISDIR(a->st_mode) &&
			   (a->st_nlink > 1 || b->st_nlink > 1);
	for (int i = 0; i < 2; i++) {
		entry->id[i] = (struct compare_id){.dev = st[i].st_dev, .ino = st[i].st_ino};
	}
}

/** Compare all but contents, when a worker takes an entry: whether these are to be read. */
static bool compare_look(void *ctx, struct ucp_readers_item *item, const int dirs[2])
{
	struct ucp_compare *cmp = ctx;
	struct compare_entry *entry = &cmp->entries[item - cmp->items];
	const char *const names[2] = {item->name, item->name_there != NULL ? item->name_there
									   : item->name};
	struct stat st[2];
	int side = 0;

	for (int i = 0; i < 2; i++) {
		int err = ucp_fd_statat(dirs[i], names[i], AT_SYMLINK_NOFOLLOW, &st[i]);
		if (err < 0) {
			compare_fail(entry, UCP_COMPARE_FAIL_STAT, i, err);
			return false;
		}
	}
	if (((st[0].st_mode ^ st[1].st_mode) & S_IFMT) != 0) {
		entry->what |= UCP_COMPARE_TYPE;
		return false;
	}
	compare_status(cmp->set, entry, st);
	if (S_ISLNK(st[0].st_mode)) {
		compare_targets(entry, dirs, names, st);
	}
	int rc = ucp_meta_wants_xattrs(cmp->set)
			 ? ucp_xdiff_find(cmp->set, dirs, names, &entry->attrs, &side)
			 : 0;
	if (rc < 0) {
		compare_fail(entry, UCP_COMPARE_FAIL_XATTRS, side, rc);
	}
	entry->what |= rc > 0 ? UCP_COMPARE_XATTR : 0;
	return S_ISREG(st[0].st_mode) && (entry->what & UCP_COMPARE_SIZE) == 0;
}

/** Take over what reading came to. */
static void compare_conclude(struct compare_entry *entry, const struct ucp_readers_item *item)
{
	switch (item->verdict) {
	case UCP_READERS_DIFFERS:
		entry->what |= UCP_COMPARE_CONTENT;
		break;
	case UCP_READERS_NOT_FILE:
		entry->what |= UCP_COMPARE_TYPE;
		break;
	case UCP_READERS_FAILED:
		compare_fail(entry, item->step == UCP_READERS_AT_DIR    ? UCP_COMPARE_FAIL_STAT
				    : item->step == UCP_READERS_AT_OPEN ? UCP_COMPARE_FAIL_OPEN
								      : UCP_COMPARE_FAIL_READ,
			     item->side, item->err);
		break;
	default:
		break;
	}
}

/** Have the workers look at all entries: 0 or a negative errno. */
static int compare_read(struct ucp_compare *cmp, const int roots[2], struct ucp_compare_result *res)
{
	struct ucp_readers_job job = {.roots = {roots[0], roots[1]}, .n_sides = 2,
				    .n_items = cmp->n_entries, .look = compare_look, .ctx = cmp};
	struct ucp_readers_result result;

	cmp->items = calloc(cmp->n_entries + 1, sizeof(*cmp->items));
	if (cmp->items == NULL) {
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < cmp->n_entries; i++) {
		const struct compare_entry *entry = &cmp->entries[i];
		cmp->items[i] = (struct ucp_readers_item){
			.dir = entry->dir, .name = entry->name, .name_there = entry->name_there,
			.verdict = entry->needs_look ? UCP_READERS_UNSEEN : UCP_READERS_SAME};
		res->n_entries += entry->is_common;
	}
	job.items = cmp->items;
	int err = ucp_readers_run(cmp->set, &job, &result);
	res->bytes = result.bytes;
	res->lacks_engine = result.lacks_engine;
	res->is_broken = result.is_broken;
	for (uint32_t i = 0; err == 0 && i < cmp->n_entries; i++) {
		compare_conclude(&cmp->entries[i], &cmp->items[i]);
	}
	return err;
}

/** The order of the report: by path, failures first. */
static int compare_order(const void *a, const void *b)
{
	const struct compare_entry *ea = *(const struct compare_entry *const *)a;
	const struct compare_entry *eb = *(const struct compare_entry *const *)b;
	int order = strcmp(ea->path, eb->path);

	return order != 0 ? order : (int)eb->fail - (int)ea->fail;
}

/** Collect what is to be told, or looked at for links, with paths: 0 or -ENOMEM. */
static int compare_collect(struct ucp_compare *cmp)
{
	cmp->report = calloc(cmp->n_entries + 1, sizeof(struct compare_entry *));
	if (cmp->report == NULL) {
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < cmp->n_entries; i++) {
		struct compare_entry *e = &cmp->entries[i];
		if (e->what == 0 && e->fail == UCP_COMPARE_FINE && !e->has_links &&
		    !cmp->set->tell_copied) {
			continue;
		}
		bool is_dir = e->name[0] == '\0' || strcmp(e->name, ".") == 0;
		e->path = is_dir ? e->dir : ucp_tour_path(cmp->tour, e->dir, e->name);
		if (e->path == NULL) {
			return -ENOMEM;
		}
		cmp->report[cmp->n_report++] = e;
	}
	qsort(cmp->report, cmp->n_report, sizeof(struct compare_entry *), compare_order);
	return 0;
}

/** A name of a file on one side, and where it is in the report. */
struct compare_name {
	struct compare_id id;
	uint32_t place;
};

/** The order of names: by file, then by path. */
static int compare_order_name(const void *a, const void *b)
{
	const struct compare_name *na = a, *nb = b;

	if (na->id.dev != nb->id.dev) {
		return na->id.dev < nb->id.dev ? -1 : 1;
	}
	if (na->id.ino != nb->id.ino) {
		return na->id.ino < nb->id.ino ? -1 : 1;
	}
	return na->place < nb->place ? -1 : 1;
}

/**
 * Compare which names are one file: the first name of each file must be the same on
 * both sides, for every name.
 *
 * Returns 0 or -ENOMEM.
 */
static int compare_links(struct ucp_compare *cmp)
{
	struct compare_name *names = calloc(cmp->n_report + 1, sizeof(*names));
	if (names == NULL) {
		return -ENOMEM;
	}
	for (int side = 0; side < 2; side++) {
		uint32_t n = 0;
		for (uint32_t i = 0; i < cmp->n_report; i++) {
			if (cmp->report[i]->has_links) {
				names[n++] = (struct compare_name){cmp->report[i]->id[side], i};
			}
		}
		qsort(names, n, sizeof(*names), compare_order_name);
		uint32_t first = 0;
		for (uint32_t i = 0; i < n; i++) {
			struct compare_entry *entry = cmp->report[names[i].place];
			bool is_same = i > 0 && names[i].id.dev == names[i - 1].id.dev &&
				       names[i].id.ino == names[i - 1].id.ino;
			first = is_same ? first : names[i].place;
			if (side == 0) {
				entry->first = first;
			} else if (entry->first != first) {
				entry->what |= UCP_COMPARE_LINKS;
			}
		}
	}
	free(names);
	return 0;
}

/** Compare two directories: 0 or a negative errno. */
static int compare_trees(struct ucp_compare *cmp, const int roots[2],
			 struct ucp_compare_result *res)
{
	const struct ucp_tour_guest guest = {
		.ctx = cmp, .see = compare_see, .fail = compare_on_fail};
	const struct compare_entry top = {.dir = "", .name = ".", .is_common = true,
					  .needs_look = compare_wants_meta(cmp->set)};

	compare_note(cmp, &top);
	int err = ucp_tour_run(cmp->tour, roots, 2, cmp->set->one_filesystem,
			       ucp_tour_threads(cmp->set), &guest);
	if (err == 0 && cmp->is_out_of_memory) {
		err = -ENOMEM;
	}
	return err < 0 ? err : compare_read(cmp, roots, res);
}

/** Note an operand that cannot be had. */
static void compare_operand_fails(struct ucp_compare *cmp, enum ucp_compare_fail fail, int side,
				  int err)
{
	struct compare_entry entry = {.dir = "", .name = ""};

	compare_fail(&entry, fail, side, err);
	compare_note(cmp, &entry);
}

/** Open the directory an operand is in, and note its name there: a descriptor or a negative errno. */
static int compare_open_parent(struct ucp_compare *cmp, int side, const char *operand)
{
	size_t len = 0;
	char *real = realpath(operand, NULL);
	if (real == NULL) {
		return -errno;
	}
	const char *last = ucp_path_last(real, &len);
	char *dir = ucp_path_dir(real);
	cmp->names[side] = strndup(last, len);
	int fd = dir == NULL || cmp->names[side] == NULL
			 ? -ENOMEM
			 : ucp_fd_openat(AT_FDCWD, dir, O_PATH | O_DIRECTORY, 0);
	free(dir);
	free(real);
	return fd;
}

/** Compare two operands that are no directories: 0 or a negative errno. */
static int compare_others(struct ucp_compare *cmp, const int roots[2],
			  struct ucp_compare_result *res)
{
	const struct compare_entry entry = {.dir = "", .name = cmp->names[0],
					    .name_there = cmp->names[1], .is_common = true,
					    .needs_look = true};

	compare_note(cmp, &entry);
	int err = cmp->is_out_of_memory ? -ENOMEM : compare_read(cmp, roots, res);
	cmp->entries[0].name = ""; /* an operand has no path of its own */
	return err;
}

/** Look at the operands: whether they can be compared further. */
static bool compare_operands(struct ucp_compare *cmp, const char *const operands[2],
			     struct ucp_compare_result *res)
{
	struct stat st[2];
	bool fine = true;

	for (int i = 0; i < 2; i++) {
		int err = ucp_fd_statat(AT_FDCWD, operands[i], 0, &st[i]);
		if (err < 0) {
			compare_operand_fails(cmp, UCP_COMPARE_FAIL_STAT, i, err);
			fine = false;
		}
	}
	if (!fine) {
		return false;
	}
	res->are_trees = S_ISDIR(st[0].st_mode) && S_ISDIR(st[1].st_mode);
	if (S_ISDIR(st[0].st_mode) != S_ISDIR(st[1].st_mode)) {
		const struct compare_entry entry = {.dir = "", .name = "",
						    .what = UCP_COMPARE_TYPE};
		compare_note(cmp, &entry);
		return false;
	}
	return true;
}

int ucp_compare_run(struct ucp_compare *cmp, const char *const operands[2],
		    struct ucp_compare_result *ret_result)
{
	int roots[2] = {-1, -1};
	bool fine = true;
	int err = 0;

	*ret_result = (struct ucp_compare_result){0};
	fine = compare_operands(cmp, operands, ret_result);
	for (int i = 0; i < 2 && fine; i++) {
		roots[i] = ret_result->are_trees
				   ? ucp_fd_openat(AT_FDCWD, operands[i], O_RDONLY | O_DIRECTORY, 0)
				   : compare_open_parent(cmp, i, operands[i]);
		if (roots[i] < 0) {
			compare_operand_fails(cmp, UCP_COMPARE_FAIL_ACCESS, i, roots[i]);
			fine = false;
		}
	}
	if (fine) {
		err = ret_result->are_trees ? compare_trees(cmp, roots, ret_result)
					    : compare_others(cmp, roots, ret_result);
	}
	if (!ret_result->is_broken) {
		ucp_fd_drop(&roots[0]);
		ucp_fd_drop(&roots[1]);
	}
	if (err == 0) {
		err = cmp->is_out_of_memory ? -ENOMEM : compare_collect(cmp);
	}
	if (err == 0 && cmp->set->keep_links) {
		err = compare_links(cmp);
	}
	return err;
}

void ucp_compare_each(const struct ucp_compare *cmp,
		      void (*fn)(void *ctx, const struct ucp_compare_finding *finding), void *ctx)
{
	for (uint32_t i = 0; i < cmp->n_report; i++) {
		const struct compare_entry *e = cmp->report[i];
		if (e->what == 0 && e->fail == UCP_COMPARE_FINE && !cmp->set->tell_copied) {
			continue;
		}
		fn(ctx, &(struct ucp_compare_finding){
				.path = e->path, .what = e->what, .attrs = e->attrs,
				.fail = (enum ucp_compare_fail)e->fail, .side = e->side,
				.err = e->err});
	}
}
