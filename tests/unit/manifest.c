/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "hash/manifest.h"
#include "tests/lib/unit.h"

/** Lines received, one behind the other. */
struct lines {
	char *text;
	size_t len;
	uint32_t n;
	uint32_t stop_at; /* return -EPIPE at this line; 0: never */
};

/** Receive a line. */
static int lines_take(void *ctx, const char *line, size_t len)
{
	struct lines *to = ctx;

	to->text = realloc(to->text, to->len + len + 1);
	assert_non_null(to->text);
	memcpy(to->text + to->len, line, len);
	to->len += len;
	to->text[to->len] = '\0';
	return ++to->n == to->stop_at ? -EPIPE : 0;
}

/** A digest of 8 bytes that all are `byte`. */
static struct ucp_digest_value value_of(uint8_t byte)
{
	struct ucp_digest_value value = {.len = 8};

	memset(value.bytes, byte, 8);
	return value;
}

/** Note a path; that must work. */
static void note(struct ucp_manifest *man, const char *path, uint8_t byte)
{
	struct ucp_digest_value value = value_of(byte);

	assert_int_equal(ucp_manifest_add(man, path, &value, 0), 0);
}

/** Paths come out in the order of their bytes, whatever the order they were noted in. */
static void test_sorted_bytewise(void **state)
{
	static const char *const paths[] = {"b", "\xff", "a/b", "a", "a-b", "B", "a b", "\xc3\xa4",
					    "ab", "a.b", "a0"};
	struct lines got = {0};

	(void)state;
	struct ucp_manifest *man = ucp_manifest_new(UCP_DIGEST_XXH64, UCP_MANIFEST_BSD);
	assert_non_null(man);
	for (size_t i = 0; i < COUNT(paths); i++) {
		note(man, paths[i], 0x11);
	}
	assert_int_equal(ucp_manifest_lines(man, lines_take, &got), 0);
	assert_string_equal(got.text, "XXH64 (B) = 1111111111111111\n"
				      "XXH64 (a) = 1111111111111111\n"
				      "XXH64 (a b) = 1111111111111111\n"
				      "XXH64 (a-b) = 1111111111111111\n"
				      "XXH64 (a.b) = 1111111111111111\n"
				      "XXH64 (a/b) = 1111111111111111\n"
				      "XXH64 (a0) = 1111111111111111\n"
				      "XXH64 (ab) = 1111111111111111\n"
				      "XXH64 (b) = 1111111111111111\n"
				      "XXH64 (\xc3\xa4) = 1111111111111111\n"
				      "XXH64 (\xff) = 1111111111111111\n");
	free(got.text);
	ucp_manifest_free(man);
}

/** A name with a newline cannot forge a line: it is escaped, and the line says so. */
static void test_escapes(void **state)
{
	struct lines got = {0};

	(void)state;
	struct ucp_manifest *man = ucp_manifest_new(UCP_DIGEST_XXH64, UCP_MANIFEST_BSD);
	note(man, "1\nXXH64 (x) = 0", 0x22);
	note(man, "2\r", 0x22);
	note(man, "3\\n", 0x22);
	note(man, "4\t)", 0x22);
	note(man, "5\\\n", 0x22);
	assert_int_equal(ucp_manifest_lines(man, lines_take, &got), 0);
	assert_string_equal(got.text, "\\XXH64 (1\\nXXH64 (x) = 0) = 2222222222222222\n"
				      "\\XXH64 (2\\r) = 2222222222222222\n"
				      "XXH64 (3\\n) = 2222222222222222\n"
				      "XXH64 (4\t)) = 2222222222222222\n"
				      "\\XXH64 (5\\\\\\n) = 2222222222222222\n");
	free(got.text);
	ucp_manifest_free(man);
}

/** A path that was written twice has the digest of what it holds in the end. */
static void test_last_wins(void **state)
{
	struct lines got = {0};

	(void)state;
	struct ucp_manifest *man = ucp_manifest_new(UCP_DIGEST_XXH64, UCP_MANIFEST_BSD);
	note(man, "b", 0x01);
	note(man, "a", 0x02);
	note(man, "b", 0x03);
	note(man, "c", 0x04);
	note(man, "b", 0x05);
	note(man, "a", 0x06);
	assert_int_equal(ucp_manifest_lines(man, lines_take, &got), 0);
	assert_string_equal(got.text, "XXH64 (a) = 0606060606060606\n"
				      "XXH64 (b) = 0505050505050505\n"
				      "XXH64 (c) = 0404040404040404\n");
	free(got.text);
	ucp_manifest_free(man);
}

/** What is dropped is not listed, unless it is added again. */
static void test_dropped(void **state)
{
	struct lines got = {0};

	(void)state;
	struct ucp_manifest *man = ucp_manifest_new(UCP_DIGEST_XXH64, UCP_MANIFEST_BSD);
	note(man, "a", 1);
	note(man, "b", 2);
	assert_int_equal(ucp_manifest_drop(man, "a"), 0);
	assert_int_equal(ucp_manifest_drop(man, "b"), 0);
	note(man, "b", 3);
	assert_int_equal(ucp_manifest_drop(man, "never"), 0);
	assert_int_equal(ucp_manifest_lines(man, lines_take, &got), 0);
	assert_string_equal(got.text, "XXH64 (b) = 0303030303030303\n");
	free(got.text);
	ucp_manifest_free(man);
}

