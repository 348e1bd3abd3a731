/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/dir.h"
#include "core/entry.h"
#include "core/worker.h"
#include "tests/lib/unit.h"

static char top_path[64];
static int top_fd;
static struct ucp_shared shared;
static struct ucp_worker worker;

/** Make a directory to work in, go there, and a worker with room for many directories. */
static int top_setup(void **state)
{
	(void)state;
	top_fd = unit_dir_make(top_path);
	memset(&shared, 0, sizeof(shared));
	memset(&worker, 0, sizeof(worker));
	shared.dirs.limit = 100;
	worker.shared = &shared;
	shared.workers = &worker;
	shared.n_workers = 1;
	ucp_dir_list_init(&worker.dirs);
	return fchdir(top_fd);
}

/** Remove the directory. */
static int top_teardown(void **state)
{
	(void)state;
	(void)close(top_fd);
	unit_dir_remove(top_path);
	return chdir("/");
}

/** A path that must be `wanted`; frees it. */
static void path_is(char *path, const char *wanted)
{
	assert_non_null(path);
	assert_string_equal(path, wanted);
	free(path);
}

/** Paths in messages are written as the user wrote them, on both sides. */
static void test_path(void **state)
{
	(void)state;
	struct ucp_dir *base = ucp_dir_new_base("to/there", top_fd);
	struct ucp_dir *root = ucp_dir_new(base, "../from/tree", "tree");
	struct ucp_dir *sub = ucp_dir_new(root, "sub", "sub");
	path_is(ucp_dir_path(sub, UCP_SRC, "file"), "../from/tree/sub/file");
	path_is(ucp_dir_path(sub, UCP_DST, "file"), "to/there/tree/sub/file");
	path_is(ucp_dir_path(sub, UCP_SRC, NULL), "../from/tree/sub");
	path_is(ucp_dir_path(sub, UCP_DST, NULL), "to/there/tree/sub");
	path_is(ucp_dir_path(base, UCP_SRC, "/abs/file"), "/abs/file");
	path_is(ucp_dir_path(base, UCP_DST, "file"), "to/there/file");
	path_is(ucp_dir_path(base, UCP_SRC, NULL), "");
	path_is(ucp_dir_path(base, UCP_DST, NULL), "to/there");
	ucp_dir_unref(sub);
	ucp_dir_unref(root);
	ucp_dir_unref(base);
}

/** Slashes that the user typed at an end are not doubled, and not lost. */
static void test_path_slashes(void **state)
{
	(void)state;
	struct ucp_dir *base = ucp_dir_new_base("/", top_fd);
	struct ucp_dir *root = ucp_dir_new(base, "from/", "from");
	path_is(ucp_dir_path(base, UCP_DST, "file"), "/file");
	path_is(ucp_dir_path(root, UCP_SRC, "file"), "from/file");
	path_is(ucp_dir_path(root, UCP_SRC, NULL), "from/");
	path_is(ucp_dir_path(root, UCP_DST, "file"), "/from/file");
	ucp_dir_unref(root);
	ucp_dir_unref(base);
	base = ucp_dir_new_base("to//", top_fd);
	path_is(ucp_dir_path(base, UCP_DST, "file"), "to/file");
	ucp_dir_unref(base);
}

/** A path far longer than PATH_MAX is built whole. */
static void test_path_deep(void **state)
{
	enum { LEVELS = 3000 };
	char name[] = "12345678";

	(void)state;
	struct ucp_dir *dir = ucp_dir_new_base("d", top_fd);
	for (int i = 0; i < LEVELS; i++) {
		struct ucp_dir *sub = ucp_dir_new(dir, name, name);
		assert_non_null(sub);
		ucp_dir_unref(dir); /* the child holds it */
		dir = sub;
	}
	char *path = ucp_dir_path(dir, UCP_DST, "end");
	assert_non_null(path);
	assert_int_equal(strlen(path), 1 + 9 * LEVELS + 4);
	assert_memory_equal(path, "d/12345678/12345678/", 20);
	assert_string_equal(path + strlen(path) - 13, "/12345678/end");
	free(path);
	ucp_dir_unref(dir);
}

