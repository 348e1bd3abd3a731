/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Registered buffers: the same bytes with them, and no harm without them. */
#include "core/engine/buf.h"
#include "tests/lib/rig.h"

#include <grp.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { RW = UCP_STEP_READ | UCP_STEP_WRITE, LEN = 65536, N = 16 };

/** Page-aligned memory for N requests. */
static uint8_t *memory_new(void)
{
	void *base = mmap(NULL, (size_t)N * LEN, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(base, MAP_FAILED);
	return base;
}

/** Release it. */
static void memory_free(uint8_t *base)
{
	assert_int_equal(munmap(base, (size_t)N * LEN), 0);
}

/** Copy N chunks by way of a slot, or none; odd lengths and places inside the buffers. */
static void copy_through(const struct rig *r, uint8_t *base, int slot, unsigned int steps)
{
	struct ucp_io ios[N];

	int in = rig_file(r, "in", (size_t)N * LEN, 11);
	int out = rig_file(r, "out", 0, 0);
	memset(base, 0, (size_t)N * LEN);
	for (uint32_t i = 0; i < N; i++) {
		ios[i] = rig_chain(steps, in, out, base + (size_t)i * LEN + i, LEN - 2 * i,
				   (uint64_t)i * LEN);
		ios[i].slot = slot;
		ucp_engine_push(r->eng, &ios[i]);
	}
	assert_int_equal(rig_drain(r->eng), N);
	for (uint32_t i = 0; i < N; i++) {
		assert_int_equal(ios[i].res, LEN - 2 * i);
		assert_true(rig_same(in, out, ios[i].off, ios[i].len));
	}
	(void)close(in);
	(void)close(out);
}

/** A slot gives the same bytes as no slot, for every kind of chain. */
static void test_same_bytes(void **state)
{
	struct rig *r = rig_open(state, 4);
	uint8_t *base = memory_new();
	int slot = ucp_engine_add_buffers(r->eng, base, (size_t)N * LEN);
	assert_true(r->kind == UCP_ENGINE_URING ? slot >= 0 : slot == -1);
	copy_through(r, base, slot, RW);
	copy_through(r, base, slot, RW | UCP_STEP_SYNC);
	copy_through(r, base, -1, RW);
	rig_check_facts(r, 4);
	ucp_engine_free(r->eng);
	r->eng = NULL;
	memory_free(base);
}

/** A short file through a slot: the rest of the chain is done without it, right. */
static void test_short(void **state)
{
	struct rig *r = rig_open(state, 4);
	uint8_t *base = memory_new();
	int slot = ucp_engine_add_buffers(r->eng, base, (size_t)N * LEN);
	int in = rig_file(r, "in", 1000, 12);
	int out = rig_file(r, "out", 0, 0);
	struct ucp_io io = rig_chain(RW, in, out, base, LEN, 0);
	io.slot = slot;
	assert_int_equal(rig_one(r->eng, &io), 1000);
	assert_int_equal(rig_size(out), 1000);
	assert_true(rig_same(in, out, 0, 1000));
	(void)close(in);
	(void)close(out);
	ucp_engine_free(r->eng);
	r->eng = NULL;
	memory_free(base);
}

/** More stretches than there are slots are refused, and those registered go on working. */
static void test_too_many(void **state)
{
	uint8_t *bases[6];
	int slots[6];
	struct ucp_engine_facts facts;

	struct rig *r = rig_open(state, 4);
	for (int i = 0; i < 6; i++) {
		bases[i] = memory_new();
		slots[i] = ucp_engine_add_buffers(r->eng, bases[i], (size_t)N * LEN);
		for (int k = 0; k < i; k++) {
			assert_true(slots[i] == -1 || slots[i] != slots[k]);
		}
	}
	assert_int_equal(slots[5], -1);
	for (int i = 0; i < 6; i++) {
		copy_through(r, bases[i], slots[i], RW);
	}
	ucp_engine_facts(r->eng, &facts);
	uint32_t n_slots = 0;
	for (int i = 0; i < 6; i++) {
		n_slots += slots[i] >= 0;
	}
	assert_int_equal(facts.n_slots, n_slots);
	assert_int_equal(facts.slot_err, 0);
	ucp_engine_free(r->eng);
	r->eng = NULL;
	for (int i = 0; i < 6; i++) {
		memory_free(bases[i]);
	}
}

/** What child_memlock() is to do. */
struct memlock {
	const struct rig *r;
	rlim_t limit; /* bytes */
};

/** In a child: an ordinary user who may lock hardly any memory, or none. */
static int child_memlock(const void *arg)
{
	const struct memlock *what = arg;
	const struct rig *r = what->r;
	const struct ucp_engine_conf conf = {.kind = r->kind, .depth = 4, .poll = r->poll};
	const struct rlimit lim = {.rlim_cur = what->limit, .rlim_max = what->limit};
	struct ucp_engine_facts facts;
	struct ucp_engine *eng;

	int in = openat(r->dir, "in", O_RDONLY);
	int out = openat(r->dir, "out", O_RDWR);
	CHILD_CHECK(in >= 0 && out >= 0 && setrlimit(RLIMIT_MEMLOCK, &lim) == 0);
	CHILD_CHECK(getuid() != 0 || (setgroups(0, NULL) == 0 && setgid(54322) == 0 &&
				      setuid(54322) == 0));
	uint8_t *base = mmap(NULL, (size_t)N * LEN, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHILD_CHECK(base != MAP_FAILED);
	int err = ucp_engine_new(&conf, &eng);
	if (err == -ENOMEM && what->limit == 0) {
		/* Before 5.12, and again in 6.18, the ring itself counts: then nothing can work. */
		CHILD_CHECK(ucp_engine_probe(&conf) == -ENOMEM);
		return 0;
	}
	CHILD_CHECK(err == 0);
	CHILD_CHECK(ucp_engine_add_buffers(eng, base, (size_t)N * LEN) == -1);
	CHILD_CHECK(ucp_engine_add_buffers(eng, base, (size_t)N * LEN) == -1);
	ucp_engine_facts(eng, &facts);
	CHILD_CHECK(facts.n_slots == 0);
	CHILD_CHECK(r->kind == UCP_ENGINE_SERIAL || facts.slot_err == -ENOMEM);
	struct ucp_io io = rig_chain(RW, in, out, base, LEN, 0);
	CHILD_CHECK(rig_one(eng, &io) == LEN);
	CHILD_CHECK(rig_same(in, out, 0, LEN));
	ucp_engine_free(eng);
	return 0;
}

/** Run child_memlock() with a limit. */
static void run_memlock(void **state, rlim_t limit)
{
	const struct memlock what = {.r = rig_open(state, 1), .limit = limit};

	(void)close(rig_file(what.r, "in", LEN, 13));
	(void)close(rig_file(what.r, "out", 0, 0));
	unit_child_ok(child_memlock, &what);
}

/** Without room for locked buffers there are no slots, and everything works without them. */
static void test_little_locked_memory(void **state)
{
	run_memlock(state, 256 * 1024);
}

/** Without any locked memory it is the same, or the ring is refused for that, at the probe. */
static void test_no_locked_memory(void **state)
{
	run_memlock(state, 0);
}

/** A pool of four buffers, a file that fills them, and one to copy it to. */
struct pool_rig {
	struct rig *r;
	struct ucp_buf_pool pool;
	int in;
	int out;
};

/** Begin with a pool that is ready, and not registered. */
static void pool_open(void **state, struct pool_rig *p)
{
	p->r = rig_open(state, 4);
	ucp_buf_init(&p->pool, LEN, 4);
	assert_int_equal(ucp_buf_ready(&p->pool), 0);
	p->in = rig_file(p->r, "in", (size_t)4 * LEN, 14);
	p->out = rig_file(p->r, "out", 0, 0);
}

/** End, with a whole copy. */
static void pool_close(struct pool_rig *p)
{
	assert_true(rig_same(p->in, p->out, 0, (size_t)4 * LEN));
	(void)close(p->in);
	(void)close(p->out);
	ucp_engine_free(p->r->eng);
	p->r->eng = NULL;
	ucp_buf_fini(&p->pool);
}

/** Copy one of the four parts by a buffer of the pool. */
static void pool_push(struct pool_rig *p, struct ucp_io *io, uint8_t *buf, uint64_t i)
{
	*io = rig_chain(RW, p->in, p->out, buf, LEN, i * LEN);
	io->slot = p->pool.slot;
	ucp_engine_push(p->r->eng, io);
}

/** The pool's buffers can be registered as one stretch and used one by one. */
static void test_pool(void **state)
{
	struct pool_rig p;
	struct ucp_io ios[4];

	pool_open(state, &p);
	p.pool.slot = ucp_engine_add_buffers(p.r->eng, p.pool.base, p.pool.size * p.pool.count);
	for (uint64_t i = 0; i < 4; i++) {
		pool_push(&p, &ios[i], ucp_buf_get(&p.pool), i);
	}
	assert_int_equal(rig_drain(p.r->eng), 4);
	pool_close(&p);
}

/** A pool that is used much is registered, once and in the middle of its use; one used little is not. */
static void test_take(void **state)
{
	struct pool_rig p;
	struct ucp_engine_facts facts;

	pool_open(state, &p);
	for (int round = 0; round < 50; round++) {
		struct ucp_io ios[4];
		for (uint64_t i = 0; i < 4; i++) {
			pool_push(&p, &ios[i], ucp_engine_take(p.r->eng, &p.pool), i);
		}
		assert_null(ucp_engine_take(p.r->eng, &p.pool));
		assert_int_equal(rig_drain(p.r->eng), 4);
		ucp_engine_facts(p.r->eng, &facts);
		bool is_much = round >= 40 && p.r->kind == UCP_ENGINE_URING && facts.slot_err == 0;
		if (round < 10 || is_much) {
			assert_int_equal(facts.n_slots, is_much);
			assert_int_equal(p.pool.slot, is_much ? 0 : -1);
		}
		for (int i = 0; i < 4; i++) {
			ucp_buf_put(&p.pool, ios[i].buf);
		}
	}
	pool_close(&p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		ON_ALL(test_same_bytes), ON_ALL(test_short), ON_ALL(test_too_many),
		ON_ALL(test_little_locked_memory), ON_ALL(test_no_locked_memory),
		ON_ALL(test_pool), ON_ALL(test_take),
	};

	return cmocka_run_group_tests_name("buffers", tests, NULL, NULL);
}
