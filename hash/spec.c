/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Two kinds of names: one with a slash is a path from the root. One without is in
 * the directory at hand, and becomes that when it is a directory itself, until a
 * line "..".
 */
#include "hash/spec.h"

#include "hash/hex.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum {
	SPEC_RATIO = 32,       /* paths and targets given out, to bytes read: more is hostile */
	SPEC_SLACK = 64 << 20, /* bytes that may be given out in any case: deep trees have short lines */
	SPEC_DIR_MAX = 64 << 10, /* bytes of a directory at hand */
};

/** What separates words. */
static const char spec_blanks[] = " \t\r";

/** A text that grows. */
struct spec_text {
	char *text;  /**< owned: with a NUL behind it, or NULL */
	size_t len;  /**< bytes */
	size_t room; /**< bytes */
};

/** The reader. */
struct ucp_spec {
	struct ucp_mtree_entry set; /**< what /set says; without a path */
	char *set_link;             /**< owned: its link */
	struct spec_text dir;       /**< the directory at hand */
	struct spec_text path;      /**< of the entry given out last, when it is in that */
	struct spec_text pending;   /**< a line that goes on */
	bool goes_on;
	bool is_too_long;           /**< the line that goes on is */
	uint64_t n_in;              /**< bytes read */
	uint64_t n_out;             /**< bytes of paths and targets given out */
};

struct ucp_spec *ucp_spec_new(void)
{
	return calloc(1, sizeof(struct ucp_spec));
}

void ucp_spec_free(struct ucp_spec *spec)
{
	if (spec == NULL) {
		return;
	}
	free(spec->set_link);
	free(spec->dir.text);
	free(spec->path.text);
	free(spec->pending.text);
	free(spec);
}

/** Append len bytes: 0 or -ENOMEM. */
static int spec_append(struct spec_text *to, const char *text, size_t len)
{
	if (to->room - to->len < len + 1) {
		size_t room = (to->len + len + 1) * 2;
		char *more = realloc(to->text, room);
		if (more == NULL) {
			return -ENOMEM;
		}
		to->text = more;
		to->room = room;
	}
	memcpy(to->text + to->len, text, len);
	to->len += len;
	to->text[to->len] = '\0';
	return 0;
}

/** One escape of the kinds with a letter: the byte, or -1. */
static int spec_letter(char c)
{
	static const char letters[] = "abfnrstvE0";
	static const char bytes[] = "\a\b\f\n\r \t\v\033";
	const char *at = c != '\0' ? strchr(letters, c) : NULL;

	return at != NULL && *at != '0' ? bytes[at - letters] : -1;
}

/** Whether a character is an octal digit. */
static bool spec_is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/** A control character as vis(3) writes it, behind "^". */
static int spec_control(char c)
{
	return c == '?' ? 0x7f : c & 0x1f;
}

/** Undo the escape that *text is at, behind its backslash: the byte, or -1. *text goes on. */
static int spec_escape(const char **text)
{
	const char *at = *text;
	int byte;

	if (spec_is_octal(at[0])) {
		byte = 0;
		for (int i = 0; i < 3 && spec_is_octal(at[i]); i++) {
			byte = byte << 3 | (at[i] - '0');
			(*text)++;
		}
		return byte > 0 && byte <= 0xff ? byte : -1;
	}
	if (at[0] == '^') {
		byte = at[1] != '\0' ? spec_control(at[1]) : -1;
		*text += byte >= 0 ? 2 : 1;
		return byte > 0 ? byte : -1;
	}
	if (at[0] == 'M' && (at[1] == '-' || at[1] == '^') && at[2] != '\0') {
		*text += 3;
		return 0x80 | (at[1] == '-' ? at[2] : spec_control(at[2]));
	}
	*text += at[0] != '\0';
	byte = spec_letter(at[0]);
	bool is_word = (at[0] >= '0' && at[0] <= '9') || (at[0] >= 'a' && at[0] <= 'z') ||
		       (at[0] >= 'A' && at[0] <= 'Z');
	return byte > 0 ? byte : is_word || at[0] == '\0' ? -1 : (unsigned char)at[0];
}

/** Whether all escapes of a text are such. */
static bool spec_is_escaped(const char *text)
{
	while (*text != '\0') {
		if (*text++ == '\\' && spec_escape(&text) < 0) {
			return false;
		}
	}
	return true;
}

