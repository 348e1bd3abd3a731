/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "hash/spec.h"
#include "tests/lib/unit.h"

#define D64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF"

/** Lines, one behind the other, and what the last one says, as text. */
struct row {
	const char *lines;
	const char *says; /* "0", "-EINVAL part", or path, keywords in order, and a wrong part */
};

/** What an entry says, as a text. */
static void print_entry(const struct ucp_mtree_entry *e, const struct ucp_spec_wrong *wrong,
			char *text, size_t room)
{
	size_t n = (size_t)snprintf(text, room, "%s", e->path);

#define PUT(key, ...) \
	n += (e->keys & (uint32_t)(key)) != 0 ? (size_t)snprintf(text + n, room - n, __VA_ARGS__) : 0
	PUT(UCP_MTREE_TYPE, " t=%o", (unsigned)e->type);
	PUT(UCP_MTREE_MODE, " m=%o", (unsigned)e->mode);
	PUT(UCP_MTREE_UID, " u=%u", (unsigned)e->uid);
	PUT(UCP_MTREE_GID, " g=%u", (unsigned)e->gid);
	PUT(UCP_MTREE_SIZE, " s=%llu", (unsigned long long)e->size);
	PUT(UCP_MTREE_TIME, " T=%lld.%u%s", (long long)e->sec, (unsigned)e->nsec, e->has_nsec ? "" : "?");
	PUT(UCP_MTREE_LINK, " l=%s", e->link);
	PUT(UCP_MTREE_DEVICE, " d=%u,%u", e->major, e->minor);
	PUT(UCP_MTREE_SHA256, " h=%02x%02x", e->digest.bytes[0], e->digest.bytes[31]);
	PUT(UCP_MTREE_OTHER, " other");
	PUT(UCP_MTREE_OPTIONAL, " optional");
	PUT(UCP_MTREE_NOCHANGE, " nochange");
	PUT(UCP_MTREE_IGNORE, " ignore");
#undef PUT
	if (wrong->what != NULL) {
		(void)snprintf(text + n, room - n, " !%s%s", wrong->part, wrong->is_more ? " more" : "");
	}
}

/** Read lines; what the last one says. */
static void read_lines(const char *lines, char *text, size_t room)
{
	struct ucp_spec *spec = ucp_spec_new();

	assert_non_null(spec);
	for (bool is_last = false; !is_last;) {
		size_t len = strcspn(lines, "\n");
		is_last = lines[len] == '\0';
		struct ucp_mtree_entry entry = {0};
		struct ucp_spec_wrong wrong;
		/* as large as it needs to be, so that a sanitizer sees more */
		char *line = malloc(len + 1);
		assert_non_null(line);
		memcpy(line, lines, len);
		int rc = ucp_spec_line(spec, line, len, &entry, &wrong);
		if (rc == 1) {
			print_entry(&entry, &wrong, text, room);
		} else {
			(void)snprintf(text, room, "%s%s%s", rc == 0 ? "0" : "-EINVAL",
				       wrong.part != NULL ? " !" : "", wrong.part != NULL ? wrong.part : "");
			assert_true(rc == 0 || (rc == -EINVAL && wrong.what != NULL));
		}
		free(line);
		lines += len + 1;
	}
	ucp_spec_free(spec);
}

