/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * The source is walked by fts(3), which goes into its directories. It gives up
 * when a path nears 32 KiB (glibc 2.36), so what is far down is a walk of its own,
 * from where the one above it is. Beside it goes what is there already at the
 * destination:
 *
 *     fts_path  src/a/b/c/d     looked up as c/d in the last base above it
 *     base          a/b         a directory of the destination, held open
 *
 * A base is opened for each walk, and deeper ones where the path below the last
 * would become too long for one call. Below a directory that the destination does
 * not have nothing is looked up.
 */
#include "cmd/preflight.h"

#include "cmd/quote.h"
#include "cmd/report.h"
#include "cmd/status.h"
#include "core/fs.h"
#include "core/place.h"
#include "core/sys/fd.h"
#include "core/sys/path.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum {
	PREFLIGHT_PATH = 3500, /* bytes looked up below one base; a name more fits in PATH_MAX */
	PREFLIGHT_FAR = 16000, /* bytes of path in one walk */
	PREFLIGHT_BASES = 8,   /* in one walk; more than suffice */

	PREFLIGHT_MSDOS = 0x4d44, /* f_type; <linux/magic.h> */
	PREFLIGHT_EXFAT = 0x2011bab0,
};

/** A directory of the destination that others are looked up in. */
struct preflight_base {
	int fd;     /**< owned; O_PATH */
	int level;  /**< fts_level of its source */
	size_t off; /**< where in fts_path what is below it begins */
};

/** A walk: of a source, or of a directory far below it. */
struct preflight_walk {
	int at;           /**< borrowed: what root is relative to */
	const char *root; /**< borrowed: what is walked goes there; NULL: nothing is there */
	struct preflight_base bases[PREFLIGHT_BASES];
	uint32_t n_bases;
};

/** A file with several names that was counted. */
struct preflight_link {
	dev_t dev;
	ino_t ino;
};

/** The estimate under way. */
struct preflight {
	const struct ucp_settings *set; /**< borrowed */
	int home;            /**< owned: the working directory; or AT_FDCWD, and it stays the same */
	dev_t dev;           /**< of the destination's filesystem */
	uint64_t block;      /**< bytes: what it gives out at a time */
	bool may_use_all;    /**< what is not for ordinary users is for this one */
	bool keeps_holes;    /**< what is a hole in the source takes nothing */
	struct preflight_walk *walk; /**< borrowed: the innermost one */
	dev_t src_dev;       /**< of the source at hand */
	void *links;         /**< owned: tsearch(3) tree of struct preflight_link, also owned */
	uint64_t bytes;      /**< needed */
	uint64_t n_inodes;   /**< needed */
};

