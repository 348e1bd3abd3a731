/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/links.h"

#include "core/copy.h"
#include "core/finish.h"
#include "core/note.h"
#include "core/parked.h"
#include "core/place.h"
#include "core/replace.h"
#include "core/special.h"
#include "core/sys/fd.h"
#include "core/sys/mount.h"
#include "core/sys/retry.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINKS_BITS = 14, LINKS_BUCKETS = 1 << LINKS_BITS };

/** Where a group stands. */
enum links_state {
	LINKS_OPEN,  /**< nobody copies it */
	LINKS_OWNED, /**< somebody copies it */
	LINKS_MADE,  /**< dir and name say where the copy is */
};

/** All names of one source inode. */
struct ucp_link_group {
	struct ucp_link_group *next; /**< in its bucket */
	uint64_t dev;
	uint64_t ino;
	enum links_state state;
	uint64_t n_unseen;           /**< names of the inode not met yet */
	uint32_t n_users;            /**< workers that make a link just now */
	struct ucp_dir *dir;         /**< owns a ref */
	char *name;                  /**< owned: the copy's name in dir */
	struct ucp_digest_value value;
	struct ucp_parked *parked; /**< owned, in the order they came */
	struct ucp_parked *last_parked; /**< of parked; valid unless that is empty */
};

/** The table. */
struct ucp_links {
	pthread_mutex_t lock;
	bool is_asked;               /**< may_forget has been found out */
	bool may_forget;             /**< no name is met twice: a group ends with its last name */
	struct ucp_link_group *buckets[LINKS_BUCKETS];
};

struct ucp_links *ucp_links_new(void)
{
	struct ucp_links *links = calloc(1, sizeof(*links));
	if (links != NULL) {
		(void)pthread_mutex_init(&links->lock, NULL); /* cannot fail */
	}
	return links;
}

/** Free a group that nobody waits for. */
static void links_free_group(struct ucp_link_group *group)
{
	ucp_dir_unref(group->dir);
	free(group->name);
	free(group);
}

void ucp_links_free(struct ucp_links *links)
{
	if (links == NULL) {
		return;
	}
	for (size_t i = 0; i < LINKS_BUCKETS; i++) {
		while (links->buckets[i] != NULL) {
			struct ucp_link_group *next = links->buckets[i]->next;
			links_free_group(links->buckets[i]);
			links->buckets[i] = next;
		}
	}
	(void)pthread_mutex_destroy(&links->lock);
	free(links);
}

/** Where the bucket of an inode begins. */
static struct ucp_link_group **links_bucket(struct ucp_links *links, uint64_t dev, uint64_t ino)
{
	uint64_t hash = (ino ^ dev << 32) * 0x9e3779b97f4a7c15u; /* Fibonacci hashing */

	return &links->buckets[hash >> (64 - LINKS_BITS)];
}

/** Find or create the group of an inode; the lock is held. NULL when out of memory. */
static struct ucp_link_group *links_get(struct ucp_links *links, const struct stat *st)
{
	struct ucp_link_group **bucket = links_bucket(links, st->st_dev, st->st_ino);

	for (struct ucp_link_group *g = *bucket; g != NULL; g = g->next) {
		if (g->dev == st->st_dev && g->ino == st->st_ino) {
			return g;
		}
	}
	struct ucp_link_group *group = calloc(1, sizeof(*group));
	if (group != NULL) {
		group->dev = st->st_dev;
		group->ino = st->st_ino;
		group->n_unseen = st->st_nlink;
		group->next = *bucket;
		*bucket = group;
	}
	return group;
}

/** Whether no name below the only operand is met twice. */
static bool links_is_plain_tree(const struct ucp_dir *dir)
{
	while (!dir->is_operand && dir->parent != NULL) {
		dir = dir->parent;
	}
	/* What is mounted there may be part of the tree itself. */
	char *path = ucp_dir_path(dir, UCP_SRC, NULL);
	bool is_plain = path != NULL && !ucp_mount_is_below(path);
	free(path);
	return is_plain;
}

