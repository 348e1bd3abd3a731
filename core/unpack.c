/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/unpack.h"

#include "core/archive.h"
#include "core/chunk.h"
#include "core/copy.h"
#include "core/descent.h"
#include "core/feed.h"
#include "core/finish.h"
#include "core/member.h"
#include "core/spread.h"
#include "core/sys/fd.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { UNPACK_FIRST = 64 * 1024 }; /* bytes kept ready for a file of unknown size */

/** The name of standard input. */
static const char unpack_stdin[] = "-";

/** The decoder at work. */
struct unpack {
	struct ucp_worker *w;
	struct ucp_feed *feed;
	struct ucp_descent *descent;
	struct ucp_archive *archive;
	const char *name;             /* of the archive at hand */
	struct ucp_spread *spreads;   /* owned list: files of which only names have come so far */
	struct ucp_digest *digest;    /* owned; NULL unless wanted */
};

/** The entry that is decoded. */
struct unpack_entry {
	const struct ucp_archive_entry *head;
	struct ucp_member *member;
	struct ucp_block *block;      /* being filled */
	uint64_t end;                 /* of its data so far */
	uint64_t hashed;              /* bytes in the digest, when it is fed */
	size_t bytes;                 /* of its blocks */
	bool is_fed;                  /* it has been handed over before its end */
};

/** Tell about an entry that is not unpacked. */
static void unpack_tell(struct unpack *u, enum ucp_act act, int err, const char *entry,
			const char *text)
{
	ucp_worker_tell(u->w, act, err, entry, u->name, text);
}

/** An entry is not unpacked, for what a call gave. */
static void unpack_refuse_err(struct unpack *u, const char *entry, int err)
{
	unpack_tell(u, UCP_FAIL_MEMBER, err, entry, NULL);
}

/** The way to an entry is closed. */
static void unpack_refuse_way(struct unpack *u, const char *entry, enum ucp_descent_fault fault, int err)
{
	static const enum ucp_act acts[] = {
		[UCP_DESCENT_ERRNO] = UCP_FAIL_MEMBER,
		[UCP_DESCENT_UP] = UCP_FAIL_MEMBER_UP,
		[UCP_DESCENT_OUT] = UCP_FAIL_MEMBER_OUT,
	};

	if (err != -ECANCELED && fault != UCP_DESCENT_TOLD) {
		unpack_tell(u, acts[fault], fault == UCP_DESCENT_ERRNO ? err : 0, entry, NULL);
	}
}

/** A block, once there is room for it; NULL when told or canceled. */
static struct ucp_block *unpack_take(struct unpack *u, const char *entry, size_t room)
{
	struct ucp_block *block = ucp_feed_take(u->feed, u->w, room);
	if (block == NULL && !ucp_worker_is_canceled(u->w)) {
		unpack_refuse_err(u, entry, -ENOMEM);
	}
	return block;
}

/** The block at hand is complete: to the others, or to a file that is fed. */
static void unpack_seal(struct unpack *u, struct unpack_entry *e)
{
	struct ucp_block *block = e->block;

	e->block = NULL;
	if (block == NULL || block->len == 0) {
		ucp_feed_give(u->feed, block);
		return;
	}
	e->bytes += block->room;
	if (!e->is_fed) {
		ucp_member_add(e->member, block);
		return;
	}
	if (u->digest != NULL) {
		/* Canceled: then nobody wants it. */
		(void)ucp_chunk_hash_zeros(u->w, u->digest, block->off - e->hashed);
		ucp_digest_update(u->digest, block->data, block->len);
		e->hashed = block->off + block->len;
	}
	ucp_member_feed(u->w, e->member, block);
}

/** A file is too large to be kept until its end: hand it over, and feed it from here on. */
static void unpack_begin_feeding(struct unpack *u, struct unpack_entry *e)
{
	struct ucp_member *member = e->member;
	struct ucp_block *block = ucp_member_begin_feeding(member);

	e->is_fed = true;
	ucp_feed_open(u->feed, u->w);
	if (u->digest != NULL) {
		ucp_digest_reset(u->digest);
	}
	while (block != NULL) { /* now each counts by itself */
		struct ucp_block *next = block->next;
		e->block = block;
		unpack_seal(u, e);
		block = next;
	}
	ucp_feed_hand_over(u->feed, u->w, member, 0, true);
}

