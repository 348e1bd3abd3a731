/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/member.h"

#include "core/chunk.h"
#include "core/copy.h"
#include "core/extent.h"
#include "core/finish.h"
#include "core/flags.h"
#include "core/links.h"
#include "core/note.h"
#include "core/special.h"
#include "core/sys/container.h"
#include "core/sys/fd.h"
#include "core/sys/retry.h"
#include "core/worker.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MEMBER_ZEROS = 4096 }; /* bytes: shorter runs of zeros are written with --sparse=always */

struct ucp_member *ucp_member_new(struct ucp_feed *feed, struct ucp_dir *dir, const char *name)
{
	size_t room = strlen(name) + 1;
	struct ucp_member *member = ucp_feed_take_member(feed, room);

	if (member == NULL) {
		return NULL;
	}
	*member = (struct ucp_member){
		.task.kind = UCP_TASK_MEMBERS,
		.entry = {.dir = dir, .src_name = member->name, .dst_name = member->name},
		.is_whole = true,
		.copy.fd = -1,
	};
	memcpy(member->name, name, room);
	member->entry.member = member;
	member->last_block = &member->blocks;
	atomic_init(&member->refs, 1);
	atomic_fetch_add_explicit(&dir->pending, 1, memory_order_relaxed);
	return member;
}

void ucp_member_add(struct ucp_member *member, struct ucp_block *block)
{
	block->member = member;
	block->next = NULL;
	*member->last_block = block;
	member->last_block = &block->next;
}

void ucp_member_link(struct ucp_member *member, struct ucp_dir *dir)
{
	atomic_fetch_add_explicit(&dir->pending, 1, memory_order_relaxed);
	member->link_dir = dir;
}

/** Take the blocks that are not handed out. */
static struct ucp_block *member_take_blocks(struct ucp_member *member)
{
	struct ucp_block *blocks = member->blocks;

	member->blocks = NULL;
	member->last_block = &member->blocks;
	return blocks;
}

struct ucp_block *ucp_member_begin_feeding(struct ucp_member *member)
{
	member->is_whole = false;
	member->n_left = 1; /* the decoder goes on */
	(void)atomic_fetch_add(&member->refs, 1);
	return member_take_blocks(member);
}

/** Give back a list of blocks. */
static void member_give_blocks(struct ucp_feed *feed, struct ucp_block *block)
{
	while (block != NULL) {
		struct ucp_block *next = block->next;
		ucp_feed_give(feed, block);
		block = next;
	}
}

/** One user less. */
static void member_unref(struct ucp_feed *feed, struct ucp_member *member)
{
	if (atomic_fetch_sub(&member->refs, 1) > 1) {
		return;
	}
	assert(member->blocks == NULL && member->waiting == NULL);
	ucp_attrs_fini(&member->attrs);
	free(member->link_name);
	free(member->target);
	ucp_feed_give_member(feed, member);
}

void ucp_member_over(struct ucp_worker *w, struct ucp_member *member,
		     const struct ucp_digest_value *value)
{
	struct ucp_feed *feed = w->shared->feed;
	struct ucp_dir *link_dir = member->link_dir;
	bool is_unopened = !member->is_whole && member->state == UCP_MEMBER_QUEUED;

	if (!member->is_whole) { /* else nobody else has it */
		pthread_mutex_lock(ucp_feed_lock(feed));
	}
	member->state = UCP_MEMBER_OVER;
	struct ucp_block *blocks = member_take_blocks(member);
	if (!member->is_whole) {
		pthread_mutex_unlock(ucp_feed_lock(feed));
	}
	member_give_blocks(feed, blocks);
	if (is_unopened) {
		ucp_feed_close(feed);
	}
	ucp_feed_release(feed, w, member, value);
	member_unref(feed, member);
	if (link_dir != NULL) {
		ucp_finish_unpinned(w, link_dir);
	}
}

void ucp_member_drop(struct ucp_worker *w, struct ucp_member *member)
{
	struct ucp_dir *dir = member->entry.dir;

	ucp_member_over(w, member, NULL);
	ucp_finish_unpinned(w, dir);
}

/** A member without a digest has been made: what may have had its name before is listed no more. */
static void member_note_gone(struct ucp_worker *w, const struct ucp_member *member)
{
	struct ucp_digest_value before;

	ucp_feed_known(w->shared->feed, member->entry.dir, member->name, &before);
	if (before.len > 0) {
		ucp_note_gone(w, &member->entry);
	}
}