/** Sum of two, or as much as there can be. */
static uint64_t preflight_add(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/** Bytes in whole blocks of the destination. */
static uint64_t preflight_round(const struct preflight *pf, uint64_t bytes)
{
	return preflight_add(bytes, pf->block - 1) / pf->block * pf->block;
}

/** What a directory of the destination means to what is below it: fts_number. */
enum { PREFLIGHT_THERE = 0, PREFLIGHT_ABSENT = 1 };

/** The base of what is below the root of a walk, or NULL if nothing can be there. */
static const struct preflight_base *preflight_last(const struct preflight *pf, const FTSENT *ent)
{
	const struct preflight_walk *walk = pf->walk;
	bool is_absent = ent->fts_parent->fts_number == PREFLIGHT_ABSENT || walk->n_bases == 0;

	return is_absent ? NULL : &walk->bases[walk->n_bases - 1];
}

/** What is at the destination of an entry: false if there is nothing. */
static bool preflight_find(const struct preflight *pf, const FTSENT *ent, struct stat *ret_st)
{
	const struct ucp_settings *set = pf->set;
	mode_t mode = ent->fts_statp->st_mode;
	bool is_link = (!S_ISREG(mode) && !S_ISDIR(mode)) || set->remove_first ||
		       set->backup != UCP_BACKUP_NONE || set->make != UCP_MAKE_COPY;
	int flags = is_link ? AT_SYMLINK_NOFOLLOW : 0;

	if (ent->fts_level == FTS_ROOTLEVEL) {
		const struct preflight_walk *walk = pf->walk;
		return walk->root != NULL &&
		       ucp_fd_statat(walk->at, walk->root, flags, ret_st) == 0;
	}
	const struct preflight_base *base = preflight_last(pf, ent);
	return base != NULL && ucp_fd_statat(base->fd, ent->fts_path + base->off, flags, ret_st) == 0;
}

/** Go down into a directory that the destination has. */
static void preflight_enter(struct preflight *pf, FTSENT *ent)
{
	struct preflight_walk *walk = pf->walk;
	const struct preflight_base *last = preflight_last(pf, ent);
	size_t len = ent->fts_pathlen;

	if (last != NULL && len - last->off <= PREFLIGHT_PATH) {
		return;
	}
	int fd = -EMFILE;
	if (walk->n_bases < PREFLIGHT_BASES) {
		fd = ucp_fd_openat(last != NULL ? last->fd : walk->at,
				   last != NULL ? ent->fts_path + last->off : walk->root,
				   O_PATH | O_DIRECTORY, 0);
	}
	if (fd < 0) {
		ent->fts_number = PREFLIGHT_ABSENT; /* as if; then too much is counted */
		return;
	}
	bool has_slash = ent->fts_path[len - 1] == '/'; /* as the user gave it */
	walk->bases[walk->n_bases++] = (struct preflight_base){
		.fd = fd, .level = ent->fts_level, .off = has_slash ? len : len + 1};
}

/** Leave a directory: its base goes. */
static void preflight_leave(struct preflight_walk *walk, int level)
{
	while (walk->n_bases > 0 && walk->bases[walk->n_bases - 1].level >= level) {
		ucp_fd_drop(&walk->bases[--walk->n_bases].fd);
	}
}

static void preflight_tree(struct preflight *pf, int at, const char *root, const char *src,
			   int flags);

/** A directory, before what is in it. */
static void preflight_dir(struct preflight *pf, FTS *fts, FTSENT *ent)
{
	bool is_out = pf->set->one_filesystem && ent->fts_statp->st_dev != pf->src_dev;
	struct stat dst;

	if (!pf->set->recursive) {
		(void)fts_set(fts, ent, FTS_SKIP); /* cannot fail */
	} else if (ent->fts_pathlen > PREFLIGHT_FAR && !is_out) {
		const struct preflight_base *base = preflight_last(pf, ent);
		const char *root = base != NULL ? ent->fts_path + base->off : NULL;
		preflight_tree(pf, base != NULL ? base->fd : -1, root, ent->fts_accpath, FTS_PHYSICAL);
		(void)fts_set(fts, ent, FTS_SKIP);
	} else if (!preflight_find(pf, ent, &dst) || !S_ISDIR(dst.st_mode)) {
		ent->fts_number = PREFLIGHT_ABSENT;
		pf->bytes = preflight_add(pf->bytes, pf->block);
		pf->n_inodes++;
	} else if (dst.st_dev != pf->dev) {
		(void)fts_set(fts, ent, FTS_SKIP); /* not on this filesystem */
	} else {
		preflight_enter(pf, ent);
	}
}

/** Order of links for tsearch(3). */
static int preflight_link_order(const void *a, const void *b)
{
	const struct preflight_link *la = a, *lb = b;

	if (la->dev != lb->dev) {
		return la->dev < lb->dev ? -1 : 1;
	}
	return la->ino < lb->ino ? -1 : la->ino > lb->ino;
}

/** Whether a file was counted under another of its names, which this one becomes a link to. */
static bool preflight_is_again(struct preflight *pf, const struct stat *st)
{
	if (!pf->set->keep_links || st->st_nlink < 2) {
		return false;
	}
	struct preflight_link *link = malloc(sizeof(*link));
	if (link == NULL) {
		return false;
	}
	*link = (struct preflight_link){st->st_dev, st->st_ino};
	struct preflight_link *const *found = tsearch(link, &pf->links, preflight_link_order);
	bool is_again = found == NULL || *found != link;
	if (is_again) {
		free(link);
	}
	return is_again && found != NULL;
}

/** Whether a file that takes no blocks is one hole, not one whose filesystem does not count them. */
static bool preflight_is_hole(const FTSENT *ent)
{
	int fd = ucp_fd_openat(AT_FDCWD, ent->fts_accpath, O_RDONLY | O_NONBLOCK, 0);
	bool is_hole = fd >= 0 && lseek(fd, 0, SEEK_DATA) < 0 && errno == ENXIO;

	ucp_fd_drop(&fd);
	return is_hole;
}

/** Bytes that the data of an entry's copy takes. */
static uint64_t preflight_data(const struct preflight *pf, const FTSENT *ent)
{
	const struct ucp_settings *set = pf->set;
	const struct stat *st = ent->fts_statp;

	if (!S_ISREG(st->st_mode) || set->make != UCP_MAKE_COPY || set->attributes_only ||
	    set->reflink == UCP_REFLINK_ALWAYS) {
		return 0;
	}
	uint64_t size = (uint64_t)st->st_size;
	uint64_t stored = (uint64_t)st->st_blocks * 512;
	if (pf->keeps_holes && stored < size && (stored > 0 || preflight_is_hole(ent))) {
		size = stored;
	}
	return preflight_round(pf, size);
}

/** Whether -n or -u would keep what is there. */
static bool preflight_is_kept(const struct ucp_settings *set, const struct stat *src,
			      const struct stat *dst)
{
	switch (set->update) {
	case UCP_UPDATE_NONE:
	case UCP_UPDATE_NONE_FAIL:
		return true;
	case UCP_UPDATE_OLDER:
		return !ucp_place_is_newer(&src->st_mtim, &dst->st_mtim);
	default:
		return false;
	}
}

/** Bytes that come free, before its copy is written, of a file that is replaced. */
static uint64_t preflight_freed(const struct preflight *pf, const struct stat *dst)
{
	const struct ucp_settings *set = pf->set;
	bool has_names = dst->st_nlink > 1 && (set->keep_links || set->remove_first);

	return S_ISREG(dst->st_mode) && !has_names ? (uint64_t)dst->st_blocks * 512 : 0;
}

/** Anything but a directory. */
static void preflight_file(struct preflight *pf, const FTSENT *ent)
{
	const struct ucp_settings *set = pf->set;
	struct stat dst;

	if (set->make == UCP_MAKE_HARD_LINK || preflight_is_again(pf, ent->fts_statp)) {
		return;
	}
	uint64_t bytes = preflight_data(pf, ent);
	uint64_t n_inodes = 1;
	if (preflight_find(pf, ent, &dst)) {
		if (dst.st_dev != pf->dev || preflight_is_kept(set, ent->fts_statp, &dst)) {
			return;
		}
		if (!set->atomic && set->backup == UCP_BACKUP_NONE) {
			uint64_t freed = preflight_freed(pf, &dst);
			bytes -= freed < bytes ? freed : bytes;
			n_inodes = 0;
		}
	}
	pf->bytes = preflight_add(pf->bytes, bytes);
	pf->n_inodes += n_inodes;
}

/** One entry of the walk. */
static void preflight_entry(struct preflight *pf, FTS *fts, FTSENT *ent)
{
	switch (ent->fts_info) {
	case FTS_D:
		preflight_dir(pf, fts, ent);
		break;
	case FTS_DP:
	case FTS_DNR:
	case FTS_ERR:
		preflight_leave(pf->walk, ent->fts_level);
		break;
	case FTS_F:
	case FTS_SL:
	case FTS_DEFAULT:
		preflight_file(pf, ent);
		break;
	default: /* cannot be copied, which the copy tells */
		break;
	}
}

/** Walk what src is the top of: fts(3) with flags, on the other side at and root. */
static void preflight_tree(struct preflight *pf, int at, const char *root, const char *src,
			   int flags)
{
	char *paths[] = {(char *)(uintptr_t)src, NULL}; /* fts(3) does not change it */
	struct preflight_walk walk = {.at = at, .root = root};
	struct preflight_walk *outer = pf->walk;

	flags |= (pf->set->one_filesystem ? FTS_XDEV : 0) |
		 (pf->home == AT_FDCWD ? FTS_NOCHDIR : 0);
	FTS *fts = fts_open(paths, flags, NULL);
	if (fts == NULL) {
		return;
	}
	pf->walk = &walk;
	for (FTSENT *ent = fts_read(fts); ent != NULL; ent = fts_read(fts)) {
		if (ent->fts_level == FTS_ROOTLEVEL) {
			pf->src_dev = ent->fts_statp->st_dev; /* far below it is the same */
		}
		preflight_entry(pf, fts, ent);
	}
	(void)fts_close(fts); /* where that leaves us is seen to by ucp_preflight() */
	preflight_leave(&walk, FTS_ROOTLEVEL);
	pf->walk = outer;
}

/** The path that a source is copied to, or NULL. */
static char *preflight_root(const struct ucp_settings *set, const struct ucp_operands *ops,
			    const char *src)
{
	size_t len = strlen(src);
	const char *below = src;
	char *root;

	if (!ops->target_is_dir) {
		return strdup(ops->target);
	}
	if (!set->parents) {
		below = ucp_path_last(src, &len);
		len = len == 2 && memcmp(below, "..", 2) == 0 ? 1 : len; /* as cp: "." */
	}
	return asprintf(&root, "%s/%.*s", ops->target, (int)len, below) < 0 ? NULL : root;
}

/** Add what a source needs. */
static void preflight_source(struct preflight *pf, const struct ucp_operands *ops, const char *src)
{
	static const int follow[] = {
		[UCP_FOLLOW_NEVER] = FTS_PHYSICAL,
		[UCP_FOLLOW_OPERANDS] = FTS_PHYSICAL | FTS_COMFOLLOW,
		[UCP_FOLLOW_ALWAYS] = FTS_LOGICAL,
	};
	char *root = preflight_root(pf->set, ops, src);

	preflight_tree(pf, pf->home, root, src, follow[pf->set->follow]);
	free(root);
}

/** The filesystem a target is or will be on: false where there is nothing to compare with. */
static bool preflight_target(struct preflight *pf, const char *target, struct statfs *ret_fs)
{
	struct stat st;

	int fd = ucp_fd_openat(AT_FDCWD, target, O_PATH, 0);
	if (fd < 0) {
		char *dir = ucp_path_dir(target);
		fd = dir != NULL ? ucp_fd_openat(AT_FDCWD, dir, O_PATH, 0) : -ENOMEM;
		free(dir);
	}
	bool fine = fd >= 0 && ucp_fd_stat(fd, &st) == 0 &&
		    (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)) && fstatfs(fd, ret_fs) == 0;
	if (fine) {
		/* On btrfs the difference is kept for metadata, from everybody. */
		pf->may_use_all = geteuid() == 0 && !ucp_fs_is_btrfs(fd);
		pf->dev = st.st_dev;
		pf->block = ret_fs->f_frsize > 0 ? (uint64_t)ret_fs->f_frsize : 512;
		pf->keeps_holes = pf->set->sparse != UCP_SPARSE_NEVER &&
				  ret_fs->f_type != PREFLIGHT_MSDOS &&
				  ret_fs->f_type != PREFLIGHT_EXFAT;
	}
	ucp_fd_drop(&fd);
	return fine;
}

