/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Names in messages are quoted as GNU programs do. The oracle is ls: a directory
 * is filled with odd names, and what `ls --quoting-style=shell-escape-always`
 * prints must be what ucp_quote() makes of the same names. Readers' eyes and
 * scripts that match cp's messages depend on it.
 */
#include "cmd/quote.h"
#include "tests/lib/unit.h"

#include <dirent.h>
#include <locale.h>

enum { NAMES_MAX = 8192, SHOWN = 8 };

/** Quoted names, sorted; owned. */
struct names {
	char *list[NAMES_MAX];
	size_t n;
};

static struct names from_ls, from_us;
static char dir_path[64];
static int dir_fd;

/** Make the directory. */
static int names_setup(void **state)
{
	(void)state;
	dir_fd = unit_dir_make(dir_path);
	return 0;
}

/** Remove the directory, and go back to the locale of the others. */
static int names_teardown(void **state)
{
	(void)state;
	(void)close(dir_fd);
	unit_dir_remove(dir_path);
	(void)setlocale(LC_CTYPE, "C");
	return 0;
}

/** Add a copy of a text. */
static void names_add(struct names *names, const char *text)
{
	assert_true(names->n < NAMES_MAX);
	names->list[names->n] = strdup(text);
	assert_non_null(names->list[names->n]);
	names->n++;
}

/** The order of two names. */
static int names_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/** Release all. */
static void names_clear(struct names *names)
{
	while (names->n > 0) {
		free(names->list[--names->n]);
	}
}

/**
 * Whether older programs get a name wrong, so that they cannot be the oracle.
 *
 * Up to coreutils 9.1 at least, a name with an apostrophe that ends in an escape
 * is printed as something no shell reads back; gnulib's quotearg.c has since
 * been mended. test_shell_reads_back() looks after such names.
 */
static bool ls_is_wrong(const char *name, size_t len)
{
	unsigned char last = (unsigned char)name[len - 1];

	return strchr(name, '\'') != NULL && (last < ' ' || last > '~');
}