/** A pinned member that is neither file nor hard link. */
static void member_make_special(struct ucp_worker *w, struct ucp_member *member)
{
	static const struct ucp_digest_value none;
	struct ucp_dir *dir = member->entry.dir;

	bool is_made = ucp_special_make(w, &member->entry); /* else told */
	if (is_made) {
		member_note_gone(w, member);
	}
	ucp_member_over(w, member, is_made ? &none : NULL);
	ucp_finish_entry(w, dir);
}

/** A pinned member that is another name of a file: false when it must be a file itself. */
static bool member_make_link(struct ucp_worker *w, struct ucp_member *member)
{
	struct ucp_dir *dir = member->entry.dir;
	struct ucp_digest_value value;
	/* Some archives give each name the data, so that it can be had without the others. */
	bool may_lack = !member->is_whole || member->blocks != NULL;

	ucp_feed_known(w->shared->feed, member->link_dir, member->link_name, &value);
	enum ucp_links_made made = ucp_links_make_to(w, member->link_dir, member->link_name, &value,
						     &member->entry, may_lack);
	if (made == UCP_LINKS_LACKING) {
		return false;
	}
	if (made == UCP_LINKS_MADE && value.len == 0) {
		member_note_gone(w, member);
	}
	ucp_member_over(w, member, made == UCP_LINKS_MADE ? &value : NULL);
	ucp_finish_entry(w, dir);
	return true;
}

void ucp_member_begin(struct ucp_worker *w, struct ucp_member *member)
{
	struct ucp_entry *e = &member->entry;

	if (member->state == UCP_MEMBER_FED) { /* nobody else has it now */
		ucp_feed_close(w->shared->feed);
		ucp_copy_resume_member(w, member);
		return;
	}
	ucp_feed_begun(w->shared->feed);
	if (ucp_worker_is_canceled(w)) {
		ucp_member_drop(w, member);
		return;
	}
	int err = ucp_dir_pin(w, e->dir);
	if (err < 0) {
		ucp_worker_tell_entry(w, UCP_FAIL_STAT_DST, err, e);
		ucp_member_drop(w, member);
		return;
	}
	if (member->link_dir != NULL && member_make_link(w, member)) {
		return;
	}
	if (S_ISREG(e->st.st_mode)) {
		ucp_copy_start_member(w, e);
	} else {
		member_make_special(w, member);
	}
}

/** A write is told as failed, unless one was before, or the run was canceled. */
static void member_fail(struct ucp_worker *w, struct ucp_member *member, int err)
{
	pthread_mutex_lock(ucp_feed_lock(w->shared->feed));
	bool is_first = member->err == 0;
	member->err = is_first ? err : member->err;
	pthread_mutex_unlock(ucp_feed_lock(w->shared->feed));
	if (is_first && !(err == -ECANCELED && ucp_worker_is_canceled(w))) {
		ucp_worker_tell_entry(w, UCP_FAIL_WRITE, err, &member->entry);
	}
}

/**
 * The next stretch of a block that is to be written: false when there is none.
 *
 * That is all of it, or with --sparse=always what is not zero.
 */
static bool member_next_run(const struct ucp_worker *w, struct ucp_block *block)
{
	uint32_t left = block->len - block->scanned;
	size_t run = left;
	size_t skip = 0;

	if (w->set->sparse == UCP_SPARSE_ALWAYS && left > 0) {
		run = ucp_extent_split(block->data + block->scanned, left, MEMBER_ZEROS, &skip);
	}
	block->io.buf = block->data + block->scanned + skip;
	block->io.off = block->off + block->scanned + skip;
	block->io.len = (uint32_t)run;
	block->scanned += (uint32_t)(skip + run);
	return run > 0;
}

/** Hand a block's next stretch to the engine: false when there is none. */
static bool member_push_run(struct ucp_worker *w, struct ucp_block *block)
{
	if (!member_next_run(w, block)) {
		return false;
	}
	ucp_engine_push(w->eng, &block->io);
	return true;
}

/** Prepare a block's request. */
static void member_prepare(struct ucp_worker *w, struct ucp_block *block, int fd,
			   void (*done)(struct ucp_io *io))
{
	bool is_chunk = w->set->fsync == UCP_FSYNC_CHUNK;

	block->w = w;
	block->scanned = 0;
	block->io = (struct ucp_io){
		.op = UCP_IO_CHAIN,
		.steps = is_chunk ? UCP_STEP_WRITE | UCP_STEP_DATASYNC : UCP_STEP_WRITE,
		.done = done,
		.fd = -1,
		.out_fd = fd,
		.slot = -1,
		.is_out_uncached = w->set->drop_cache,
	};
}

