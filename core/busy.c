/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/busy.h"

#include "core/copy.h"
#include "core/links.h"
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

int ucp_busy_claim(struct ucp_worker *w, struct ucp_file *file, const struct stat *st)
{
	struct ucp_busy_table *table = &w->shared->busy;
	struct ucp_busy **bucket = busy_bucket(table, st->st_ino);
	int rc = 1;

	pthread_mutex_lock(&table->lock);
	struct ucp_busy *busy = *bucket;
	while (busy != NULL && (busy->ino != st->st_ino || busy->dev != st->st_dev)) {
		busy = busy->next;
	}
	if (busy == NULL) {
		file->busy = (struct ucp_busy){
			.next = *bucket, .dev = st->st_dev, .ino = st->st_ino, .is_claimed = true};
		*bucket = &file->busy;
	} else {
		struct ucp_link_wait *wait = ucp_links_new_wait(&file->entry, file->group);
		rc = wait != NULL ? 0 : -ENOMEM;
		if (wait != NULL) {
			wait->next = busy->waits;
			busy->waits = wait;
			file->group = NULL; /* goes along */
			ucp_dir_unpin(file->entry.dir); /* pinned again when it begins */
		}
	}
	pthread_mutex_unlock(&table->lock);
	return rc;
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
	pthread_mutex_unlock(&table->lock);

	file->busy.is_claimed = false;
	while (file->busy.waits != NULL) {
		struct ucp_link_wait *wait = file->busy.waits;
		file->busy.waits = wait->next;
		ucp_worker_push(w, &wait->task);
	}
}
