/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/meta.h"

#include "core/attrs.h"
#include "core/context.h"
#include "core/flags.h"
#include "core/fs.h"
#include "core/member.h"
#include "core/mode.h"
#include "core/note.h"
#include "core/sys/attr.h"
#include "core/sys/fd.h"
#include "core/sys/retry.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { META_LIST_ROOM = 4096 };

/** What the failure to keep something is called. */
static const enum ucp_act meta_acts[UCP_LOST_N] = {
	[UCP_LOST_OWNER] = UCP_FAIL_OWNER,
	[UCP_LOST_MODE] = UCP_FAIL_MODE,
	[UCP_LOST_ACL] = UCP_FAIL_MODE, /* cp calls both permissions */
	[UCP_LOST_XATTR] = UCP_FAIL_XATTR,
	[UCP_LOST_CONTEXT] = UCP_FAIL_XATTR,
	[UCP_LOST_TIMES] = UCP_FAIL_TIMES,
};

/** Tell a failed attribute of the destination; false, for the caller to return. */
static bool meta_fail(struct ucp_worker *w, const struct ucp_entry *e, enum ucp_lost lost, int err,
		      const char *name)
{
	ucp_count(&w->counts.lost[lost], 1);
	ucp_worker_tell_at(w, meta_acts[lost], err, e->dir, e->src_name, e->dst_name, name);
	return false;
}

/** The same where it is attributes as such that cannot be read, or not be set. */
static bool meta_fail_all(struct ucp_worker *w, const struct ucp_entry *e, enum ucp_act act,
			  int err)
{
	ucp_count(&w->counts.lost[UCP_LOST_XATTR], 1);
	ucp_worker_tell_entry(w, act, err, e);
	return false;
}

/** Whether failing to change an owner is no failure, as for cp. */
static bool meta_owner_may_fail(int err)
{
	/* Only root is expected to give files away; others keep what is theirs. */
	return (err == -EPERM || err == -EINVAL) && geteuid() != 0;
}

bool ucp_meta_wants_xattrs(const struct ucp_settings *set)
{
	return set->keep_xattrs || set->keep_mode || set->context == UCP_CONTEXT_KEEP;
}

/** Whether an attribute is an ACL. */
static bool meta_is_acl(const char *name)
{
	return strcmp(name, UCP_ATTR_ACL) == 0 || strcmp(name, UCP_ATTR_DEFAULT_ACL) == 0;
}

/** What is lost with an attribute. */
static enum ucp_lost meta_lost(const char *name)
{
	return meta_is_acl(name)			 ? UCP_LOST_ACL
	       : strcmp(name, UCP_ATTR_SELINUX) == 0 ? UCP_LOST_CONTEXT
						 : UCP_LOST_XATTR;
}

bool ucp_meta_wants_xattr(const struct ucp_settings *set, const char *name)
{
	if (meta_is_acl(name)) {
		return set->keep_mode;
	}
	if (strncmp(name, "system.", 7) == 0) {
		return false; /* other filesystems' views of the mode */
	}
	if (strncmp(name, "trusted.SGI_", 12) == 0) {
		return false; /* xfs's other view of ACLs; libattr's xattr.conf skips them too */
	}
	if (strcmp(name, UCP_ATTR_SELINUX) == 0) {
		/* On a kernel without SELinux it is an attribute like others. */
		return set->context == UCP_CONTEXT_KEEP ||
		       (set->context == UCP_CONTEXT_POLICY && set->keep_xattrs);
	}
	if (strcmp(name, "security.evm") == 0) {
		return false; /* signs this very inode */
	}
	return set->keep_xattrs;
}

/** Whether a failed attribute passes in silence, as with cp -a. */
static bool meta_xattr_may_fail(const struct ucp_settings *set, const char *name, int err)
{
	bool is_acl = meta_is_acl(name);

	if (strcmp(name, UCP_ATTR_SELINUX) == 0) {
		return !set->need_context;
	}
	if (!is_acl && set->need_xattrs) {
		return false;
	}
	if (strcmp(name, UCP_ATTR_ACL) == 0) {
		return false; /* somebody loses access, or gains it */
	}
	return err == -EOPNOTSUPP || err == -ENOSYS ||
	       (!is_acl && (err == -EPERM || err == -EACCES || err == -EINVAL));
}