/** Drop a group when it can be of no more use; the lock is held. */
static void links_retire(struct ucp_worker *w, struct ucp_link_group *group)
{
	struct ucp_links *links = w->shared->links;

	if (group->state != LINKS_MADE || group->n_unseen > 0 || group->n_users > 0 ||
	    group->parked != NULL) {
		return;
	}
	if (!links->is_asked) {
		links->is_asked = true;
		/* With -L, and with operands, names are met through symlinks and more than once. */
		links->may_forget = w->set->follow == UCP_FOLLOW_NEVER && w->shared->is_single &&
				    links_is_plain_tree(group->dir);
	}
	if (!links->may_forget) {
		return;
	}
	struct ucp_link_group **at = links_bucket(links, group->dev, group->ino);
	while (*at != group) {
		at = &(*at)->next;
	}
	*at = group->next;
	links_free_group(group);
}

/** Make an entry the owner of its group; the lock is held. 0 or -ENOMEM. */
static int links_own(struct ucp_link_group *group, const struct ucp_entry *e)
{
	char *name = strdup(e->dst_name);

	if (name == NULL) {
		return -ENOMEM;
	}
	ucp_dir_unref(group->dir);
	free(group->name);
	ucp_dir_ref(e->dir);
	group->dir = e->dir;
	group->name = name;
	group->state = LINKS_OWNED;
	return 0;
}

/** Park an entry in its group; the lock is held. 0 or -ENOMEM. */
static int links_park(struct ucp_link_group *group, const struct ucp_entry *e)
{
	struct ucp_parked *parked = ucp_parked_new(e, group);

	if (parked == NULL) {
		return -ENOMEM;
	}
	if (group->parked == NULL) {
		group->parked = parked;
	} else {
		group->last_parked->next = parked;
	}
	group->last_parked = parked;
	ucp_dir_unpin(e->dir); /* it may take long; pinned again when it goes on */
	return 0;
}

