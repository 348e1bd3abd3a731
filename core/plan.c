/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/plan.h"

#include "core/direct.h"
#include "core/sys/limit.h"

#include <unistd.h>

/*
 * Why these numbers.
 *   - Files in flight: on a cold cache every file waits for its inode and its
 *     data, and 64 waits at a time keep a fast disk busy; for warm ones see
 *     COPY_WARM_FILES.
 *   - Two buffer sizes: most files fit 64 KiB, and one large buffer for each of
 *     64 small files would be 32 MiB that nobody needs.
 *   - Direct I/O has no write-back to gather what is written, so it must have as
 *     much on its way as that would: of one 2 GiB file 56 chunks of 2 MiB took 3.9 s,
 *     32 took 4.8, 16 took 5.9, where cp and sync took 4.5.
 *   - Plain calls overlap only by threads: 16 win on a cold cache what they lose
 *     on a warm one.
 *   - A ring's worker makes plain calls as well, to walk, create and set attributes.
 *     On a cold cache some of them wait for the disk: four workers on two CPUs took
 *     2.2 s where two took 2.5. On a warm one they only wait for each other, on xfs
 *     1.8 s where two took 1.5, so the spare ones wait until they are called. Where
 *     each call asks a server all are needed, and more: with 5 ms a request two workers
 *     were 8 times as fast as cp, 16 were 36 times.
 *   - Chunks of a large file: 4 MiB under way do, 8 were no faster.
 */
enum {
	PLAN_DEPTH = 64,               /* requests in flight a ring */
	PLAN_SMALL = 64 * 1024,        /* bytes */
	PLAN_LARGE = 8,                /* chunk buffers a worker */
	PLAN_THREADS = 16,             /* workers at least, where plain calls wait */
	PLAN_SPARE = 8,                /* spare workers at most */
	PLAN_JOBS_MAX = 256,
	PLAN_RING = 256 * 1024,        /* bytes of locked memory for a ring: 64K to 128K were too few */
	PLAN_FDS_WORKER = 7,           /* a ring; the directory being read; parent and child
	                                  while one is entered; all but the ring in pairs */
	PLAN_FDS_DECODER = 4,          /* the archive, the directory it goes into, parent and child */
	PLAN_FDS_FILE = 4,             /* source, destination, and a directory that is kept open */
	PLAN_FDS_ATOMIC = 3,           /* the directory behind a symlink, and two for a moment */
	PLAN_DIRECT = 56,              /* buffers of a worker for direct I/O at most */
	PLAN_DIRS_MAX = 1024,
	PLAN_HELD_MAX = 32768,         /* half a KiB each */
};

#define PLAN_CHUNK ((uint64_t)512 * 1024)
#define PLAN_DIRECT_CHUNK ((uint64_t)2 * 1024 * 1024)
#define PLAN_MEM ((uint64_t)256 * 1024 * 1024)
#define PLAN_MEM_MIN ((uint64_t)16 * 1024 * 1024)
#define PLAN_PAGE ((uint64_t)4096)

/** The smaller of two. */
static uint64_t plan_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/** Workers where calls wait for something else than this machine's processors. */
static uint32_t plan_threads(void)
{
	uint32_t cpus = ucp_limit_cpus();

	return cpus > PLAN_THREADS ? cpus : PLAN_THREADS;
}

/** Decide on the number of workers with rings, each with a thread of the kernel's if polled. */
static void plan_rings(struct ucp_plan *plan, bool is_polled)
{
	uint32_t cpus = ucp_limit_cpus();
	/* Rings may count as locked memory: where that is short, more would fail. */
	bool may_add = !is_polled &&
		       (geteuid() == 0 || ucp_limit_locked() / plan_threads() >= PLAN_RING);

	plan->is_far = plan->is_far && may_add && plan_threads() > cpus;
	plan->n_prompt = plan->is_far ? plan_threads() : cpus;
	plan->n_workers = plan->n_prompt;
	if (may_add && !plan->is_far) {
		plan->n_workers += (uint32_t)plan_min(cpus, PLAN_SPARE);
	}
}