/** Whether an error says that there can be no attributes, so that none are lost. */
static bool meta_has_none(int err)
{
	return err == -EOPNOTSUPP || err == -ENOSYS;
}

/** Whether it passes in silence that a source's attributes cannot be listed. */
static bool meta_list_may_fail(const struct ucp_settings *set, int err)
{
	return meta_has_none(err) || meta_xattr_may_fail(set, "", err);
}

struct ucp_meta_peek ucp_meta_peek(const struct ucp_worker *w, int fd)
{
	struct ucp_meta_peek peek = {0};
	char list[META_LIST_ROOM];

	if (!ucp_meta_wants_xattrs(w->set)) {
		return peek;
	}
	ssize_t len = ucp_attr_list(fd, list, sizeof(list));
	if (len < 0) {
		/* Too many for a glance, or broken: the real copy lists them again, and tells. */
		peek.has_xattrs = !meta_has_none((int)len);
		peek.has_acl = !meta_list_may_fail(w->set, (int)len);
		return peek;
	}
	peek.has_xattrs = len > 0;
	for (ssize_t at = 0; at < len && w->set->keep_mode; at += (ssize_t)strlen(list + at) + 1) {
		peek.has_acl = peek.has_acl || strcmp(list + at, UCP_ATTR_ACL) == 0;
	}
	return peek;
}

struct ucp_meta_peek ucp_meta_peek_attrs(const struct ucp_worker *w, const struct ucp_attrs *attrs)
{
	struct ucp_attr attr;

	return (struct ucp_meta_peek){
		.has_xattrs = attrs->len > 0,
		.has_acl = w->set->keep_mode && ucp_attrs_find(attrs, UCP_ATTR_ACL, &attr),
	};
}

/** The value of one attribute: its length with *ret_value to be freed, or a negative errno. */
static ssize_t meta_get_xattr(int fd, const char *name, void **ret_value)
{
	for (;;) {
		ssize_t size = ucp_attr_get(fd, name, NULL, 0);
		if (size < 0) {
			return size;
		}
		size_t room = (size_t)size + 1; /* none at all would ask for the length */
		void *value = malloc(room);
		if (value == NULL) {
			return -ENOMEM;
		}
		size = ucp_attr_get(fd, name, value, room);
		if (size >= 0) {
			*ret_value = value;
			return size;
		}
		free(value);
		if (size != -ERANGE) { /* it grew in between */
			return size;
		}
	}
}

/** The same of the source, wherever its attributes are. */
static ssize_t meta_get_source(const struct ucp_meta *meta, const char *name, void **ret_value)
{
	struct ucp_attr attr;

	if (meta->attrs == NULL) {
		return meta_get_xattr(meta->src_fd, name, ret_value);
	}
	if (!ucp_attrs_find(meta->attrs, name, &attr)) {
		return -ENODATA;
	}
	void *value = malloc((size_t)attr.len + 1);
	if (value == NULL) {
		return -ENOMEM;
	}
	memcpy(value, attr.value, attr.len);
	*ret_value = value;
	return attr.len;
}

/** What became of an attribute. */
enum meta_kept {
	META_KEPT,
	META_GONE,   /**< the source does not have it any more */
	META_LOST,   /**< not here, which passes */
	META_FAILED, /**< told */
};

/** Copy one attribute. */
static enum meta_kept meta_copy_xattr(struct ucp_worker *w, const struct ucp_meta *meta,
				      const char *name)
{
	const struct ucp_entry *e = meta->entry;
	void *value = NULL;

	ssize_t len = meta_get_source(meta, name, &value);
	if (len == -ENODATA) {
		return META_GONE;
	}
	int err = len < 0 ? (int)len : ucp_attr_set(meta->dst_fd, name, value, (size_t)len);
	free(value);
	if (err == 0) {
		return META_KEPT;
	}
	if (meta_xattr_may_fail(w->set, name, err)) {
		ucp_note_lost(w, e, meta_lost(name), err, name);
		return META_LOST;
	}
	if (len < 0 && !meta_is_acl(name)) {
		ucp_count(&w->counts.lost[meta_lost(name)], 1);
		ucp_worker_tell_at(w, UCP_FAIL_XATTR_GET, err, e->dir, e->src_name, e->dst_name, name);
	} else {
		(void)meta_fail(w, e, meta_lost(name), err, name);
	}
	return META_FAILED;
}