/** Whether a destination name is already a link to the group's copy. */
static bool links_is_same(const struct ucp_link_group *group, const struct ucp_entry *e)
{
	struct stat a, b;

	return ucp_fd_statat(group->dir->fd[UCP_DST], group->name, AT_SYMLINK_NOFOLLOW, &a) == 0 &&
	       ucp_fd_statat(e->dir->fd[UCP_DST], e->dst_name, AT_SYMLINK_NOFOLLOW, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/** Give a file one more name: 0, or a negative errno. */
static int links_link(int from_dir, const char *from, const struct ucp_entry *e, int flags)
{
	int to_dir = e->dir->fd[UCP_DST];

	return UCP_RETRY(linkat(from_dir, from, to_dir, e->dst_name, flags)) == 0 ? 0 : -errno;
}

/**
 * Make a link for a name that was found taken: 0, or a negative errno.
 *
 * @place  NEW when it is free now, INTO or SWAP when it is to be replaced
 */
static int links_link_again(struct ucp_worker *w, int from_dir, const char *from,
			    const struct ucp_entry *e, int flags, enum ucp_place place)
{
	if (place == UCP_PLACE_NEW) {
		return links_link(from_dir, from, e, flags);
	}
	const struct ucp_replacement link = {
		.type = S_IFREG, .from = from, .from_dir = from_dir, .flags = flags};
	int err = ucp_replace(&link, e->dir->fd[UCP_DST], e->dst_name);
	if (err == 0 && place == UCP_PLACE_SWAP) {
		ucp_place_tell_swap(w, e);
	}
	return err;
}

/** Whether a name that is taken is to become a link after all. */
static bool links_may_link(enum ucp_place place)
{
	return place == UCP_PLACE_NEW || place == UCP_PLACE_INTO || place == UCP_PLACE_SWAP;
}

/** Tell that a link could not be made to the group's copy. */
static void links_fail(struct ucp_worker *w, const struct ucp_link_group *group,
		       const struct ucp_entry *e, int err)
{
	if (ucp_place_is_unseen(w, e)) {
		return;
	}
	char *to = ucp_dir_path(group->dir, UCP_DST, group->name);
	char *path = ucp_dir_path(e->dir, UCP_DST, e->dst_name);
	ucp_worker_tell(w, UCP_FAIL_LINK, err, to, path, NULL);
	free(to);
	free(path);
}

/** Link one entry to its group's copy, whose directory is pinned: whether it is one now. */
static bool links_make_pinned(struct ucp_worker *w, struct ucp_link_group *group,
			      struct ucp_entry *e)
{
	int from_dir = group->dir->fd[UCP_DST];
	int err = links_link(from_dir, group->name, e, 0);

	if (err == -EEXIST) {
		if (links_is_same(group, e)) {
			return true;
		}
		/* With -u as well: a newer file goes if the other name of its source did, as in cp. */
		enum ucp_place place = ucp_place_may_replace(w, e, true);
		bool is_kept = place == UCP_PLACE_SKIP && !e->is_declined;
		if (is_kept && w->set->update == UCP_UPDATE_OLDER) {
			place = UCP_PLACE_SWAP;
		}
		ucp_count(&w->counts.skipped, place == UCP_PLACE_SKIP);
		if (!links_may_link(place)) {
			return false;
		}
		place = place == UCP_PLACE_INTO ? UCP_PLACE_SWAP : place; /* told in any case */
		err = links_link_again(w, from_dir, group->name, e, 0, place);
	}
	if (err < 0) {
		links_fail(w, group, e, err);
		return false;
	}
	return true;
}

/** Make the link of one entry to its group's copy: whether it is one now. */
static bool links_make(struct ucp_worker *w, struct ucp_link_group *group,
		       struct ucp_entry *e)
{
	int err = ucp_dir_pin(w, group->dir);
	if (err < 0) {
		links_fail(w, group, e, err);
		return false;
	}
	bool made = links_make_pinned(w, group, e);
	ucp_dir_unpin(group->dir);

	if (made) {
		ucp_note_made(w, e);
		ucp_note_link(w, e, &group->value);
		ucp_count(&w->counts.hardlinks, 1);
	}
	ucp_place_settle(w, e, made);
	return made;
}

enum ucp_links_made ucp_links_make_to(struct ucp_worker *w, struct ucp_dir *dir, char *name,
				      const struct ucp_digest_value *value, struct ucp_entry *e,
				      bool may_lack)
{
	struct ucp_link_group group = {.dir = dir, .name = name, .value = *value};
	struct stat st;

	if (may_lack && ucp_dir_pin(w, dir) == 0) {
		int err = ucp_fd_statat(dir->fd[UCP_DST], name, AT_SYMLINK_NOFOLLOW, &st);
		ucp_dir_unpin(dir);
		if (err == -ENOENT) {
			return UCP_LINKS_LACKING;
		}
	}
	return links_make(w, &group, e) ? UCP_LINKS_MADE : UCP_LINKS_FAILED;
}

bool ucp_links_may_come(const struct ucp_worker *w, const struct ucp_entry *e)
{
	return w->shared->links != NULL &&
	       (e->st.st_nlink > 1 || w->set->follow == UCP_FOLLOW_ALWAYS || e->operand != NULL);
}

enum ucp_claim ucp_links_claim(struct ucp_worker *w, struct ucp_entry *e,
			       struct ucp_link_group **ret_group)
{
	struct ucp_links *links = w->shared->links;
	enum ucp_claim claim = UCP_CLAIM_ALONE;

	if (!ucp_links_may_come(w, e)) {
		return UCP_CLAIM_ALONE;
	}
	pthread_mutex_lock(&links->lock);
	struct ucp_link_group *group = links_get(links, &e->st);
	if (group != NULL) {
		group->n_unseen -= group->n_unseen > 0;
		switch (group->state) {
		case LINKS_OPEN:
			claim = links_own(group, e) == 0 ? UCP_CLAIM_OWNER : UCP_CLAIM_ALONE;
			*ret_group = claim == UCP_CLAIM_OWNER ? group : NULL;
			break;
		case LINKS_OWNED:
			claim = links_park(group, e) == 0 ? UCP_CLAIM_WAIT : UCP_CLAIM_ALONE;
			break;
		case LINKS_MADE:
			group->n_users++;
			claim = UCP_CLAIM_MADE;
			break;
		}
	}
	pthread_mutex_unlock(&links->lock);

	if (claim == UCP_CLAIM_MADE) {
		(void)links_make(w, group, e); /* told */
		pthread_mutex_lock(&links->lock);
		group->n_users--;
		links_retire(w, group);
		pthread_mutex_unlock(&links->lock);
	}
	return claim;
}

/** Hand a group to the next name that waits; the lock is held. What is to be a task now, or NULL. */
static struct ucp_parked *links_hand_over(struct ucp_link_group *group)
{
	struct ucp_parked *parked = group->parked;

	group->state = LINKS_OPEN;
	if (parked == NULL) {
		return NULL;
	}
	if (links_own(group, &parked->entry) == 0) {
		group->parked = parked->next;
		parked->next = NULL;
		return parked;
	}
	/* Out of memory: nobody would settle the group, so each is copied on its own. */
	group->parked = NULL;
	for (struct ucp_parked *each = parked; each != NULL; each = each->next) {
		each->group = NULL;
	}
	return parked;
}

void ucp_links_settle(struct ucp_worker *w, struct ucp_link_group *group, bool is_made,
		      const struct ucp_digest_value *value)
{
	struct ucp_links *links = w->shared->links;
	struct ucp_parked *parked = NULL;

	pthread_mutex_lock(&links->lock);
	if (is_made) {
		group->state = LINKS_MADE;
		group->value = *value;
		group->n_users++; /* keeps it while the links are made */
		parked = group->parked;
		group->parked = NULL;
	} else {
		parked = links_hand_over(group);
	}
	pthread_mutex_unlock(&links->lock);

	if (!is_made) {
		while (parked != NULL) {
			struct ucp_parked *next = parked->next;
			ucp_worker_push(w, &parked->task);
			parked = next;
		}
		return;
	}
	while (parked != NULL) {
		struct ucp_parked *next = parked->next;
		if (ucp_parked_pin(w, parked)) {
			(void)links_make(w, group, &parked->entry); /* told */
			ucp_finish_entry(w, parked->entry.dir);
		}
		free(parked);
		parked = next;
	}
	pthread_mutex_lock(&links->lock);
	group->n_users--;
	links_retire(w, group);
	pthread_mutex_unlock(&links->lock);
}

/** Make a hard link for -l, which may have needed a backup: whether it is there. */
static bool links_make_source(struct ucp_worker *w, struct ucp_entry *e)
{
	int from_dir = e->dir->fd[UCP_SRC];
	int flags = e->follow ? AT_SYMLINK_FOLLOW : 0;
	int err = links_link(from_dir, e->src_name, e, flags);

	if (err == -EEXIST) {
		enum ucp_place place = ucp_place_may_replace(w, e, w->set->force);
		ucp_count(&w->counts.skipped, place == UCP_PLACE_SKIP);
		if (!links_may_link(place)) {
			return place == UCP_PLACE_SAME;
		}
		err = links_link_again(w, from_dir, e->src_name, e, flags, place);
	}
	if (err < 0) {
		if (!ucp_place_is_unseen(w, e)) {
			ucp_note_begun(w, e);
			ucp_worker_tell_entry(w, UCP_FAIL_LINK, err, e);
		}
		return false;
	}
	ucp_note_made(w, e);
	ucp_note_entry(w, e, e->st.st_mode);
	ucp_count(&w->counts.hardlinks, 1);
	return true;
}

bool ucp_links_make_source(struct ucp_worker *w, struct ucp_entry *e)
{
	bool is_made = links_make_source(w, e);

	ucp_place_settle(w, e, is_made);
	return is_made;
}
