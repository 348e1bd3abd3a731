/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Files of many sizes, read by every engine with many limits: each verdict must be
 * what was done to the file.
 */
#include "core/readers.h"
#include "tests/lib/unit.h"

enum { FILES = 60, ROOM = 300000 };

static const size_t sizes[] = {0, 1, 4095, 4096, 4097, 8192, 65535, 65536, 65537, 131073, 299999};

/** Two trees and what is known of them. */
struct trees {
	char path[2][64];
	int roots[2];
	char dirs[FILES][16];
	char names[FILES][16];
	struct ucp_digest_value values[FILES];
	enum ucp_readers_verdict wanted[FILES]; /* with digests of the first tree, of the second */
};

/** Write a file below a root. */
static void put(int root, const char *dir, const char *name, const uint8_t *data, size_t len)
{
	char path[40];

	(void)snprintf(path, sizeof(path), "%s%s%s", dir, dir[0] != '\0' ? "/" : "", name);
	int fd = openat(root, path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	assert_int_equal(close(fd), 0);
}

/** The kinds of digests in turn. */
static enum ucp_digest_kind kind_of(size_t i)
{
	return (enum ucp_digest_kind)(UCP_DIGEST_XXH128 + i % 3);
}

/** Make file number i in both trees: the same, with another byte, shorter, longer, or no file. */
static void make_file(struct trees *t, size_t i)
{
	static uint8_t data[ROOM + 1];
	size_t len = sizes[i % COUNT(sizes)];

	(void)snprintf(t->dirs[i], sizeof(t->dirs[i]), i % 4 == 0 ? "" : "d%zu/e", i % 4);
	(void)snprintf(t->names[i], sizeof(t->names[i]), "f%zu", i);
	unit_fill(data, len + 1, i);
	put(t->roots[0], t->dirs[i], t->names[i], data, len);
	struct ucp_digest *dig = ucp_digest_new(kind_of(i));
	ucp_digest_update(dig, data, len);
	ucp_digest_final(dig, &t->values[i]);
	ucp_digest_free(dig);

	t->wanted[i] = i % 7 < 3 ? UCP_READERS_SAME : UCP_READERS_DIFFERS;
	switch (i % 7) {
	case 3:
		data[len / 2] ^= 1;
		t->wanted[i] = len > 0 ? UCP_READERS_DIFFERS : UCP_READERS_SAME;
		break;
	case 4:
		t->wanted[i] = len > 0 ? UCP_READERS_DIFFERS : UCP_READERS_SAME;
		len -= len > 0;
		break;
	case 5:
		len++;
		break;
	case 6:
		t->wanted[i] = UCP_READERS_FAILED; /* there is none */
		return;
	default:
		break;
	}
	put(t->roots[1], t->dirs[i], t->names[i], data, len);
}

/** Make the trees. */
static int trees_make(void **state)
{
	struct trees *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		return -1;
	}
	for (int i = 0; i < 2; i++) {
		t->roots[i] = unit_dir_make(t->path[i]);
		for (int d = 1; d < 4; d++) {
			char name[16];
			(void)snprintf(name, sizeof(name), "d%d", d);
			assert_int_equal(mkdirat(t->roots[i], name, 0700), 0);
			(void)snprintf(name, sizeof(name), "d%d/e", d);
			assert_int_equal(mkdirat(t->roots[i], name, 0700), 0);
		}
	}
	for (size_t i = 0; i < FILES; i++) {
		make_file(t, i);
	}
	*state = t;
	alarm(120);
	return 0;
}

/** Remove them. */
static int trees_remove(void **state)
{
	struct trees *t = *state;

	for (int i = 0; i < 2; i++) {
		(void)close(t->roots[i]);
		unit_dir_remove(t->path[i]);
	}
	free(t);
	alarm(0);
	return 0;
}

/** Settings to try: engines, workers, depths, chunk sizes, memory. */
static const struct ucp_settings tries[] = {
	{.engine = UCP_CHOOSE_AUTO},
	{.engine = UCP_CHOOSE_SERIAL},
	{.engine = UCP_CHOOSE_THREADS},
	{.engine = UCP_CHOOSE_AUTO, .jobs = 1, .depth = 1},
	{.engine = UCP_CHOOSE_AUTO, .jobs = 1, .depth = 2, .chunk_size = 4096},
	{.engine = UCP_CHOOSE_AUTO, .jobs = 3, .depth = 500, .chunk_size = 8192},
	{.engine = UCP_CHOOSE_AUTO, .mem_limit = 64 << 10, .chunk_size = 4096},
	{.engine = UCP_CHOOSE_THREADS, .jobs = 256, .mem_limit = 1 << 20},
	{.engine = UCP_CHOOSE_SERIAL, .mem_limit = 64 << 10},
};