/** Every kind of line, and what is said of wrong ones. */
static const struct row spec_rows[] = {
	{"#mtree", "0"},
	{"", "0"},
	{" \t\r", "0"},
	{"  # ./a type=file", "0"},
	{". type=dir", ". t=40000"},
	{"./a", "./a"},
	{"./a\r", "./a"},
	{"\t./a \t type=file\t", "./a t=100000"},
	{"./a type=link mode=0777 link=b\\040c", "./a t=120000 m=777 l=b c"},
	{"./a mode=4755 uid=0 gid=4294967295 size=18", "./a m=4755 u=0 g=4294967295 s=18"},
	{"./a time=5", "./a T=5.0?"},
	{"./a time=5.0", "./a T=5.0?"},
	{"./a time=5.000000000", "./a T=5.0"},
	{"./a time=5.7", "./a T=5.7"},
	{"./a time=5.000000007", "./a T=5.7"},
	{"./a time=-5.999999999", "./a T=-5.999999999"},
	{"./a type=char device=native,1,3", "./a t=20000 d=1,3"},
	{"./a type=block device=linux,0x103,010", "./a t=60000 d=259,8"},
	{"./a device=0x8a1", "./a d=8,161"},
	{"./a device=2209", "./a d=8,161"},
	{"./a type=socket", "./a t=140000"},
	{"./a type=fifo", "./a t=10000"},
	{"./a sha256=" D64, "./a h=01ef"},
	{"./a sha256digest=" D64, "./a h=01ef"},
	{"./a md5=x", "./a other"},
	{"./a sha512digest=x cksum=1", "./a other"},
	{"./a optional nochange ignore", "./a optional nochange ignore"},
	{"./a nlink=1 flags=none uname=root gname=x inode=1 tags=,a, resdevice=1 contents=/etc/passwd",
	 "./a"},
	/* names */
	{"./\\141\\012\\134\\\\", "./a\n\\\\"},
	{"./\\a\\b\\f\\n\\r\\s\\t\\v\\E\\#\\^A\\^?", "./\a\b\f\n\r \t\v\033#\001\177"},
	{"./\\M-a\\M^A\\377", "./\xe1\x81\xff"},
	{"./\xc3\xa4 size=1", "./\xc3\xa4 s=1"},
	{"./\\7\\12x\\1019", "./\a\nxA9"},
	{"./\\00", "-EINVAL !./\\00"},
	{"./\\8", "-EINVAL !./\\8"},
	{"./\\x41", "-EINVAL !./\\x41"},
	{"./\\000", "-EINVAL !./\\000"},
	{"./\\400", "-EINVAL !./\\400"},
	{"./\\0", "-EINVAL !./\\0"},
	{"./\\x", "-EINVAL !./\\x"},
	{"./\\^", "-EINVAL !./\\^"},
	{"./\\^@", "-EINVAL !./\\^@"},
	{"./\\M", "-EINVAL !./\\M"},
	{"./a\\", "0"}, /* goes on */
	/* the directory at hand */
	{"a type=dir\nb", "a/b"},
	{"a type=dir\nb type=dir\n..\nc", "a/c"},
	{"a type=dir\n..\n..\n..\nc", "c"},
	{"a type=dir\nx/y\nc", "a/c"},
	{"a type=file\nc", "c"},
	{". type=dir\na type=dir\nb", "./a/b"},
	{"a\\057b type=dir\nc", "a/b/c"},
	/* /set and /unset */
	{"/set type=file uid=5\n./a", "./a t=100000 u=5"},
	{"/set uid=5\n/set gid=6\n./a uid=7", "./a u=7 g=6"},
	{"/set uid=5 gid=6\n/unset uid\n./a", "./a g=6"},
	{"/set uid=5 gid=6 link=x\n/unset all\n./a", "./a"},
	{"/set link=x\n/set link=y\\040\n./a", "./a l=y "},
	{"/set link=x\n./a\n/set uid=1\n./b link=z\n./c", "./c u=1 l=x"},
	{"/set type=dir\na\nb", "a/b t=40000"},
	{"/set foo=1", "0 !foo=1"},
	{"/unset foo", "0 !foo"},
	{"/etc/passwd", "/etc/passwd"}, /* refused by who takes it */
	/* wrong keywords: the others count */
	{"./a foo=1 size=2", "./a s=2 !foo=1"},
	{"./a foo size=2", "./a s=2 !foo"},
	{"./a size", "./a !size"},
	{"./a optional=1", "./a !optional=1"},
	{"./a size=", "./a !size="},
	{"./a size=-1", "./a !size=-1"},
	{"./a size=9223372036854775808", "./a !size=9223372036854775808"},
	{"./a size=9223372036854775807", "./a s=9223372036854775807"},
	{"./a size=99999999999999999999999999", "./a !size=99999999999999999999999999"},
	{"./a uid=4294967296", "./a !uid=4294967296"},
	{"./a uid=1x", "./a !uid=1x"},
	{"./a mode=u=rw", "./a !mode=u=rw"},
	{"./a mode=17777", "./a !mode=17777"},
	{"./a type=door", "./a !type=door"},
	{"./a time=1.1000000000", "./a !time=1.1000000000"},
	{"./a time=.5", "./a !time=.5"},
	{"./a device=native,1", "./a !device=native,1"},
	{"./a device=bsdos,1,2,3", "./a !device=bsdos,1,2,3"},
	{"./a device=x", "./a !device=x"},
	{"./a sha256=12", "./a !sha256=12"},
	{"./a sha256=" D64 "0", "./a !sha256=" D64 "0"},
	{"./a foo=1 size=2 bar size=x", "./a s=2 !foo=1 more"},
	{"./a foo=1\n./a bar", "./a !bar"},
	{"./a size=1 size=2", "./a s=2"},
	{"./a size=1 size=x", "./a s=1 !size=x"},
	{"./a link=\\x uid=1", "./a u=1 !link=\\x"},
	/* lines that go on */
	{"./a size=1 \\\n uid=2", "./a u=2 s=1"},
	{"./a\\\nb \\\n\\\nuid=2", "./ab u=2"},
	{"./a\\\\\nb", "b"},
	{"#mtree \\\n./a size=1", "./a s=1"},
	{" # x \\\n ./a", "./a"},
	{"./a \\\n# x \\\nsize=1\n./b", "./b"},
	{"./a \\\n# x", "./a"},
	{"./a size=1 # x size=2 y", "./a s=1"},
	{"./a size=1\t#\\\nb", "b"},
	{"./a#b\\# link=#x", "./a#b# l=#x"},
	{"/set uid=1 # gid=2\nb", "b u=1"},
	{".. # up", "0"},
};