/** Decide on the engine: 0, or a negative errno when the one demanded is refused. */
static int plan_engine(const struct ucp_settings *set, struct ucp_plan *plan)
{
	struct ucp_engine_story *story = &plan->worker.story;
	enum ucp_engine_choice choice = set->engine;

	story->kind = UCP_ENGINE_SERIAL;
	if (plan->is_inline && choice == UCP_CHOOSE_AUTO) {
		plan->is_far = false;
		plan->n_workers = plan->n_prompt = 1;
		return 0;
	}
	if (choice == UCP_CHOOSE_AUTO || choice == UCP_CHOOSE_URING) {
		struct ucp_engine_conf conf = {
			.kind = UCP_ENGINE_URING,
			.depth = plan->worker.depth,
			.io_workers = plan->worker.io_workers,
			.poll = set->poll,
		};
		story->uring_err = ucp_engine_probe(&conf);
		if (story->uring_err < 0 && choice == UCP_CHOOSE_URING) {
			return story->uring_err;
		}
		if (story->uring_err == 0) {
			story->kind = UCP_ENGINE_URING;
			plan_rings(plan, set->poll != UCP_POLL_OFF);
			return 0;
		}
		choice = UCP_CHOOSE_THREADS;
	}
	plan->is_far = false;
	plan->n_workers = plan->n_prompt = choice == UCP_CHOOSE_THREADS ? plan_threads() : 1;
	return 0;
}

/** Share out descriptors, giving up workers where they do not suffice. */
static void plan_descriptors(const struct ucp_settings *set, struct ucp_plan *plan)
{
	uint32_t used = ucp_limit_open_files();
	uint32_t spare = plan->n_fds > 256 ? 32 : 2; /* for whatever the caller opens */
	spare += set->unpack ? PLAN_FDS_DECODER : 0;
	uint32_t have = plan->n_fds > used + spare ? plan->n_fds - used - spare : 1;
	uint32_t per_file = PLAN_FDS_FILE + (set->atomic ? PLAN_FDS_ATOMIC : 0);
	struct ucp_worker_plan *wp = &plan->worker;

	/* Those that may never be called take nothing from the others. */
	if (have / plan->n_workers < PLAN_FDS_WORKER + per_file * wp->max_files) {
		plan->n_workers = plan->n_prompt;
	}
	while (plan->n_workers > 1 &&
	       have / plan->n_workers < PLAN_FDS_WORKER + 2 * per_file) {
		plan->n_workers--;
	}
	uint32_t share = have / plan->n_workers;
	uint32_t files = share > PLAN_FDS_WORKER + per_file
				 ? (share - PLAN_FDS_WORKER) / per_file
				 : 1;
	wp->max_files = (uint32_t)plan_min(wp->max_files, files);

	uint32_t needed = plan->n_workers * (PLAN_FDS_WORKER + per_file * wp->max_files);
	uint32_t over = have > needed ? have - needed : 0;
	if (set->fsync == UCP_FSYNC_BATCH || set->fsync == UCP_FSYNC_FS) {
		plan->n_held = (uint32_t)plan_min(over / 2, PLAN_HELD_MAX);
		over -= plan->n_held;
	}
	uint32_t left = over / 2;
	wp->max_dir_syncs = (uint32_t)plan_min(left / plan->n_workers, wp->depth);
	plan->n_dirs = (uint32_t)plan_min(plan->n_workers * (2 + wp->max_files) + left,
					  PLAN_DIRS_MAX);
}

/** Bytes of buffers when nobody has set a limit: no more than a quarter of what there is. */
static uint64_t plan_default_memory(void)
{
	uint64_t quarter = ucp_limit_memory() / 4;

	return plan_min(PLAN_MEM, quarter > PLAN_MEM_MIN ? quarter : PLAN_MEM_MIN);
}

