/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Write a tar archive to standard output, true or not. Each argument, or each line of
 * standard input when there is none, is an entry: TYPE NAME [KEY=VALUE]..., with one space
 * between words. TYPE is file, link, symlink, char, block, dir, fifo, or a letter.
 *
 *     mode= uid= gid= mtime= major= minor=   numbers; mtime=SECONDS.FRACTION is a pax record
 *     uname= gname= prefix= magic=           text in the header
 *     to=           what a link leads to
 *     text=         the data
 *     bytes=N       as many, text= or else x repeated
 *     size=N        what the header says of the data, whatever there is
 *     long=pax|cut  how a name of more than 100 bytes is told, if not in GNU's way
 *     pax=KEY=VALUE, record=BYTES            a pax record, or one as it stands, right or wrong
 *     at=OFFSET:BYTES                        in the header, before it gets its checksum
 *     sum=N         another checksum, in octal
 *
 * Sizes may end in k, m, g, t or p. "raw BYTES" are written as they stand; pax records of type
 * g hold for all that follow; "end N" are N blocks of zeros at the end (2). In words \n, \s, \\,
 * \123 are newline, space, backslash, a byte in octal; \e is nothing.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/** Bytes, which may have zeros among them; at[len] is one. */
struct text {
	char *at;
	size_t len;
};

/** What stands in front of an entry. */
struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[100];
	char magic[6], version[2], uname[32], gname[32], major[8], minor[8], prefix[155], pad[12];
};

/** An entry in the making. */
struct entry {
	struct header h;
	struct text name, to, text, long_style, at; /* "OFFSET:BYTES" */
	struct text sum, size, bytes; /* numbers; at is NULL when not given */
	FILE *records; /* writes into pax */
	char *pax;
	size_t pax_len;
};

/** Where a key's value goes; base 0 is text, -1 a text that waits until the entry is written. */
#define IN(member) offsetof(struct entry, member)
static const struct key {
	const char *key;
	size_t off, width;
	int base;
} keys[] = {
	{"mode", IN(h.mode), 8, 8},    {"uid", IN(h.uid), 8, 10},     {"gid", IN(h.gid), 8, 10},
	{"major", IN(h.major), 8, 10}, {"minor", IN(h.minor), 8, 10}, {"mtime", IN(h.mtime), 12, 10},
	{"uname", IN(h.uname), 32, 0}, {"gname", IN(h.gname), 32, 0}, {"prefix", IN(h.prefix), 155, 0},
	{"magic", IN(h.magic), 8, 0},  {"to", IN(to), 0, -1},         {"text", IN(text), 0, -1},
	{"long", IN(long_style), 0, -1}, {"at", IN(at), 0, -1},       {"sum", IN(sum), 0, -1},
	{"size", IN(size), 0, -1},     {"bytes", IN(bytes), 0, -1},
};

/** Types, in the order of their digits. */
static const char *const types[] = {"file", "link", "symlink", "char", "block", "dir", "fifo"};

/** A block of zeros, and how many are at the end. */
static const char zeros[512];
static unsigned long n_end = 2;

/** What entries have when nothing is said: no owner, the time 1000000000. */
static const struct header defaults = {
	.uid = "0000000", .gid = "0000000", .mtime = "07346545000",
	.magic = "ustar", .version = {'0', '0'},
};

/** Stop: a test must not go on with half an archive. */
static void die(const char *what, const char *about)
{
	fprintf(stderr, "mktar: %s '%s'\n", what, about);
	exit(2);
}

/** Turn the escapes of a word into what they mean, in place. */
static struct text decode(char *word)
{
	struct text text = {word, 0};

	for (char *c = word; *c != '\0'; c++) {
		if (*c != '\\') {
			word[text.len++] = *c;
		} else if (*++c >= '0' && *c <= '7') {
			word[text.len++] = (char)((c[0] - '0') << 6 | (c[1] - '0') << 3 | (c[2] - '0'));
			c += 2;
		} else if (*c != 'e') {
			word[text.len++] = (char)(*c == 'n' ? '\n' : *c == 's' ? ' ' : *c);
		}
	}
	word[text.len] = '\0';
	return text;
}

/** A number, perhaps with a letter for a power of 1024. */
static int64_t number(const char *text, int base)
{
	char *end;
	int64_t value = strtoll(text, &end, base);

	return *end == '\0' ? value : value * (INT64_C(1) << (10 + 10 * strcspn("kmgtp", end)));
}

/** Put a number into a field: in octal, or when it is too large or negative in base 256. */
static void put(char *field, size_t width, int64_t value)
{
	int n = snprintf(field, width, "%0*" PRIo64, (int)width - 1, value);

	if (value >= 0 && n < (int)width) {
		return;
	}
	for (size_t i = width; i-- > 0; value >>= 8) {
		field[i] = (char)value;
	}
	field[0] = (char)(field[0] | 0x80);
}

/** Put text into a field, as much as fits. */
static void put_text(char *field, size_t width, struct text text)
{
	memset(field, 0, width);
	memcpy(field, text.at, text.len < width ? text.len : width);
}