/** Bytes that a block should hold which begins with data of this offset and length. */
static size_t unpack_room(const struct unpack *u, const struct unpack_entry *e, uint64_t off, size_t len)
{
	size_t block_size = ucp_feed_block_size(u->feed);
	uint64_t size = (uint64_t)e->head->st.st_size;
	uint64_t want = size > off ? size - off : 0;

	if (!e->head->has_size) {
		want = e->bytes == 0 ? UNPACK_FIRST : block_size;
	}
	want = want > len ? want : len;
	return want < block_size ? (size_t)want : block_size;
}

/** Data that goes to an offset: 0, or a negative errno, told. */
static int unpack_data(struct unpack *u, struct unpack_entry *e, const uint8_t *data, size_t len,
		       uint64_t off)
{
	size_t block_size = ucp_feed_block_size(u->feed);

	while (len > 0) {
		struct ucp_block *block = e->block;
		if (block != NULL && (block->len == block->room || off != block->off + block->len)) {
			unpack_seal(u, e);
			if (!e->is_fed && e->bytes >= block_size) {
				unpack_begin_feeding(u, e);
			}
			block = NULL;
		}
		if (block == NULL) {
			block = unpack_take(u, e->head->path, unpack_room(u, e, off, len));
			if (block == NULL) {
				return ucp_worker_is_canceled(u->w) ? -ECANCELED : -ENOMEM;
			}
			block->off = off;
			e->block = block;
		}
		size_t part = block->room - block->len < len ? block->room - block->len : len;
		memcpy(block->data + block->len, data, part);
		block->len += (uint32_t)part;
		data += part;
		off += part;
		len -= part;
	}
	e->end = off > e->end ? off : e->end;
	return 0;
}

/** --sparse=never: the zeros of a hole: 0, or a negative errno, told. */
static int unpack_zeros(struct unpack *u, struct unpack_entry *e, uint64_t until)
{
	static const uint8_t zeros[64 * 1024];
	int err = 0;

	while (err == 0 && e->end < until && !ucp_worker_is_canceled(u->w)) {
		uint64_t left = until - e->end;
		err = unpack_data(u, e, zeros, left < sizeof(zeros) ? (size_t)left : sizeof(zeros), e->end);
	}
	return err;
}

/** Size of a file whose data has come. */
static uint64_t unpack_size(const struct unpack_entry *e)
{
	uint64_t said = e->head->has_size ? (uint64_t)e->head->st.st_size : 0;

	return said > e->end ? said : e->end;
}

/** Decode the data of an entry into its member: 0, or a negative errno, told. */
static int unpack_decode(struct unpack *u, struct unpack_entry *e)
{
	bool fills = u->w->set->sparse == UCP_SPARSE_NEVER;
	const void *data;
	uint64_t off;
	size_t len;
	int rc;

	while ((rc = ucp_archive_data(u->archive, &data, &len, &off)) > 0) {
		if (off < e->end || off > INT64_MAX - len) {
			unpack_tell(u, UCP_FAIL_MEMBER_DATA, 0, e->head->path, NULL);
			return -EINVAL;
		}
		int err = fills ? unpack_zeros(u, e, off) : 0;
		err = err == 0 ? unpack_data(u, e, data, len, off) : err;
		if (err == 0 && ucp_worker_is_canceled(u->w)) {
			err = -ECANCELED;
		}
		if (err < 0) {
			return err;
		}
	}
	if (rc < 0) {
		if (!ucp_worker_is_canceled(u->w)) {
			unpack_tell(u, UCP_FAIL_MEMBER_WHY, 0, e->head->path,
				    ucp_archive_text(u->archive));
		}
		return rc;
	}
	return fills ? unpack_zeros(u, e, unpack_size(e)) : 0;
}

/** The data of an entry is over: hand its member over, or what is left of it. */
static void unpack_end_data(struct unpack *u, struct unpack_entry *e, int err)
{
	struct ucp_digest_value value = {0};
	struct ucp_member *member = e->member;
	uint64_t size = unpack_size(e);

	if (err == 0) {
		unpack_seal(u, e);
	} else {
		ucp_feed_give(u->feed, e->block);
		e->block = NULL;
	}
	if (!e->is_fed && err < 0) {
		ucp_member_drop(u->w, member);
		return;
	}
	if (!e->is_fed) {
		member->size = size;
		ucp_feed_hand_over(u->feed, u->w, member, e->bytes, false);
		return;
	}
	if (u->digest != NULL && err == 0) {
		err = ucp_chunk_hash_zeros(u->w, u->digest, size - e->hashed) ? 0 : -ECANCELED;
		ucp_digest_final(u->digest, &value);
	}
	ucp_member_end(u->w, member, size, &value, err);
}

