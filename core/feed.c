/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/feed.h"

#include "core/member.h"
#include "core/worker.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	FEED_QUEUED = 2048,    /* members that wait for a worker at most, some KiB each */
	FEED_BATCH = 32,       /* members that a worker takes at once */
	FEED_BATCH_BYTES = 1 << 20, /* and their data */
	FEED_SOON_MS = 2,      /* before the decoder counts as idle, so that others may sync */
	FEED_LOOK_MS = 50,     /* between two looks for a cancel */
	FEED_BUCKETS = 1 << 12,
	FEED_CLASS_MIN = 12,   /* the smallest blocks are of 4 KiB */
	FEED_CLASSES = 20,
	FEED_NAME = 64,        /* bytes of a name that each member has room for */
	FEED_KNOWN = 1 << 16,  /* buckets */
};

/** What has been made under a name. */
struct feed_known {
	struct feed_known *next;
	const struct ucp_dir *dir;
	struct ucp_digest_value value;
	char name[];
};

/** The shared part. */
struct ucp_feed {
	size_t limit;              /**< bytes */
	size_t block_size;         /**< bytes */
	atomic_size_t in_use;      /**< bytes of blocks that are out */
	atomic_uint n_queued;
	uint32_t max_fed;
	atomic_uint n_fed;
	atomic_bool is_awaited;    /**< the decoder waits for either, or for a name */
	pthread_mutex_t lock;
	pthread_cond_t cond;       /**< for the decoder */
	_Atomic(struct ucp_block *) given;          /**< owned stack: blocks that came back */
	_Atomic(struct ucp_member *) given_members; /**< owned stack: likewise */
	struct ucp_block *spare[FEED_CLASSES]; /**< the decoder's, owned: to be used again, by size */
	struct ucp_member *spare_members;      /**< the decoder's, owned */
	size_t allocated;          /**< the decoder's: bytes of all blocks there are */
	struct ucp_member_claim *buckets[FEED_BUCKETS]; /**< borrowed: the last of each name */
	struct ucp_member *batch;  /**< the decoder's: claimed, to be pushed together */
	struct ucp_member **last;  /**< the decoder's: where the next of it goes */
	uint32_t n_batch;
	size_t batch_bytes;
	struct feed_known **known; /**< owned: FEED_KNOWN buckets, or NULL */
};

/** A lock that is held for moments: who waits for it spins before it sleeps. */
static void feed_init_lock(pthread_mutex_t *lock)
{
	pthread_mutexattr_t attr;

	/* None of these fail. */
	(void)pthread_mutexattr_init(&attr);
#ifdef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP /* glibc's */
	(void)pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ADAPTIVE_NP);
#endif
	(void)pthread_mutex_init(lock, &attr);
	(void)pthread_mutexattr_destroy(&attr);
}

struct ucp_feed *ucp_feed_new(size_t mem_limit, size_t block_size, uint32_t max_fed,
			      bool keep_known)
{
	struct ucp_feed *feed = calloc(1, sizeof(*feed));

	assert(block_size <= mem_limit / 4 && max_fed > 0);
	if (feed == NULL) {
		return NULL;
	}
	feed->last = &feed->batch;
	feed->limit = mem_limit;
	feed->block_size = block_size;
	feed->max_fed = max_fed;
	feed_init_lock(&feed->lock);
	(void)pthread_cond_init(&feed->cond, NULL);
	if (keep_known) {
		feed->known = calloc(FEED_KNOWN, sizeof(struct feed_known *));
		if (feed->known == NULL) {
			ucp_feed_free(feed);
			return NULL;
		}
	}
	return feed;
}

/** Which of the spare lists has blocks of so many bytes, or of more. */
static uint32_t feed_class(size_t room)
{
	uint32_t class = 0;

	while (class < FEED_CLASSES - 1 && room > (size_t)1 << (class + FEED_CLASS_MIN)) {
		class++;
	}
	return class;
}

