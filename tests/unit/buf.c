/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/engine/buf.h"
#include "tests/lib/unit.h"

enum { SIZE = 8192, N_BUFS = 7 };

/** Every buffer is its own, aligned, whole and writable, and then there are no more. */
static void test_all_out(void **state)
{
	struct ucp_buf_pool pool;
	uint8_t *bufs[N_BUFS];

	(void)state;
	ucp_buf_init(&pool, SIZE, N_BUFS);
	assert_int_equal(ucp_buf_ready(&pool), 0);
	for (int i = 0; i < N_BUFS; i++) {
		bufs[i] = ucp_buf_get(&pool);
		assert_non_null(bufs[i]);
		assert_int_equal((uintptr_t)bufs[i] % 4096, 0);
		memset(bufs[i], i, SIZE);
	}
	assert_null(ucp_buf_get(&pool));
	for (int i = 0; i < N_BUFS; i++) {
		assert_int_equal(bufs[i][0], i);
		assert_int_equal(bufs[i][SIZE - 1], i);
		ucp_buf_put(&pool, bufs[i]);
	}
	ucp_buf_fini(&pool);
}

/** A returned buffer comes again first, while it is warm in the cache. */
static void test_reuse(void **state)
{
	struct ucp_buf_pool pool;

	(void)state;
	ucp_buf_init(&pool, SIZE, N_BUFS);
	assert_int_equal(ucp_buf_ready(&pool), 0);
	uint8_t *a = ucp_buf_get(&pool);
	uint8_t *b = ucp_buf_get(&pool);
	ucp_buf_put(&pool, a);
	assert_ptr_equal(ucp_buf_get(&pool), a);
	ucp_buf_put(&pool, a);
	ucp_buf_put(&pool, b);
	assert_ptr_equal(ucp_buf_get(&pool), b);
	assert_ptr_equal(ucp_buf_get(&pool), a);
	assert_int_equal(pool.n_free, N_BUFS - 2);
	ucp_buf_fini(&pool);
}

/** Memory is reserved once, when needed, and a pool without memory gives nothing. */
static void test_ready(void **state)
{
	struct ucp_buf_pool pool;

	(void)state;
	ucp_buf_init(&pool, SIZE, 1);
	assert_null(pool.base);
	assert_null(ucp_buf_get(&pool));
	assert_int_equal(pool.slot, -1);
	assert_int_equal(ucp_buf_ready(&pool), 0);
	assert_int_equal(ucp_buf_ready(&pool), 0);
	assert_non_null(ucp_buf_get(&pool));
	assert_null(ucp_buf_get(&pool));
	ucp_buf_fini(&pool);
	assert_null(pool.base);
	assert_null(ucp_buf_get(&pool));
	ucp_buf_fini(&pool);
}

/** More than there is address space for is an error, not a crash, and leaves a pool to free. */
static void test_no_memory(void **state)
{
	struct ucp_buf_pool pool;

	(void)state;
	ucp_buf_init(&pool, (size_t)1 << 52, 4);
	assert_int_equal(ucp_buf_ready(&pool), -ENOMEM);
	assert_null(pool.base);
	assert_null(ucp_buf_get(&pool));
	ucp_buf_fini(&pool);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_out),
		cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_ready),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
