/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "hash/digest.h"
#include "hash/hex.h"
#include "tests/lib/unit.h"

enum { PATTERN = 100000 };

static const enum ucp_digest_kind kinds[] = {UCP_DIGEST_XXH128, UCP_DIGEST_XXH64, UCP_DIGEST_XXH3,
					     UCP_DIGEST_SHA256};

/** How many of them this build has: the last needs libcrypto. */
static size_t n_kinds(void)
{
	return COUNT(kinds) - (ucp_digest_is_had(UCP_DIGEST_SHA256) ? 0 : 1);
}

/** The bytes that the answers below were made from, as xxhsum was given them. */
static void pattern_fill(uint8_t *buf)
{
	for (size_t i = 0; i < PATTERN; i++) {
		buf[i] = (uint8_t)(i * 7 + i / 251);
	}
}

/** The digest so far as text. */
static const char *digest_text(const struct ucp_digest *dig)
{
	static char text[2 * UCP_DIGEST_MAX + 1];
	struct ucp_digest_value value;

	ucp_digest_final(dig, &value);
	ucp_hex_format(value.bytes, value.len, text);
	return text;
}

/** A new digest that must be there. */
static struct ucp_digest *digest_begin(enum ucp_digest_kind kind)
{
	struct ucp_digest *dig = ucp_digest_new(kind);
	assert_non_null(dig);
	return dig;
}

/** A message and what `xxhsum -H2`, `-H1`, `-H3` (0.8.1) and `sha256sum` say about it. */
struct known {
	const char *what;
	size_t len;
	const char *digests[4];
};

static const struct known known[] = {
	{"nothing", 0,
	 {"99aa06d3014798d86001c324468d497f", "ef46db3751d8e999", "2d06800538d394c2",
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}},
	{"abc", 3, {"06b05ab6733a618578af5f94892f3950", "44bc2cf5ad770999", "78af5f94892f3950",
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}},
	{"pattern", PATTERN,
	 {"faa51cdf3b1485174e16d63e05fac6ed", "4316421af31ed0c2", "4e16d63e05fac6ed",
	  "6b4e3f3d1dee15db72c519f5962bad253dfc7d4183d7e30e656259ce1eeab007"}},
	{"zeros", PATTERN,
	 {"e1f876364c6fec62315c72a64b7df4d2", "2c9fd5b2f34e23db", "315c72a64b7df4d2",
	  "9192c25b734fcbadbe32dadc28089c60db0e39f90cc20ce2e5733f57261acc0c"}},
};

/** Digests are those of xxhsum, so that other programs can check a manifest. */
static void test_known_answers(void **state)
{
	static uint8_t buf[PATTERN];

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		memset(buf, 0, sizeof(buf));
		if (strcmp(known[i].what, "pattern") == 0) {
			pattern_fill(buf);
		} else if (strcmp(known[i].what, "abc") == 0) {
			memcpy(buf, "abc", 3);
		}
		for (size_t k = 0; k < n_kinds(); k++) {
			struct ucp_digest *dig = digest_begin(kinds[k]);
			ucp_digest_update(dig, buf, known[i].len);
			assert_string_equal(digest_text(dig), known[i].digests[k]);
			ucp_digest_free(dig);
		}
	}
}

/** A file hashed chunk by chunk has the digest of the whole, however it is cut. */
static void test_pieces(void **state)
{
	static const size_t steps[] = {1, 3, 63, 64, 65, 240, 241, 1023, 4097, 65536};
	static uint8_t buf[PATTERN];

	(void)state;
	pattern_fill(buf);
	for (size_t k = 0; k < n_kinds(); k++) {
		for (size_t s = 0; s < COUNT(steps); s++) {
			struct ucp_digest *dig = digest_begin(kinds[k]);
			for (size_t at = 0; at < PATTERN; at += steps[s]) {
				size_t left = PATTERN - at;
				ucp_digest_update(dig, buf + at, left < steps[s] ? left : steps[s]);
			}
			assert_string_equal(digest_text(dig), known[2].digests[k]);
			ucp_digest_free(dig);
		}
	}
}