/** Take over the blocks that came back. */
static void feed_collect(struct ucp_feed *feed)
{
	struct ucp_block *block = atomic_exchange_explicit(&feed->given, NULL, memory_order_acquire);

	while (block != NULL) {
		struct ucp_block *next = block->next;
		struct ucp_block **spare = &feed->spare[feed_class(block->room)];
		block->next = *spare;
		*spare = block;
		block = next;
	}
}

/** Free all blocks that are spare. */
static void feed_trim(struct ucp_feed *feed)
{
	for (uint32_t class = 0; class < FEED_CLASSES; class++) {
		while (feed->spare[class] != NULL) {
			struct ucp_block *next = feed->spare[class]->next;
			feed->allocated -= feed->spare[class]->room;
			free(feed->spare[class]);
			feed->spare[class] = next;
		}
	}
}

/** Take over the members that came back. */
static void feed_collect_members(struct ucp_feed *feed)
{
	struct ucp_member *member =
		atomic_exchange_explicit(&feed->given_members, NULL, memory_order_acquire);

	while (member != NULL) {
		struct ucp_member *next = member->next;
		member->next = feed->spare_members;
		feed->spare_members = member;
		member = next;
	}
}

void ucp_feed_free(struct ucp_feed *feed)
{
	if (feed == NULL) {
		return;
	}
	feed_collect(feed);
	feed_trim(feed);
	feed_collect_members(feed);
	while (feed->spare_members != NULL) {
		struct ucp_member *next = feed->spare_members->next;
		free(feed->spare_members);
		feed->spare_members = next;
	}
	for (size_t i = 0; feed->known != NULL && i < FEED_KNOWN; i++) {
		while (feed->known[i] != NULL) {
			struct feed_known *next = feed->known[i]->next;
			free(feed->known[i]);
			feed->known[i] = next;
		}
	}
	free(feed->known);
	(void)pthread_cond_destroy(&feed->cond);
	(void)pthread_mutex_destroy(&feed->lock);
	free(feed);
}

size_t ucp_feed_block_size(const struct ucp_feed *feed)
{
	return feed->block_size;
}

pthread_mutex_t *ucp_feed_lock(struct ucp_feed *feed)
{
	return &feed->lock;
}

/** What the decoder waits for. */
struct feed_need {
	bool room;                 /**< for blocks */
	bool place;                /**< in the queue */
	bool descriptor;           /**< for a file that is fed */
	const struct ucp_dir *dir; /**< where a name is to be free, or NULL */
	const char *name;
};

/** Whether there is room again. */
static bool feed_has_room(struct ucp_feed *feed)
{
	return atomic_load(&feed->in_use) <= feed->limit / 2;
}

/** Whether there are places in the queue again. */
static bool feed_has_places(struct ucp_feed *feed)
{
	return atomic_load(&feed->n_queued) <= FEED_QUEUED / 2;
}

/** Whether files may be opened again to be fed. */
static bool feed_has_descriptors(struct ucp_feed *feed)
{
	return atomic_load(&feed->n_fed) <= feed->max_fed / 2;
}

/** The bucket of a name. */
static size_t feed_hash(const struct ucp_dir *dir, const char *name)
{
	uint64_t hash = (uintptr_t)dir * UINT64_C(0x9e3779b97f4a7c15);

	for (; *name != '\0'; name++) { /* FNV-1a */
		hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
	}
	return (size_t)(hash ^ hash >> 32);
}

/** The last claim to a name, or NULL; the lock is held. */
static struct ucp_member_claim *feed_find(const struct ucp_feed *feed, const struct ucp_dir *dir,
					  const char *name)
{
	struct ucp_member_claim *claim = feed->buckets[feed_hash(dir, name) % FEED_BUCKETS];

	while (claim != NULL && (claim->dir != dir || strcmp(claim->name, name) != 0)) {
		claim = claim->next;
	}
	return claim;
}

/**
 * Whether there is what the decoder needs; the lock is held.
 *
 * Of room and places that is half of all, lest it be woken for each.
 */
