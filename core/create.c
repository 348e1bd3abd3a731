/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * A new file is created with its final mode at once when nothing privileged
 * follows. When its owner will change, or an ACL comes or goes, or set-id bits
 * come later, it starts with the owner's bits alone, and the rest is set when it
 * is complete. What is overwritten loses at once what its copy will not allow.
 *
 * Who owns new files in a directory is learnt from the first one made there,
 * which saves a call for each of the others.
 */
#include "core/create.h"

#include "core/copy.h"
#include "core/fs.h"
#include "core/meta.h"
#include "core/mode.h"
#include "core/note.h"
#include "core/place.h"
#include "core/sys/attr.h"
#include "core/sys/fd.h"
#include "core/sys/retry.h"
#include "core/temp.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

/** Whether files created in a directory belong to the source's owner by themselves. */
static bool create_owner_fits(const struct ucp_dir *dir, const struct stat *st)
{
	return atomic_load_explicit(&dir->owner_known, memory_order_acquire) != 0 &&
	       dir->owner.uid == st->st_uid && dir->owner.gid == st->st_gid;
}

/** Remember who owns what is created in a directory. */
static void create_learn_owner(struct ucp_dir *dir, const struct stat *dst_st)
{
	pthread_mutex_lock(&dir->lock);
	if (atomic_load(&dir->owner_known) == 0) {
		dir->owner = (struct ucp_dir_owner){dst_st->st_uid, dst_st->st_gid};
		atomic_store_explicit(&dir->owner_known, 1, memory_order_release);
	}
	pthread_mutex_unlock(&dir->lock);
}

/** Tell a failure to create; FAIL, for the caller to return. */
static enum ucp_create create_fail(struct ucp_worker *w, struct ucp_entry *e, int err)
{
	size_t len = strlen(e->dst_name);

	if (err == -ECANCELED) {
		return UCP_CREATE_FAIL; /* the whole run is told about */
	}
	if (ucp_place_is_unseen(w, e)) {
		return UCP_CREATE_FAIL;
	}
	if (len > 0 && e->dst_name[len - 1] == '/' && err == -EISDIR) {
		err = -ENOTDIR; /* open(2) on "new/" */
	}
	ucp_note_begun(w, e);
	ucp_worker_tell_entry(w, UCP_FAIL_CREATE, err, e);
	return UCP_CREATE_FAIL;
}

/** How a destination is opened: to be written, and read where it will be hashed. */
static int create_access(const struct ucp_settings *set)
{
	bool is_cloned = set->reflink == UCP_REFLINK_ALWAYS && set->digest != UCP_DIGEST_NONE;

	return is_cloned || set->verify != UCP_VERIFY_NEVER ? O_RDWR : O_WRONLY;
}

/** Let attributes be set on a new file that umask or default ACL have closed to its owner. */
static void create_widen(struct ucp_file *file)
{
	struct stat st;

	if (ucp_fd_stat(file->copy.fd, &st) == 0 && (st.st_mode & 0200) == 0 &&
	    UCP_RETRY(fchmod(file->copy.fd, (st.st_mode & 07777) | 0200)) == 0) {
		file->copy.mode = file->mode_is_right ? st.st_mode & 07777 : file->copy.mode;
		file->mode_is_right = false;
	}
}