/** A member for an entry; NULL when told. */
static struct ucp_member *unpack_member(struct unpack *u, const struct ucp_archive_entry *head,
					const struct ucp_descent_place *place)
{
	if (strlen(place->name) >= UCP_NAME_ROOM) {
		unpack_refuse_err(u, head->path, -ENAMETOOLONG);
		return NULL;
	}
	struct ucp_member *member = ucp_member_new(u->feed, place->dir, place->name);
	if (member == NULL) {
		unpack_refuse_err(u, head->path, -ENOMEM);
		return NULL;
	}
	member->entry.st = head->st;
	int err = ucp_attrs_copy(&head->attrs, &member->attrs);
	if (err == 0 && S_ISLNK(head->st.st_mode) && head->hard_link == NULL) {
		member->target = head->symlink != NULL ? strdup(head->symlink) : NULL;
		err = member->target != NULL ? 0 : head->symlink != NULL ? -ENOMEM : -EINVAL;
	}
	if (err < 0) {
		unpack_refuse_err(u, head->path, err);
		ucp_member_drop(u->w, member);
		return NULL;
	}
	return member;
}

/** Where the file is that a hard link names: 0, or a negative errno, told. */
static int unpack_find_link(struct unpack *u, const struct ucp_archive_entry *head,
			    struct ucp_member *member)
{
	struct ucp_descent_place place;

	int rc = ucp_descent_find(u->descent, head->hard_link, u->w->set->strip, false, &place);
	if (rc > 0 && place.name[0] != '\0') {
		member->link_name = strdup(place.name);
		if (member->link_name != NULL) {
			ucp_member_link(member, place.dir);
			member->entry.st.st_mode = S_IFREG | (head->st.st_mode & 07777);
			return 0;
		}
		rc = -ENOMEM;
	}
	bool is_missing = rc == 0 || (rc == -ENOENT && place.fault == UCP_DESCENT_ERRNO);
	if (is_missing && head->st.st_size > 0) {
		member->entry.st.st_mode = S_IFREG | (head->st.st_mode & 07777);
		return 0; /* it brings the data, and is a file itself */
	}
	bool is_out = rc < 0 && (place.fault == UCP_DESCENT_UP || place.fault == UCP_DESCENT_OUT);
	if (is_out) {
		unpack_tell(u, UCP_FAIL_MEMBER_LINK_OUT, 0, head->path, head->hard_link);
	} else if (rc != -ECANCELED && !(rc < 0 && place.fault == UCP_DESCENT_TOLD)) {
		/* 0: it is left out, or the target itself. */
		unpack_tell(u, UCP_FAIL_MEMBER_LINK, rc < 0 ? rc : -ENOENT, head->path,
			    head->hard_link);
	}
	return rc < 0 ? rc : -EINVAL;
}

/**
 * A file, a hard link, a symlink or a device.
 *
 * @has_data  it follows in the archive, or may
 * Returns 0, or a negative errno when the archive is over.
 */
static int unpack_place(struct unpack *u, const struct ucp_archive_entry *head, bool has_data)
{
	struct ucp_descent_place place;

	int rc = ucp_descent_find(u->descent, head->path, u->w->set->strip, true, &place);
	if (rc < 0) {
		unpack_refuse_way(u, head->path, place.fault, rc);
		return 0;
	}
	if (rc > 0 && place.name[0] == '\0') {
		unpack_tell(u, UCP_FAIL_MEMBER_NAME, 0, head->path, NULL);
		return 0;
	}
	struct unpack_entry e = {.head = head, .member = rc > 0 ? unpack_member(u, head, &place) : NULL};
	if (e.member == NULL) {
		return 0;
	}
	if (head->hard_link != NULL && unpack_find_link(u, head, e.member) < 0) {
		ucp_member_drop(u->w, e.member);
		return 0;
	}
	if (!has_data) {
		ucp_feed_hand_over(u->feed, u->w, e.member, 0, false);
		return 0;
	}
	int err = unpack_decode(u, &e);
	unpack_end_data(u, &e, err);
	return err == -EINVAL ? 0 : err; /* only this one is damaged */
}

/** The same with the data that follows in the archive, if it may have some. */
static int unpack_other(struct unpack *u, const struct ucp_archive_entry *head)
{
	return unpack_place(u, head, S_ISREG(head->st.st_mode) || head->hard_link != NULL);
}