/** A hole has the digest of the zeros that are read from it. */
static void test_zeros(void **state)
{
	static const uint64_t lens[] = {0, 1, 65535, 65536, 65537, 300001};
	static const uint8_t zeros[300001];

	(void)state;
	for (size_t k = 0; k < n_kinds(); k++) {
		for (size_t i = 0; i < COUNT(lens); i++) {
			char real[2 * UCP_DIGEST_MAX + 1];
			struct ucp_digest *dig = digest_begin(kinds[k]);
			ucp_digest_update(dig, "head", 4);
			ucp_digest_update(dig, zeros, lens[i]);
			ucp_digest_update(dig, "tail", 4);
			(void)strcpy(real, digest_text(dig));
			ucp_digest_reset(dig);
			ucp_digest_update(dig, "head", 4);
			ucp_digest_zeros(dig, lens[i]);
			ucp_digest_update(dig, "tail", 4);
			assert_string_equal(digest_text(dig), real);
			ucp_digest_free(dig);
		}
	}
}

/** A digest that is used again has forgotten the file before. */
static void test_reset(void **state)
{
	(void)state;
	for (size_t k = 0; k < n_kinds(); k++) {
		struct ucp_digest *dig = digest_begin(kinds[k]);
		ucp_digest_update(dig, "the file before", 15);
		(void)digest_text(dig);
		ucp_digest_reset(dig);
		assert_string_equal(digest_text(dig), known[0].digests[k]);
		ucp_digest_update(dig, "abc", 3);
		assert_string_equal(digest_text(dig), known[1].digests[k]);
		ucp_digest_free(dig);
	}
}

/** Asking for the digest in the middle does not change the end. */
static void test_final_goes_on(void **state)
{
	(void)state;
	for (size_t k = 0; k < n_kinds(); k++) {
		struct ucp_digest *dig = digest_begin(kinds[k]);
		ucp_digest_update(dig, "a", 1);
		(void)digest_text(dig);
		ucp_digest_update(dig, "bc", 2);
		assert_string_equal(digest_text(dig), known[1].digests[k]);
		ucp_digest_free(dig);
	}
}

/** Names go from the command line to the manifest, and unknown ones nowhere. */
static void test_names(void **state)
{
	(void)state;
	assert_int_equal(ucp_digest_parse("xxh128"), UCP_DIGEST_XXH128);
	assert_int_equal(ucp_digest_parse("XXH64"), UCP_DIGEST_XXH64);
	assert_int_equal(ucp_digest_parse("xxh3"), UCP_DIGEST_XXH3);
	assert_int_equal(ucp_digest_parse("sha256"), UCP_DIGEST_SHA256);
	assert_int_equal(ucp_digest_parse("xxh"), UCP_DIGEST_NONE);
	assert_int_equal(ucp_digest_parse(""), UCP_DIGEST_NONE);
	assert_string_equal(ucp_digest_tag(UCP_DIGEST_XXH128), "XXH128");
	assert_string_equal(ucp_digest_tag(UCP_DIGEST_XXH64), "XXH64");
	assert_string_equal(ucp_digest_tag(UCP_DIGEST_XXH3), "XXH3");
	assert_string_equal(ucp_digest_tag(UCP_DIGEST_SHA256), "SHA256");
	assert_int_equal(ucp_digest_len(UCP_DIGEST_XXH128), 16);
	assert_int_equal(ucp_digest_len(UCP_DIGEST_SHA256), 32);
	assert_int_equal(ucp_digest_len(UCP_DIGEST_NONE), 0);
}

/** Clean-up paths may free what was never made. */
static void test_free_null(void **state)
{
	(void)state;
	ucp_digest_free(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answers), cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_zeros), cmocka_unit_test(test_reset),
		cmocka_unit_test(test_final_goes_on), cmocka_unit_test(test_names),
		cmocka_unit_test(test_free_null),
	};

	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
