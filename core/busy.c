/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/busy.h"

#include "core/copy.h"
#include "core/parked.h"
#include "core/sys/fd.h"
#include "core/worker.h"

#include <errno.h>

void ucp_busy_init(struct ucp_busy_table *table)
{
	*table = (struct ucp_busy_table){0};
	(void)pthread_mutex_init(&table->lock, NULL); /* cannot fail with default attributes */
}

void ucp_busy_fini(struct ucp_busy_table *table)
{
	(void)pthread_mutex_destroy(&table->lock); /* nobody holds it */
}

/** Where the bucket of an inode begins. */
static struct ucp_busy **busy_bucket(struct ucp_busy_table *table, uint64_t ino)
{
	return &table->buckets[ino % UCP_BUSY_BUCKETS];
}

/** The claim to an inode in a bucket, or NULL; the lock is held. */
static struct ucp_busy *busy_find(struct ucp_busy *busy, const struct stat *st)
{
	while (busy != NULL && (busy->ino != st->st_ino || busy->dev != st->st_dev)) {
		busy = busy->next;
	}
	return busy;
}

/** Park a file until the claim there is ends; the lock is held. 0, or -ENOMEM. */
static int busy_park(struct ucp_busy *busy, struct ucp_file *file)
{
	struct ucp_parked *parked = ucp_parked_new(&file->entry, file->copy.group);

	if (parked == NULL) {
		return -ENOMEM;
	}
	if (!S_ISREG(file->entry.st.st_mode)) {
		/* Closing a FIFO would throw away what has been written to it. */
		parked->src_fd = file->src_fd;
		file->src_fd = -1;
	}
	parked->next = busy->parked;
	busy->parked = parked;
	file->copy.group = NULL; /* goes along */
	ucp_dir_unpin(file->entry.dir); /* pinned again when it begins */
	return 0;
}

int ucp_busy_claim(struct ucp_worker *w, struct ucp_file *file, int fd, struct stat *ret_st)
{
	struct ucp_busy_table *table = &w->shared->busy;
	unsigned int n_released = atomic_load(&table->n_released);

	int err = ucp_fd_stat(fd, ret_st);
	if (err < 0 || !S_ISREG(ret_st->st_mode)) {
		return err < 0 ? err : 1;
	}
	struct ucp_busy **bucket = busy_bucket(table, ret_st->st_ino);
	pthread_mutex_lock(&table->lock);
	struct ucp_busy *busy = busy_find(*bucket, ret_st);
	bool is_mine = busy == NULL;
	if (is_mine) {
		file->busy = (struct ucp_busy){.next = *bucket,
					       .dev = ret_st->st_dev,
					       .ino = ret_st->st_ino,
					       .is_claimed = true};
		*bucket = &file->busy;
		atomic_fetch_add(&table->n_claimed, 1);
	} else {
		err = busy_park(busy, file);
	}
	bool is_stale = atomic_load(&table->n_released) != n_released;
	pthread_mutex_unlock(&table->lock);
	if (is_mine && is_stale) {
		/* Another copy may have ended since, and have changed it. */
		err = ucp_fd_stat(fd, ret_st);
	}
	if (err < 0) {
		ucp_busy_release(w, file);
		return err;
	}
	return is_mine ? 1 : 0;
}

bool ucp_busy_is_claimed(struct ucp_worker *w, const struct stat *st)
{
	struct ucp_busy_table *table = &w->shared->busy;

	if (atomic_load(&table->n_claimed) == 0) {
		return false;
	}
	pthread_mutex_lock(&table->lock);
	bool is_claimed = busy_find(*busy_bucket(table, st->st_ino), st) != NULL;
	pthread_mutex_unlock(&table->lock);
	return is_claimed;
}

unsigned int ucp_busy_n_released(const struct ucp_worker *w)
{
	return atomic_load(&w->shared->busy.n_released);
}

void ucp_busy_release(struct ucp_worker *w, struct ucp_file *file)
{
	struct ucp_busy_table *table = &w->shared->busy;

	if (!file->busy.is_claimed) {
		return;
	}
	pthread_mutex_lock(&table->lock);
	struct ucp_busy **at = busy_bucket(table, file->busy.ino);
	while (*at != &file->busy) {
		at = &(*at)->next;
	}
	*at = file->busy.next;
	atomic_fetch_add(&table->n_released, 1);
	atomic_fetch_sub(&table->n_claimed, 1);
	pthread_mutex_unlock(&table->lock);

	file->busy.is_claimed = false;
	while (file->busy.parked != NULL) {
		struct ucp_parked *parked = file->busy.parked;
		file->busy.parked = parked->next;
		ucp_worker_push(w, &parked->task);
	}
}
