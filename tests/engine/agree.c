/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Both back ends give the same for the same requests: requests drawn at random,
 * good and bad, are carried out by each on files of its own, and results, failed
 * steps and files are compared. The serial engine is the reference.
 */
#include "tests/lib/rig.h"

enum { N = 400, LEN_MAX = 20000, FILE_LEN = 50000, N_SEEDS = 8 };

/** One engine's side. */
struct side {
	struct ucp_engine *eng;
	struct ucp_io ios[N];
	uint8_t *bufs;
	int fds[6]; /* whole, short, empty, write-only, a directory, none */
	int outs[4]; /* a file, another, read-only, /dev/null */
	char path[64];
	int dir;
};

/** A file of the side's own. */
static int side_file(const struct side *s, const char *name, size_t len, int flags)
{
	static uint8_t data[FILE_LEN];

	int fd = openat(s->dir, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	unit_fill(data, sizeof(data), 3);
	assert_int_equal(write(fd, data, len), len);
	assert_int_equal(close(fd), 0);
	fd = openat(s->dir, name, flags | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/** Make an engine and its files. */
static struct side *side_new(enum ucp_engine_kind kind, enum ucp_poll poll)
{
	const struct ucp_engine_conf conf = {.kind = kind, .depth = 7, .poll = poll};

	struct side *s = calloc(1, sizeof(*s));
	assert_non_null(s);
	s->bufs = calloc(N, LEN_MAX);
	assert_non_null(s->bufs);
	s->dir = unit_dir_make(s->path);
	assert_int_equal(ucp_engine_new(&conf, &s->eng), 0);
	s->fds[0] = side_file(s, "whole", FILE_LEN, O_RDONLY);
	s->fds[1] = side_file(s, "short", 7777, O_RDONLY);
	s->fds[2] = side_file(s, "empty", 0, O_RDONLY);
	s->fds[3] = side_file(s, "write-only", 100, O_WRONLY);
	s->fds[4] = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	s->fds[5] = -1;
	s->outs[0] = side_file(s, "out-a", 0, O_RDWR);
	s->outs[1] = side_file(s, "out-b", 0, O_RDWR);
	s->outs[2] = side_file(s, "read-only", 10, O_RDONLY);
	s->outs[3] = open("/dev/null", O_WRONLY | O_CLOEXEC);
	assert_true(s->outs[3] >= 0);
	return s;
}

/** Release all. */
static void side_free(struct side *s)
{
	ucp_engine_free(s->eng);
	for (size_t i = 0; i < COUNT(s->fds); i++) {
		(void)close(s->fds[i]);
	}
	for (size_t i = 0; i < COUNT(s->outs); i++) {
		(void)close(s->outs[i]);
	}
	(void)close(s->dir);
	unit_dir_remove(s->path);
	free(s->bufs);
	free(s);
}

/** The same random requests for every side; each writes to a place of its own. */
static void side_draw(struct side *s, uint64_t seed)
{
	static const unsigned int tails[] = {0, 0, UCP_STEP_DATASYNC, UCP_STEP_SYNC};
	uint8_t random[N * 5];

	unit_fill(random, sizeof(random), seed);
	for (size_t i = 0; i < N; i++) {
		const uint8_t *r = random + i * 5;
		unsigned int steps = (unsigned int)r[0] % 4 | tails[r[1] % 4];
		uint32_t len = (steps & (UCP_STEP_READ | UCP_STEP_WRITE)) != 0 || steps == 0
				       ? (uint32_t)(r[2] * 77 + 1) : 0;
		/* mostly good ones, so that there are bytes to compare */
		int fd = s->fds[r[3] % 2 == 0 ? 0 : r[3] / 2 % 6];
		int out = s->outs[r[4] % 2 == 0 ? i % 2 : r[4] / 2 % 4];
		uint64_t off = (uint64_t)i * LEN_MAX % FILE_LEN;
		unit_fill(s->bufs + i * LEN_MAX, len, i);
		s->ios[i] = rig_chain(steps != 0 ? steps : UCP_STEP_READ, fd, out,
				      s->bufs + i * LEN_MAX, len, off);
		if ((steps & UCP_STEP_WRITE) != 0 && (steps & UCP_STEP_READ) == 0) {
			s->ios[i].off = (uint64_t)(i + 10) * LEN_MAX; /* not where others write */
		}
	}
}

/** Carry them all out. */
static void side_run(struct side *s)
{
	for (size_t i = 0; i < N; i++) {
		ucp_engine_push(s->eng, &s->ios[i]);
	}
	assert_int_equal(rig_drain(s->eng), N);
}

/** Whether a request ended the same on both sides; says what differs. */
static bool io_agrees(const struct ucp_io *a, const struct ucp_io *b)
{
	bool same = a->res == b->res && (a->res >= 0 || a->failed == b->failed);
	bool has_bytes = (a->steps & UCP_STEP_READ) != 0 && a->res > 0;

	same = same && (!has_bytes || memcmp(a->buf, b->buf, (size_t)a->res) == 0);
	static int n_shown;
	if (!same && n_shown++ < 10) {
		fprintf(stderr, "# steps %u len %u off %llu: uring %lld (%d), serial %lld (%d)\n",
			(unsigned int)a->steps, a->len, (unsigned long long)a->off,
			(long long)a->res, (int)a->failed, (long long)b->res, (int)b->failed);
	}
	return same;
}

/** Results, failed steps, buffers and files are the same, whatever is asked. */
static void all_agree(enum ucp_poll poll)
{
	int n_wrong = 0;

	if (rig_probe(poll) < 0) {
		skip();
	}
	for (uint64_t seed = 1; seed <= N_SEEDS; seed++) {
		struct side *a = side_new(UCP_ENGINE_URING, poll);
		struct side *b = side_new(UCP_ENGINE_SERIAL, UCP_POLL_OFF);
		side_draw(a, seed);
		side_draw(b, seed);
		side_run(a);
		side_run(b);
		for (size_t i = 0; i < N; i++) {
			n_wrong += !io_agrees(&a->ios[i], &b->ios[i]);
		}
		for (size_t i = 0; i < 2; i++) {
			assert_int_equal(rig_size(a->outs[i]), rig_size(b->outs[i]));
			assert_true(rig_same(a->outs[i], b->outs[i], 0,
					     (size_t)rig_size(a->outs[i])));
		}
		side_free(a);
		side_free(b);
	}
	assert_int_equal(n_wrong, 0);
}

static void test_agree(void **state)
{
	(void)state;
	all_agree(UCP_POLL_OFF);
}

static void test_agree_polled(void **state)
{
	(void)state;
	all_agree(UCP_POLL_KERNEL);
}

/** Carry out one request on both engines: they must say the same. */
static void one_agrees(enum ucp_poll poll, unsigned int steps, int fd, int out, uint32_t len)
{
	struct side *a = side_new(UCP_ENGINE_URING, poll);
	struct side *b = side_new(UCP_ENGINE_SERIAL, UCP_POLL_OFF);
	struct ucp_io one = rig_chain(steps, a->fds[fd], a->outs[out], a->bufs, len, 0);
	struct ucp_io two = rig_chain(steps, b->fds[fd], b->outs[out], b->bufs, len, 0);

	(void)rig_one(a->eng, &one);
	(void)rig_one(b->eng, &two);
	bool same = io_agrees(&one, &two);
	side_free(a);
	side_free(b);
	assert_true(same);
}

/** A chain that only syncs has moved no bytes, whatever its len says. */
static void test_sync_only(void **state)
{
	(void)state;
	if (rig_probe(UCP_POLL_OFF) < 0) {
		skip();
	}
	for (int poll = UCP_POLL_OFF; poll <= UCP_POLL_KERNEL; poll++) {
		if (rig_probe((enum ucp_poll)poll) < 0) {
			continue;
		}
		one_agrees((enum ucp_poll)poll, UCP_STEP_SYNC, 0, 0, 0);
		one_agrees((enum ucp_poll)poll, UCP_STEP_SYNC, 0, 0, 100);
		one_agrees((enum ucp_poll)poll, UCP_STEP_DATASYNC, 0, 0, 100);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agree),
		cmocka_unit_test(test_agree_polled),
		cmocka_unit_test(test_sync_only),
	};

	alarm(300);
	return cmocka_run_group_tests_name("agree", tests, NULL, NULL);
}