static bool feed_has(struct ucp_feed *feed, const struct feed_need *need)
{
	return (!need->room || feed_has_room(feed)) && (!need->place || feed_has_places(feed)) &&
	       (!need->descriptor || feed_has_descriptors(feed)) &&
	       (need->dir == NULL || feed_find(feed, need->dir, need->name) == NULL);
}

/** Wait a while for a signal to the decoder; the lock is held. */
static void feed_sleep(struct ucp_feed *feed, long ms)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until); /* what the condition goes by */
	until.tv_nsec += ms * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	(void)pthread_cond_timedwait(&feed->cond, &feed->lock, &until);
}

/** Have the decoder wait: false when the run was canceled. */
static bool feed_wait(struct ucp_feed *feed, struct ucp_worker *w, const struct feed_need *need)
{
	bool is_idle = false;

	ucp_feed_flush(feed, w); /* it may be what is waited for */
	pthread_mutex_lock(&feed->lock);
	atomic_store(&feed->is_awaited, true);
	bool has = feed_has(feed, need);
	if (!has) {
		feed_sleep(feed, FEED_SOON_MS);
		has = feed_has(feed, need);
	}
	while (!has && !ucp_worker_is_canceled(w)) {
		if (!is_idle) {
			/* What it waits for may wait for a barrier, which comes when all are idle. */
			is_idle = true;
			pthread_mutex_unlock(&feed->lock);
			ucp_worker_feed_idle(w, true);
			pthread_mutex_lock(&feed->lock);
		} else {
			feed_sleep(feed, FEED_LOOK_MS);
		}
		has = feed_has(feed, need);
	}
	atomic_store(&feed->is_awaited, false);
	pthread_mutex_unlock(&feed->lock);
	if (is_idle) {
		ucp_worker_feed_idle(w, false);
	}
	return has;
}

/** Something has been given back: let the decoder look, if it may be enough. */
static void feed_wake(struct ucp_feed *feed, bool is_enough)
{
	if (is_enough && atomic_load(&feed->is_awaited)) {
		pthread_mutex_lock(&feed->lock);
		pthread_cond_signal(&feed->cond);
		pthread_mutex_unlock(&feed->lock);
	}
}

/** Whether a block would be more than there may be. */
static bool feed_is_full(const struct ucp_feed *feed, size_t room)
{
	size_t in_use = atomic_load(&feed->in_use);

	return in_use > 0 && in_use + room > feed->limit;
}

/** A block that is spare, or a new one; NULL when out of memory. */
static struct ucp_block *feed_get(struct ucp_feed *feed, uint32_t class, size_t room)
{
	if (feed->spare[class] == NULL) {
		feed_collect(feed);
	}
	struct ucp_block *block = feed->spare[class];
	if (block != NULL) {
		feed->spare[class] = block->next;
		return block;
	}
	if (feed->allocated + room > feed->limit) {
		feed_trim(feed); /* they are of other sizes than are needed now */
	}
	block = malloc(sizeof(*block) + room);
	if (block != NULL) {
		block->room = (uint32_t)room;
		feed->allocated += room;
	}
	return block;
}

struct ucp_block *ucp_feed_take(struct ucp_feed *feed, struct ucp_worker *w, size_t room)
{
	const struct feed_need need = {.room = true};
	uint32_t class = feed_class(room);
	size_t size = (size_t)1 << (class + FEED_CLASS_MIN);

	room = size < feed->block_size ? size : feed->block_size;
	if (feed_is_full(feed, room) && !feed_wait(feed, w, &need)) {
		return NULL;
	}
	struct ucp_block *block = feed_get(feed, class, room);
	if (block != NULL) {
		atomic_fetch_add(&feed->in_use, room);
		block->len = block->scanned = 0;
		block->next = NULL;
	}
	return block;
}

void ucp_feed_give(struct ucp_feed *feed, struct ucp_block *block)
{
	if (block == NULL) {
		return;
	}
	size_t room = block->room;
	block->next = atomic_load_explicit(&feed->given, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(&feed->given, &block->next, block,
						      memory_order_release,
						      memory_order_relaxed)) {
	}
	atomic_fetch_sub(&feed->in_use, room);
	feed_wake(feed, feed_has_room(feed));
}