/** Compare and tell: whether all fits, as far as is known. */
static bool preflight_fits(const struct preflight *pf, const struct statfs *fs, const char *lead,
			   const char *target)
{
	/* No total is what filesystems say that do not know, or have no limit. */
	uint64_t n_blocks = pf->may_use_all ? fs->f_bfree : fs->f_bavail;
	uint64_t bytes;
	if (__builtin_mul_overflow(n_blocks, pf->block, &bytes)) {
		bytes = UINT64_MAX; /* some that do not know say so */
	}
	bool has_bytes = fs->f_blocks == 0 || pf->bytes <= bytes;
	bool has_inodes = fs->f_files == 0 || pf->n_inodes <= fs->f_ffree;
	char free_text[16], need_text[16];

	if (!has_bytes) {
		fprintf(stderr, "%s%s has %s free, and about %s are needed\n", lead,
			ucp_quote(0, target), ucp_report_bytes(bytes, free_text),
			ucp_report_bytes(pf->bytes, need_text));
	}
	if (!has_inodes) {
		fprintf(stderr, "%s%s has %" PRIu64 " free inodes, and about %" PRIu64
				" are needed\n", lead, ucp_quote(0, target),
			(uint64_t)fs->f_ffree, pf->n_inodes);
	}
	return has_bytes && has_inodes;
}