/** Names of attributes, one after the other. */
struct meta_names {
	char *text; /**< owned */
	size_t len; /**< bytes */
};

/** All attribute names of a descriptor, their text to be freed: 0, or a negative errno. */
static int meta_list_xattrs(int fd, struct meta_names *ret_names)
{
	size_t room = META_LIST_ROOM;

	for (;;) {
		char *text = malloc(room);
		if (text == NULL) {
			return -ENOMEM;
		}
		ssize_t len = ucp_attr_list(fd, text, room);
		if (len >= 0) {
			*ret_names = (struct meta_names){text, (size_t)len};
			return 0;
		}
		free(text);
		if (len != -ERANGE || room > XATTR_LIST_MAX) {
			return (int)len;
		}
		room *= 4;
	}
}

/** The same of the source, wherever its attributes are. */
static int meta_list_source(const struct ucp_meta *meta, struct meta_names *ret_names)
{
	struct meta_names names = {0};
	struct ucp_attr attr;
	size_t at = 0;

	if (meta->attrs == NULL) {
		return meta_list_xattrs(meta->src_fd, ret_names);
	}
	names.text = malloc(meta->attrs->len + 1); /* names alone need less */
	if (names.text == NULL) {
		return -ENOMEM;
	}
	while (ucp_attrs_next(meta->attrs, &at, &attr)) {
		size_t room = strlen(attr.name) + 1;
		memcpy(names.text + names.len, attr.name, room);
		names.len += room;
	}
	*ret_names = names;
	return 0;
}

/** A source whose attributes cannot be listed: false when told as failed. */
static bool meta_unlisted(struct ucp_worker *w, const struct ucp_entry *e, int err)
{
	if (meta_has_none(err)) {
		return true;
	}
	if (meta_list_may_fail(w->set, err)) {
		ucp_note_lost(w, e, UCP_LOST_XATTR, err, NULL);
		return true;
	}
	return meta_fail_all(w, e, UCP_FAIL_XATTR_LIST, err);
}

/** Copy those attributes that are wanted, but for ACLs: false when told as failed. */
static bool meta_copy_xattrs(struct ucp_worker *w, const struct ucp_meta *meta,
			     const struct meta_names *names)
{
	bool fine = true;

	for (size_t at = 0; at < names->len; at += strlen(names->text + at) + 1) {
		const char *name = names->text + at;
		if (!meta_is_acl(name) && ucp_meta_wants_xattr(w->set, name) &&
		    meta_copy_xattr(w, meta, name) == META_FAILED) {
			fine = false;
		}
	}
	return fine;
}

/** Whether a name is among the others. */
static bool meta_has(const struct meta_names *names, const char *name)
{
	for (size_t at = 0; at < names->len; at += strlen(names->text + at) + 1) {
		if (strcmp(names->text + at, name) == 0) {
			return true;
		}
	}
	return false;
}

/**
 * Give the copy an ACL of the source, or take away what it has got otherwise.
 *
 * One that a new file has inherited is replaced in one step, and until then
 * gives nothing to anybody: it is masked by the group's bits, which come later.
 * Returns false when told as failed.
 */
static bool meta_set_acl(struct ucp_worker *w, const struct ucp_meta *meta,
			 const struct meta_names *names, const char *name)
{
	enum meta_kept kept = META_GONE;

	if (meta_has(names, name) && ucp_meta_wants_xattr(w->set, name)) {
		kept = meta_copy_xattr(w, meta, name);
	}
	if (kept != META_KEPT && meta->may_have_acl) {
		/* Not there is as good as gone; what matters shows in the chmod that follows. */
		(void)ucp_attr_remove(meta->dst_fd, name);
	}
	return kept != META_FAILED;
}

/** Both ACLs: false when told as failed. */
static bool meta_set_acls(struct ucp_worker *w, const struct ucp_meta *meta,
			  const struct meta_names *names)
{
	bool fine = true;

	if (w->set->keep_mode || w->set->drop_mode) {
		fine = meta_set_acl(w, meta, names, UCP_ATTR_ACL);
	}
	if (w->set->keep_mode && S_ISDIR(meta->entry->st.st_mode)) {
		fine = meta_set_acl(w, meta, names, UCP_ATTR_DEFAULT_ACL) && fine;
	}
	return fine;
}