/** Create exclusively, or without a name: 0, -EEXIST, or another negative errno. */
static int create_new(struct ucp_worker *w, struct ucp_file *file)
{
	const struct ucp_settings *set = w->set;
	const struct ucp_entry *e = &file->entry;
	struct ucp_dir *dir = e->dir;
	mode_t mode = ucp_mode_first_file(set, e->st.st_mode);
	bool is_elsewhere = file->copy.temp.has_dir; /* of its directory nothing is known */
	bool may_inherit = dir->has_default_acl || is_elsewhere;
	bool owner_fits = !set->keep_owner || (!is_elsewhere && create_owner_fits(dir, &e->st));
	/* Attributes can be set only on what is writable, even by its owner. */
	bool gets_xattrs = file->has_xattrs && (set->keep_xattrs || set->context == UCP_CONTEXT_KEEP);
	bool is_widened = set->keep_mode && gets_xattrs && (mode & 0200) == 0;
	/* What an inherited ACL gives to others is masked by the group's bits: none. */
	bool inherits = may_inherit && (set->keep_mode || set->drop_mode);
	bool is_private = !owner_fits || (mode & 07000) != 0 || is_widened || inherits ||
			  (!file->mode_is_right && set->keep_mode) ||
			  file->copy.temp.replaces; /* what it replaces may allow less */
	mode_t first = is_private ? ucp_mode_private(mode) | (is_widened ? 0200 : 0) : mode;

	int fd = set->atomic ? ucp_temp_open(w, &file->copy.temp, e, create_access(set), first)
			     : ucp_fd_openat(dir->fd[UCP_DST], e->dst_name,
					     create_access(set) | O_CREAT | O_EXCL | O_NOFOLLOW,
					     first);
	if (fd < 0) {
		return fd;
	}
	file->copy.fd = fd;
	file->copy.is_created = true;
	file->copy.may_have_acl = may_inherit;
	file->copy.is_regular = true;
	/* With keep_mode the hint says that an ACL follows, whose mask may be of no bits. */
	file->mode_is_right = first == mode && (file->mode_is_right || !set->keep_mode);
	if (may_inherit && (set->keep_mode || set->drop_mode || set->keep_owner)) {
		file->mode_is_right = false; /* the ACL goes, or has kept the umask from its work */
	}
	if (gets_xattrs && !set->keep_mode) {
		create_widen(file);
	}
	if (!owner_fits) {
		struct stat dst_st;
		if (ucp_fd_stat(fd, &dst_st) == 0) {
			if (!is_elsewhere) {
				create_learn_owner(dir, &dst_st);
			}
			owner_fits = dst_st.st_uid == e->st.st_uid && dst_st.st_gid == e->st.st_gid;
		}
	}
	file->owner_is_right = owner_fits;
	ucp_flags_begin(set, file->src_fd, fd);
	return 0;
}

/**
 * Take from a file that is overwritten what its copy will not give, lest anybody
 * reads the new data, or runs it, by the rights that the old had.
 *
 * The owner comes first as well, as its bits are then for who may have them.
 * What fails here, as for somebody else's file, is told when the copy is complete.
 */
static void create_narrow(struct ucp_file *file, mode_t dst_mode, int fd)
{
	const struct stat *src_st = &file->entry.st;
	bool is_private = !file->owner_is_right || !file->mode_is_right; /* or has an ACL */
	/* Attributes can be set only on what is writable, even by its owner. */
	mode_t keep = (is_private ? ucp_mode_private(file->copy.mode) : file->copy.mode) |
		      (file->has_xattrs ? 0200 : 0);

	if ((dst_mode & 07777 & ~keep) != 0) {
		(void)ucp_attr_chmod(fd, dst_mode & keep);
	}
	(void)ucp_attr_remove(fd, UCP_ATTR_ACL); /* mostly there is none */
	file->copy.may_have_acl = false;
	if (!file->owner_is_right) {
		file->owner_is_right = ucp_attr_chown(fd, src_st->st_uid, src_st->st_gid) == 0;
	}
}

/**
 * Whether there is room for what is to be written over a file: 0 or -ENOSPC.
 *
 * Asked before the old data goes, and only where it can be told: where data is
 * neither shared nor compressed.
 */