/** Count what was written. */
static void member_count(struct ucp_worker *w, struct ucp_member *member, const struct ucp_io *io)
{
	uint64_t end = io->off + io->len;

	member->n_chunks++;
	member->n_bytes += io->len;
	member->data_end = end > member->data_end ? end : member->data_end;
	ucp_count(&w->counts.bytes, io->len);
	ucp_count(&w->counts.chunks, 1);
	ucp_count(&w->counts.syncs, (io->steps & UCP_STEP_DATASYNC) != 0);
}

void ucp_member_set_size(struct ucp_file *file)
{
	const struct ucp_member *member = file->entry.member;

	file->attempt.n_chunks = member->n_chunks;
	file->copy.size = member->size;
	if (file->err != 0) {
		return;
	}
	ucp_count(&file->w->counts.hole_bytes, member->size - member->n_bytes);
	if (member->size != member->data_end &&
	    UCP_RETRY(ftruncate(file->copy.fd, (off_t)member->size)) != 0) {
		ucp_copy_fail(file, UCP_FAIL_TRUNCATE, -errno);
	}
}

/** The digest of a file that was whole, with its holes: false when the run was canceled. */
static bool member_hash(struct ucp_file *file)
{
	const struct ucp_member *member = file->entry.member;
	bool is_whole = true;
	uint64_t at = 0;

	for (const struct ucp_block *b = member->blocks; b != NULL && is_whole; b = b->next) {
		is_whole = ucp_chunk_hash_zeros(file->w, file->digest, b->off - at);
		ucp_digest_update(file->digest, b->data, b->len);
		at = b->off + b->len;
	}
	return is_whole && ucp_chunk_hash_zeros(file->w, file->digest, member->size - at);
}

/** All blocks of a whole file are written, or one has failed. */
static void member_finish_whole(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;
	struct ucp_member *member = file->entry.member;

	ucp_member_set_size(file);
	if (file->err == 0 && file->digest != NULL && !member_hash(file)) {
		ucp_copy_fail(file, UCP_FAIL_WRITE, -ECANCELED);
	}
	member_give_blocks(w->shared->feed, member_take_blocks(member));
	ucp_copy_data_done(file);
}

/** A block of a whole file is written. */
static void member_on_whole(struct ucp_io *io)
{
	struct ucp_block *block = UCP_CONTAINER_OF(io, struct ucp_block, io);
	/* Its file lasts as long as blocks are in flight. */
	struct ucp_file *file = block->member->file;

	if (io->res < 0) {
		ucp_copy_fail(file, UCP_FAIL_WRITE, io->res);
	} else {
		member_count(file->w, block->member, io);
	}
	if (file->err == 0 && member_push_run(file->w, block)) {
		return;
	}
	if (--file->pass.n_flying == 0) {
		member_finish_whole(file);
	}
}

/** Write all blocks of a whole file. */
static void member_write_whole(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;
	struct ucp_member *member = file->entry.member;
	/* It is in memory, and goes into memory: a call of its own is the shortest way there. */
	bool is_plain = w->set->fsync != UCP_FSYNC_CHUNK;

	member->file = file;
	file->pass.n_flying = 1; /* this function itself */
	for (struct ucp_block *b = member->blocks; b != NULL; b = b->next) {
		member_prepare(w, b, file->copy.fd, member_on_whole);
		b->io.is_plain = is_plain;
		file->pass.n_flying += member_push_run(w, b);
	}
	if (--file->pass.n_flying == 0) {
		member_finish_whole(file);
	}
}

/** The file that blocks go to is open: leave it to them, and give up the slot. */
static void member_open(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;
	struct ucp_member *member = file->entry.member;

	member->entry = file->entry;
	member->entry.src_name = member->entry.dst_name = member->name;
	member->copy = file->copy;
	member->owner_is_right = file->owner_is_right;
	member->mode_is_right = file->mode_is_right;
	member->has_xattrs = file->has_xattrs;
	file->copy = (struct ucp_copy){.fd = -1};
	file->entry.backup = NULL;
	file->ending = UCP_ENDING_FED;

	pthread_mutex_lock(ucp_feed_lock(w->shared->feed));
	member->state = UCP_MEMBER_OPENED;
	struct ucp_block *block = member_take_blocks(member);
	bool is_fed = member->n_left == 0; /* by a decoder that found nothing more */
	member->state = is_fed ? UCP_MEMBER_FED : member->state;
	pthread_mutex_unlock(ucp_feed_lock(w->shared->feed));
	ucp_copy_data_done(file); /* the slot goes; from here on it is others' */
	while (block != NULL) {
		struct ucp_block *next = block->next;
		ucp_worker_push(w, &block->task);
		block = next;
	}
	if (is_fed) {
		ucp_worker_push(w, &member->task);
	}
}