/** Give the copy the source's owner: false when told as failed. */
static bool meta_set_owner(struct ucp_worker *w, const struct ucp_meta *meta)
{
	const struct stat *st = &meta->entry->st;

	int err = ucp_attr_chown(meta->dst_fd, st->st_uid, st->st_gid);
	if (err == 0) {
		return true;
	}
	if (!meta_owner_may_fail(err)) {
		return meta_fail(w, meta->entry, UCP_LOST_OWNER, err, NULL);
	}
	/* The group alone may be ours to give; if not, that is no failure either. */
	(void)ucp_attr_chown(meta->dst_fd, (uid_t)-1, st->st_gid);
	ucp_note_lost(w, meta->entry, UCP_LOST_OWNER, err, NULL);
	return true;
}

/**
 * The mode that may be set: without the source's set-id bits where its owner could not be kept.
 *
 * @dir, @name  the copy, as in fstatat(2); "" for dir itself
 */
static mode_t meta_safe_mode(struct ucp_worker *w, const struct ucp_entry *e, mode_t mode, int dir,
			     const char *name)
{
	const mode_t set_ids = S_ISUID | S_ISGID;
	struct stat got;

	/* Without keep_mode a bit there is comes from the directory the copy is in. */
	if (!w->set->keep_owner || !w->set->keep_mode || (mode & set_ids) == 0) {
		return mode;
	}
	int err = ucp_fd_statat(dir, name, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, &got);
	if (err == 0 && got.st_uid == e->st.st_uid && got.st_gid == e->st.st_gid) {
		return mode;
	}
	ucp_note_lost(w, e, UCP_LOST_MODE, err < 0 ? err : -EPERM, NULL);
	return mode & ~set_ids;
}

/** Set the mode: false when told as failed. */
static bool meta_set_mode(struct ucp_worker *w, const struct ucp_meta *meta)
{
	mode_t mode = meta_safe_mode(w, meta->entry, meta->mode, meta->dst_fd, "");

	int err = ucp_attr_chmod(meta->dst_fd, mode);
	return err == 0 || meta_fail(w, meta->entry, UCP_LOST_MODE, err, NULL);
}

/** Whether a time may be outside what some filesystems can store. */
static bool meta_is_far(const struct timespec *time)
{
	return time->tv_sec < 0 || time->tv_sec > INT32_MAX;
}

/** The kernel takes the nearest time that a filesystem can store, and says nothing: look. */
static void meta_check_times(struct ucp_worker *w, const struct ucp_entry *e, int dir,
			     const char *name)
{
	const struct stat *st = &e->st;
	bool has_atime = st->st_atim.tv_nsec != UTIME_OMIT; /* archives need not have one */
	struct stat got;

	if (!meta_is_far(&st->st_mtim) && !(has_atime && meta_is_far(&st->st_atim))) {
		return;
	}
	if (ucp_fd_statat(dir, name, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, &got) == 0 &&
	    (got.st_mtim.tv_sec != st->st_mtim.tv_sec ||
	     (has_atime && got.st_atim.tv_sec != st->st_atim.tv_sec))) {
		ucp_note_lost(w, e, UCP_LOST_TIMES, -ERANGE, NULL);
	}
}

/** Set the times: false when told as failed. */
static bool meta_set_times(struct ucp_worker *w, const struct ucp_meta *meta)
{
	const struct stat *st = &meta->entry->st;
	const struct timespec times[2] = {st->st_atim, st->st_mtim};

	int err = ucp_attr_utimens(meta->dst_fd, times);
	if (err < 0) {
		return meta_fail(w, meta->entry, UCP_LOST_TIMES, err, NULL);
	}
	meta_check_times(w, meta->entry, meta->dst_fd, "");
	return true;
}

/** A verified attribute is not what it should be; false, for the caller to return. */
static bool meta_differs(struct ucp_worker *w, const struct ucp_meta *meta, const char *text)
{
	const struct ucp_entry *e = meta->entry;

	ucp_worker_tell_at(w, UCP_FAIL_DIFFERS, 0, e->dir, e->src_name, e->dst_name, text);
	return false;
}