static int create_has_room(const struct ucp_worker *w, const struct ucp_file *file, int fd,
			   const struct stat *st)
{
	const struct stat *src_st = &file->entry.st;
	uint64_t size = (uint64_t)src_st->st_size;
	uint64_t blocks = (uint64_t)src_st->st_blocks * 512;
	bool may_share = w->set->reflink != UCP_REFLINK_NEVER && st->st_dev == src_st->st_dev &&
			 w->set->digest == UCP_DIGEST_NONE;
	struct statvfs vfs;

	/* Holes take nothing, and compressed sources are larger when they are read. */
	uint64_t needed = w->set->sparse != UCP_SPARSE_NEVER && blocks < size ? blocks : size;
	uint64_t given = (uint64_t)st->st_blocks * 512;
	if (!S_ISREG(st->st_mode) || needed <= given || may_share || !ucp_fs_stores_plainly(fd) ||
	    fstatvfs(fd, &vfs) != 0) {
		return 0;
	}
	uint64_t n_free = geteuid() == 0 ? vfs.f_bfree : vfs.f_bavail;
	return (needed - given) / vfs.f_frsize <= n_free ? 0 : -ENOSPC;
}

/** Empty what is to be overwritten: 0, or a negative errno. */
static int create_empty(int fd, const struct stat *st, const struct stat *src_st)
{
	/* Empty over empty is written to by this call alone: its times change. */
	if (!S_ISREG(st->st_mode) || (st->st_size == 0 && src_st->st_size > 0)) {
		return 0;
	}
	return UCP_RETRY(ftruncate(fd, 0)) == 0 ? 0 : -errno;
}

/** Whether a destination belongs to the source's owner, if that is to be kept. */
static bool create_owner_is_right(const struct ucp_worker *w, const struct ucp_file *file,
				  const struct stat *st)
{
	return !w->set->keep_owner || (st->st_uid == file->entry.st.st_uid &&
				       st->st_gid == file->entry.st.st_gid);
}

/** Make an open file that was there before the destination: 0, or a negative errno. */
static int create_take(struct ucp_worker *w, struct ucp_file *file, int fd, const struct stat *st)
{
	const struct ucp_settings *set = w->set;
	int err = set->attributes_only ? 0 : create_has_room(w, file, fd, st);

	if (err == 0 && !set->attributes_only) {
		err = create_empty(fd, st, &file->entry.st);
	}

	if (err < 0) {
		return err; /* it stays as it is */
	}
	file->copy.may_have_acl = true;
	file->owner_is_right = create_owner_is_right(w, file, st);
	if (set->keep_mode && S_ISREG(st->st_mode)) {
		create_narrow(file, st->st_mode, fd);
	}
	if (!set->attributes_only) {
		ucp_flags_begin(set, file->src_fd, fd);
	}
	file->copy.fd = fd;
	file->copy.is_regular = S_ISREG(st->st_mode);
	file->mode_is_right = !set->keep_mode;
	return 0;
}

/** What was found of a destination that exists. */
struct create_found {
	bool is_link;   /**< its name is a symlink that is written through */
	bool was_there; /**< there was a file, if by that symlink */
	bool can_read;  /**< what is written to it can be read back */
	bool must_wait; /**< another copy is at it, and nothing has been decided */
};

/** Whether -u keeps what is there by now, which another copy may have put there. */
static bool create_is_kept(const struct ucp_worker *w, const struct ucp_file *file,
			   const struct stat *st)
{
	return w->set->update == UCP_UPDATE_OLDER &&
	       !ucp_place_is_newer(&file->entry.st.st_mtim, &st->st_mtim);
}

/** Whether an open file without a name has been removed by its name since it was opened. */
static bool create_is_gone(const struct ucp_entry *e, const struct create_found *found,
			   const struct stat *st)
{
	struct stat there;

	/* An unlinked standard output has no name, and is still what /dev/stdout leads to. */
	return S_ISREG(st->st_mode) && st->st_nlink == 0 &&
	       (ucp_fd_statat(e->dir->fd[UCP_DST], e->dst_name,
			      found->is_link ? 0 : AT_SYMLINK_NOFOLLOW, &there) < 0 ||
		there.st_ino != st->st_ino || there.st_dev != st->st_dev);
}

