/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/xdiff.h"

#include "core/meta.h"
#include "core/settings.h"
#include "core/sys/attr.h"

#include <errno.h>
#include <linux/limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { XDIFF_ROOM = 512 }; /* bytes: most have less */

/** The attributes of one side. */
struct xdiff_side {
	int dir;           /**< borrowed */
	const char *name;  /**< borrowed */
	char *text;        /**< owned: names, one behind the other */
	const char **attrs; /**< owned array: those that count, sorted; borrowed from text */
	size_t n;
};

/** List all names: bytes, or a negative errno; *ret_text is to be freed. */
static ssize_t xdiff_list(const struct xdiff_side *side, char **ret_text)
{
	for (size_t room = XDIFF_ROOM;; room *= 4) {
		char *text = malloc(room);
		if (text == NULL) {
			return -ENOMEM;
		}
		ssize_t len = ucp_attr_list_at(side->dir, side->name, false, text, room);
		if (len >= 0) {
			*ret_text = text;
			return len;
		}
		free(text);
		if (len == -EOPNOTSUPP || len == -ENOSYS) {
			*ret_text = NULL;
			return 0; /* there can be none */
		}
		if (len != -ERANGE || room > XATTR_LIST_MAX) {
			return len;
		}
	}
}

/** The order of two names. */
static int xdiff_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/** List the names that count, sorted: 0 or a negative errno. */
static int xdiff_load(const struct ucp_settings *set, struct xdiff_side *side)
{
	ssize_t len = xdiff_list(side, &side->text);

	if (len <= 0) {
		return (int)len;
	}
	side->attrs = calloc((size_t)len, sizeof(*side->attrs)); /* a name has a byte at least */
	if (side->attrs == NULL) {
		return -ENOMEM;
	}
	for (const char *at = side->text; at < side->text + len; at += strlen(at) + 1) {
		if (ucp_meta_wants_xattr(set, at)) {
			side->attrs[side->n++] = at;
		}
	}
	if (side->n > 1) {
		qsort(side->attrs, side->n, sizeof(*side->attrs), xdiff_order);
	}
	return 0;
}

/** A value, to be freed: its bytes, or a negative errno. */
static ssize_t xdiff_value(const struct xdiff_side *side, const char *attr, char **ret_value)
{
	for (size_t room = XDIFF_ROOM;; room *= 4) {
		char *value = malloc(room);
		if (value == NULL) {
			return -ENOMEM;
		}
		ssize_t len = ucp_attr_get_at(side->dir, side->name, attr, value, room);
		if (len >= 0) {
			*ret_value = value;
			return len;
		}
		free(value);
		if (len != -ERANGE || room > XATTR_SIZE_MAX) {
			return len;
		}
	}
}

/** Compare a value that both sides have: 0, 1 when it differs, or a negative errno. */
static int xdiff_compare(const struct xdiff_side sides[2], const char *attr, int *ret_side)
{
	char *values[2] = {NULL, NULL};
	ssize_t len[2] = {0, 0};

	for (int i = 0; i < 2 && len[0] >= 0; i++) {
		len[i] = xdiff_value(&sides[i], attr, &values[i]);
		if (len[i] < 0) {
			*ret_side = i;
		}
	}
	int rc = len[0] < 0 ? (int)len[0] : len[1] < 0 ? (int)len[1] : 0;
	if (rc == 0) {
		rc = len[0] != len[1] || memcmp(values[0], values[1], (size_t)len[0]) != 0;
	}
	free(values[0]);
	free(values[1]);
	return rc;
}

/** Compare all, appending names that differ to list: 0 or a negative errno. */
static int xdiff_merge(const struct xdiff_side sides[2], char *list, char **ret_end, int *ret_side)
{
	size_t a = 0, b = 0;

	while (a < sides[0].n || b < sides[1].n) {
		int order = a == sides[0].n   ? 1
			    : b == sides[1].n ? -1
					      : strcmp(sides[0].attrs[a], sides[1].attrs[b]);
		const char *attr = order <= 0 ? sides[0].attrs[a] : sides[1].attrs[b];
		int rc = order != 0 ? 1 : xdiff_compare(sides, attr, ret_side);
		if (rc < 0) {
			return rc;
		}
		if (rc > 0) {
			list = stpcpy(list, attr) + 1;
		}
		a += order <= 0;
		b += order >= 0;
	}
	*list = '\0';
	*ret_end = list;
	return 0;
}

/** Bytes that all names of both sides need. */
static size_t xdiff_room(const struct xdiff_side sides[2])
{
	size_t room = 1;

	for (int i = 0; i < 2; i++) {
		for (size_t k = 0; k < sides[i].n; k++) {
			room += strlen(sides[i].attrs[k]) + 1;
		}
	}
	return room;
}

int ucp_xdiff_find(const struct ucp_settings *set, const int dirs[2], const char *const names[2],
		   char **ret_differ, int *ret_side)
{
	struct xdiff_side sides[2] = {{.dir = dirs[0], .name = names[0]},
				      {.dir = dirs[1], .name = names[1]}};
	char *list = NULL;
	char *end = NULL;
	int rc = 0;

	for (int i = 0; i < 2 && rc == 0; i++) {
		rc = xdiff_load(set, &sides[i]);
		if (rc < 0) {
			*ret_side = i;
		}
	}
	if (rc == 0 && sides[0].n + sides[1].n > 0) {
		list = malloc(xdiff_room(sides));
		rc = list != NULL ? xdiff_merge(sides, list, &end, ret_side) : -ENOMEM;
	}
	if (rc == 0 && end != list) {
		*ret_differ = list;
		list = NULL;
		rc = 1;
	}
	free(list);
	for (int i = 0; i < 2; i++) {
		free(sides[i].text);
		free(sides[i].attrs);
	}
	return rc;
}