/** In a manifest, paths begin at the root of the destination: `ucp -r tree existing/`. */
static void test_inner_path_into(void **state)
{
	struct ucp_operand op = {.src = "../from/tree"};

	(void)state;
	struct ucp_dir *base = ucp_dir_new_base("to/there", top_fd);
	struct ucp_dir *root = ucp_dir_new(base, "../from/tree", "tree");
	root->is_operand = true;
	root->operand = &op;
	struct ucp_dir *sub = ucp_dir_new(root, "sub", "sub");
	path_is(ucp_dir_inner_path(sub, "file"), "tree/sub/file");
	path_is(ucp_dir_inner_path(root, "file"), "tree/file");
	path_is(ucp_dir_inner_path(base, "file"), "file");
	ucp_dir_unref(sub);
	ucp_dir_unref(root);
	ucp_dir_unref(base);
}

/** When the destination itself is the copy, `ucp -r tree new`, its name is not in the paths. */
static void test_inner_path_as(void **state)
{
	struct ucp_operand op = {.src = "from/tree"};

	(void)state;
	struct ucp_dir *base = ucp_dir_new_base("", AT_FDCWD);
	struct ucp_dir *root = ucp_dir_new(base, "from/tree", "some/where/new");
	root->is_operand = true;
	root->operand = &op;
	struct ucp_dir *sub = ucp_dir_new(root, "sub", "sub");
	path_is(ucp_dir_inner_path(root, "file"), "file");
	path_is(ucp_dir_inner_path(sub, "file"), "sub/file");
	path_is(ucp_dir_inner_path(base, "some/where/file"), "file");
	path_is(ucp_dir_inner_path(base, "file"), "file");
	ucp_dir_unref(sub);
	ucp_dir_unref(root);
	ucp_dir_unref(base);
}

/** `ucp -r . dir` puts the entries themselves into dir: "." is no part of their paths. */
static void test_inner_path_dot(void **state)
{
	(void)state;
	struct ucp_dir *base = ucp_dir_new_base("to", top_fd);
	struct ucp_dir *root = ucp_dir_new(base, ".", ".");
	root->is_operand = true;
	struct ucp_dir *sub = ucp_dir_new(root, "sub", "sub");
	path_is(ucp_dir_inner_path(root, "file"), "file");
	path_is(ucp_dir_inner_path(sub, "file"), "sub/file");
	ucp_dir_unref(sub);
	ucp_dir_unref(root);
	ucp_dir_unref(base);
}

/** With --parents the components in between are part of the paths. */
static void test_inner_path_parents(void **state)
{
	(void)state;
	struct ucp_dir *base = ucp_dir_new_base("to", top_fd);
	struct ucp_dir *a = ucp_dir_new(base, "a", "a");
	a->is_operand = true;
	a->is_path_only = true;
	struct ucp_dir *b = ucp_dir_new(a, "b", "b");
	b->is_operand = true;
	path_is(ucp_dir_inner_path(b, "file"), "a/b/file");
	ucp_dir_unref(b);
	ucp_dir_unref(a);
	ucp_dir_unref(base);
}