/** Undo all escapes in place; false, with nothing changed, when there is one that is none. */
static bool spec_unescape(char *text)
{
	const char *from = text;
	char *to = text;

	if (!spec_is_escaped(text)) {
		return false;
	}
	while (*from != '\0') {
		char c = *from++;
		*to++ = c == '\\' ? (char)spec_escape(&from) : c;
	}
	*to = '\0';
	return true;
}

/** A number of digits, up to max, that *text goes behind: false when there is none, or it is larger. */
static bool spec_number(const char **text, unsigned base, uint64_t max, uint64_t *ret_number)
{
	const char *at = *text;
	uint64_t number = 0;

	for (;; at++) {
		unsigned char c = (unsigned char)*at;
		unsigned digit = c >= '0' && c <= '9'   ? c - '0' + 0u
				 : c >= 'a' && c <= 'f' ? c - 'a' + 10u
				 : c >= 'A' && c <= 'F' ? c - 'A' + 10u
							: 16;
		if (digit >= base) {
			break;
		}
		if (number > (max - digit) / base) {
			return false;
		}
		number = number * base + digit;
	}
	bool has_digits = at > *text;
	*text = at;
	*ret_number = number;
	return has_digits;
}

/** A value that is a number and nothing else. */
static bool spec_whole(const char *text, unsigned base, uint64_t max, uint64_t *ret_number)
{
	return spec_number(&text, base, max, ret_number) && *text == '\0';
}

/** type= */
static bool spec_type(const char *text, struct ucp_mtree_entry *to)
{
	static const struct {
		const char *word;
		mode_t type;
	} types[] = {
		{"file", S_IFREG},  {"dir", S_IFDIR},    {"link", S_IFLNK},   {"fifo", S_IFIFO},
		{"char", S_IFCHR},  {"block", S_IFBLK},  {"socket", S_IFSOCK},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(text, types[i].word) == 0) {
			to->type = types[i].type;
			return true;
		}
	}
	return false;
}

/** time=SECONDS[.NANOSECONDS] */
static bool spec_time(const char *text, struct ucp_mtree_entry *to)
{
	bool is_negative = *text == '-';
	uint64_t sec, nsec = 0;
	const char *point;

	text += is_negative;
	if (!spec_number(&text, 10, INT64_MAX, &sec)) {
		return false;
	}
	point = text;
	if (*text == '.') {
		text++;
		if (!spec_number(&text, 10, 999999999, &nsec)) {
			return false;
		}
	}
	to->sec = is_negative ? -(int64_t)sec : (int64_t)sec;
	to->nsec = (uint32_t)nsec;
	/* libarchive writes no zeros in front: .7 is 7 nanoseconds. But .0 may mean that they are unknown. */
	to->has_nsec = nsec != 0 || text - point == 1 + 9;
	return *text == '\0';
}

/** A number as in C: decimal, 0octal or 0xhexadecimal. */
static bool spec_c_number(const char **text, uint64_t max, uint64_t *ret_number)
{
	unsigned base = 10;

	if ((*text)[0] == '0' && ((*text)[1] == 'x' || (*text)[1] == 'X')) {
		*text += 2;
		base = 16;
	} else if ((*text)[0] == '0') {
		base = 8;
	}
	return spec_number(text, base, max, ret_number);
}

/** device=FORMAT,MAJOR,MINOR, or a dev_t of this system. */
static bool spec_device(const char *text, struct ucp_mtree_entry *to)
{
	const char *comma = strchr(text, ',');
	uint64_t numbers[2];

	if (comma == NULL) {
		bool fine = spec_c_number(&text, UINT64_MAX, &numbers[0]) && *text == '\0';
		to->major = fine ? major((dev_t)numbers[0]) : 0;
		to->minor = fine ? minor((dev_t)numbers[0]) : 0;
		return fine;
	}
	text = comma + 1;
	if (!spec_c_number(&text, UINT32_MAX, &numbers[0]) || *text++ != ',' ||
	    !spec_c_number(&text, UINT32_MAX, &numbers[1])) {
		return false;
	}
	to->major = (uint32_t)numbers[0];
	to->minor = (uint32_t)numbers[1];
	return *text == '\0';
}

/** sha256digest= */
static bool spec_sha256(const char *text, struct ucp_mtree_entry *to)
{
	to->digest.len = ucp_digest_len(UCP_DIGEST_SHA256);
	return strlen(text) == 2 * (size_t)to->digest.len &&
	       ucp_hex_parse(text, to->digest.len, to->digest.bytes);
}