/** The GNU form has the digits first, escapes alike, and tells XXH3 from XXH64. */
static void test_gnu(void **state)
{
	static const enum ucp_digest_kind kinds[] = {UCP_DIGEST_XXH64, UCP_DIGEST_XXH3};
	static const char *const wanted[] = {
		"\\2222222222222222  1\\n\\\\\n2222222222222222  3\\\n",
		"\\XXH3_2222222222222222  1\\n\\\\\nXXH3_2222222222222222  3\\\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct lines got = {0};
		struct ucp_manifest *man = ucp_manifest_new(kinds[i], UCP_MANIFEST_GNU);
		note(man, "1\n\\", 0x22);
		note(man, "3\\", 0x22);
		assert_int_equal(ucp_manifest_lines(man, lines_take, &got), 0);
		assert_string_equal(got.text, wanted[i]);
		free(got.text);
		ucp_manifest_free(man);
	}
}

/** Only what begins as a manifest may be replaced by one. */
static void test_looks_like(void **state)
{
	static const char *const yes[] = {
		"XXH128 (a) = ", "\\XXH64 (a", "SHA256 (a", "XXH3 (",
		"0123456789abcdef  a", "\\0123456789abcdef  a", "XXH3_0123456789abcdef  a",
		"0123456789abcdef0123456789abcdef *a",
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  a",
	};
	static const char *const no[] = {
		"", "\\", "a", "XXH128", "MD5 (a) = ", "0123456789abcde  a", "0123456789abcdef a",
		"0123456789abcdefa  a", "XXH3_0123456789abcdef0123456789abcdef  a",
		"0123456789abcdef", "#0123456789abcdef  a",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++) {
		assert_true(ucp_manifest_looks_like(yes[i]));
	}
	for (size_t i = 0; i < COUNT(no); i++) {
		assert_false(ucp_manifest_looks_like(no[i]));
	}
}

/** What ends the walk is told to the caller, and nothing is given out after it. */
static void test_stop(void **state)
{
	struct lines got = {.stop_at = 2};

	(void)state;
	struct ucp_manifest *man = ucp_manifest_new(UCP_DIGEST_XXH64, UCP_MANIFEST_BSD);
	note(man, "a", 1);
	note(man, "b", 1);
	note(man, "c", 1);
	assert_int_equal(ucp_manifest_lines(man, lines_take, &got), -EPIPE);
	assert_int_equal(got.n, 2);
	free(got.text);
	ucp_manifest_free(man);
}

/** An empty tree gives an empty manifest. */
static void test_empty(void **state)
{
	struct lines got = {0};

	(void)state;
	struct ucp_manifest *man = ucp_manifest_new(UCP_DIGEST_XXH128, UCP_MANIFEST_BSD);
	assert_int_equal(ucp_manifest_lines(man, lines_take, &got), 0);
	assert_int_equal(got.n, 0);
	ucp_manifest_free(man);
	ucp_manifest_free(NULL);
}

/** A path longer than a block of entry memory, all of it to be escaped, is kept whole. */
static void test_long_path(void **state)
{
	enum { LEN = 300 * 1024 };
	struct lines got = {0};

	(void)state;
	char *path = malloc(LEN + 1);
	assert_non_null(path);
	memset(path, '\n', LEN);
	path[LEN] = '\0';
	struct ucp_manifest *man = ucp_manifest_new(UCP_DIGEST_XXH64, UCP_MANIFEST_BSD);
	note(man, "a", 1);
	note(man, path, 2);
	note(man, "b", 3);
	assert_int_equal(ucp_manifest_lines(man, lines_take, &got), 0);
	assert_int_equal(got.n, 3);
	assert_int_equal(got.len, 1 + 2 * LEN + 3 * strlen("XXH64 () = 0123456789abcdef\n") + 2);
	assert_memory_equal(got.text, "\\XXH64 (\\n\\n", 12);
	free(path);
	free(got.text);
	ucp_manifest_free(man);
}

/** How far many_take() has come. */
struct many {
	uint32_t n;
};

/** One of the many lines: the next number, with the digest that was noted last. */
static int many_take(void *ctx, const char *line, size_t len)
{
	struct many *seen = ctx;
	char wanted[80];

	char digits[17];
	for (int i = 0; i < 8; i++) {
		(void)snprintf(digits + 2 * i, 3, "%02x", seen->n & 255);
	}
	int n = snprintf(wanted, sizeof(wanted), "XXH64 (dir/%06u) = %s\n", seen->n, digits);
	assert_int_equal(len, n);
	assert_memory_equal(line, wanted, len);
	seen->n++;
	return 0;
}

/** A hundred thousand files, noted in no order and some twice, are all there once. */
static void test_many(void **state)
{
	enum { N = 100000, STRIDE = 7919 };
	struct many seen = {0};
	char path[32];

	(void)state;
	struct ucp_manifest *man = ucp_manifest_new(UCP_DIGEST_XXH64, UCP_MANIFEST_BSD);
	for (uint32_t i = 0; i < N; i += 3) {
		(void)snprintf(path, sizeof(path), "dir/%06u", i);
		note(man, path, 0xee); /* noted again below */
	}
	for (uint32_t i = 0; i < N; i++) {
		uint32_t k = (uint32_t)((uint64_t)i * STRIDE % N);
		(void)snprintf(path, sizeof(path), "dir/%06u", k);
		note(man, path, (uint8_t)k);
	}
	assert_int_equal(ucp_manifest_lines(man, many_take, &seen), 0);
	assert_int_equal(seen.n, N);
	ucp_manifest_free(man);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorted_bytewise), cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_last_wins), cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_empty), cmocka_unit_test(test_long_path),
		cmocka_unit_test(test_many), cmocka_unit_test(test_gnu),
		cmocka_unit_test(test_looks_like),
	};

	return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
