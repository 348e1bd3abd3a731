/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/facts.h"

#include "core/sys/limit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/** Tell one line. */
__attribute__((format(printf, 2, 3)))
static void facts_tell(struct ucp_worker *w, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args); /* a cut line is still a line */
	va_end(args);
	ucp_worker_tell(w, UCP_DID_NOTE, 0, NULL, NULL, text);
}

/** Tell a limit, which may be none. */
static void facts_tell_limit(struct ucp_worker *w, const char *name, uint64_t value)
{
	if (value == UINT64_MAX) {
		facts_tell(w, "%s: unlimited", name);
	} else {
		facts_tell(w, "%s: %" PRIu64, name, value);
	}
}

void ucp_facts_tell_plan(struct ucp_worker *w, const struct ucp_plan *plan)
{
	const struct ucp_worker_plan *wp = &plan->worker;
	const char *name = wp->story.kind == UCP_ENGINE_URING ? "uring"
			   : plan->n_workers > 1              ? "threads"
							      : "serial";

	facts_tell(w, "engine: %s, %u worker%s%s", name, plan->n_prompt,
		   plan->n_prompt == 1 ? "" : "s",
		   plan->is_inline ? ", without threads: the run is small"
		   : plan->is_far && plan->n_workers > 1 ? ", as a server may have to be asked"
							  : "");
	if (plan->n_workers > plan->n_prompt) {
		facts_tell(w, "and %u more when sources are not in the page cache",
			   plan->n_workers - plan->n_prompt);
	}
	if (wp->story.uring_err < 0) {
		facts_tell(w, "io_uring is not used: %s", strerror(-wp->story.uring_err));
	}
	facts_tell(w, "a worker: depth %u, %u files, %u x %zu KiB and %u x %zu KiB of buffers",
		   wp->depth, wp->max_files, wp->n_small, wp->small_size / 1024, wp->n_large,
		   wp->chunk_size / 1024);
	if (plan->n_direct > 0) {
		facts_tell(w, "and for direct I/O at most %u x %zu KiB of buffers, of %u for all",
			   wp->max_direct, wp->direct_size / 1024, plan->n_direct);
	}
	facts_tell(w, "descriptors: %u allowed, %u open directories", plan->n_fds, plan->n_dirs);
	facts_tell_limit(w, "tasks of this user (RLIMIT_NPROC)", ucp_limit_tasks());
	facts_tell_limit(w, "locked memory (RLIMIT_MEMLOCK), bytes", ucp_limit_locked());
}

/** Tell how a ring was set up. */
static void facts_tell_ring(struct ucp_worker *w, const struct ucp_engine_facts *facts)
{
	char names[128];

	ucp_engine_flag_names(facts->setup_flags, names, sizeof(names));
	facts_tell(w, "worker %u: ring %s, %u/%u entries, kernel features 0x%x%s", w->index, names,
		   facts->sq_entries, facts->cq_entries, facts->features,
		   facts->skips_success ? ", CQE_SKIP_SUCCESS" : "");
	facts_tell(w, "worker %u: kernel workers at most %u bounded, %u unbounded", w->index,
		   facts->workers[0], facts->workers[1]);
	if (facts->is_polled) {
		facts_tell(w, "worker %u: polling thread woken %" PRIu64 " times", w->index, facts->n_woken);
	}
	if (facts->slot_err < 0) {
		facts_tell(w, "worker %u: no registered buffers: %s", w->index,
			   strerror(-facts->slot_err));
	} else {
		facts_tell(w, "worker %u: %u registered buffer areas", w->index, facts->n_slots);
	}
}

void ucp_facts_tell_engine(struct ucp_worker *w)
{
	struct ucp_engine_facts facts;

	if (w->eng == NULL) {
		return;
	}
	ucp_engine_facts(w->eng, &facts);
	if (w->story.fell_back) {
		facts_tell(w, "worker %u: no ring: %s", w->index, strerror(-w->story.uring_err));
	}
	if (facts.sq_entries > 0) {
		facts_tell_ring(w, &facts);
	}
	facts_tell(w,
		   "worker %u: %" PRIu64 " requests, %" PRIu64 " chains, %" PRIu64
		   " finished step by step, at most %u at a time, %" PRIu64 " overflows",
		   w->index, facts.n_requests, facts.n_chains, facts.n_broken, facts.max_busy,
		   facts.n_overflow);
}
