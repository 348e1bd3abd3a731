/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* What --debug says about a run, as events. */
#ifndef UCP_CORE_FACTS_H
#define UCP_CORE_FACTS_H

#include "core/plan.h"

/** Tell how the run is set up. */
void ucp_facts_tell_plan(struct ucp_worker *w, const struct ucp_plan *plan);

/** Tell what a worker's engine was and did; its thread has ended. */
void ucp_facts_tell_engine(struct ucp_worker *w);

#endif
