/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* Extended attributes in memory: those of an entry that comes out of an archive. */
#ifndef UCP_CORE_ATTRS_H
#define UCP_CORE_ATTRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A set of attributes; all zero is an empty one. */
struct ucp_attrs {
	uint8_t *data;  /**< owned: for each, the length of its value, its name, its value */
	size_t len;     /**< bytes in data */
	size_t room;    /**< bytes allocated for it */
};

/** One of them; borrowed from the set. */
struct ucp_attr {
	const char *name;
	const void *value;
	uint32_t len;   /**< bytes of value */
};

/** What one set may hold: the kernel keeps far less of a file. */
enum { UCP_ATTRS_MAX = 4 << 20 };

/** Add an attribute: 0, -ENOMEM, or -E2BIG when the set would be too large. */
int ucp_attrs_add(struct ucp_attrs *attrs, const char *name, const void *value, size_t len);

/** Empty a set; what is allocated stays for the next. */
void ucp_attrs_clear(struct ucp_attrs *attrs);

/** Free what a set holds. */
void ucp_attrs_fini(struct ucp_attrs *attrs);

/** Make *ret_copy, which is not initialized, a set of the same: 0 or -ENOMEM. */
int ucp_attrs_copy(const struct ucp_attrs *attrs, struct ucp_attrs *ret_copy);

/** The attribute at *at, which is 0 at first and moves on: false at the end. */
bool ucp_attrs_next(const struct ucp_attrs *attrs, size_t *at, struct ucp_attr *ret_attr);

/** Find one by its name: false when there is none. */
bool ucp_attrs_find(const struct ucp_attrs *attrs, const char *name, struct ucp_attr *ret_attr);

#endif