/** Each of them is read as it should be. */
static void test_lines(void **state)
{
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(spec_rows); i++) {
		read_lines(spec_rows[i].lines, text, sizeof(text));
		if (strcmp(text, spec_rows[i].says) != 0) {
			print_error("%s\n", spec_rows[i].lines);
		}
		assert_string_equal(text, spec_rows[i].says);
	}
}

/** A NUL in a line is refused, and so is a line that is too long when put together. */
static void test_refused(void **state)
{
	struct ucp_spec *spec = ucp_spec_new();
	struct ucp_mtree_entry entry;
	struct ucp_spec_wrong wrong;
	char nul[] = "./a\0b";
	const size_t len = 1 << 20;
	char *line = malloc(len + 1);

	(void)state;
	assert_non_null(spec);
	assert_non_null(line);
	assert_int_equal(ucp_spec_line(spec, nul, 5, &entry, &wrong), -EINVAL);
	for (int i = 0; i < 8; i++) {
		memset(line, 'a', len);
		line[len - 1] = '\\';
		assert_int_equal(ucp_spec_line(spec, line, len, &entry, &wrong), 0);
		assert_true(ucp_spec_is_cut(spec));
	}
	assert_int_equal(ucp_spec_line(spec, line, 1, &entry, &wrong), -EINVAL);
	assert_false(ucp_spec_is_cut(spec));
	(void)strcpy(line, "./a");
	assert_int_equal(ucp_spec_line(spec, line, 3, &entry, &wrong), 1);
	free(line);
	ucp_spec_free(spec);
	ucp_spec_free(NULL);
}

/** Short lines that stand for ever longer paths come to an end. */
static void test_proportion(void **state)
{
	struct ucp_spec *spec = ucp_spec_new();
	struct ucp_mtree_entry entry;
	struct ucp_spec_wrong wrong;
	int rc = 1;
	int n = 0;

	(void)state;
	assert_non_null(spec);
	for (; rc == 1 && n < 100000; n++) {
		char line[] = "a type=dir";
		rc = ucp_spec_line(spec, line, strlen(line), &entry, &wrong);
	}
	assert_int_equal(rc, -EINVAL);
	assert_true(n > 500);
	ucp_spec_free(spec);
}

/** What a manifest in mtree form begins with. */
static void test_begins(void **state)
{
	static const char *const yes[] = {"#mtree", "#mtree v2.0", "/set type=file", "/set\tuid=1",
					  ". type=dir", "./a size=1", "a \t mode=1", "./a",
					  "./a optional", "./a nochange type=file", "a optional uid=1",
					  ".", "./a colour=red size=1", "./a \\", "./a # x"};
	static const char *const no[] = {"#mtre", "#mtreex", "/sets a=1", "a", "a b", "a type", "",
					 "SHA256 (a) = 12", "a optional", "./a b", "./a size", ".a",
					 "a #size=1"};

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++) {
		assert_true(ucp_spec_begins(yes[i]));
	}
	for (size_t i = 0; i < COUNT(no); i++) {
		assert_false(ucp_spec_begins(no[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_proportion),
		cmocka_unit_test(test_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
