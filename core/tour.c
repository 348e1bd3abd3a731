/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/tour.h"

#include "core/settings.h"
#include "core/sys/beneath.h"
#include "core/sys/fd.h"
#include "core/sys/limit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	TOUR_BLOCK = 16 * 1024,
	TOUR_THREADS = 8, /* on a cold cache each waits for the disk */
	TOUR_ENOUGH = 8, /* directories ahead that are worth more threads */
	TOUR_FDS = 8,    /* descriptors that must be free for each of them: two sides, and spare */
};

/** A piece of string memory. */
struct tour_block {
	struct tour_block *next;
	char text[];
};

/** One name of a directory. */
struct tour_name {
	const char *name; /**< borrowed from the blocks */
	ino_t ino;
	unsigned char type;
};

/** The names of a directory on one side; kept for the next directory. */
struct tour_names {
	struct tour_name *all; /**< owned array */
	size_t n;
	size_t room;
};

/** Memory for strings. */
struct tour_text {
	struct tour_block *blocks; /**< owned, newest first */
	size_t used;               /**< bytes of the newest */
	size_t size;               /**< bytes it has */
};

/** One who reads directories. */
struct tour_walker {
	struct ucp_tour *tour; /**< borrowed */
	pthread_t thread;
	struct tour_text text; /**< owned: names */
	struct tour_names names[2];
};

/** The tour. */
struct ucp_tour {
	struct tour_walker *walkers; /**< owned array; the first is the calling thread */
	uint32_t n_walkers;
	struct tour_text text;     /**< owned: paths; under lock */
	pthread_mutex_t lock;
	pthread_cond_t more;       /**< directories to see, or the end */
	const char **ahead;        /**< owned stack: paths of directories to see; under lock */
	size_t n_ahead;
	size_t ahead_room;
	uint32_t n_busy;           /**< walkers that may still find directories; under lock */
	uint32_t n_started;        /**< under lock */
	int err;                   /**< what ended the tour; under lock */
	int n_sides;
	bool one_fs;
	dev_t dev[2];              /**< of the roots */
	const int *roots;          /**< borrowed */
	const struct ucp_tour_guest *guest; /**< borrowed */
};

uint32_t ucp_tour_threads(const struct ucp_settings *set)
{
	if (set->engine == UCP_CHOOSE_SERIAL) {
		return 1;
	}
	return set->jobs > 0 ? set->jobs : TOUR_THREADS;
}

struct ucp_tour *ucp_tour_new(void)
{
	struct ucp_tour *tour = calloc(1, sizeof(*tour));

	if (tour != NULL) {
		/* Neither fails with default attributes. */
		(void)pthread_mutex_init(&tour->lock, NULL);
		(void)pthread_cond_init(&tour->more, NULL);
	}
	return tour;
}

/** Free strings. */
static void tour_drop(struct tour_text *text)
{
	while (text->blocks != NULL) {
		struct tour_block *next = text->blocks->next;
		free(text->blocks);
		text->blocks = next;
	}
}

void ucp_tour_free(struct ucp_tour *tour)
{
	if (tour == NULL) {
		return;
	}
	for (uint32_t i = 0; i < tour->n_walkers; i++) {
		tour_drop(&tour->walkers[i].text);
		free(tour->walkers[i].names[0].all);
		free(tour->walkers[i].names[1].all);
	}
	tour_drop(&tour->text);
	free(tour->walkers);
	free(tour->ahead);
	(void)pthread_mutex_destroy(&tour->lock); /* nobody holds it */
	(void)pthread_cond_destroy(&tour->more);
	free(tour);
}

/** Room for len bytes of text, or NULL. */
static char *tour_room(struct tour_text *to, size_t len)
{
	if (to->blocks == NULL || to->size - to->used < len) {
		size_t size = len > TOUR_BLOCK ? len : TOUR_BLOCK;
		struct tour_block *block = malloc(sizeof(*block) + size);
		if (block == NULL) {
			return NULL;
		}
		block->next = to->blocks;
		to->blocks = block;
		to->size = size;
		to->used = 0;
	}
	char *text = to->blocks->text + to->used;
	to->used += len;
	return text;
}

const char *ucp_tour_path(struct ucp_tour *tour, const char *dir, const char *name)
{
	char *text = tour_room(&tour->text, strlen(dir) + strlen(name) + 2);

	if (text != NULL) {
		char *at = stpcpy(text, dir);
		at = stpcpy(at, dir[0] != '\0' ? "/" : "");
		(void)strcpy(at, name);
	}
	return text;
}

/** Grow an array of pieces of some size so that one more fits: false when out of memory. */
static bool tour_grow(void *array, size_t n, size_t *room, size_t piece)
{
	void **owned = array;

	if (n < *room) {
		return true;
	}
	size_t more = *room > 0 ? *room * 2 : 64;
	void *bigger = realloc(*owned, more * piece);
	if (bigger == NULL) {
		return false;
	}
	*owned = bigger;
	*room = more;
	return true;
}