/** Share out buffer memory. */
static void plan_memory(const struct ucp_settings *set, struct ucp_plan *plan)
{
	struct ucp_worker_plan *wp = &plan->worker;
	uint64_t mem = set->mem_limit > 0 ? set->mem_limit : plan_default_memory();
	uint64_t chunk = set->chunk_size > 0 ? set->chunk_size : PLAN_CHUNK;
	/* One file is to have what it needs, however many workers there are; but half is theirs. */
	uint64_t aside = plan_min(plan_min(PLAN_DIRECT, wp->depth), mem / 2 / PLAN_DIRECT_CHUNK) *
			 PLAN_DIRECT_CHUNK;
	bool has_direct = wp->story.kind == UCP_ENGINE_URING && set->chunk_size == 0 &&
			  (set->direct || set->fsync != UCP_FSYNC_NEVER) &&
			  aside >= UCP_DIRECT_UNDER_WAY;

	aside = has_direct ? aside : 0;
	mem -= aside;

	chunk = (chunk + PLAN_PAGE - 1) / PLAN_PAGE * PLAN_PAGE;
	if (mem / plan->n_workers < chunk * PLAN_LARGE + (uint64_t)PLAN_SMALL * wp->max_files) {
		plan->n_workers = (uint32_t)plan_min(plan->n_workers, plan->n_prompt);
	}
	while (plan->n_workers > 1 && mem / plan->n_workers < chunk + PLAN_SMALL) {
		plan->n_workers--;
	}
	uint64_t share = mem / plan->n_workers;
	share = share > 2 * PLAN_PAGE ? share : 2 * PLAN_PAGE;
	if (share < chunk + plan_min(PLAN_SMALL, chunk)) {
		chunk = share / 2 / PLAN_PAGE * PLAN_PAGE;
		chunk = chunk > 0 ? chunk : PLAN_PAGE; /* options.c allows no less anyway */
	}
	wp->chunk_size = chunk;
	wp->small_size = plan_min(PLAN_SMALL, chunk);
	wp->n_small = (uint32_t)plan_min(wp->max_files, (share - chunk) / 2 / wp->small_size);
	wp->n_small = wp->n_small > 0 ? wp->n_small : 1;
	uint64_t rest = share - wp->n_small * wp->small_size;
	/* Plain calls have one chunk under way; more buffers would only leave the cache. */
	uint64_t most = wp->story.kind == UCP_ENGINE_SERIAL ? 1 : plan_min(PLAN_LARGE, wp->depth);
	uint64_t n_large = plan_min(rest / chunk, most);
	wp->n_large = n_large > 0 ? (uint32_t)n_large : 1;
	if (has_direct) {
		/* Few have large files at a time, so these are not shared out beforehand. */
		uint64_t left = rest > wp->n_large * chunk ? rest - wp->n_large * chunk : 0;
		plan->n_direct = (uint32_t)plan_min(
			(aside + left * plan->n_workers) / PLAN_DIRECT_CHUNK, UINT32_MAX);
		wp->direct_size = PLAN_DIRECT_CHUNK;
		wp->max_direct = (uint32_t)plan_min(plan_min(PLAN_DIRECT, wp->depth), plan->n_direct);
	}
}

int ucp_plan_make(const struct ucp_settings *set, enum ucp_plan_run run,
		  struct ucp_plan *ret_plan)
{
	struct ucp_plan plan = {
		.worker.depth = set->depth > 0 ? set->depth : PLAN_DEPTH,
		.worker.io_workers = set->io_workers,
		.worker.poll = set->poll,
		.is_far = run == UCP_RUN_FAR && set->jobs == 0,
		.is_inline = run == UCP_RUN_TINY && set->jobs <= 1 && set->poll == UCP_POLL_OFF,
	};

	int err = plan_engine(set, &plan);
	if (err < 0) {
		ret_plan->lacks_engine = true;
		return err;
	}
	if (set->jobs > 0) {
		plan.n_workers = plan.n_prompt = (uint32_t)plan_min(set->jobs, PLAN_JOBS_MAX);
	}
	/* A backup may take the name of another copy: one after the other, as in cp. */
	bool in_order = set->backup != UCP_BACKUP_NONE;
	if (set->engine == UCP_CHOOSE_SERIAL || in_order) {
		plan.n_workers = plan.n_prompt = 1; /* serial: one request at a time, in the whole process */
	}
	plan.worker.max_files = plan.worker.story.kind == UCP_ENGINE_URING && !in_order
					? plan.worker.depth
					: 1;
	plan.n_fds = ucp_limit_raise_files();
	plan_descriptors(set, &plan);
	plan_memory(set, &plan);
	plan.n_prompt = (uint32_t)plan_min(plan.n_prompt, plan.n_workers);
	plan.is_inline = plan.is_inline && plan.n_workers == 1;
	*ret_plan = plan;
	return 0;
}
