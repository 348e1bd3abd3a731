/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/inventory.h"

#include "core/sys/beneath.h"
#include "core/sys/fd.h"
#include "core/worker.h"
#include "hash/mtree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

/** An inventory under way. */
struct inventory {
	struct ucp_worker *w;                   /**< borrowed */
	const struct ucp_inventory_site *site;  /**< borrowed */
	ucp_manifest_line_fn *fn;
	void *ctx;
	char *dir;    /**< owned: the path of the directory at hand; NULL for none */
	int fd;       /**< owned unless the root: that directory, or a negative errno */
	char *text;   /**< owned: a line */
	size_t room;  /**< bytes of text */
	bool is_partial; /**< something was left out */
};

/** Let go of the directory at hand. */
static void inventory_leave(struct inventory *inv)
{
	if (inv->fd >= 0 && inv->fd != inv->site->root) {
		ucp_fd_drop(&inv->fd);
	}
	free(inv->dir);
	inv->dir = NULL;
	inv->fd = -1;
}

/** Make the first len bytes of a path the directory at hand: 0, or -ENOMEM. */
static int inventory_enter(struct inventory *inv, const char *path, size_t len)
{
	if (inv->dir != NULL && strlen(inv->dir) == len && memcmp(inv->dir, path, len) == 0) {
		return 0;
	}
	inventory_leave(inv);
	inv->dir = strndup(path, len);
	if (inv->dir == NULL) {
		return -ENOMEM;
	}
	inv->fd = len > 0 && inv->site->root >= 0
			  ? ucp_beneath_open_dir(inv->site->root, inv->dir, O_PATH)
			  : inv->site->root;
	return 0;
}

/** Tell that an entry is left out. */
static void inventory_omit(struct inventory *inv, const char *path, int err)
{
	const char *root = inv->site->root_path;
	size_t len = strlen(root);
	const char *slash = path[0] != '\0' && len > 0 && root[len - 1] != '/' ? "/" : "";
	char *whole = NULL;

	if (asprintf(&whole, "%s%s%s", root, slash, path) < 0) {
		whole = NULL;
	}
	ucp_worker_tell(inv->w, UCP_FAIL_LIST, err, NULL, whole != NULL ? whole : path, NULL);
	free(whole);
	inv->is_partial = true;
}

/** Whether a status is that of the directory that the manifest will be put into. */
static bool inventory_is_home(const struct ucp_inventory_site *site, const struct stat *st)
{
	return site->home != NULL && site->home->dir.st_ino == st->st_ino &&
	       site->home->dir.st_dev == st->st_dev;
}

/** Whether the manifest will be put in the place of a path: only of its name that is looked up. */
static bool inventory_is_self(void *ctx, const char *path)
{
	const struct ucp_inventory_site *site = ctx;
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (strcmp(slash != NULL ? slash + 1 : path, site->home->name) != 0 || site->root < 0) {
		return false;
	}
	if (slash == NULL) {
		return ucp_fd_stat(site->root, &st) == 0 && inventory_is_home(site, &st);
	}
	char *dir = strndup(path, (size_t)(slash - path));
	int fd = dir != NULL ? ucp_beneath_open_dir(site->root, dir, O_PATH) : -ENOMEM;
	bool is_self = fd >= 0 && ucp_fd_stat(fd, &st) == 0 && inventory_is_home(site, &st);
	if (fd >= 0) {
		ucp_fd_drop(&fd);
	}
	free(dir);
	return is_self;
}

/** What a status says. */
static void inventory_status(const struct inventory *inv, const struct stat *st,
			     struct ucp_mtree_entry *entry)
{
	bool is_home = S_ISDIR(st->st_mode) && inventory_is_home(inv->site, st);

	entry->keys |= UCP_MTREE_TYPE | UCP_MTREE_MODE | UCP_MTREE_UID | UCP_MTREE_GID;
	entry->type = st->st_mode & S_IFMT;
	entry->mode = st->st_mode & 07777;
	entry->uid = st->st_uid;
	entry->gid = st->st_gid;
	if (!is_home) {
		entry->keys |= UCP_MTREE_TIME;
		entry->sec = st->st_mtim.tv_sec;
		entry->nsec = (uint32_t)st->st_mtim.tv_nsec;
	}
	if (S_ISREG(st->st_mode)) {
		entry->keys |= UCP_MTREE_SIZE;
		entry->size = (uint64_t)st->st_size;
	}
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) {
		entry->keys |= UCP_MTREE_DEVICE;
		entry->major = major(st->st_rdev);
		entry->minor = minor(st->st_rdev);
	}
}

/** Give out an entry as a line: 0 or a negative errno. */
static int inventory_line(struct inventory *inv, const struct ucp_mtree_entry *entry)
{
	size_t need = ucp_mtree_room(entry);

	if (need > inv->room) {
		char *more = realloc(inv->text, need);
		if (more == NULL) {
			return -ENOMEM;
		}
		inv->text = more;
		inv->room = need;
	}
	return inv->fn(inv->ctx, inv->text, ucp_mtree_format(entry, inv->text));
}

/** One path that was noted: 0 or a negative errno. */
static int inventory_entry(void *ctx, const char *path, const struct ucp_digest_value *value,
			   uint8_t type)
{
	struct inventory *inv = ctx;
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path[0] != '\0' ? path : ".";
	struct ucp_mtree_entry entry = {.path = path};
	char *target = NULL;
	struct stat st;

	int err = inventory_enter(inv, path, slash != NULL ? (size_t)(slash - path) : 0);
	if (err < 0) {
		return err;
	}
	err = inv->fd < 0 ? inv->fd : ucp_fd_statat(inv->fd, name, AT_SYMLINK_NOFOLLOW, &st);
	if (err == 0 && ucp_note_is_other(type, st.st_mode)) {
		err = -ESTALE;
	}
	if (err == 0 && S_ISLNK(st.st_mode)) {
		err = ucp_fd_readlinkat(inv->fd, name, (size_t)st.st_size, &target);
		entry.keys |= UCP_MTREE_LINK;
		entry.link = target;
	}
	if (err < 0) {
		inventory_omit(inv, path, err);
		return 0;
	}
	inventory_status(inv, &st, &entry);
	if (S_ISREG(st.st_mode) && value->len > 0) {
		entry.keys |= UCP_MTREE_SHA256;
		entry.digest = *value;
	}
	err = inventory_line(inv, &entry);
	free(target);
	return err;
}

int ucp_inventory_write(struct ucp_worker *w, const struct ucp_inventory_site *site,
			ucp_manifest_line_fn *fn, void *ctx)
{
	struct inventory inv = {.w = w, .site = site, .fn = fn, .ctx = ctx, .fd = -1};
	struct ucp_manifest *man = w->shared->manifest;
	struct ucp_inventory_site place = *site;

	if (site->home != NULL) {
		ucp_manifest_leave_out(man, inventory_is_self, &place);
	}
	int err;
	if (w->set->manifest_format != UCP_MANIFEST_MTREE) {
		err = ucp_manifest_lines(man, fn, ctx);
	} else {
		err = fn(ctx, UCP_MTREE_SIGNATURE "\n", strlen(UCP_MTREE_SIGNATURE) + 1);
		err = err < 0 ? err : ucp_manifest_each(man, inventory_entry, &inv);
	}
	ucp_manifest_leave_out(man, NULL, NULL);
	inventory_leave(&inv);
	free(inv.text);
	return err < 0 ? err : inv.is_partial;
}