/** A directory. */
static void unpack_dir(struct unpack *u, const struct ucp_archive_entry *head)
{
	struct ucp_descent_place place;

	int rc = ucp_descent_find(u->descent, head->path, u->w->set->strip, true, &place);
	if (rc > 0) {
		rc = ucp_descent_enter(u->descent, &place, &head->st, &head->attrs);
	}
	if (rc == -ENOTDIR && place.fault == UCP_DESCENT_ERRNO) {
		unpack_tell(u, UCP_FAIL_MEMBER_DIR, 0, head->path, NULL);
	} else if (rc < 0) {
		unpack_refuse_way(u, head->path, place.fault, rc);
	}
}

/** All names of a file but for one, which has been made under the first path. */
static void unpack_spread_links(struct unpack *u, const struct ucp_spread *spread, size_t from,
				const char *path)
{
	for (size_t i = from; i < spread->n_paths; i++) {
		const struct ucp_archive_entry link = {
			.path = spread->paths[i], .hard_link = path, .st = spread->st, .has_size = true};
		(void)unpack_place(u, &link, false); /* told */
	}
}

/** The data of a file has come with the last of its names: 0, or a negative errno as above. */
static int unpack_spread(struct unpack *u, struct ucp_spread *spread, const struct ucp_archive_entry *head)
{
	struct ucp_archive_entry file = *head;

	file.hard_link = NULL;
	char *path = strdup(head->path); /* lasts longer than its data */
	int err = unpack_other(u, &file);
	if (path == NULL) {
		unpack_refuse_err(u, spread->paths[0], -ENOMEM);
	} else {
		unpack_spread_links(u, spread, 0, path);
	}
	free(path);
	ucp_spread_free(spread);
	return err;
}

/** The archive is over, and so are files whose data has not come: they are empty. */
static void unpack_spread_rest(struct unpack *u)
{
	while (u->spreads != NULL) {
		struct ucp_spread *spread = u->spreads;
		const struct ucp_archive_entry file = {
			.path = spread->paths[0], .st = spread->st, .has_size = true, .attrs = spread->attrs};
		u->spreads = spread->next;
		(void)unpack_place(u, &file, false); /* told */
		unpack_spread_links(u, spread, 1, spread->paths[0]);
		ucp_spread_free(spread);
	}
}

/** One entry: 0, or a negative errno when the archive is over. */
static int unpack_entry(struct unpack *u, const struct ucp_archive_entry *head)
{
	ucp_count(&u->w->counts.found, 1);
	if (head->path == NULL || head->path[0] == '\0') {
		unpack_tell(u, UCP_FAIL_MEMBER_NAME, 0, "", NULL);
		return 0;
	}
	if (head->warning != NULL) {
		ucp_worker_tell(u->w, UCP_FAIL_MEMBER_PART, 0, head->path, u->name, head->warning);
	}
	if (S_ISREG(head->st.st_mode)) {
		ucp_count(&u->w->counts.found_bytes, (uint64_t)head->st.st_size);
	}
	if (head->is_spread && head->st.st_size == 0) {
		int rc = ucp_spread_keep(&u->spreads, head);
		if (rc < 0) {
			unpack_refuse_err(u, head->path, rc);
		}
		if (rc != 0) {
			return 0;
		}
	} else if (head->is_spread && head->hard_link != NULL) {
		struct ucp_spread *spread = ucp_spread_take(&u->spreads, head);
		if (spread != NULL) {
			return unpack_spread(u, spread, head);
		}
	}
	if (head->hard_link != NULL) {
		return unpack_other(u, head);
	}
	switch (head->st.st_mode & S_IFMT) {
	case S_IFDIR:
		unpack_dir(u, head);
		return 0;
	case S_IFREG:
	case S_IFLNK:
	case S_IFIFO:
	case S_IFSOCK:
	case S_IFCHR:
	case S_IFBLK:
		return unpack_other(u, head);
	default:
		unpack_tell(u, UCP_FAIL_MEMBER_TYPE, 0, head->path, NULL);
		return 0;
	}
}

/** Whether the run is to stop; for the reader. */
static bool unpack_is_canceled(void *ctx)
{
	return ucp_worker_is_canceled(ctx);
}

/** An archive cannot be read on. */
static void unpack_fail(struct unpack *u)
{
	if (!ucp_worker_is_canceled(u->w)) {
		ucp_worker_tell(u->w, UCP_FAIL_ARCHIVE, 0, u->name, NULL, ucp_archive_text(u->archive));
	}
}