/** --verify: one attribute against that of the source: false when told as different. */
static bool meta_check_xattr(struct ucp_worker *w, const struct ucp_meta *meta, const char *name)
{
	char text[XATTR_NAME_MAX + 64];
	void *want = NULL, *have = NULL;

	ssize_t want_len = meta_get_source(meta, name, &want);
	ssize_t have_len = want_len >= 0 ? meta_get_xattr(meta->dst_fd, name, &have) : want_len;
	/* One that the source has lost since is no fault of the copy, nor that the mode which was set
	 * lets nobody read it. */
	bool is_same = want_len < 0 || have_len == -EACCES || (have_len == want_len &&
					memcmp(want, have, (size_t)want_len) == 0);
	free(want);
	free(have);
	if (is_same) {
		return true;
	}
	(void)snprintf(text, sizeof(text), "its attribute %s is not what was set", name);
	return meta_differs(w, meta, text);
}

/** Whether a time is the one that was set, or what a filesystem of coarser times makes of it. */
static bool meta_is_time(const struct timespec *want, const struct timespec *have)
{
	enum { GRAIN_NS = 100, GRAIN_MAX_S = 2 }; /* NTFS has 100 ns, vfat 2 s */
	int64_t ns = (want->tv_sec - have->tv_sec) * INT64_C(1000000000) +
		     (want->tv_nsec - have->tv_nsec);

	return want->tv_nsec == UTIME_OMIT || ns == 0 || (ns > 0 && ns < GRAIN_MAX_S * INT64_C(1000000000) &&
			   have->tv_nsec % GRAIN_NS == 0);
}

/** --verify: owner, mode and time as they were set: false when told as different. */
static bool meta_check_stat(struct ucp_worker *w, const struct ucp_meta *meta, uint32_t lost)
{
	const struct ucp_settings *set = w->set;
	const struct stat *want = &meta->entry->st;
	char text[96];
	struct stat have;

	int err = ucp_fd_stat(meta->dst_fd, &have);
	if (err < 0) {
		ucp_worker_tell_entry(w, UCP_FAIL_READ_BACK, err, meta->entry);
		return false;
	}
	bool has_owner = have.st_uid == want->st_uid && have.st_gid == want->st_gid;
	if (set->keep_owner && (lost & 1U << UCP_LOST_OWNER) == 0 && !has_owner) {
		(void)snprintf(text, sizeof(text), "its owner is %u:%u instead of %u:%u",
			       have.st_uid, have.st_gid, want->st_uid, want->st_gid);
		return meta_differs(w, meta, text);
	}
	const uint32_t mode_lost = 1U << UCP_LOST_MODE | 1U << UCP_LOST_OWNER | 1U << UCP_LOST_ACL;
	bool has_mode = (have.st_mode & 07777) == meta->mode;
	if (set->keep_mode && !has_mode && ucp_fs_lacks_modes(meta->dst_fd)) {
		ucp_note_lost(w, meta->entry, UCP_LOST_MODE, -EOPNOTSUPP, NULL); /* vfat and its like */
	} else if (set->keep_mode && (lost & mode_lost) == 0 && !has_mode) {
		(void)snprintf(text, sizeof(text), "its mode is %04o instead of %04o",
			       have.st_mode & 07777, meta->mode);
		return meta_differs(w, meta, text);
	}
	if (set->keep_times && (lost & 1U << UCP_LOST_TIMES) == 0 &&
	    !meta_is_time(&want->st_mtim, &have.st_mtim)) {
		return meta_differs(w, meta, "its time is not what was set");
	}
	return true;
}

/** --verify: all that was set and not lost: false when told as different. */
static bool meta_check(struct ucp_worker *w, const struct ucp_meta *meta,
		       const struct meta_names *names, uint32_t lost)
{
	const uint32_t xattr_lost = 1U << UCP_LOST_XATTR | 1U << UCP_LOST_ACL | 1U << UCP_LOST_CONTEXT;
	bool fine = meta_check_stat(w, meta, lost);

	for (size_t at = 0; at < names->len; at += strlen(names->text + at) + 1) {
		const char *name = names->text + at;
		if ((lost & xattr_lost) == 0 && ucp_meta_wants_xattr(w->set, name)) {
			fine = meta_check_xattr(w, meta, name) && fine;
		}
	}
	return fine;
}