struct ucp_member *ucp_feed_take_member(struct ucp_feed *feed, size_t name_room)
{
	if (name_room > FEED_NAME) {
		return malloc(sizeof(struct ucp_member) + name_room);
	}
	if (feed->spare_members == NULL) {
		feed_collect_members(feed);
	}
	struct ucp_member *member = feed->spare_members;
	if (member == NULL) {
		return malloc(sizeof(*member) + FEED_NAME);
	}
	feed->spare_members = member->next;
	return member;
}

void ucp_feed_give_member(struct ucp_feed *feed, struct ucp_member *member)
{
	if (strlen(member->name) >= FEED_NAME) {
		free(member);
		return;
	}
	member->next = atomic_load_explicit(&feed->given_members, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(&feed->given_members, &member->next, member,
						      memory_order_release,
						      memory_order_relaxed)) {
	}
}

void ucp_feed_open(struct ucp_feed *feed, struct ucp_worker *w)
{
	const struct feed_need need = {.descriptor = true};

	if (atomic_load(&feed->n_fed) >= feed->max_fed) {
		(void)feed_wait(feed, w, &need); /* canceled: it is only counted */
	}
	atomic_fetch_add(&feed->n_fed, 1);
}

void ucp_feed_close(struct ucp_feed *feed)
{
	atomic_fetch_sub(&feed->n_fed, 1);
	feed_wake(feed, feed_has_descriptors(feed));
}

void ucp_feed_begun(struct ucp_feed *feed)
{
	atomic_fetch_sub(&feed->n_queued, 1);
	feed_wake(feed, feed_has_places(feed));
}

/** Have one member wait for another; the lock is held. */
static void feed_await(struct ucp_member *member, struct ucp_member *other)
{
	if (other == member || (member->n_waits > 0 && member->waits_for == other)) {
		return;
	}
	struct ucp_member_wait *wait = &member->waits[member->n_waits++];
	wait->member = member;
	wait->next = other->waiting;
	other->waiting = wait;
	member->waits_for = other;
}

/** Take a claim out of the table, if it is there; the lock is held. */
static void feed_unclaim(struct ucp_feed *feed, struct ucp_member_claim *claim)
{
	if (!claim->is_last) {
		return;
	}
	struct ucp_member_claim **at = &feed->buckets[feed_hash(claim->dir, claim->name) % FEED_BUCKETS];
	while (*at != claim) {
		at = &(*at)->next;
	}
	*at = claim->next;
	claim->is_last = false;
}

/** Claim one name, after whoever has it so far; the lock is held. */
static void feed_claim(struct ucp_feed *feed, struct ucp_member_claim *claim)
{
	struct ucp_member_claim *before = feed_find(feed, claim->dir, claim->name);
	struct ucp_member_claim **bucket =
		&feed->buckets[feed_hash(claim->dir, claim->name) % FEED_BUCKETS];

	if (before != NULL) {
		feed_unclaim(feed, before); /* who comes next waits for the last */
		feed_await(claim->member, before->member);
	}
	claim->is_last = true;
	claim->next = *bucket;
	*bucket = claim;
}

/** Claim all that a member needs: whether it need not wait for another. */
static bool feed_claim_all(struct ucp_feed *feed, struct ucp_member *member)
{
	member->claims[0] = (struct ucp_member_claim){
		.member = member, .dir = member->entry.dir, .name = member->name};
	member->claims[1] = (struct ucp_member_claim){
		.member = member, .dir = member->link_dir, .name = member->link_name};
	pthread_mutex_lock(&feed->lock);
	feed_claim(feed, &member->claims[0]);
	if (member->link_dir != NULL) {
		feed_claim(feed, &member->claims[1]);
	}
	bool is_free = member->n_waits == 0;
	pthread_mutex_unlock(&feed->lock);
	return is_free;
}