int ucp_preflight(const struct ucp_options *opts, const struct ucp_operands *ops, const char *name)
{
	bool fails = opts->preflight == UCP_PREFLIGHT_FAIL;
	struct preflight pf = {.set = &opts->set};
	struct statfs fs;
	char lead[32];
	int err = 0;

	if (!preflight_target(&pf, ops->target, &fs)) {
		return UCP_STATUS_OK;
	}
	int home = ucp_fd_openat(AT_FDCWD, ".", O_PATH | O_DIRECTORY, 0);
	pf.home = home >= 0 ? home : AT_FDCWD;
	for (uint32_t i = 0; i < ops->n_sources && err == 0; i++) {
		preflight_source(&pf, ops, ops->sources[i]);
		err = home >= 0 && fchdir(home) != 0 ? errno : 0;
	}
	tdestroy(pf.links, free);
	ucp_fd_drop(&home);
	if (err != 0) {
		fprintf(stderr, "%s: cannot go back to the working directory: %s\n", name,
			strerror(err));
		return UCP_STATUS_FAILED;
	}
	(void)snprintf(lead, sizeof(lead), "%s: %s", name, fails ? "" : "warning: ");
	return preflight_fits(&pf, &fs, lead, ops->target) || !fails ? UCP_STATUS_OK
								     : UCP_STATUS_SPACE;
}