/** How many attributes of each kind this worker has lost so far. */
static void meta_tally(const struct ucp_worker *w, uint64_t tally[UCP_LOST_N])
{
	for (int i = 0; i < UCP_LOST_N; i++) {
		tally[i] = atomic_load_explicit(&w->counts.lost[i], memory_order_relaxed);
	}
}

/** The kinds of which more have been lost since: a bit each. */
static uint32_t meta_lost_since(const struct ucp_worker *w, const uint64_t tally[UCP_LOST_N])
{
	uint64_t now[UCP_LOST_N];
	uint32_t lost = 0;

	meta_tally(w, now);
	for (int i = 0; i < UCP_LOST_N; i++) {
		lost |= now[i] > tally[i] ? 1U << i : 0;
	}
	return lost;
}

bool ucp_meta_set(struct ucp_worker *w, const struct ucp_meta *meta)
{
	struct meta_names names = {0};
	uint64_t tally[UCP_LOST_N];
	bool fine = true;

	meta_tally(w, tally);

	if (w->set->keep_owner && !meta->owner_is_right) {
		fine = meta_set_owner(w, meta) && fine;
	}
	ucp_context_restore(w, meta->entry, meta->dst_fd);
	if (meta->has_xattrs && (meta->src_fd >= 0 || meta->attrs != NULL)) {
		int err = meta_list_source(meta, &names);
		fine = (err == 0 || meta_unlisted(w, meta->entry, err)) && fine;
	}
	fine = meta_copy_xattrs(w, meta, &names) && fine;
	if (!meta->mode_is_right) {
		fine = meta_set_acls(w, meta, &names) && fine;
		fine = meta_set_mode(w, meta) && fine;
	}
	if (w->set->keep_times) {
		fine = meta_set_times(w, meta) && fine;
	}
	if (ucp_flags_are_wanted(w->set) && meta->src_fd >= 0) {
		fine = ucp_flags_set(w, meta->entry, meta->src_fd, meta->dst_fd) && fine;
	}
	if (w->set->verify != UCP_VERIFY_NEVER) {
		fine = meta_check(w, meta, &names, meta_lost_since(w, tally)) && fine;
	}
	free(names.text);
	return fine;
}

/** Owner of a name: false when told as failed. */
static bool meta_set_owner_at(struct ucp_worker *w, const struct ucp_entry *e,
			      const struct stat *dst_st)
{
	int dir = e->dir->fd[UCP_DST];

	if (dst_st->st_uid == e->st.st_uid && dst_st->st_gid == e->st.st_gid) {
		return true;
	}
	if (UCP_RETRY(fchownat(dir, e->dst_name, e->st.st_uid, e->st.st_gid,
			       AT_SYMLINK_NOFOLLOW)) == 0) {
		return true;
	}
	int err = -errno;
	if (!meta_owner_may_fail(err)) {
		return meta_fail(w, e, UCP_LOST_OWNER, err, NULL);
	}
	(void)!fchownat(dir, e->dst_name, (uid_t)-1, e->st.st_gid, AT_SYMLINK_NOFOLLOW);
	ucp_note_lost(w, e, UCP_LOST_OWNER, err, NULL);
	return true;
}

/** Get hold of what was seen under a name before: a descriptor with O_PATH, or a negative errno. */
static int meta_hold(int dir, const char *name, int flags, const struct stat *seen)
{
	struct stat st;

	int fd = ucp_fd_openat(dir, name, O_PATH | flags, 0);
	if (fd < 0) {
		return fd;
	}
	int err = ucp_fd_stat(fd, &st);
	if (err == 0 && (st.st_ino != seen->st_ino || st.st_dev != seen->st_dev)) {
		err = -ESTALE;
	}
	if (err < 0) {
		ucp_fd_drop(&fd);
		return err;
	}
	return fd;
}

/** Copy the attributes of a symlink or special file that has some: false when told as failed. */
static bool meta_copy_held(struct ucp_worker *w, const struct ucp_meta *meta)
{
	struct meta_names names;

	int err = meta_list_source(meta, &names);
	if (err < 0) {
		return meta_unlisted(w, meta->entry, err);
	}
	bool fine = meta_copy_xattrs(w, meta, &names);
	if (!S_ISLNK(meta->entry->st.st_mode)) {
		fine = meta_set_acls(w, meta, &names) && fine;
	}
	free(names.text);
	return fine;
}