/** Note a directory that is to be seen: 0 or -ENOMEM. */
static int tour_plan(struct ucp_tour *tour, const char *path)
{
	if (path == NULL ||
	    !tour_grow(&tour->ahead, tour->n_ahead, &tour->ahead_room, sizeof(*tour->ahead))) {
		return -ENOMEM;
	}
	tour->ahead[tour->n_ahead++] = path;
	if (tour->n_started > 1) {
		(void)pthread_cond_signal(&tour->more);
	}
	return 0;
}

/** The order of two names: by their bytes. */
static int tour_order(const void *a, const void *b)
{
	return strcmp(((const struct tour_name *)a)->name, ((const struct tour_name *)b)->name);
}

/** Note a name: 0 or -ENOMEM. */
static int tour_note(struct tour_walker *w, struct tour_names *names, const struct dirent *ent)
{
	size_t len = strlen(ent->d_name) + 1;
	char *text = tour_room(&w->text, len);

	if (text == NULL ||
	    !tour_grow(&names->all, names->n, &names->room, sizeof(*names->all))) {
		return -ENOMEM;
	}
	memcpy(text, ent->d_name, len);
	names->all[names->n++] = (struct tour_name){
		.name = text, .ino = ent->d_ino, .type = ent->d_type};
	return 0;
}

/** Read the names of an open directory, sorted: 0 or a negative errno. */
static int tour_read(struct tour_walker *w, DIR *dir, struct tour_names *names)
{
	int err = 0;

	while (err == 0) {
		errno = 0;
		const struct dirent *ent = readdir(dir);
		if (ent == NULL) {
			err = -errno;
			break;
		}
		if (strcmp(ent->d_name, ".") != 0 && strcmp(ent->d_name, "..") != 0) {
			err = tour_note(w, names, ent);
		}
	}
	if (names->n > 0) {
		qsort(names->all, names->n, sizeof(*names->all), tour_order);
	}
	return err;
}

/** Find out kinds on a filesystem that does not say; where that fails it is tried again, and told. */
static void tour_ask_all(int fd, const struct tour_names *names)
{
	struct stat st;

	for (size_t i = 0; i < names->n; i++) {
		if (names->all[i].type == DT_UNKNOWN &&
		    ucp_fd_statat(fd, names->all[i].name, AT_SYMLINK_NOFOLLOW, &st) == 0) {
			names->all[i].type = (unsigned char)IFTODT(st.st_mode);
		}
	}
}

/** The kind of a name on a filesystem that does not say: false when it could not be found out, told. */
static bool tour_ask(struct ucp_tour *tour, int side, struct ucp_tour_entry *entry)
{
	struct stat st;

	if (!entry->is_in[side] || entry->type[side] != DT_UNKNOWN) {
		return true;
	}
	int err = ucp_fd_statat(entry->fd[side], entry->name, AT_SYMLINK_NOFOLLOW, &st);
	if (err < 0) {
		tour->guest->fail(tour->guest->ctx, side, entry->dir, entry->name, err);
		return false;
	}
	entry->type[side] = (unsigned char)IFTODT(st.st_mode);
	return true;
}

/** Show one entry to the guest: 0 or -ENOMEM. */
static int tour_show(struct ucp_tour *tour, struct ucp_tour_entry *entry)
{
	bool is_dir = true;

	for (int i = 0; i < tour->n_sides; i++) {
		if (!tour_ask(tour, i, entry)) {
			return 0;
		}
		is_dir = is_dir && entry->is_in[i] && entry->type[i] == DT_DIR;
	}
	if (!tour->guest->see(tour->guest->ctx, entry) || !is_dir) {
		return 0;
	}
	return tour_plan(tour, ucp_tour_path(tour, entry->dir, entry->name));
}

/** Show all names of a directory, those of two sides together: 0 or -ENOMEM. */
static int tour_merge(struct tour_walker *w, const char *path, DIR *const dirs[2])
{
	const struct tour_names *names = w->names;
	size_t at[2] = {0, 0};
	int err = 0;

	while (err == 0 && (at[0] < names[0].n || at[1] < names[1].n)) {
		struct ucp_tour_entry entry = {
			.dir = path, .fd = {dirfd(dirs[0]), dirs[1] != NULL ? dirfd(dirs[1]) : -1}};
		int order = at[0] == names[0].n   ? 1
			    : at[1] == names[1].n ? -1
						  : tour_order(&names[0].all[at[0]],
							       &names[1].all[at[1]]);
		for (int i = 0; i < 2; i++) {
			if (i == 0 ? order <= 0 : order >= 0) {
				const struct tour_name *name = &names[i].all[at[i]++];
				entry.name = name->name;
				entry.is_in[i] = true;
				entry.type[i] = name->type;
				entry.ino[i] = name->ino;
			}
		}
		err = tour_show(w->tour, &entry);
	}
	return err;
}