/** Overwrite an open file, unless another copy is at it: 0, or a negative errno. */
static int create_over(struct ucp_worker *w, struct ucp_file *file, int fd,
		       const struct create_found *found, enum ucp_create *ret_create)
{
	struct ucp_entry *e = &file->entry;
	struct stat st;

	int rc = ucp_busy_claim(w, file, fd, &st);
	if (rc < 0) {
		return rc;
	}
	if (rc == 0) {
		*ret_create = UCP_CREATE_WAIT;
		return 0;
	}
	if (S_ISREG(st.st_mode) && st.st_dev == e->st.st_dev && st.st_ino == e->st.st_ino) {
		/* It has become another name of the source since it was looked at. */
		ucp_worker_tell_entry(w, UCP_FAIL_SAME_FILE, 0, e);
		*ret_create = UCP_CREATE_FAIL;
		return 0;
	}
	if (found->must_wait || create_is_gone(e, found, &st)) {
		return -ENOENT; /* the other copy has ended, or has failed and removed it */
	}
	if (found->was_there && create_is_kept(w, file, &st)) {
		*ret_create = UCP_CREATE_SKIP;
		return 0;
	}
	*ret_create = UCP_CREATE_DONE;
	return create_take(w, file, fd, &st);
}

/** Open what exists for overwriting: 0, or a negative errno when it was not opened. */
static int create_into(struct ucp_worker *w, struct ucp_file *file,
		       const struct create_found *found, enum ucp_create *ret_create)
{
	const struct ucp_settings *set = w->set;
	const struct ucp_entry *e = &file->entry;
	int access = found->can_read ? create_access(set) : O_WRONLY;
	file->copy.is_behind_link = found->is_link;
	int flags = O_NOCTTY | (found->is_link ? 0 : O_NOFOLLOW) |
		    (found->is_link && set->through_dangling ? O_CREAT : 0);

	int fd = ucp_worker_open_interruptible(w, e->dir->fd[UCP_DST], e->dst_name, access | flags,
					e->st.st_mode & 0777);
	if (fd == -EACCES && access == O_RDWR) {
		/* It can be written; that it cannot be verified is told in its time. */
		fd = ucp_worker_open_interruptible(w, e->dir->fd[UCP_DST], e->dst_name,
						   O_WRONLY | flags, e->st.st_mode & 0777);
	}
	if (fd < 0) {
		return fd;
	}
	int err = create_over(w, file, fd, found, ret_create);
	if (err < 0 || *ret_create != UCP_CREATE_DONE) {
		ucp_fd_drop(&fd);
		file->copy.fd = -1;
		ucp_busy_release(w, file);
	}
	return err;
}

/**
 * Another copy may find this new file, by a symlink or where names fold: claim
 * it, lest both write to it.
 */
static enum ucp_create create_claim_new(struct ucp_worker *w, struct ucp_file *file)
{
	struct stat st;

	int rc = ucp_busy_claim(w, file, file->copy.fd, &st);
	if (rc == 0) {
		file->copy.is_created = false; /* the other was quicker: it is that one's file now */
		ucp_fd_drop(&file->copy.fd);
		return UCP_CREATE_WAIT;
	}
	if (rc > 0 && st.st_size > 0) {
		file->copy.is_created = false; /* the other has ended already */
		if (create_is_kept(w, file, &st)) {
			return UCP_CREATE_SKIP;
		}
		rc = create_take(w, file, file->copy.fd, &st);
	} else if (rc > 0) {
		file->owner_is_right = create_owner_is_right(w, file, &st);
		file->mode_is_right &= !w->set->keep_mode ||
				       (st.st_mode & 07777) == file->copy.mode;
	}
	if (rc < 0) {
		file->copy.is_created &= rc != -ENOMEM; /* it may be another's by now */
		return create_fail(w, &file->entry, rc);
	}
	return UCP_CREATE_DONE;
}

/** Whether what is written to something of this type can be read from there. */
static bool create_can_read(mode_t mode)
{
	return S_ISREG(mode) || S_ISBLK(mode) || S_ISLNK(mode); /* a dangling one makes a file */
}