/** Drop the ACL that a special file has got from its directory, if that matters. */
static void meta_drop_acl_at(const struct ucp_settings *set, const struct ucp_entry *e)
{
	if (!e->dir->has_default_acl || S_ISLNK(e->st.st_mode) ||
	    !(set->keep_mode || set->drop_mode)) {
		return;
	}
	/* None is as good as gone. */
	(void)ucp_attr_remove_at(e->dir->fd[UCP_DST], e->dst_name, UCP_ATTR_ACL);
}

/** Attributes of a symlink or special file, its own ACL included: false when told as failed. */
static bool meta_copy_xattrs_at(struct ucp_worker *w, const struct ucp_entry *e,
				const struct stat *dst_st)
{
	const struct ucp_attrs *attrs = e->member != NULL ? &e->member->attrs : NULL;
	ssize_t len = attrs != NULL ? (ssize_t)attrs->len : 0;

	if (attrs == NULL && ucp_meta_wants_xattrs(w->set)) {
		len = ucp_attr_list_at(e->dir->fd[UCP_SRC], e->src_name, e->follow, NULL, 0);
	}
	if (len <= 0) {
		meta_drop_acl_at(w->set, e);
	}
	if (len == 0 || (len == -ENOENT && !w->set->need_xattrs)) {
		return true; /* or there is no /proc to look through */
	}
	if (len < 0) {
		return meta_unlisted(w, e, (int)len);
	}
	struct ucp_meta meta = {
		.entry = e,
		.attrs = attrs,
		.src_fd = attrs != NULL ? -1
					: meta_hold(e->dir->fd[UCP_SRC], e->src_name,
						    e->follow ? 0 : O_NOFOLLOW, &e->st),
		.dst_fd = meta_hold(e->dir->fd[UCP_DST], e->dst_name, O_NOFOLLOW, dst_st),
		.may_have_acl = e->dir->has_default_acl,
	};
	bool fine = meta.src_fd < 0 && attrs == NULL
			    ? meta_fail_all(w, e, UCP_FAIL_XATTR_LIST, meta.src_fd)
		    : meta.dst_fd < 0 ? meta_fail_all(w, e, UCP_FAIL_STAT_DST, meta.dst_fd)
				      : meta_copy_held(w, &meta);
	ucp_fd_drop(&meta.src_fd);
	ucp_fd_drop(&meta.dst_fd);
	return fine;
}

/** Mode of a special file, once its ACL is right: false when told as failed. */
static bool meta_set_mode_at(struct ucp_worker *w, const struct ucp_entry *e)
{
	const struct ucp_settings *set = w->set;
	bool drops_acl = e->dir->has_default_acl && (set->keep_mode || set->drop_mode);

	if (!drops_acl && !ucp_mode_special_is_private(set)) {
		return true;
	}
	int dir = e->dir->fd[UCP_DST];
	mode_t mode = meta_safe_mode(w, e, ucp_mode_asked(set, e->st.st_mode), dir,
				     e->dst_name);
	return UCP_RETRY(fchmodat(dir, e->dst_name, mode, AT_SYMLINK_NOFOLLOW)) == 0
		       ? true
		       : meta_fail(w, e, UCP_LOST_MODE, -errno, NULL);
}

bool ucp_meta_set_times_at(struct ucp_worker *w, const struct ucp_entry *e)
{
	const struct timespec times[2] = {e->st.st_atim, e->st.st_mtim};
	int dir = e->dir->fd[UCP_DST];

	if (!w->set->keep_times) {
		return true;
	}
	if (UCP_RETRY(utimensat(dir, e->dst_name, times, AT_SYMLINK_NOFOLLOW)) != 0) {
		return meta_fail(w, e, UCP_LOST_TIMES, -errno, NULL);
	}
	meta_check_times(w, e, dir, e->dst_name);
	return true;
}

bool ucp_meta_set_at(struct ucp_worker *w, const struct ucp_entry *e, const struct stat *dst_st)
{
	bool fine = true;

	if (w->set->keep_owner) {
		fine = meta_set_owner_at(w, e, dst_st) && fine;
	}
	ucp_context_restore(w, e, -1);
	fine = meta_copy_xattrs_at(w, e, dst_st) && fine;
	if (!S_ISLNK(e->st.st_mode)) {
		fine = meta_set_mode_at(w, e) && fine;
	}
	return ucp_meta_set_times_at(w, e) && fine;
}