void ucp_feed_flush(struct ucp_feed *feed, struct ucp_worker *w)
{
	struct ucp_member *batch = feed->batch;

	feed->batch = NULL;
	feed->last = &feed->batch;
	feed->n_batch = 0;
	feed->batch_bytes = 0;
	if (batch != NULL) {
		ucp_worker_push(w, &batch->task);
	}
}

void ucp_feed_hand_over(struct ucp_feed *feed, struct ucp_worker *w, struct ucp_member *member,
			size_t bytes, bool at_once)
{
	const struct feed_need need = {.place = true};

	if (feed->batch != NULL && feed->batch->entry.dir != member->entry.dir) {
		ucp_feed_flush(feed, w);
	}
	if (atomic_load(&feed->n_queued) >= FEED_QUEUED) {
		(void)feed_wait(feed, w, &need); /* canceled: it is only counted */
	}
	atomic_fetch_add(&feed->n_queued, 1);
	if (!feed_claim_all(feed, member)) {
		return; /* who has its names pushes it */
	}
	*feed->last = member;
	feed->last = &member->next;
	feed->batch_bytes += bytes;
	if (++feed->n_batch >= FEED_BATCH || feed->batch_bytes >= FEED_BATCH_BYTES || at_once) {
		ucp_feed_flush(feed, w);
	}
}

bool ucp_feed_is_claimed(struct ucp_feed *feed, struct ucp_worker *w, const struct ucp_dir *dir,
			 const char *name, bool wait)
{
	const struct feed_need need = {.dir = dir, .name = name};

	pthread_mutex_lock(&feed->lock);
	bool is_claimed = feed_find(feed, dir, name) != NULL;
	pthread_mutex_unlock(&feed->lock);
	return is_claimed && !(wait && feed_wait(feed, w, &need));
}

/** Remember the digest of what has been made; the lock is held. Without memory it is not known. */
static void feed_note_known(struct ucp_feed *feed, const struct ucp_member *member,
			    const struct ucp_digest_value *value)
{
	struct feed_known **bucket = &feed->known[feed_hash(member->entry.dir, member->name) %
						  FEED_KNOWN];
	size_t room = strlen(member->name) + 1;

	if (value->len == 0 && *bucket == NULL) {
		return; /* as if it had never been */
	}
	struct feed_known *known = malloc(sizeof(*known) + room);
	if (known != NULL) {
		known->dir = member->entry.dir;
		known->value = *value;
		memcpy(known->name, member->name, room);
		known->next = *bucket; /* before an older one of this name */
		*bucket = known;
	}
}

void ucp_feed_known(struct ucp_feed *feed, const struct ucp_dir *dir, const char *name,
		    struct ucp_digest_value *ret_value)
{
	*ret_value = (struct ucp_digest_value){0};
	if (feed->known == NULL) {
		return;
	}
	pthread_mutex_lock(&feed->lock);
	const struct feed_known *known = feed->known[feed_hash(dir, name) % FEED_KNOWN];
	while (known != NULL && (known->dir != dir || strcmp(known->name, name) != 0)) {
		known = known->next;
	}
	if (known != NULL) {
		*ret_value = known->value;
	}
	pthread_mutex_unlock(&feed->lock);
}

void ucp_feed_release(struct ucp_feed *feed, struct ucp_worker *w, struct ucp_member *member,
		      const struct ucp_digest_value *value)
{
	struct ucp_member *ready = NULL;

	pthread_mutex_lock(&feed->lock);
	feed_unclaim(feed, &member->claims[0]);
	feed_unclaim(feed, &member->claims[1]);
	if (feed->known != NULL && value != NULL) {
		feed_note_known(feed, member, value);
	}
	for (struct ucp_member_wait *wait = member->waiting; wait != NULL; wait = wait->next) {
		if (--wait->member->n_waits == 0) {
			wait->member->next = ready;
			ready = wait->member;
		}
	}
	member->waiting = NULL;
	pthread_mutex_unlock(&feed->lock);
	feed_wake(feed, true);
	while (ready != NULL) {
		struct ucp_member *next = ready->next;
		ready->next = NULL;
		ucp_worker_push(w, &ready->task);
		ready = next;
	}
}