/** Make a file of a name; what no name can be is left out. */
static void file_make(const char *name, size_t len)
{
	if (len == 0 || strlen(name) != len || strchr(name, '/') != NULL ||
	    strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || ls_is_wrong(name, len)) {
		return;
	}
	int fd = openat(dir_fd, name, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
}

/** What ls prints, a name a line: newlines in names are escaped. */
static void names_from_ls(const char *locale)
{
	char command[256];
	char *line = NULL;
	size_t room = 0;

	(void)snprintf(command, sizeof(command),
		       "cd %s && LC_ALL=%s ls -1A --quoting-style=shell-escape-always", dir_path,
		       locale);
	FILE *in = popen(command, "r");
	assert_non_null(in);
	for (ssize_t len = getline(&line, &room, in); len > 0; len = getline(&line, &room, in)) {
		line[len - 1] = '\0';
		names_add(&from_ls, line);
	}
	free(line);
	assert_int_equal(pclose(in), 0);
}

/** What we print. */
static void names_from_us(void)
{
	DIR *dir = opendir(dir_path);
	assert_non_null(dir);
	for (struct dirent *ent = readdir(dir); ent != NULL; ent = readdir(dir)) {
		if (strcmp(ent->d_name, ".") != 0 && strcmp(ent->d_name, "..") != 0) {
			names_add(&from_us, ucp_quote(0, ent->d_name));
		}
	}
	(void)closedir(dir);
}

/** Whether a text is among names. */
static bool names_has(const struct names *names, const char *text)
{
	return bsearch(&text, names->list, names->n, sizeof(text), names_order) != NULL;
}

/** Print what one side has and the other has not, up to a few: how many there are. */
static int names_lack(const char *who, const struct names *have, const struct names *other)
{
	int n = 0;

	for (size_t i = 0; i < have->n; i++) {
		if (!names_has(other, have->list[i]) && n++ < SHOWN) {
			fprintf(stderr, "# only %s: %s\n", who, have->list[i]);
		}
	}
	return n;
}

/** Compare all names of the directory under a locale. */
static void compare_with_ls(const char *locale)
{
	if (setlocale(LC_CTYPE, locale) == NULL) {
		skip();
	}
	names_from_ls(locale);
	names_from_us();
	qsort(from_ls.list, from_ls.n, sizeof(from_ls.list[0]), names_order);
	qsort(from_us.list, from_us.n, sizeof(from_us.list[0]), names_order);
	int n_wrong = names_lack("ls ", &from_ls, &from_us) + names_lack("ucp", &from_us, &from_ls);
	size_t n_ls = from_ls.n, n_us = from_us.n;
	names_clear(&from_ls);
	names_clear(&from_us);
	assert_int_equal(n_ls, n_us);
	assert_int_equal(n_wrong, 0);
}

/** Every byte alone, at either end, in the middle, and twice. */
static void make_bytes(void)
{
	for (int c = 1; c < 256; c++) {
		char b = (char)c;
		file_make((const char[]){b, 0}, 1);
		file_make((const char[]){b, 'x', 0}, 2);
		file_make((const char[]){'x', b, 0}, 2);
		file_make((const char[]){'x', b, 'y', 0}, 3);
		file_make((const char[]){b, b, 0}, 2);
	}
}

/** Every printable byte beside an apostrophe, which decides between '...' and "...". */
static void make_apostrophes(void)
{
	for (int c = 32; c < 127; c++) {
		char b = (char)c;
		file_make((const char[]){'\'', b, 0}, 2);
		file_make((const char[]){b, '\'', 0}, 2);
		file_make((const char[]){'a', '\'', b, 'c', 0}, 4);
	}
}

/** Apostrophes and bytes that are escaped, in every order. */
static void make_mixed(void)
{
	static const char bytes[] = {'\'', '\n', 'a', '\x7f', ' ', '"'};
	const size_t n = sizeof(bytes);

	for (size_t i = 0; i < n * n * n * n; i++) {
		file_make((const char[]){bytes[i % n], bytes[i / n % n], bytes[i / n / n % n],
					 bytes[i / n / n / n], 0}, 4);
	}
}

/** Characters of several bytes: printable, not printable, cut off, overlong, not Unicode. */
static void make_wide(void)
{
	static const char *const names[] = {
		"\xc3\xa4", "x\xc3\xa4y", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xc3\xa4 it's",
		"\xe2\x80\x8b", "a\xe2\x80\x8b\xe2\x80\xa8z", "\xc2\x85", "\xc2\x9b[31m",
		"\xef\xbb\xbf" "bom", "\xe2\x80\xae" "rtl", "\xc3", "a\xc3", "\xc3" "a",
		"\xe2\x82", "a\xe2\x82" "b", "\xf0\x9f\x98", "\xc0\xaf", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff\xfe", "\xff\xc3\xa4'\xff.",
		"\xc3\xa4\xc3", "e\xcc\x81", "\xcc\x81", "\xee\x80\x80", "\xef\xbf\xbf",
		"\xf3\xa0\x80\x81", "\xe3\x81\x82'",
	};

	for (size_t i = 0; i < COUNT(names); i++) {
		file_make(names[i], strlen(names[i]));
	}
}

/** Every byte is quoted as ls does, in UTF-8. */
static void test_bytes_utf8(void **state)
{
	(void)state;
	make_bytes();
	compare_with_ls("C.UTF-8");
}

/** Every byte is quoted as ls does, where only ASCII is printable. */
static void test_bytes_c(void **state)
{
	(void)state;
	make_bytes();
	compare_with_ls("C");
}

/** Names with an apostrophe get "..." only when nothing in them is special to a shell. */
static void test_apostrophes(void **state)
{
	(void)state;
	make_apostrophes();
	compare_with_ls("C.UTF-8");
}

/** An apostrophe next to an escaped byte is quoted as ls does. */
static void test_mixed(void **state)
{
	(void)state;
	make_mixed();
	compare_with_ls("C.UTF-8");
}

/** Characters beyond ASCII are printed or escaped as ls does, in UTF-8. */
static void test_wide_utf8(void **state)
{
	(void)state;
	make_wide();
	compare_with_ls("C.UTF-8");
}

/** Characters beyond ASCII are printed or escaped as ls does, where there are none. */
static void test_wide_c(void **state)
{
	(void)state;
	make_wide();
	compare_with_ls("C");
}

/** What a shell makes of a word, in got. */
static void shell_read(const char *word, char *got, size_t size)
{
	char command[4096];
	int ends[2];
	size_t used = 0;
	ssize_t n;

	(void)snprintf(command, sizeof(command), "printf %%s %s", word);
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		/* bash, because dash has no $'...' */
		execlp("bash", "bash", "-c", command, (char *)NULL);
		_exit(127);
	}
	(void)close(ends[1]);
	while ((n = read(ends[0], got + used, size - 1 - used)) > 0) {
		used += (size_t)n;
	}
	(void)close(ends[0]);
	(void)waitpid(pid, NULL, 0);
	got[used] = '\0';
}