/** Open both sides of a node below its parent, as entering it does. */
static void node_enter(struct ucp_dir *dir, int flags)
{
	int fds[2];
	struct stat st;

	assert_int_equal(ucp_dir_pin(&worker, dir->parent), 0);
	ucp_dir_make_room(&worker);
	for (int side = UCP_SRC; side <= UCP_DST; side++) {
		fds[side] = openat(dir->parent->fd[side], dir->name[side],
				   O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
		assert_true(fds[side] >= 0);
		assert_int_equal(fstat(fds[side], &st), 0);
		dir->dev[side] = st.st_dev;
		dir->ino[side] = st.st_ino;
	}
	dir->is_open = true;
	atomic_fetch_add(&dir->pins, 1);
	ucp_dir_opened(&worker, dir, fds[UCP_SRC], fds[UCP_DST]);
	ucp_dir_unpin(dir->parent);
}

/** Make s/a/b/... and d/a/b/..., and enter them all, the base first; unpinned. */
static void chain_make(struct ucp_dir **chain, size_t n)
{
	char path[2][256] = {"s", "d"};

	assert_int_equal(mkdir("s", 0700), 0);
	assert_int_equal(mkdir("d", 0700), 0);
	chain[0] = ucp_dir_new_base("", AT_FDCWD);
	assert_non_null(chain[0]);
	for (size_t i = 1; i < n; i++) {
		const char name[2] = {(char)('a' + i), '\0'};
		if (i > 1) {
			for (int side = 0; side < 2; side++) {
				(void)strcat(strcat(path[side], "/"), name);
				assert_int_equal(mkdir(path[side], 0700), 0);
			}
		}
		chain[i] = ucp_dir_new(chain[i - 1], i == 1 ? "s" : name, i == 1 ? "d" : name);
		assert_non_null(chain[i]);
		chain[i]->is_operand = i == 1;
		node_enter(chain[i], O_NOFOLLOW);
		ucp_dir_unpin(chain[i]);
	}
}

/** Close and free all, children first. */
static void chain_free(struct ucp_dir **chain, size_t n)
{
	while (n-- > 0) {
		assert_int_equal(ucp_dir_close(&worker, chain[n], false), 0);
	}
}

/** Drop the refs. */
static void chain_unref(struct ucp_dir **chain, size_t n)
{
	while (n-- > 0) {
		ucp_dir_unref(chain[n]);
	}
}

/** Over budget, directories are closed; a pin opens the right ones again. */
static void test_budget(void **state)
{
	enum { N = 20, LIMIT = 4 };
	struct ucp_dir *chain[N];

	(void)state;
	shared.dirs.limit = LIMIT;
	chain_make(chain, N);
	assert_true(atomic_load(&shared.dirs.n_open) <= LIMIT + 1);
	for (size_t i = 1; i < N; i++) {
		struct stat st;
		assert_int_equal(ucp_dir_pin(&worker, chain[i]), 0);
		for (int side = UCP_SRC; side <= UCP_DST; side++) {
			assert_int_equal(fstat(chain[i]->fd[side], &st), 0);
			assert_int_equal(st.st_ino, chain[i]->ino[side]);
		}
		ucp_dir_unpin(chain[i]);
	}
	chain_free(chain, N);
	assert_int_equal(atomic_load(&shared.dirs.n_open), 0);
	chain_unref(chain, N);
}

/** A pinned directory stays open, whatever the budget. */
static void test_pinned_stays(void **state)
{
	enum { N = 12 };
	struct ucp_dir *chain[N];

	(void)state;
	chain_make(chain, 3);
	assert_int_equal(ucp_dir_pin(&worker, chain[1]), 0);
	int fd = chain[1]->fd[UCP_SRC];
	shared.dirs.limit = 1;
	for (size_t i = 3; i < N; i++) {
		assert_int_equal(mkdirat(chain[i - 1]->fd[UCP_SRC], "x", 0700), 0);
		assert_int_equal(mkdirat(chain[i - 1]->fd[UCP_DST], "x", 0700), 0);
		chain[i] = ucp_dir_new(chain[i - 1], "x", "x");
		node_enter(chain[i], O_NOFOLLOW);
		ucp_dir_unpin(chain[i]);
		assert_int_equal(chain[1]->fd[UCP_SRC], fd);
	}
	assert_int_equal(chain[2]->fd[UCP_SRC], -1);
	ucp_dir_unpin(chain[1]);
	chain_free(chain, N);
	chain_unref(chain, N);
}

/** Another directory under the name of one that was closed is not taken for it. */
static void test_replaced(void **state)
{
	enum { N = 8 };
	struct ucp_dir *chain[N];

	(void)state;
	shared.dirs.limit = 1;
	chain_make(chain, N);
	assert_int_equal(chain[3]->fd[UCP_DST], -1);
	assert_int_equal(rename("d/c/d", "d/away"), 0);
	assert_int_equal(mkdir("d/c/d", 0700), 0);
	assert_int_equal(ucp_dir_pin(&worker, chain[3]), -ESTALE);
	assert_int_equal(atomic_load(&chain[3]->pins), 0);
	assert_int_equal(atomic_load(&chain[2]->pins), 0);
	assert_int_equal(rmdir("d/c/d"), 0);
	assert_int_equal(symlink("../away", "d/c/d"), 0);
	assert_true(ucp_dir_pin(&worker, chain[3]) < 0);
	assert_int_equal(unlink("d/c/d"), 0);
	assert_int_equal(ucp_dir_pin(&worker, chain[3]), -ENOENT);
	assert_int_equal(rename("d/away", "d/c/d"), 0);
	assert_int_equal(ucp_dir_pin(&worker, chain[3]), 0);
	ucp_dir_unpin(chain[3]);
	chain_free(chain, N);
	assert_int_equal(atomic_load(&shared.dirs.n_open), 0);
	chain_unref(chain, N);
}

/** A destination reached by a symlink (--keep-directory-symlink) is opened again through it. */
static void test_reopen_follow_dst(void **state)
{
	struct ucp_dir *chain[4];

	(void)state;
	shared.dirs.limit = 100;
	chain_make(chain, 2);
	assert_int_equal(mkdir("real", 0700), 0);
	assert_int_equal(mkdir("s/l", 0700), 0);
	assert_int_equal(mkdir("s/l/x", 0700), 0);
	assert_int_equal(symlink("../real", "d/l"), 0);
	assert_int_equal(mkdir("real/x", 0700), 0);
	chain[2] = ucp_dir_new(chain[1], "l", "l");
	chain[2]->follow_dst = true;
	node_enter(chain[2], 0);
	ucp_dir_unpin(chain[2]);
	chain[3] = ucp_dir_new(chain[2], "x", "x");
	shared.dirs.limit = 1;
	node_enter(chain[3], O_NOFOLLOW);
	ucp_dir_unpin(chain[3]);
	ucp_dir_make_room(&worker);
	assert_int_equal(chain[2]->fd[UCP_DST], -1);
	int err = ucp_dir_pin(&worker, chain[2]);
	if (err == 0) {
		ucp_dir_unpin(chain[2]);
	}
	chain_free(chain, 4);
	chain_unref(chain, 4);
	assert_int_equal(err, 0);
}

/** Closing a directory opens its closed parent by "..", and only the parent it knew. */
static void test_lift(void **state)
{
	enum { N = 8 };
	struct ucp_dir *chain[N];

	(void)state;
	shared.dirs.limit = 1;
	chain_make(chain, N);
	assert_int_equal(ucp_dir_pin(&worker, chain[N - 1]), 0);
	ucp_dir_make_room(&worker);
	assert_int_equal(chain[N - 2]->fd[UCP_DST], -1);
	assert_int_equal(ucp_dir_close(&worker, chain[N - 1], true), 0);
	ucp_dir_unpin(chain[N - 1]);
	assert_true(chain[N - 2]->fd[UCP_DST] >= 0);
	/* Moved: its ".." is another directory now. */
	assert_int_equal(rename("d/c/d/e/f", "d/f"), 0);
	assert_int_equal(chain[4]->fd[UCP_DST], -1);
	assert_int_equal(ucp_dir_pin(&worker, chain[N - 2]), 0);
	assert_int_equal(ucp_dir_close(&worker, chain[N - 2], true), 0);
	ucp_dir_unpin(chain[N - 2]);
	assert_int_equal(ucp_dir_close(&worker, chain[5], false), 0);
	assert_int_equal(chain[4]->fd[UCP_DST], -1);
	chain_free(chain, N);
	assert_int_equal(atomic_load(&shared.dirs.n_open), 0);
	chain_unref(chain, N);
}

/** A child keeps its parent's memory, and the parent waits for it. */
static void test_refs(void **state)
{
	(void)state;
	struct ucp_dir *base = ucp_dir_new_base("to", top_fd);
	struct ucp_dir *a = ucp_dir_new(base, "a", "b");
	assert_int_equal(atomic_load(&base->pending), 2);
	assert_int_equal(atomic_load(&base->refs), 2);
	ucp_dir_begin(a);
	assert_int_equal(atomic_load(&a->pending), 2);
	assert_int_equal(atomic_load(&a->pins), 1);
	ucp_dir_unpin(a);
	assert_string_equal(a->name[UCP_SRC], "a");
	assert_string_equal(a->name[UCP_DST], "b");
	ucp_dir_unref(base);
	path_is(ucp_dir_path(a, UCP_DST, NULL), "to/b");
	ucp_dir_unref(a); /* the last: ASan sees what stays behind */
}

#define WITH_TOP(fn) cmocka_unit_test_setup_teardown(fn, top_setup, top_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_TOP(test_path), WITH_TOP(test_path_slashes), WITH_TOP(test_path_deep),
		WITH_TOP(test_inner_path_into), WITH_TOP(test_inner_path_as),
		WITH_TOP(test_inner_path_dot), WITH_TOP(test_inner_path_parents),
		WITH_TOP(test_budget), WITH_TOP(test_pinned_stays), WITH_TOP(test_replaced),
		WITH_TOP(test_reopen_follow_dst), WITH_TOP(test_lift), WITH_TOP(test_refs),
	};

	return cmocka_run_group_tests_name("dir", tests, NULL, NULL);
}