/** For --debug: what has been recognized. */
static void unpack_tell_kind(struct unpack *u)
{
	char *kind = ucp_archive_kind(u->archive);
	char *text = NULL;

	if (kind != NULL && asprintf(&text, "%s is an archive: %s", u->name, kind) >= 0) {
		ucp_worker_tell(u->w, UCP_DID_NOTE, 0, NULL, NULL, text);
	}
	free(text);
	free(kind);
}

/** All entries of an archive. */
static void unpack_entries(struct unpack *u)
{
	struct ucp_archive_entry head;
	bool is_cut = false; /* within an entry */
	int rc = 1;

	for (bool is_first = true; rc > 0 && !ucp_worker_is_canceled(u->w); is_first = false) {
		rc = ucp_archive_next(u->archive, &head);
		if (is_first && rc > 0 && u->w->set->tell_debug) {
			unpack_tell_kind(u);
		}
		if (rc > 0) {
			rc = unpack_entry(u, &head);
			is_cut = rc < 0;
			rc = is_cut ? 0 : 1;
		} else if (rc == -EINVAL) {
			unpack_fail(u);
			rc = 1;
		}
	}
	if (is_cut && !ucp_worker_is_canceled(u->w)) {
		unpack_tell(u, UCP_FAIL_ARCHIVE_REST, 0, head.path, NULL); /* why, with the entry */
	}
	if (rc < 0) {
		unpack_fail(u);
	}
	unpack_spread_rest(u);
}

/** One archive, which is open. */
static void unpack_archive(struct unpack *u, int fd)
{
	const struct ucp_archive_conf conf = {
		.fd = fd,
		.numeric_ids = u->w->set->numeric_ids,
		.is_canceled = unpack_is_canceled,
		.ctx = u->w,
	};

	u->archive = NULL;
	int err = ucp_archive_open(&conf, &u->archive);
	if (u->archive == NULL) {
		ucp_worker_tell(u->w, UCP_FAIL_ARCHIVE, 0, u->name, NULL, strerror(-err));
		return;
	}
	if (err < 0) {
		unpack_fail(u);
	} else {
		unpack_entries(u);
	}
	ucp_feed_flush(u->feed, u->w);
	ucp_archive_close(u->archive);
}

/** One archive by its name. */
static void unpack_name(struct unpack *u, const char *name)
{
	bool is_stdin = strcmp(name, unpack_stdin) == 0;
	int fd = is_stdin ? STDIN_FILENO
			  : ucp_worker_open_interruptible(u->w, AT_FDCWD, name, O_RDONLY | O_NOCTTY, 0);

	u->name = name;
	if (fd < 0) {
		if (!ucp_worker_is_canceled(u->w)) {
			ucp_worker_tell(u->w, UCP_FAIL_OPEN, fd, name, NULL, NULL);
		}
		return;
	}
	unpack_archive(u, fd);
	if (!is_stdin) {
		ucp_fd_drop(&fd);
	}
}

/** All archives. */
static void unpack_all(struct unpack *u, const struct ucp_operands *ops)
{
	for (uint32_t i = 0; i < ops->n_sources && !ucp_worker_is_canceled(u->w); i++) {
		unpack_name(u, ops->sources[i]);
	}
}

void ucp_unpack_run(const struct ucp_unpack *unpack)
{
	struct ucp_worker *w = unpack->w;
	struct unpack u = {.w = w, .feed = w->shared->feed};
	bool has_digest = w->set->digest != UCP_DIGEST_NONE;

	int err = ucp_descent_new(w, unpack->base, &u.descent);
	if (err == 0 && has_digest) {
		u.digest = ucp_digest_new(w->set->digest);
		err = u.digest != NULL ? 0 : -ENOMEM;
	}
	if (err == -ENOMEM) {
		ucp_worker_tell(w, UCP_FAIL_MEMORY, err, unpack->ops->sources[0], NULL, NULL);
	}
	if (err == 0) {
		unpack_all(&u, unpack->ops);
	}
	if (u.descent != NULL) {
		ucp_descent_end(u.descent);
	}
	atomic_fetch_sub(&w->shared->n_unread, 1);
	ucp_worker_feed_idle(w, true);
	ucp_finish_unpinned(w, unpack->base);
	ucp_descent_free(u.descent);
	ucp_digest_free(u.digest);
}