/** A keyword. */
struct spec_keyword {
	const char *name;
	uint32_t key;   /**< 0: known, and of no use here */
	bool has_value;
};

/** Every keyword. */
static const struct spec_keyword spec_keywords[] = {
	{"type", UCP_MTREE_TYPE, true},         {"mode", UCP_MTREE_MODE, true},
	{"uid", UCP_MTREE_UID, true},           {"gid", UCP_MTREE_GID, true},
	{"size", UCP_MTREE_SIZE, true},         {"time", UCP_MTREE_TIME, true},
	{"link", UCP_MTREE_LINK, true},         {"device", UCP_MTREE_DEVICE, true},
	{"sha256digest", UCP_MTREE_SHA256, true}, {"sha256", UCP_MTREE_SHA256, true},
	{"optional", UCP_MTREE_OPTIONAL, false}, {"nochange", UCP_MTREE_NOCHANGE, false},
	{"ignore", UCP_MTREE_IGNORE, false},    {"cksum", UCP_MTREE_OTHER, true},
	{"md5", UCP_MTREE_OTHER, true},         {"md5digest", UCP_MTREE_OTHER, true},
	{"rmd160", UCP_MTREE_OTHER, true},      {"rmd160digest", UCP_MTREE_OTHER, true},
	{"ripemd160digest", UCP_MTREE_OTHER, true}, {"sha1", UCP_MTREE_OTHER, true},
	{"sha1digest", UCP_MTREE_OTHER, true},  {"sha384", UCP_MTREE_OTHER, true},
	{"sha384digest", UCP_MTREE_OTHER, true}, {"sha512", UCP_MTREE_OTHER, true},
	{"sha512digest", UCP_MTREE_OTHER, true}, {"content", 0, true},
	{"contents", 0, true},                  {"flags", 0, true},
	{"gname", 0, true},                     {"inode", 0, true},
	{"nlink", 0, true},                     {"resdevice", 0, true},
	{"tags", 0, true},                      {"uname", 0, true},
};

/** The keyword that a word of len bytes names, or NULL. */
static const struct spec_keyword *spec_find(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(spec_keywords) / sizeof(spec_keywords[0]); i++) {
		if (strlen(spec_keywords[i].name) == len &&
		    memcmp(spec_keywords[i].name, word, len) == 0) {
			return &spec_keywords[i];
		}
	}
	return NULL;
}

/** Take on the value of a keyword: false when it is none. */
static bool spec_value(uint32_t key, char *value, struct ucp_mtree_entry *to)
{
	uint64_t number = 0;
	bool fine;

	switch (key) {
	case UCP_MTREE_TYPE:
		return spec_type(value, to);
	case UCP_MTREE_MODE:
		fine = spec_whole(value, 8, 07777, &number);
		to->mode = (mode_t)number;
		return fine;
	case UCP_MTREE_UID:
		fine = spec_whole(value, 10, UINT32_MAX, &number);
		to->uid = (uid_t)number;
		return fine;
	case UCP_MTREE_GID:
		fine = spec_whole(value, 10, UINT32_MAX, &number);
		to->gid = (gid_t)number;
		return fine;
	case UCP_MTREE_SIZE:
		return spec_whole(value, 10, INT64_MAX, &to->size);
	case UCP_MTREE_TIME:
		return spec_time(value, to);
	case UCP_MTREE_LINK:
		to->link = value;
		return spec_unescape(value);
	case UCP_MTREE_DEVICE:
		return spec_device(value, to);
	case UCP_MTREE_SHA256:
		return spec_sha256(value, to);
	default:
		return true;
	}
}

/** Take on one word: what is wrong with it, or NULL. */
static const char *spec_word(char *word, struct ucp_mtree_entry *to)
{
	size_t len = strcspn(word, "=");
	const struct spec_keyword *keyword = spec_find(word, len);

	if (keyword == NULL || keyword->has_value != (word[len] == '=')) {
		return "is not a keyword of mtree";
	}
	struct ucp_mtree_entry with = *to;
	if (keyword->has_value && !spec_value(keyword->key, word + len + 1, &with)) {
		return "is not a value that can be read";
	}
	*to = with;
	to->keys |= keyword->key;
	return NULL;
}