void ucp_member_data(struct ucp_file *file)
{
	const struct ucp_member *member = file->entry.member;

	file->attempt.road = !member->is_whole || member->size > 0 ? UCP_ROAD_BLOCKS : UCP_ROAD_NONE;
	if (member->is_whole) {
		member_write_whole(file);
	} else {
		member_open(file);
	}
}

/** One thing less is left of a file that is fed; the last makes it a task once more. */
static void member_put(struct ucp_worker *w, struct ucp_member *member)
{
	pthread_mutex_lock(ucp_feed_lock(w->shared->feed));
	bool is_last = --member->n_left == 0 && member->state == UCP_MEMBER_OPENED;
	member->state = is_last ? UCP_MEMBER_FED : member->state;
	pthread_mutex_unlock(ucp_feed_lock(w->shared->feed));
	if (is_last) {
		member->next = NULL;
		ucp_worker_push(w, &member->task);
	}
}

/** A block is written, or dropped. */
static void member_block_done(struct ucp_worker *w, struct ucp_block *block)
{
	struct ucp_member *member = block->member;

	ucp_feed_give(w->shared->feed, block);
	member_put(w, member);
}

/** A stretch of a block of a file that is fed is written. */
static void member_on_block(struct ucp_io *io)
{
	struct ucp_block *block = UCP_CONTAINER_OF(io, struct ucp_block, io);
	struct ucp_member *member = block->member;
	struct ucp_worker *w = block->w;

	if (io->res < 0) {
		member_fail(w, member, (int)io->res);
	} else {
		pthread_mutex_lock(ucp_feed_lock(w->shared->feed));
		member_count(w, member, io);
		pthread_mutex_unlock(ucp_feed_lock(w->shared->feed));
		if (member_push_run(w, block)) {
			return;
		}
	}
	member_block_done(w, block);
}

void ucp_member_write(struct ucp_worker *w, struct ucp_task *task)
{
	struct ucp_block *block = UCP_CONTAINER_OF(task, struct ucp_block, task);
	struct ucp_member *member = block->member;

	pthread_mutex_lock(ucp_feed_lock(w->shared->feed));
	bool is_wanted = member->err == 0;
	pthread_mutex_unlock(ucp_feed_lock(w->shared->feed));
	if (is_wanted && ucp_worker_is_canceled(w)) {
		member_fail(w, member, -ECANCELED);
		is_wanted = false;
	}
	if (is_wanted) {
		member_prepare(w, block, member->copy.fd, member_on_block);
		is_wanted = member_push_run(w, block);
	}
	if (!is_wanted) {
		member_block_done(w, block);
	}
}

void ucp_member_feed(struct ucp_worker *w, struct ucp_member *member, struct ucp_block *block)
{
	bool is_over = false;
	bool is_task = false;

	block->task.kind = UCP_TASK_BLOCK;
	pthread_mutex_lock(ucp_feed_lock(w->shared->feed));
	switch (member->state) {
	case UCP_MEMBER_QUEUED:
		member->n_left++;
		ucp_member_add(member, block);
		break;
	case UCP_MEMBER_OPENED:
		member->n_left++;
		block->member = member;
		is_task = true;
		break;
	case UCP_MEMBER_FED: /* not while the decoder goes on */
	case UCP_MEMBER_OVER:
		is_over = true;
		break;
	}
	pthread_mutex_unlock(ucp_feed_lock(w->shared->feed));
	if (is_task) {
		ucp_worker_push(w, &block->task);
	} else if (is_over) {
		ucp_feed_give(w->shared->feed, block);
	}
}

void ucp_member_end(struct ucp_worker *w, struct ucp_member *member, uint64_t size,
		    const struct ucp_digest_value *value, int err)
{
	pthread_mutex_lock(ucp_feed_lock(w->shared->feed));
	member->size = size;
	member->value = *value;
	member->err = member->err == 0 ? err : member->err;
	pthread_mutex_unlock(ucp_feed_lock(w->shared->feed));
	member_put(w, member);
	member_unref(w->shared->feed, member);
}