/** Whether an attribute of a file that is replaced goes over to the new one. */
static bool meta_is_inherited(const struct ucp_settings *set, const char *name)
{
	if (strcmp(name, UCP_ATTR_ACL) == 0) {
		return !set->keep_mode;
	}
	if (strcmp(name, UCP_ATTR_SELINUX) == 0) {
		return set->context == UCP_CONTEXT_POLICY;
	}
	/* Writing takes capabilities away; what is signed or measured is the old data; and xfs
	 * shows ACLs a second time. The source's attributes come on top of the rest. */
	return strcmp(name, UCP_ATTR_CAPABILITY) != 0 && strcmp(name, "security.evm") != 0 &&
	       strcmp(name, "security.ima") != 0 && strncmp(name, "trusted.SGI_", 12) != 0 &&
	       strncmp(name, "system.", 7) != 0;
}

/** Attributes and ACL of a file that is replaced: false when the ACL could not be kept. */
static bool meta_inherit_xattrs(struct ucp_worker *w, const struct ucp_entry *e, int from_fd,
				int fd)
{
	struct meta_names names = {0};
	bool has_acl = true;

	int err = meta_list_xattrs(from_fd, &names);
	if (err < 0 && !meta_has_none(err)) {
		ucp_note_lost(w, e, UCP_LOST_XATTR, err, NULL);
		has_acl = false;
	}
	if (!w->set->keep_mode && !meta_has(&names, UCP_ATTR_ACL)) {
		(void)ucp_attr_remove(fd, UCP_ATTR_ACL); /* from the directory; mostly there is none */
	}
	for (size_t at = 0; at < names.len; at += strlen(names.text + at) + 1) {
		const char *name = names.text + at;
		void *value = NULL;
		if (!meta_is_inherited(w->set, name)) {
			continue;
		}
		ssize_t len = meta_get_xattr(from_fd, name, &value);
		err = len < 0 ? (int)len : ucp_attr_set(fd, name, value, (size_t)len);
		free(value);
		if (err < 0 && err != -ENODATA) {
			ucp_note_lost(w, e, meta_lost(name), err, name);
			has_acl = has_acl && strcmp(name, UCP_ATTR_ACL) != 0;
		}
	}
	free(names.text);
	return has_acl;
}

bool ucp_meta_inherit(struct ucp_worker *w, const struct ucp_entry *e, int from_fd, int fd)
{
	struct stat from, to;

	int err = ucp_fd_stat(from_fd, &from);
	err = err == 0 ? ucp_fd_stat(fd, &to) : err;
	if (err < 0) {
		ucp_note_lost(w, e, UCP_LOST_MODE, err, NULL);
		return false;
	}
	bool is_owner_right = from.st_uid == to.st_uid && from.st_gid == to.st_gid;
	bool is_group_right = from.st_gid == to.st_gid;
	if (!w->set->keep_owner && !is_owner_right) {
		err = ucp_attr_chown(fd, from.st_uid, from.st_gid);
		if (err < 0) {
			is_group_right = ucp_attr_chown(fd, (uid_t)-1, from.st_gid) == 0;
			ucp_note_lost(w, e, UCP_LOST_OWNER, err, NULL);
		}
		is_owner_right = err == 0;
		is_group_right = is_group_right || err == 0;
	}
	bool has_acl = meta_inherit_xattrs(w, e, from_fd, fd);
	if (!w->set->keep_mode) {
		/* Writing into it would have cost anybody but root the set-id bits. */
		bool keeps_ids = is_owner_right && geteuid() == 0;
		mode_t mode = from.st_mode & (keeps_ids ? 07777 : 01777);
		if (!is_group_right || !has_acl) {
			/* Another group, or the mask of an ACL that is not there: as for others. */
			mode = (mode & ~(mode_t)070) | (mode & (mode & 07) << 3);
		}
		err = ucp_attr_chmod(fd, mode);
		if (err < 0) {
			ucp_note_lost(w, e, UCP_LOST_MODE, err, NULL);
		}
	}
	return (w->set->keep_owner || is_owner_right) && (w->set->keep_mode || (has_acl && err == 0));
}