/** Write into what has the name, as there is no way to replace it: a device and the like. */
static enum ucp_create create_in_place(struct ucp_worker *w, struct ucp_file *file, bool is_link,
				       mode_t mode)
{
	const struct create_found found = {
		.is_link = is_link, .was_there = true, .can_read = create_can_read(mode)};
	enum ucp_create create = UCP_CREATE_FAIL;

	ucp_note_begun(w, &file->entry);
	int err = create_into(w, file, &found, &create);
	return err == 0 ? create : create_fail(w, &file->entry, err);
}

/** Whether what has the final name could be written to, or may be removed all the same. */
static int create_may_replace(struct ucp_worker *w, struct ucp_file *file, enum ucp_place *place)
{
	if (*place != UCP_PLACE_INTO || ucp_temp_may_write(&file->copy.temp, &file->entry)) {
		return 0;
	}
	if (!w->set->force) {
		return -EACCES;
	}
	/* Of a symlink the name goes, as with cp. */
	ucp_temp_drop(w, &file->copy.temp, &file->entry);
	*place = UCP_PLACE_SWAP;
	return 0;
}

/** The new file looks as the old one would, had it been written into: 0, or a negative errno. */
static int create_inherit(struct ucp_worker *w, struct ucp_file *file)
{
	int old = ucp_temp_open_target(&file->copy.temp, &file->entry);

	if (old < 0) {
		return old == -ENOENT ? 0 : old; /* it is gone: then this is simply new */
	}
	bool is_kept = ucp_meta_inherit(w, &file->entry, old, file->copy.fd);
	ucp_fd_drop(&old);
	if (!is_kept && !w->set->force) {
		return -EPERM; /* it would become ours, and its owner might be shut out */
	}
	file->copy.may_have_acl = true;
	file->mode_is_right = !w->set->keep_mode;
	return 0;
}

/** Whether the name that a symlink was followed to is that of the file: links in /proc lead further. */
static bool create_is_target(const struct ucp_file *file, const struct stat *dst_st)
{
	struct stat st;

	return ucp_temp_stat_target(&file->copy.temp, &file->entry, &st) == 0 &&
	       st.st_ino == dst_st->st_ino && st.st_dev == dst_st->st_dev;
}

/** --atomic: open what will take the name when it is complete. */
static enum ucp_create create_temp(struct ucp_worker *w, struct ucp_file *file)
{
	struct ucp_entry *e = &file->entry;
	bool is_hidden = e->dir->is_fresh && !e->dir->folds; /* nothing can be there */
	enum ucp_place place = UCP_PLACE_NEW;
	struct stat dst_st = {0};
	bool is_link = false;
	int err = 0;

	if (!is_hidden) {
		place = ucp_place_ahead(w, e, &dst_st, &is_link);
	}
	switch (place) {
	case UCP_PLACE_SKIP:
	case UCP_PLACE_SAME:
		return UCP_CREATE_SKIP;
	case UCP_PLACE_DIR:
	case UCP_PLACE_WAIT:
	case UCP_PLACE_FAIL:
		return UCP_CREATE_FAIL;
	case UCP_PLACE_NEW:
	case UCP_PLACE_INTO:
	case UCP_PLACE_SWAP:
		break;
	}
	bool is_dangling = S_ISLNK(dst_st.st_mode);
	if (place == UCP_PLACE_INTO && !is_dangling &&
	    (!S_ISREG(dst_st.st_mode) || w->set->attributes_only)) {
		return create_in_place(w, file, is_link, dst_st.st_mode);
	}
	if (place == UCP_PLACE_INTO && is_link) {
		file->copy.is_behind_link = true;
		err = ucp_temp_follow(&file->copy.temp, e);
		place = is_dangling ? UCP_PLACE_NEW : place;
	}
	if (err == 0 && place == UCP_PLACE_INTO && is_link &&
	    !create_is_target(file, &dst_st)) {
		ucp_temp_drop(w, &file->copy.temp, e);
		return create_in_place(w, file, is_link, dst_st.st_mode);
	}
	err = err == 0 ? create_may_replace(w, file, &place) : err;
	file->copy.temp.replaces = place != UCP_PLACE_NEW;
	err = err == 0 ? create_new(w, file) : err;
	if (err == 0 && place == UCP_PLACE_INTO) {
		err = create_inherit(w, file);
	}
	if (err < 0) {
		ucp_temp_drop(w, &file->copy.temp, e);
		return create_fail(w, e, err);
	}
	file->copy.temp.removes = place == UCP_PLACE_SWAP;
	return UCP_CREATE_DONE;
}

