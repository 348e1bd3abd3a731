/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/roots.h"

#include <errno.h>
#include <stdlib.h>

void ucp_roots_init(struct ucp_roots *roots)
{
	*roots = (struct ucp_roots){0};
	(void)pthread_mutex_init(&roots->lock, NULL); /* cannot fail with default attributes */
}

void ucp_roots_fini(struct ucp_roots *roots)
{
	(void)pthread_mutex_destroy(&roots->lock);
	free(roots->list);
}

int ucp_roots_add(struct ucp_roots *roots, uint64_t dev, uint64_t ino)
{
	int err = 0;

	pthread_mutex_lock(&roots->lock);
	if (roots->n_used == roots->n_room) {
		uint32_t room = roots->n_room * 2 + 8;
		struct ucp_root *list = realloc(roots->list, room * sizeof(*list));
		if (list == NULL) {
			err = -ENOMEM;
		} else {
			roots->list = list;
			roots->n_room = room;
		}
	}
	if (err == 0) {
		roots->list[roots->n_used++] = (struct ucp_root){dev, ino};
		atomic_fetch_or(&roots->mask, (uint64_t)1 << (ino % 64));
	}
	pthread_mutex_unlock(&roots->lock);
	return err;
}

bool ucp_roots_has(struct ucp_roots *roots, uint64_t dev, uint64_t ino)
{
	bool found = false;

	if ((atomic_load(&roots->mask) & (uint64_t)1 << (ino % 64)) == 0) {
		return false;
	}
	pthread_mutex_lock(&roots->lock);
	for (uint32_t i = 0; i < roots->n_used && !found; i++) {
		found = roots->list[i].dev == dev && roots->list[i].ino == ino;
	}
	pthread_mutex_unlock(&roots->lock);
	return found;
}