/** Write a header with its checksum or another, and len bytes of data, repeated, as blocks. */
static void write_blocks(struct header *h, const char *other_sum, struct text data, size_t len)
{
	int64_t sum = 0;

	memset(h->sum, ' ', sizeof(h->sum));
	for (size_t i = 0; i < sizeof(*h); i++) {
		sum += ((unsigned char *)h)[i];
	}
	put(h->sum, sizeof(h->sum) - 1, other_sum != NULL ? number(other_sum, 8) : sum);
	fwrite(h, 1, sizeof(*h), stdout);
	for (size_t i = 0; i < len; i++) {
		putchar_unlocked(data.at[i % data.len]);
	}
	fwrite(zeros, 1, (sizeof(zeros) - len % sizeof(zeros)) % sizeof(zeros), stdout);
}

/** Write an entry that says more about the next: a long name, or records of pax. */
static void write_about(char type, const char *name, struct text text)
{
	struct header h = defaults;

	h.type = type;
	put_text(h.name, sizeof(h.name), (struct text){(char *)name, strlen(name)});
	put(h.size, sizeof(h.size), (int64_t)text.len);
	write_blocks(&h, NULL, text, text.len);
}

/** Add a record of pax, with its length in front. */
static void add_record(struct entry *e, const char *key, struct text value)
{
	size_t len = strlen(key) + value.len + 2; /* without that of the length */
	size_t all = len + 1;

	while (all < len + (size_t)snprintf(NULL, 0, "%zu", all)) {
		all++;
	}
	fprintf(e->records, "%zu %s", all, key);
	fwrite(value.at, 1, value.len, e->records);
	fputc('\n', e->records);
}

/** Put a name into its field, and tell one that does not fit in another way. */
static void tell_name(struct entry *e, char *field, struct text name, char type, const char *key)
{
	put_text(field, 100, name);
	if (name.len > 100 && e->long_style.at == NULL) {
		write_about(type, "././@LongLink", (struct text){name.at, name.len + 1});
	} else if (name.len > 100 && strcmp(e->long_style.at, "pax") == 0) {
		add_record(e, key, name);
	}
}

/** Take a KEY=VALUE of an entry. */
static void take(struct entry *e, char *word)
{
	char *value = strchr(word, '=');

	if (value == NULL) {
		die("no KEY=VALUE:", word);
	}
	*value++ = '\0';
	struct text text = decode(value);
	if (strcmp(word, "record") == 0) {
		fwrite(text.at, 1, text.len, e->records);
		return;
	}
	if (strcmp(word, "pax") == 0 || (strcmp(word, "mtime") == 0 && strchr(value, '.') != NULL)) {
		add_record(e, word[0] == 'm' ? "mtime=" : "", text);
		return;
	}
	const struct key *k = keys;
	while (strcmp(word, k->key) != 0) {
		if (++k == keys + COUNT(keys)) {
			die("no such key:", word);
		}
	}
	char *at = (char *)e + k->off;
	if (k->base > 0) {
		put(at, k->width, number(value, k->base));
	} else if (k->base == 0) {
		put_text(at, k->width, text);
	} else {
		*(struct text *)(void *)at = text;
	}
}

/** Write an entry of which words are to be taken yet. */
static void write_entry(struct entry *e, char type, char *words)
{
	e->h = defaults;
	e->h.type = type;
	put(e->h.mode, sizeof(e->h.mode), type == '5' ? 0755 : 0644);
	e->records = open_memstream(&e->pax, &e->pax_len);
	while (words != NULL) {
		take(e, strsep(&words, " "));
	}
	int64_t len = e->bytes.at != NULL ? number(e->bytes.at, 10) : (int64_t)e->text.len;
	struct text data = e->text.len > 0 ? e->text : (struct text){"x", 1};
	put(e->h.size, sizeof(e->h.size), e->size.at != NULL ? number(e->size.at, 10) : len);
	tell_name(e, e->h.name, e->name, 'L', "path=");
	tell_name(e, e->h.link, e->to, 'K', "linkpath=");
	fclose(e->records);
	if (e->pax_len > 0) {
		write_about(type == 'g' ? 'g' : 'x', "PaxHeader", (struct text){e->pax, e->pax_len});
	}
	if (e->at.at != NULL) {
		char *bytes = strchr(e->at.at, ':') + 1;
		memcpy((char *)&e->h + strtoul(e->at.at, NULL, 10), bytes,
		       e->at.len - (size_t)(bytes - e->at.at));
	}
	if (type != 'g') {
		write_blocks(&e->h, e->sum.at, data, (size_t)len);
	}
	free(e->pax);
}

/** Carry out a line. */
static void take_line(char *line)
{
	struct entry e = {.to = {"", 0}};
	const char *type = strsep(&line, " ");
	char *name = strsep(&line, " ");
	char letter = type[1] == '\0' ? type[0] : '\0';

	if (name == NULL) {
		die("no name in line", type);
	}
	e.name = decode(name);
	for (size_t i = 0; i < COUNT(types); i++) {
		letter = strcmp(type, types[i]) == 0 ? (char)('0' + i) : letter;
	}
	if (strcmp(type, "end") == 0) {
		n_end = strtoul(name, NULL, 10);
	} else if (strcmp(type, "raw") == 0) {
		fwrite(e.name.at, 1, e.name.len, stdout);
	} else if (letter == '\0') {
		die("no type of entry is called", type);
	} else {
		write_entry(&e, letter, line);
	}
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t size = 0;

	for (int i = 1; i < argc; i++) {
		take_line(argv[i]);
	}
	while (argc < 2 && getline(&line, &size, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		take_line(line);
	}
	free(line);
	while (n_end-- > 0) {
		fwrite(zeros, 1, sizeof(zeros), stdout);
	}
	return fflush(stdout) != 0 || ferror(stdout);
}