/** Whatever is quoted, a shell reads it back as the name it was: no message can mislead one. */
static void test_shell_reads_back(void **state)
{
	static const char bytes[] = "'\n\t\\$\"`! a\x7f\xc3\xa4\x01*";
	char name[16], got[64];

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	for (uint64_t seed = 1; seed <= 60; seed++) {
		uint8_t random[10];
		unit_fill(random, sizeof(random), seed);
		for (size_t i = 0; i < sizeof(random); i++) {
			name[i] = bytes[random[i] % (sizeof(bytes) - 1)];
		}
		name[sizeof(random)] = '\0';
		shell_read(ucp_quote(0, name), got, sizeof(got));
		assert_string_equal(got, name);
	}
	shell_read(ucp_quote(0, "it's\n"), got, sizeof(got));
	assert_string_equal(got, "it's\n");
}

/** A message with two names needs two results at a time, and no name has no quotes. */
static void test_slots(void **state)
{
	(void)state;
	const char *a = ucp_quote(0, "a");
	const char *b = ucp_quote(1, "");
	assert_string_equal(a, "'a'");
	assert_string_equal(b, "''");
}

/** A name as long as can be, all of it escaped, fits. */
static void test_longest(void **state)
{
	static char name[65536];

	(void)state;
	for (size_t i = 0; i < sizeof(name) - 1; i++) {
		name[i] = i % 2 == 0 ? '\x01' : 'a';
	}
	const char *text = ucp_quote(0, name);
	assert_int_equal(strncmp(text, "''$'\\001''a'$'\\001''a'", 22), 0);
	memset(name, '\'', sizeof(name) - 1);
	name[0] = '"';
	assert_int_equal(strncmp(ucp_quote(0, name), "'\"'\\'''\\''", 10), 0);
	memset(name, '\xff', sizeof(name) - 1);
	assert_int_equal(strlen(ucp_quote(0, name)), 4 * (sizeof(name) - 1) + 5);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bytes_utf8, names_setup, names_teardown),
		cmocka_unit_test_setup_teardown(test_bytes_c, names_setup, names_teardown),
		cmocka_unit_test_setup_teardown(test_apostrophes, names_setup, names_teardown),
		cmocka_unit_test_setup_teardown(test_mixed, names_setup, names_teardown),
		cmocka_unit_test_setup_teardown(test_wide_utf8, names_setup, names_teardown),
		cmocka_unit_test_setup_teardown(test_wide_c, names_setup, names_teardown),
		cmocka_unit_test(test_shell_reads_back),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_longest),
	};

	return cmocka_run_group_tests_name("quote", tests, NULL, NULL);
}