/** Whether an open directory is on the filesystem of its root; all are, where that does not matter. */
static bool tour_is_near(const struct ucp_tour *tour, int side, int fd)
{
	struct stat st;

	return !tour->one_fs || (ucp_fd_stat(fd, &st) == 0 && st.st_dev == tour->dev[side]);
}

/** Open and read a directory on one side: 0, 1 when it is passed over, or a negative errno. */
static int tour_open(struct tour_walker *w, int side, const char *path, DIR **ret_dir)
{
	struct ucp_tour *tour = w->tour;

	w->names[side].n = 0;
	int fd = ucp_beneath_open_dir(tour->roots[side], path, O_RDONLY);
	if (fd < 0) {
		return fd;
	}
	if (!tour_is_near(tour, side, fd)) {
		ucp_fd_drop(&fd);
		return 1;
	}
	*ret_dir = fdopendir(fd);
	if (*ret_dir == NULL) {
		int err = -errno;
		ucp_fd_drop(&fd);
		return err;
	}
	int err = tour_read(w, *ret_dir, &w->names[side]);
	if (err == 0) {
		tour_ask_all(dirfd(*ret_dir), &w->names[side]);
	}
	return err;
}

/** See one directory, with the lock held but for reading it: 0 or -ENOMEM. */
static int tour_visit(struct tour_walker *w, const char *path)
{
	struct ucp_tour *tour = w->tour;
	DIR *dirs[2] = {NULL, NULL};
	int side = 0;
	int err = 0;

	pthread_mutex_unlock(&tour->lock);
	for (int i = 0; i < tour->n_sides && err == 0; i++) {
		side = i;
		err = tour_open(w, i, path, &dirs[i]);
	}
	pthread_mutex_lock(&tour->lock);
	if (err == 0) {
		err = tour_merge(w, path, dirs);
	} else if (err < 0 && err != -ENOMEM) {
		tour->guest->fail(tour->guest->ctx, side, path, NULL, err);
	}
	for (int i = 0; i < tour->n_sides; i++) {
		if (dirs[i] != NULL) {
			(void)closedir(dirs[i]); /* only read from */
		}
	}
	return err == -ENOMEM ? err : 0;
}

static void *tour_walk(void *arg);

/** Start the other walkers, when there is enough for them; without threads this one does it all. */
static void tour_start(struct ucp_tour *tour)
{
	while (tour->n_started < tour->n_walkers) {
		struct tour_walker *w = &tour->walkers[tour->n_started];
		if (pthread_create(&w->thread, NULL, tour_walk, w) != 0) {
			tour->n_walkers = tour->n_started;
			return;
		}
		tour->n_started++;
	}
}

/** The body of a walker: see directories until nobody can find any more. */
static void *tour_walk(void *arg)
{
	struct tour_walker *w = arg;
	struct ucp_tour *tour = w->tour;

	pthread_mutex_lock(&tour->lock);
	while (tour->err == 0 && (tour->n_ahead > 0 || tour->n_busy > 0)) {
		if (tour->n_ahead == 0) {
			pthread_cond_wait(&tour->more, &tour->lock);
			continue;
		}
		tour->n_busy++;
		int err = tour_visit(w, tour->ahead[--tour->n_ahead]);
		tour->n_busy--;
		tour->err = tour->err != 0 ? tour->err : err;
		if (w == tour->walkers && tour->n_ahead >= TOUR_ENOUGH) {
			tour_start(tour);
		}
	}
	(void)pthread_cond_broadcast(&tour->more);
	pthread_mutex_unlock(&tour->lock);
	return NULL;
}

/** How many walkers descriptors allow. */
static uint32_t tour_walkers(uint32_t n_threads)
{
	uint32_t used = ucp_limit_open_files();
	uint32_t have = ucp_limit_raise_files();
	uint32_t most = have > used ? (have - used) / TOUR_FDS : 0;

	return most < 1 ? 1 : most < n_threads ? most : n_threads;
}

int ucp_tour_run(struct ucp_tour *tour, const int roots[2], int n_sides, bool one_fs,
		 uint32_t n_threads, const struct ucp_tour_guest *guest)
{
	struct stat st;

	tour->roots = roots;
	tour->n_sides = n_sides;
	tour->one_fs = one_fs;
	tour->guest = guest;
	for (int i = 0; i < n_sides && one_fs; i++) {
		int err = ucp_fd_stat(roots[i], &st);
		if (err < 0) {
			return err;
		}
		tour->dev[i] = st.st_dev;
	}
	uint32_t n = n_threads > 1 ? tour_walkers(n_threads) : 1;
	tour->walkers = calloc(n, sizeof(*tour->walkers));
	if (tour->walkers == NULL || tour_plan(tour, "") < 0) {
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < n; i++) {
		tour->walkers[i].tour = tour;
	}
	tour->n_walkers = n;
	tour->n_started = 1;
	(void)tour_walk(&tour->walkers[0]);
	for (uint32_t i = 1; i < tour->n_started; i++) {
		(void)pthread_join(tour->walkers[i].thread, NULL); /* it is ours, and joined once */
	}
	return tour->err;
}