/** The next word of a text, with a NUL behind it, or NULL; *text goes on. */
static char *spec_next(char **text)
{
	char *word = *text + strspn(*text, spec_blanks);
	size_t len = strcspn(word, spec_blanks);

	if (len == 0) {
		return NULL;
	}
	*text = word + len;
	if (**text != '\0') {
		*(*text)++ = '\0';
	}
	return word;
}

/** Tell what is wrong with a word; the first counts. */
static void spec_complain(struct ucp_spec_wrong *wrong, const char *what, const char *word)
{
	wrong->is_more = wrong->what != NULL;
	if (wrong->what == NULL) {
		*wrong = (struct ucp_spec_wrong){.what = what, .part = word};
	}
}

/** Take on all words of a text. */
static void spec_words(char *text, struct ucp_mtree_entry *to, struct ucp_spec_wrong *wrong)
{
	char *word;

	while ((word = spec_next(&text)) != NULL) {
		const char *what = spec_word(word, to);
		if (what != NULL) {
			spec_complain(wrong, what, word);
		}
	}
}

/** /set: 0 or -ENOMEM. */
static int spec_set(struct ucp_spec *spec, char *text, struct ucp_spec_wrong *wrong)
{
	spec_words(text, &spec->set, wrong);
	if ((spec->set.keys & UCP_MTREE_LINK) == 0 || spec->set.link == spec->set_link) {
		return 0;
	}
	char *own = strdup(spec->set.link);
	free(spec->set_link);
	spec->set_link = own;
	spec->set.link = own;
	if (own == NULL) {
		spec->set.keys &= ~(uint32_t)UCP_MTREE_LINK;
		return -ENOMEM;
	}
	return 0;
}

/** /unset */
static void spec_unset(struct ucp_spec *spec, char *text, struct ucp_spec_wrong *wrong)
{
	char *word;

	while ((word = spec_next(&text)) != NULL) {
		const struct spec_keyword *keyword = spec_find(word, strlen(word));
		if (keyword != NULL) {
			spec->set.keys &= ~keyword->key;
		} else if (strcmp(word, "all") == 0) {
			spec->set.keys = 0;
		} else {
			spec_complain(wrong, "is not a keyword of mtree", word);
		}
	}
}

/** "..": back to the directory that the one at hand is in. */
static void spec_up(struct ucp_spec *spec)
{
	struct spec_text *dir = &spec->dir;

	while (dir->len > 0 && dir->text[dir->len - 1] != '/') {
		dir->len--;
	}
	dir->len -= dir->len > 0;
	if (dir->text != NULL) {
		dir->text[dir->len] = '\0';
	}
}

/** Put a name that is in the directory at hand behind it: 0, -EINVAL or -ENOMEM. */
static int spec_below(struct ucp_spec *spec, struct ucp_mtree_entry *entry,
		      struct ucp_spec_wrong *wrong)
{
	struct spec_text *path = &spec->path;
	bool is_dir = (entry->keys & UCP_MTREE_TYPE) != 0 && entry->type == S_IFDIR;
	int err = 0;

	path->len = 0;
	if (spec->dir.len > 0) {
		err = spec_append(path, spec->dir.text, spec->dir.len);
		err = err < 0 ? err : spec_append(path, "/", 1);
	}
	err = err < 0 ? err : spec_append(path, entry->path, strlen(entry->path));
	if (err < 0) {
		return err;
	}
	entry->path = path->text;
	if (is_dir && path->len > SPEC_DIR_MAX) {
		*wrong = (struct ucp_spec_wrong){.what = "a directory with too long a path"};
		return -EINVAL;
	}
	if (is_dir) {
		spec->dir.len = 0;
		err = spec_append(&spec->dir, path->text, path->len);
	}
	return err;
}

/** Whether more has been given out than such a line could stand for. */
static bool spec_is_hostile(struct ucp_spec *spec, const struct ucp_mtree_entry *entry)
{
	spec->n_out += strlen(entry->path);
	spec->n_out += (entry->keys & UCP_MTREE_LINK) != 0 ? strlen(entry->link) : 0;
	return spec->n_out > spec->n_in * SPEC_RATIO + SPEC_SLACK;
}

/** A line that is complete, and neither blank nor a comment; as ucp_spec_line(). */
static int spec_take(struct ucp_spec *spec, char *line, struct ucp_mtree_entry *ret_entry,
		     struct ucp_spec_wrong *wrong)
{
	struct ucp_mtree_entry entry = spec->set;
	char *name = spec_next(&line);

