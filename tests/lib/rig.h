/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * What the engine tests share: an engine of either kind, a directory with files,
 * and requests. Every test runs on both back ends and wants the same of them:
 *
 *     ON_ALL(test_x)   in the table of tests
 *     struct rig *r = rig_open(state, depth);
 */
#ifndef UCP_TESTS_LIB_RIG_H
#define UCP_TESTS_LIB_RIG_H

#include "core/engine/engine.h"
#include "tests/lib/unit.h"

/** One test's surroundings. */
struct rig {
	enum ucp_engine_kind kind;
	enum ucp_poll poll;
	struct ucp_engine *eng; /* owned; NULL until rig_open() */
	int dir;                /* owned */
	char path[64];
};

/** Run a test on all: both back ends, and a ring that the kernel polls. */
#define ON_ALL(fn) \
	{"uring_" #fn, fn, rig_setup, rig_teardown, (void *)&rig_uring}, \
	{"polled_" #fn, fn, rig_setup, rig_teardown, (void *)&rig_polled}, \
	{"serial_" #fn, fn, rig_setup, rig_teardown, (void *)&rig_serial}

static const struct ucp_engine_conf rig_uring = {.kind = UCP_ENGINE_URING};
static const struct ucp_engine_conf rig_polled = {.kind = UCP_ENGINE_URING, .poll = UCP_POLL_KERNEL};
static const struct ucp_engine_conf rig_serial = {.kind = UCP_ENGINE_SERIAL};

/** Make the directory; an engine is made by the test, with the depth it wants. */
static inline int rig_setup(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		return -1;
	}
	const struct ucp_engine_conf *conf = *state;
	r->kind = conf->kind;
	r->poll = conf->poll;
	r->dir = unit_dir_make(r->path);
	*state = r;
	alarm(120); /* requests that never come back end the program */
	return 0;
}

/** Free everything. */
static inline int rig_teardown(void **state)
{
	struct rig *r = *state;

	ucp_engine_free(r->eng);
	(void)close(r->dir);
	unit_dir_remove(r->path);
	free(r);
	alarm(0);
	return 0;
}

/** Whether io_uring can be had with the default depth: 0, or why not. */
static inline int rig_probe(enum ucp_poll poll)
{
	const struct ucp_engine_conf conf = {.kind = UCP_ENGINE_URING, .poll = poll};

	return ucp_engine_probe(&conf);
}

/** Make the engine; the test is skipped where the kernel refuses io_uring. */
static inline struct rig *rig_open(void **state, uint32_t depth)
{
	struct rig *r = *state;

	if (r->kind == UCP_ENGINE_URING && rig_probe(r->poll) < 0) {
		skip();
	}
	const struct ucp_engine_conf conf = {.kind = r->kind, .depth = depth, .poll = r->poll};
	assert_int_equal(ucp_engine_new(&conf, &r->eng), 0);
	return r;
}

/** A new file with len bytes of a seed's pattern, open for reading and writing. */
static inline int rig_file(const struct rig *r, const char *name, size_t len, uint64_t seed)
{
	int fd = openat(r->dir, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	if (len > 0) {
		uint8_t *buf = malloc(len);
		assert_non_null(buf);
		unit_fill(buf, len, seed);
		assert_int_equal(write(fd, buf, len), len);
		free(buf);
	}
	return fd;
}

/** A file's size. */
static inline int64_t rig_size(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (int64_t)st.st_size : -1;
}

/** Whether len bytes at off are the same in two files. */
static inline bool rig_same(int a, int b, uint64_t off, size_t len)
{
	uint8_t *one = calloc(1, len + 1);
	uint8_t *two = calloc(1, len + 1);
	bool same = one != NULL && two != NULL &&
		    pread(a, one, len, (off_t)off) == (ssize_t)len &&
		    pread(b, two, len, (off_t)off) == (ssize_t)len && memcmp(one, two, len) == 0;

	free(one);
	free(two);
	return same;
}

/** A chain; res and failed hold what no engine leaves there. */
static inline struct ucp_io rig_chain(unsigned int steps, int fd, int out_fd, uint8_t *buf,
				      uint32_t len, uint64_t off)
{
	return (struct ucp_io){
		.op = UCP_IO_CHAIN, .steps = (uint8_t)steps, .fd = fd, .out_fd = out_fd,
		.buf = buf, .len = len, .off = off, .slot = -1, .res = INT64_MIN,
	};
}

/** A request to open. */
static inline struct ucp_io rig_open_io(int dir, const char *path, int flags)
{
	return (struct ucp_io){.op = UCP_IO_OPEN, .fd = dir, .path = path, .flags = flags,
			       .slot = -1, .res = INT64_MIN};
}

/** A request to close. */
static inline struct ucp_io rig_close_io(int fd)
{
	return (struct ucp_io){.op = UCP_IO_CLOSE, .fd = fd, .slot = -1, .res = INT64_MIN};
}

/** Work until the engine has nothing left: the requests popped, or -1 when it is broken. */
static inline int rig_drain(struct ucp_engine *eng)
{
	int n = 0;

	while (ucp_engine_busy(eng) > 0) {
		if (ucp_engine_kick(eng, true) < 0) {
			return -1;
		}
		while (ucp_engine_pop(eng) != NULL) {
			n++;
		}
	}
	return n;
}

/** Carry out one request: its res. */
static inline int64_t rig_one(struct ucp_engine *eng, struct ucp_io *io)
{
	ucp_engine_push(eng, io);
	return rig_drain(eng) == 1 ? io->res : INT64_MIN;
}

/** What holds for every engine at any time: its own bound, and no completion kept aside. */
static inline void rig_check_facts(const struct rig *r, uint32_t depth)
{
	struct ucp_engine_facts facts;

	ucp_engine_facts(r->eng, &facts);
	assert_string_equal(facts.name, r->kind == UCP_ENGINE_URING ? "uring" : "serial");
	assert_int_equal(facts.n_overflow, 0);
	assert_true(facts.max_busy <= depth);
}

#endif
