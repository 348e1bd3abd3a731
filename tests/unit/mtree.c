/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "hash/manifest.h"
#include "hash/mtree.h"
#include "hash/spec.h"
#include "tests/lib/unit.h"

#define ALL                                                                                 \
	(UCP_MTREE_TYPE | UCP_MTREE_MODE | UCP_MTREE_UID | UCP_MTREE_GID | UCP_MTREE_SIZE | \
	 UCP_MTREE_TIME | UCP_MTREE_DEVICE | UCP_MTREE_LINK | UCP_MTREE_SHA256)

/** The line of an entry with all keywords, and the root's with none. */
static void test_format(void **state)
{
	struct ucp_mtree_entry entry = {
		.path = "d/a b\n#=\\\xff*", .keys = ALL, .type = S_IFREG, .mode = 01644, .uid = 1, .gid = 2,
		.size = 3, .sec = -4, .nsec = 5, .major = 6, .minor = 7, .link = "x y", .digest = {.len = 32}};
	char text[1024];

	(void)state;
	memset(entry.digest.bytes, 0xab, 32);
	assert_true(ucp_mtree_room(&entry) <= sizeof(text));
	size_t len = ucp_mtree_format(&entry, text);
	text[len] = '\0';
	assert_string_equal(text,
			    "./d/a\\040b\\012\\043\\075\\134\\377\\052 type=file mode=1644 uid=1 gid=2 size=3 "
			    "time=-4.000000005 device=native,6,7 link=x\\040y sha256digest="
			    "abababababababababababababababababababababababababababababababab\n");
	entry = (struct ucp_mtree_entry){.path = ""};
	text[ucp_mtree_format(&entry, text)] = '\0';
	assert_string_equal(text, ".\n");
}

/** The largest numbers fit into the room that is asked for. */
static void test_room(void **state)
{
	struct ucp_mtree_entry entry = {
		.path = "\xff\xff", .keys = ALL, .type = S_IFSOCK, .mode = 07777, .uid = UINT32_MAX,
		.gid = UINT32_MAX, .size = UINT64_MAX, .sec = INT64_MIN, .nsec = 999999999,
		.major = UINT32_MAX, .minor = UINT32_MAX, .link = "\xff\xff", .digest = {.len = 32}};

	(void)state;
	char *text = malloc(ucp_mtree_room(&entry));
	assert_non_null(text);
	assert_true(ucp_mtree_format(&entry, text) <= ucp_mtree_room(&entry));
	free(text);
}

/** Every byte of a name and a target comes back when the line is read. */
static void test_round(void **state)
{
	char name[256];
	struct ucp_mtree_entry entry = {.path = name, .link = name, .keys = ALL, .type = S_IFBLK,
					.major = 259, .minor = 300, .digest = {.len = 32}};
	struct ucp_mtree_entry back;
	struct ucp_spec_wrong wrong;
	struct ucp_spec *spec = ucp_spec_new();

	(void)state;
	assert_non_null(spec);
	for (int i = 0; i < 255; i++) {
		name[i] = (char)(i + 1);
	}
	name['.' - 1] = 'x'; /* beside a slash it would mean something */
	name[255] = '\0';
	char *text = malloc(ucp_mtree_room(&entry));
	assert_non_null(text);
	size_t len = ucp_mtree_format(&entry, text);
	assert_int_equal(ucp_spec_line(spec, text, len - 1, &back, &wrong), 1);
	assert_null(wrong.what);
	assert_string_equal(back.path + 2, name);
	assert_string_equal(back.link, name);
	assert_int_equal(back.keys, entry.keys);
	assert_int_equal(back.major, 259);
	assert_int_equal(back.minor, 300);
	free(text);
	ucp_spec_free(spec);
}

/** Paths seen, one behind the other, with the length of the digest and the tag. */
static int collect(void *ctx, const char *path, const struct ucp_digest_value *value, uint8_t tag)
{
	char *text = ctx;

	(void)sprintf(text + strlen(text), "%s:%u:%02x:%u ", path, value->len, value->bytes[0], tag);
	return 0;
}

/** A manifest in this form keeps paths without a digest, and the root as the first. */
static void test_noted(void **state)
{
	struct ucp_manifest *man = ucp_manifest_new(UCP_DIGEST_SHA256, UCP_MANIFEST_MTREE);
	const struct ucp_digest_value none = {0}, some = {.len = 32, .bytes = {0xcd}};
	char text[256] = "";

	(void)state;
	assert_non_null(man);
	assert_int_equal(ucp_manifest_add(man, "b", &some, 1), 0);
	assert_int_equal(ucp_manifest_add(man, "-", &none, 2), 0);
	assert_int_equal(ucp_manifest_add(man, "", &none, 3), 0);
	assert_int_equal(ucp_manifest_add(man, "b", &none, 4), 0);
	assert_int_equal(ucp_manifest_add(man, "c", &none, 5), 0);
	assert_int_equal(ucp_manifest_add(man, "c", &some, 6), 0);
	assert_int_equal(ucp_manifest_each(man, collect, text), 0);
	assert_string_equal(text, ":0:00:3 -:0:00:2 b:0:00:4 c:32:cd:6 ");
	ucp_manifest_free(man);
}

/** What may be replaced as a manifest of this form. */
static void test_signature(void **state)
{
	(void)state;
	assert_true(ucp_manifest_looks_like("#mtree\n. type=dir"));
	assert_true(ucp_manifest_looks_like("#mtree"));
	assert_true(ucp_manifest_looks_like("#mtree v2\n"));
	assert_false(ucp_manifest_looks_like("#mtrees\n"));
	assert_false(ucp_manifest_looks_like("# mtree\n"));
	assert_false(ucp_manifest_looks_like("/set type=file\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format), cmocka_unit_test(test_room),
		cmocka_unit_test(test_round),  cmocka_unit_test(test_noted),
		cmocka_unit_test(test_signature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