	if (name[0] == '/') {
		if (strcmp(name, "/set") == 0) {
			return spec_set(spec, line, wrong);
		}
		if (strcmp(name, "/unset") == 0) {
			spec_unset(spec, line, wrong);
			return 0;
		}
		/* An absolute path, perhaps: refused like others that lead out. */
	}
	if (strcmp(name, "..") == 0) {
		spec_up(spec);
		return 0;
	}
	bool is_full = strchr(name, '/') != NULL;
	if (!spec_unescape(name)) {
		*wrong = (struct ucp_spec_wrong){.what = "is not a name that can be read", .part = name};
		return -EINVAL;
	}
	entry.path = name;
	spec_words(line, &entry, wrong);
	int err = is_full ? 0 : spec_below(spec, &entry, wrong);
	if (err < 0) {
		return err;
	}
	if (spec_is_hostile(spec, &entry)) {
		*wrong = (struct ucp_spec_wrong){.what = "paths out of all proportion to the manifest"};
		return -EINVAL;
	}
	*ret_entry = entry;
	return 1;
}

/** Whether a line ends in a backslash that escapes its newline. */
static bool spec_goes_on(const char *line, size_t len)
{
	size_t n = 0;

	while (n < len && line[len - 1 - n] == '\\') {
		n++;
	}
	return n % 2 == 1;
}

/** The length of a line less its comment, which begins like a word; the signature is one too. */
static size_t spec_cut(const char *line, size_t len)
{
	for (size_t n = 0; n < len; n++) {
		if (line[n] == '#' && (n == 0 || strchr(spec_blanks, line[n - 1]) != NULL)) {
			return n;
		}
	}
	return len;
}

/** Keep a part of a line that goes on, or its end: 0 or -ENOMEM. */
static int spec_keep(struct ucp_spec *spec, const char *line, size_t len)
{
	spec->is_too_long = spec->is_too_long || spec->pending.len + len > UCP_SPEC_LINE_MAX;
	return spec->is_too_long ? 0 : spec_append(&spec->pending, line, len);
}

int ucp_spec_line(struct ucp_spec *spec, char *line, size_t len, struct ucp_mtree_entry *ret_entry,
		  struct ucp_spec_wrong *ret_wrong)
{
	bool went_on = spec->goes_on;

	*ret_wrong = (struct ucp_spec_wrong){0};
	spec->n_in += len + 1;
	if (len > 0 && line[len - 1] == '\r') {
		len--; /* a file that was edited elsewhere */
	}
	len = spec_cut(line, len); /* before the end counts: a backslash may be part of it */
	spec->goes_on = spec_goes_on(line, len);
	if (!went_on) {
		spec->pending.len = 0;
		spec->is_too_long = false;
	}
	if (spec->goes_on || went_on) {
		int err = spec_keep(spec, line, len - spec->goes_on);
		if (err < 0 || spec->goes_on) {
			return err;
		}
		line = spec->pending.text;
		len = spec->pending.len;
	}
	line[len] = '\0';
	if (spec->is_too_long || len > UCP_SPEC_LINE_MAX || memchr(line, '\0', len) != NULL) {
		ret_wrong->what = "not a line of a manifest";
		return -EINVAL;
	}
	line += strspn(line, spec_blanks);
	return line[0] == '\0' ? 0 : spec_take(spec, line, ret_entry, ret_wrong);
}

bool ucp_spec_is_cut(const struct ucp_spec *spec)
{
	return spec->goes_on;
}

bool ucp_spec_begins(const char *line)
{
	if (ucp_mtree_has_signature(line) || strncmp(line, "/set ", 5) == 0 ||
	    strncmp(line, "/set\t", 5) == 0) {
		return true;
	}
	size_t name_len = strcspn(line, spec_blanks);
	/* No line of another form is so, and the name may be all that an entry has. */
	bool is_entry = strncmp(line, "./", 2) == 0 || (name_len == 1 && line[0] == '.');
	const char *word = line + name_len;
	for (word += strspn(word, spec_blanks); *word != '\0' && *word != '#' && *word != '\\';
	     word += strspn(word, spec_blanks)) {
		size_t len = strcspn(word, "= \t\r");
		const struct spec_keyword *keyword = spec_find(word, len);
		bool is_keyword = keyword != NULL && keyword->has_value == (word[len] == '=');
		if (is_keyword && keyword->has_value) {
			return true;
		}
		is_entry = is_entry && is_keyword;
		word += strcspn(word, spec_blanks);
	}
	return is_entry;
}
