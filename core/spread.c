/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/spread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** Where in the list the file is that an entry is a name of. */
static struct ucp_spread **spread_find(struct ucp_spread **spreads,
				       const struct ucp_archive_entry *head)
{
	while (*spreads != NULL && strcmp((*spreads)->paths[0], head->hard_link) != 0) {
		spreads = &(*spreads)->next;
	}
	return spreads;
}

/** Add one more name: 0 or -ENOMEM. */
static int spread_add(struct ucp_spread *spread, const char *path)
{
	char **paths = realloc(spread->paths, (spread->n_paths + 1) * sizeof(*paths));

	if (paths == NULL) {
		return -ENOMEM;
	}
	spread->paths = paths;
	paths[spread->n_paths] = strdup(path);
	if (paths[spread->n_paths] == NULL) {
		return -ENOMEM;
	}
	spread->n_paths++;
	return 0;
}

int ucp_spread_keep(struct ucp_spread **spreads, const struct ucp_archive_entry *head)
{
	if (head->hard_link != NULL) {
		struct ucp_spread *spread = *spread_find(spreads, head);
		if (spread == NULL) {
			return 0;
		}
		return spread_add(spread, head->path) == 0 ? 1 : -ENOMEM;
	}
	struct ucp_spread *spread = calloc(1, sizeof(*spread));
	if (spread == NULL) {
		return -ENOMEM;
	}
	spread->st = head->st;
	if (ucp_attrs_copy(&head->attrs, &spread->attrs) < 0 || spread_add(spread, head->path) < 0) {
		ucp_spread_free(spread);
		return -ENOMEM;
	}
	spread->next = *spreads;
	*spreads = spread;
	return 1;
}

struct ucp_spread *ucp_spread_take(struct ucp_spread **spreads, const struct ucp_archive_entry *head)
{
	struct ucp_spread **at = spread_find(spreads, head);
	struct ucp_spread *spread = *at;

	if (spread != NULL) {
		*at = spread->next;
	}
	return spread;
}

void ucp_spread_free(struct ucp_spread *spread)
{
	if (spread == NULL) {
		return;
	}
	for (size_t i = 0; i < spread->n_paths; i++) {
		free(spread->paths[i]);
	}
	free(spread->paths);
	ucp_attrs_fini(&spread->attrs);
	free(spread);
}