/** Run a job over all files with every setting. */
static void run_all(struct trees *t, struct ucp_readers_job *job, bool with_digests)
{
	struct ucp_readers_item items[FILES];

	job->items = items;
	job->n_items = FILES;
	for (size_t s = 0; s < COUNT(tries); s++) {
		struct ucp_readers_result result;
		for (size_t i = 0; i < FILES; i++) {
			items[i] = (struct ucp_readers_item){
				.dir = t->dirs[i], .name = t->names[i],
				.wanted = with_digests ? &t->values[i] : NULL, .kind = kind_of(i)};
		}
		assert_int_equal(ucp_readers_run(&tries[s], job, &result), 0);
		assert_false(result.is_broken);
		for (size_t i = 0; i < FILES; i++) {
			if (items[i].verdict != t->wanted[i]) {
				fail_msg("setting %zu, file %zu of %zu bytes: %d, wanted %d", s, i,
					 sizes[i % COUNT(sizes)], (int)items[i].verdict,
					 (int)t->wanted[i]);
			}
			if (items[i].verdict == UCP_READERS_FAILED) {
				assert_int_equal(items[i].err, -ENOENT);
				assert_int_equal(items[i].step, UCP_READERS_AT_OPEN);
				assert_int_equal(items[i].side, with_digests ? 0 : 1);
			}
		}
	}
}

/** The second tree by digests of the first. */
static void test_digests(void **state)
{
	struct trees *t = *state;
	struct ucp_readers_job job = {.roots = {t->roots[1], -1}, .n_sides = 1};

	run_all(t, &job, true);
}

/** Both trees with each other. */
static void test_sides(void **state)
{
	struct trees *t = *state;
	struct ucp_readers_job job = {.roots = {t->roots[0], t->roots[1]}, .n_sides = 2};

	run_all(t, &job, false);
}

/** Nothing that is no file is read, and what cannot be reached says where. */
static void test_others(void **state)
{
	struct trees *t = *state;
	struct ucp_readers_item items[] = {
		{.dir = "", .name = "d1", .wanted = &t->values[0], .kind = UCP_DIGEST_XXH128},
		{.dir = "", .name = "fifo", .wanted = &t->values[0], .kind = UCP_DIGEST_XXH128},
		{.dir = "", .name = "link", .wanted = &t->values[0], .kind = UCP_DIGEST_XXH128},
		{.dir = "none", .name = "a", .wanted = &t->values[0], .kind = UCP_DIGEST_XXH128},
		{.dir = "f0", .name = "a", .wanted = &t->values[0], .kind = UCP_DIGEST_XXH128},
		{.dir = "dlink", .name = "e", .wanted = &t->values[0], .kind = UCP_DIGEST_XXH128},
		{.dir = "", .name = "f0", .wanted = &t->values[0], .kind = UCP_DIGEST_XXH128,
		 .verdict = UCP_READERS_DIFFERS},
	};
	struct ucp_readers_job job = {.roots = {t->roots[0], -1}, .n_sides = 1, .items = items,
				    .n_items = COUNT(items)};
	struct ucp_readers_result result;

	assert_int_equal(mkfifoat(t->roots[0], "fifo", 0600), 0);
	assert_int_equal(symlinkat("f0", t->roots[0], "link"), 0);
	assert_int_equal(symlinkat("d1", t->roots[0], "dlink"), 0);
	assert_int_equal(ucp_readers_run(&tries[0], &job, &result), 0);
	assert_int_equal(items[0].verdict, UCP_READERS_NOT_FILE);
	assert_int_equal(items[1].verdict, UCP_READERS_NOT_FILE);
	assert_int_equal(items[2].verdict, UCP_READERS_FAILED);
	assert_int_equal(items[2].err, -ELOOP);
	assert_int_equal(items[2].step, UCP_READERS_AT_OPEN);
	assert_int_equal(items[3].step, UCP_READERS_AT_DIR);
	assert_int_equal(items[3].err, -ENOENT);
	assert_int_equal(items[4].err, -ENOTDIR);
	assert_int_equal(items[5].step, UCP_READERS_AT_DIR);
	assert_int_equal(items[5].verdict, UCP_READERS_FAILED);
	assert_int_equal(items[6].verdict, UCP_READERS_DIFFERS);
	assert_int_equal(result.bytes, 0);
}

/** A file whose size says nothing is read to its end. */
static void test_proc(void **state)
{
	int proc = open("/proc/self", O_RDONLY | O_DIRECTORY);
	struct ucp_readers_item item = {.dir = "", .name = "maps"};
	struct ucp_readers_job job = {.roots = {proc, proc}, .n_sides = 2, .items = &item,
				    .n_items = 1};
	struct ucp_digest_value none = {.len = 16};
	struct ucp_readers_result result;

	(void)state;
	if (proc < 0) {
		skip();
	}
	item.wanted = &none;
	item.kind = UCP_DIGEST_XXH128;
	job.n_sides = 1;
	assert_int_equal(ucp_readers_run(&tries[1], &job, &result), 0);
	assert_int_equal(item.verdict, UCP_READERS_DIFFERS);
	assert_true(result.bytes > 0);
	(void)close(proc);
}

/** No items are no work. */
static void test_nothing(void **state)
{
	struct trees *t = *state;
	struct ucp_readers_job job = {.roots = {t->roots[0], -1}, .n_sides = 1};
	struct ucp_readers_result result;

	assert_int_equal(ucp_readers_run(&tries[0], &job, &result), 0);
	assert_int_equal(result.bytes, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digests), cmocka_unit_test(test_sides),
		cmocka_unit_test(test_others),  cmocka_unit_test(test_proc),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests_name("readers", tests, trees_make, trees_remove);
}
