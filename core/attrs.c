/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/attrs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int ucp_attrs_add(struct ucp_attrs *attrs, const char *name, const void *value, size_t len)
{
	uint32_t value_len = (uint32_t)len;
	size_t name_room = strlen(name) + 1;

	if (len > UCP_ATTRS_MAX || name_room > UCP_ATTRS_MAX) {
		return -E2BIG;
	}
	size_t needed = attrs->len + sizeof(value_len) + name_room + len;
	if (needed > UCP_ATTRS_MAX) {
		return -E2BIG;
	}
	if (needed > attrs->room) {
		size_t room = needed * 2;
		uint8_t *data = realloc(attrs->data, room);
		if (data == NULL) {
			return -ENOMEM;
		}
		attrs->data = data;
		attrs->room = room;
	}
	uint8_t *at = attrs->data + attrs->len;
	memcpy(at, &value_len, sizeof(value_len));
	memcpy(at + sizeof(value_len), name, name_room);
	if (len > 0) {
		memcpy(at + sizeof(value_len) + name_room, value, len);
	}
	attrs->len = needed;
	return 0;
}

void ucp_attrs_clear(struct ucp_attrs *attrs)
{
	attrs->len = 0;
}

void ucp_attrs_fini(struct ucp_attrs *attrs)
{
	free(attrs->data);
	*attrs = (struct ucp_attrs){0};
}

int ucp_attrs_copy(const struct ucp_attrs *attrs, struct ucp_attrs *ret_copy)
{
	*ret_copy = (struct ucp_attrs){0};
	if (attrs->len == 0) {
		return 0;
	}
	ret_copy->data = malloc(attrs->len);
	if (ret_copy->data == NULL) {
		return -ENOMEM;
	}
	memcpy(ret_copy->data, attrs->data, attrs->len);
	ret_copy->len = ret_copy->room = attrs->len;
	return 0;
}

bool ucp_attrs_next(const struct ucp_attrs *attrs, size_t *at, struct ucp_attr *ret_attr)
{
	if (*at >= attrs->len) {
		return false;
	}
	const uint8_t *from = attrs->data + *at;
	memcpy(&ret_attr->len, from, sizeof(ret_attr->len));
	ret_attr->name = (const char *)from + sizeof(ret_attr->len);
	size_t name_room = strlen(ret_attr->name) + 1;
	ret_attr->value = from + sizeof(ret_attr->len) + name_room;
	*at += sizeof(ret_attr->len) + name_room + ret_attr->len;
	return true;
}

bool ucp_attrs_find(const struct ucp_attrs *attrs, const char *name, struct ucp_attr *ret_attr)
{
	size_t at = 0;

	while (ucp_attrs_next(attrs, &at, ret_attr)) {
		if (strcmp(ret_attr->name, name) == 0) {
			return true;
		}
	}
	return false;
}