enum ucp_create ucp_create_dst(struct ucp_worker *w, struct ucp_file *file)
{
	struct ucp_entry *e = &file->entry;
	enum ucp_create create = UCP_CREATE_FAIL;
	struct create_found found = {0};
	struct stat dst_st;

	file->copy.mode = ucp_mode_asked(w->set, e->st.st_mode);
	if (w->set->atomic) {
		return create_temp(w, file);
	}

	/* Again after what exists was removed to make place, or vanished; not for ever. */
	for (int attempt = 0; attempt < 3; attempt++) {
		if (ucp_worker_is_canceled(w)) {
			return UCP_CREATE_FAIL; /* before anything is removed for a copy that will not come */
		}
		int err = create_new(w, file);
		if (err == 0) {
			/* A member of an archive has a claim on its name, and replaces what is there. */
			bool is_hidden = e->member != NULL || (e->dir->is_fresh && !e->dir->folds);
			return is_hidden ? UCP_CREATE_DONE : create_claim_new(w, file);
		}
		if (err != -EEXIST) {
			return create_fail(w, e, err);
		}
		enum ucp_place place = ucp_place_decide(w, e, &dst_st, &found.is_link);
		switch (place) {
		case UCP_PLACE_NEW:
			continue;
		case UCP_PLACE_SKIP:
		case UCP_PLACE_SAME:
			return UCP_CREATE_SKIP;
		case UCP_PLACE_SWAP: /* not for copies */
		case UCP_PLACE_DIR:
		case UCP_PLACE_FAIL:
			return UCP_CREATE_FAIL;
		case UCP_PLACE_INTO:
		case UCP_PLACE_WAIT:
			break;
		}
		found.must_wait = place == UCP_PLACE_WAIT;
		if (!found.must_wait) {
			ucp_note_begun(w, e);
		}
		found.can_read = create_can_read(dst_st.st_mode);
		found.was_there = !S_ISLNK(dst_st.st_mode); /* else there is nothing behind the link */
		err = create_into(w, file, &found, &create);
		if (err == 0) {
			return create;
		}
		if (err == -ENOENT) {
			attempt -= found.must_wait;
			continue; /* it vanished since, or need not be waited for */
		}
		/* What is wrong with the run is no reason to remove anything. */
		if (!w->set->force || err == -ECANCELED || err == -ENOMEM || err == -EMFILE ||
		    err == -ENFILE || ucp_worker_is_canceled(w)) {
			return create_fail(w, e, err);
		}
		if (!ucp_place_remove(w, e)) {
			return UCP_CREATE_FAIL;
		}
	}
	return create_fail(w, e, -EEXIST);
}

void ucp_create_undo(struct ucp_worker *w, const struct ucp_entry *e, int fd)
{
	struct stat ours, there;

	if (fd >= 0 && ucp_fd_stat(fd, &ours) == 0 &&
	    ucp_fd_statat(e->dir->fd[UCP_DST], e->dst_name, AT_SYMLINK_NOFOLLOW, &there) == 0 &&
	    (ours.st_ino != there.st_ino || ours.st_dev != there.st_dev)) {
		return; /* somebody else's */
	}
	if (UCP_RETRY(unlinkat(e->dir->fd[UCP_DST], e->dst_name, 0)) != 0 && errno != ENOENT) {
		ucp_worker_tell_entry(w, UCP_FAIL_REMOVE, -errno, e);
	}
}
