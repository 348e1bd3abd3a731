/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "hash/manifest.h"
#include "hash/sums.h"
#include "tests/lib/unit.h"

#define D16 "0123456789abcdef"
#define D32 D16 D16
#define D64 D32 D32

/** A line, and what it says. */
struct row {
	const char *line;
	int rc;
	enum ucp_digest_kind kind;
	const char *path;
};

static const struct row rows[] = {
	{"XXH128 (a) = " D32, 1, UCP_DIGEST_XXH128, "a"},
	{"XXH64 (a/b c) = " D16, 1, UCP_DIGEST_XXH64, "a/b c"},
	{"XXH3 (a) = 0123456789ABCDEF", 1, UCP_DIGEST_XXH3, "a"},
	{"SHA256 (a) = " D64, 1, UCP_DIGEST_SHA256, "a"},
	{"XXH64 (a) = " D16 ") = " D16, 1, UCP_DIGEST_XXH64, "a) = " D16},
	{"XXH64 (\\n) = " D16, 1, UCP_DIGEST_XXH64, "\\n"},
	{"\\XXH64 (\\n\\r\\\\) = " D16, 1, UCP_DIGEST_XXH64, "\n\r\\"},
	{"XXH64 (a) = " D16 "\r", 1, UCP_DIGEST_XXH64, "a"},
	{D16 "  a", 1, UCP_DIGEST_XXH64, "a"},
	{D16 " *a", 1, UCP_DIGEST_XXH64, "a"},
	{D32 "   a", 1, UCP_DIGEST_XXH128, " a"},
	{"XXH3_" D16 "  a", 1, UCP_DIGEST_XXH3, "a"},
	{D64 "  \\n", 1, UCP_DIGEST_SHA256, "\\n"},
	{"\\" D64 "  \\n", 1, UCP_DIGEST_SHA256, "\n"},
	{"", 0, 0, NULL},
	{" \t", 0, 0, NULL},
	{"\r", 0, 0, NULL},
	{"# XXH64 (a) = " D16, 0, 0, NULL},
	{"a", -EINVAL, 0, NULL},
	{"\\", -EINVAL, 0, NULL},
	{"XXH64 (a) = ", -EINVAL, 0, NULL},
	{"XXH64 (a) = " D32, -EINVAL, 0, NULL},
	{"XXH64 (a) = 0123456789abcdeg", -EINVAL, 0, NULL},
	{"XXH64 (a) = " D16 " ", -EINVAL, 0, NULL},
	{"XXH64 (a)= " D16, -EINVAL, 0, NULL},
	{"XXH64 () = " D16, -EINVAL, 0, NULL},
	{"XXH64 (", -EINVAL, 0, NULL},
	{"XXH64 () =", -EINVAL, 0, NULL},
	{"xxh64 (a) = " D16, -EINVAL, 0, NULL},
	{"MD5 (a) = " D32, -EINVAL, 0, NULL},
	{D16 "  ", -EINVAL, 0, NULL},
	{D16 " ", -EINVAL, 0, NULL},
	{D16, -EINVAL, 0, NULL},
	{D16 "0  a", -EINVAL, 0, NULL},
	{D16 "\ta", -EINVAL, 0, NULL},
	{"XXH3_" D32 "  a", -EINVAL, 0, NULL},
	{"XXH3_", -EINVAL, 0, NULL},
	{"\\" D16 "  \\", -EINVAL, 0, NULL},
	{"\\" D16 "  \\x", -EINVAL, 0, NULL},
	{"\\\\" D16 "  a", -EINVAL, 0, NULL},
};

/** Every line says what it should, in memory that ends where it ends. */
static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct ucp_sums_line found;
		char *line = strdup(row->line);
		int rc = ucp_sums_parse(line, strlen(line), UCP_DIGEST_NONE, &found);
		if (row->kind == UCP_DIGEST_SHA256 && !ucp_digest_is_had(row->kind)) {
			assert_int_equal(rc, -EOPNOTSUPP);
		} else if (rc != row->rc) {
			fail_msg("'%s': %d", row->line, rc);
		} else if (rc > 0) {
			assert_int_equal(found.kind, row->kind);
			assert_string_equal(found.path, row->path);
			assert_int_equal(found.value.len, ucp_digest_len(row->kind));
			assert_int_equal(found.value.bytes[7], 0xef);
		}
		free(line);
	}
}

/** Only 16 digits without a tag leave a choice. */
static void test_hint(void **state)
{
	struct ucp_sums_line found;
	char bare[] = D16 "  a", tagged[] = "XXH64 (a) = " D16, longer[] = D32 "  a";

	(void)state;
	assert_int_equal(ucp_sums_parse(bare, strlen(bare), UCP_DIGEST_XXH3, &found), 1);
	assert_int_equal(found.kind, UCP_DIGEST_XXH3);
	assert_int_equal(ucp_sums_parse(tagged, strlen(tagged), UCP_DIGEST_XXH3, &found), 1);
	assert_int_equal(found.kind, UCP_DIGEST_XXH64);
	assert_int_equal(ucp_sums_parse(longer, strlen(longer), UCP_DIGEST_XXH3, &found), 1);
	assert_int_equal(found.kind, UCP_DIGEST_XXH128);
}

/** A NUL hides nothing. */
static void test_nul(void **state)
{
	struct ucp_sums_line found;
	char line[] = "XXH64 (a\0b) = " D16;

	(void)state;
	assert_int_equal(ucp_sums_parse(line, sizeof(line) - 1, UCP_DIGEST_NONE, &found), -EINVAL);
	assert_int_equal(ucp_sums_parse(line, 9, UCP_DIGEST_NONE, &found), -EINVAL);
}

/** Read back one line that a manifest gave out: ctx is the path it should have. */
static int back(void *ctx, const char *line, size_t len)
{
	struct ucp_sums_line found;
	char *copy = strndup(line, len);

	assert_int_equal(copy[len - 1], '\n');
	assert_int_equal(ucp_sums_parse(copy, len - 1, UCP_DIGEST_NONE, &found), 1);
	assert_string_equal(found.path, ctx);
	assert_int_equal(found.kind, UCP_DIGEST_XXH3);
	free(copy);
	return 0;
}

/** What a manifest writes is what is read from it, whatever the name. */
static void test_round_trip(void **state)
{
	static const char *const paths[] = {
		"a", "a\\", "\\a\nb", "\r", "a) = b", " ", "*", "XXH64 (a) = " D16, "\xff\x01", "#",
		"a\r", "a\n",
	};
	const struct ucp_digest_value value = {.len = 8, .bytes = {1, 2, 3}};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(paths); i++) {
		const char *path = paths[i / 2];
		struct ucp_manifest *man = ucp_manifest_new(
			UCP_DIGEST_XXH3, i % 2 == 0 ? UCP_MANIFEST_BSD : UCP_MANIFEST_GNU);
		assert_int_equal(ucp_manifest_add(man, path, &value, 0), 0);
		assert_int_equal(ucp_manifest_lines(man, back, (void *)(uintptr_t)path), 0);
		ucp_manifest_free(man);
	}
}

/** Random bytes, and good lines with a random byte: no crash, and paths that are strings. */
static void test_noise(void **state)
{
	uint8_t noise[256];

	(void)state;
	for (uint64_t seed = 0; seed < 20000; seed++) {
		struct ucp_sums_line found;
		unit_fill(noise, sizeof(noise), seed);
		size_t len = noise[0];
		if (seed % 2 == 0) {
			const char *good = rows[seed / 2 % COUNT(rows)].line;
			len = strlen(good);
			memcpy(noise, good, len);
			noise[len > 0 ? noise[255] % len : 0] = noise[254];
		}
		char *line = malloc(len + 1);
		assert_non_null(line);
		memcpy(line, noise, len);
		if (ucp_sums_parse(line, len, UCP_DIGEST_NONE, &found) > 0) {
			assert_true(strlen(found.path) > 0 && strlen(found.path) < len);
		}
		free(line);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines), cmocka_unit_test(test_hint),
		cmocka_unit_test(test_nul), cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests_name("sums", tests, NULL, NULL);
}
