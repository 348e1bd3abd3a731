/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "cmd/options.h"

#include "cmd/argument.h"
#include "cmd/parsing.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Values of options without a letter, and of those letters do not suffice for. */
enum {
	OPT_ATTRIBUTES_ONLY = 256,
	OPT_COPY_CONTENTS,
	OPT_DEBUG,
	OPT_KEEP_DIRECTORY_SYMLINK,
	OPT_NO_PRESERVE,
	OPT_PARENTS,
	OPT_PRESERVE,
	OPT_REFLINK,
	OPT_REMOVE_DESTINATION,
	OPT_SPARSE,
	OPT_STRIP_TRAILING_SLASHES,
	OPT_UPDATE,
	OPT_HELP,
	OPT_VERSION,
	OPT_OWN, /* from here on: what cp does not have */
	OPT_ATOMIC,
	OPT_CHECK,
	OPT_ON_CHANGE,
	OPT_PREFLIGHT,
	OPT_RETRIES,
	OPT_SAFE,
	OPT_VERIFY,
	OPT_CLEAN_TEMPS,
	OPT_COMPARE,
	OPT_FSYNC,
	OPT_HASH,
	OPT_MANIFEST,
	OPT_MANIFEST_FORMAT,
	OPT_STATS,
	OPT_QUEUE_DEPTH,
	OPT_CHUNK_SIZE,
	OPT_MEM_LIMIT,
	OPT_IO_WORKERS,
	OPT_CACHE,
	OPT_POLL,
	OPT_DIRECT,
	OPT_ENGINE,
	OPT_NUMERIC_IDS,
	OPT_STRIP_COMPONENTS,
	OPT_UNPACK,
	OPT_LIST_OPTIONS,
	OPT_NOT_YET, /* known, and refused */
};

/** Every option. Those of cp come first; an abbreviation that is unique among them is theirs. */
static const struct option options_table[] = {
	{"archive", no_argument, NULL, 'a'},
	{"attributes-only", no_argument, NULL, OPT_ATTRIBUTES_ONLY},
	{"backup", optional_argument, NULL, 'b'},
	{"context", optional_argument, NULL, 'Z'},
	{"copy-contents", no_argument, NULL, OPT_COPY_CONTENTS},
	{"debug", no_argument, NULL, OPT_DEBUG},
	{"dereference", no_argument, NULL, 'L'},
	{"force", no_argument, NULL, 'f'},
	{"help", no_argument, NULL, OPT_HELP},
	{"interactive", no_argument, NULL, 'i'},
	{"keep-directory-symlink", no_argument, NULL, OPT_KEEP_DIRECTORY_SYMLINK},
	{"link", no_argument, NULL, 'l'},
	{"no-clobber", no_argument, NULL, 'n'},
	{"no-dereference", no_argument, NULL, 'P'},
	{"no-preserve", required_argument, NULL, OPT_NO_PRESERVE},
	{"no-target-directory", no_argument, NULL, 'T'},
	{"one-file-system", no_argument, NULL, 'x'},
	{"parents", no_argument, NULL, OPT_PARENTS},
	{"path", no_argument, NULL, OPT_PARENTS},
	{"preserve", optional_argument, NULL, OPT_PRESERVE},
	{"recursive", no_argument, NULL, 'r'},
	{"reflink", optional_argument, NULL, OPT_REFLINK},
	{"remove-destination", no_argument, NULL, OPT_REMOVE_DESTINATION},
	{"sparse", required_argument, NULL, OPT_SPARSE},
	{"strip-trailing-slashes", no_argument, NULL, OPT_STRIP_TRAILING_SLASHES},
	{"suffix", required_argument, NULL, 'S'},
	{"symbolic-link", no_argument, NULL, 's'},
	{"target-directory", required_argument, NULL, 't'},
	{"update", optional_argument, NULL, OPT_UPDATE},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, OPT_VERSION},
	{"atomic", no_argument, NULL, OPT_ATOMIC},
	{"cache", required_argument, NULL, OPT_CACHE},
	{"check", required_argument, NULL, OPT_CHECK},
	{"chunk-size", required_argument, NULL, OPT_CHUNK_SIZE},
	{"clean-temps", no_argument, NULL, OPT_CLEAN_TEMPS},
	{"compare", no_argument, NULL, OPT_COMPARE},
	{"direct", no_argument, NULL, OPT_DIRECT},
	{"engine", required_argument, NULL, OPT_ENGINE},
	{"fsync", optional_argument, NULL, OPT_FSYNC},
	{"hash", required_argument, NULL, OPT_HASH},
	{"io-workers", required_argument, NULL, OPT_IO_WORKERS},
	{"jobs", required_argument, NULL, 'j'},
	{"manifest", required_argument, NULL, OPT_MANIFEST},
	{"manifest-format", required_argument, NULL, OPT_MANIFEST_FORMAT},
	{"mem-limit", required_argument, NULL, OPT_MEM_LIMIT},
	{"numeric-ids", no_argument, NULL, OPT_NUMERIC_IDS},
	{"on-change", required_argument, NULL, OPT_ON_CHANGE},
	{"poll", required_argument, NULL, OPT_POLL},
	{"preflight", optional_argument, NULL, OPT_PREFLIGHT},
	{"progress", optional_argument, NULL, 'g'},
	{"queue-depth", required_argument, NULL, OPT_QUEUE_DEPTH},
	{"quiet", no_argument, NULL, 'q'},
	{"retries", required_argument, NULL, OPT_RETRIES},
	{"safe", no_argument, NULL, OPT_SAFE},
	{"stats", no_argument, NULL, OPT_STATS},
	{"strip-components", required_argument, NULL, OPT_STRIP_COMPONENTS},
	{"unpack", no_argument, NULL, OPT_UNPACK},
	{"verify", optional_argument, NULL, OPT_VERIFY},
	{"list-options", no_argument, NULL, OPT_LIST_OPTIONS},
	/* Known names of options to come: refused, so that no script believes in them. */
#define LATER(name, arg) {name, arg, NULL, OPT_NOT_YET}
	LATER("bwlimit", required_argument),
	LATER("chmod", required_argument),
	LATER("chown", required_argument),
	LATER("clamp-mtime", no_argument),
	LATER("color", optional_argument),
	LATER("dedupe", required_argument),
	LATER("delete", no_argument),
	LATER("dry-run", no_argument),
	LATER("exclude-caches", no_argument),
	LATER("exclude-from", required_argument),
	LATER("exclude-nodump", no_argument),
	LATER("exclude-vcs", no_argument),
	LATER("exclude", required_argument),
	LATER("files-from", required_argument),
	LATER("from0", no_argument),
	LATER("groupmap", required_argument),
	LATER("ignore-file", required_argument),
	LATER("include-from", required_argument),
	LATER("include", required_argument),
	LATER("ioprio", required_argument),
	LATER("itemize-changes", no_argument),
	LATER("json", optional_argument),
	LATER("keep-last", required_argument),
	LATER("link-dest", required_argument),
	LATER("lock-wait", required_argument),
	LATER("log-file", required_argument),
	LATER("max-delete", required_argument),
	LATER("max-size", required_argument),
	LATER("min-size", required_argument),
	LATER("mtime", required_argument),
	LATER("newer-than", required_argument),
	LATER("no-offload", no_argument),
	LATER("older-than", required_argument),
	LATER("owner", required_argument),
	LATER("pack", optional_argument),
	LATER("pkg", no_argument),
	LATER("resume", no_argument),
	LATER("shard", required_argument),
	LATER("snapshot", no_argument),
	LATER("sort", required_argument),
	LATER("usermap", required_argument),
#undef LATER
	{NULL, 0, NULL, 0},
};

/** Letters: cp's own, then ours. */
static const char options_letters[] = "abdfg::HiLlnpPrRsS:t:Tuvxj:qZ0";

/** --update. */
static const struct ucp_word options_updates[] = {
	{"all", UCP_UPDATE_ALL}, {"none", UCP_UPDATE_NONE},
	{"none-fail", UCP_UPDATE_NONE_FAIL}, {"older", UCP_UPDATE_OLDER}, {NULL, 0},
};

/** --reflink. */
static const struct ucp_word options_reflinks[] = {
	{"auto", UCP_REFLINK_AUTO}, {"always", UCP_REFLINK_ALWAYS},
	{"never", UCP_REFLINK_NEVER}, {NULL, 0},
};

/** --sparse. */
static const struct ucp_word options_sparses[] = {
	{"never", UCP_SPARSE_NEVER}, {"auto", UCP_SPARSE_AUTO},
	{"always", UCP_SPARSE_ALWAYS}, {NULL, 0},
};

/** --engine. */
static const struct ucp_word options_engines[] = {
	{"auto", UCP_CHOOSE_AUTO}, {"uring", UCP_CHOOSE_URING},
	{"threads", UCP_CHOOSE_THREADS}, {"serial", UCP_CHOOSE_SERIAL}, {NULL, 0},
};

/** --progress. */
static const struct ucp_word options_progresses[] = {
	{"auto", UCP_PROGRESS_AUTO}, {"always", UCP_PROGRESS_ALWAYS},
	{"never", UCP_PROGRESS_NEVER}, {NULL, 0},
};

/** --preflight. */
static const struct ucp_word options_preflights[] = {
	{"warn", UCP_PREFLIGHT_WARN}, {"fail", UCP_PREFLIGHT_FAIL},
	{"never", UCP_PREFLIGHT_NEVER}, {NULL, 0},
};

/** Attributes of --preserve and --no-preserve. */
enum {
	KEEP_MODE = 1,
	KEEP_OWNER = 2,
	KEEP_TIMES = 4,
	KEEP_LINKS = 8,
	KEEP_CONTEXT = 16,
	KEEP_XATTRS = 32,
	KEEP_ALL = 63, /* of cp's */
	KEEP_FLAGS = 64,
	KEEP_PROJECT = 128,
};

/** Turn attributes on or off. */
static void options_keep(struct ucp_parsing *p, int what, bool on)
{
	struct ucp_settings *set = &p->opts->set;

	if ((what & KEEP_MODE) != 0) {
		set->keep_mode = on;
		set->drop_mode = !on;
	}
	if ((what & KEEP_OWNER) != 0) {
		set->keep_owner = on;
	}
	if ((what & KEEP_TIMES) != 0) {
		set->keep_times = on;
	}
	if ((what & KEEP_LINKS) != 0) {
		set->keep_links = on;
	}
	if ((what & KEEP_XATTRS) != 0) {
		set->keep_xattrs = on;
		/* Once asked for by name, "all" does not make it less important. */
		set->need_xattrs = on && (what != KEEP_ALL || set->need_xattrs);
	}
	if ((what & KEEP_FLAGS) != 0) {
		set->keep_flags = on;
		p->opts->has_own = true;
	}
	if ((what & KEEP_PROJECT) != 0) {
		set->keep_project = on;
		p->opts->has_own = true;
	}
	if ((what & KEEP_CONTEXT) != 0) {
		p->keep_context = on;
		p->need_context = on && (what != KEEP_ALL || p->need_context);
	}
}

/** --preserve=LIST and --no-preserve=LIST. */
static bool options_keep_list(struct ucp_parsing *p, const char *option, const char *list, bool on)
{
	enum { OWN = 2 }; /* words that cp does not have */
	static const struct ucp_word words[] = {
		{"flags", KEEP_FLAGS}, {"project", KEEP_PROJECT},
		{"mode", KEEP_MODE}, {"timestamps", KEEP_TIMES}, {"ownership", KEEP_OWNER},
		{"links", KEEP_LINKS}, {"context", KEEP_CONTEXT}, {"xattr", KEEP_XATTRS},
		{"all", KEEP_ALL}, {NULL, 0},
	};
	const struct ucp_word *known = p->opts->called_as_cp ? words + OWN : words;
	char *copy = strdup(list);
	char *rest = copy;
	bool fine = copy != NULL;

	while (fine && rest != NULL) {
		const char *text = strsep(&rest, ",");
		int what = 0;
		fine = ucp_argument_word(p->name, option, text, known, &what);
		if (fine) {
			options_keep(p, what, on);
		}
	}
	free(copy);
	return fine;
}

/** Tell about an option that is known and not built. */
static bool options_not_yet(const struct ucp_parsing *p, const char *option)
{
	fprintf(stderr, "%s: option '%s%s' is not available in ucp " UCP_VERSION "\n", p->name,
		strlen(option) > 1 ? "--" : "-", option);
	return false;
}

/** --fsync[=WHEN]. */
static bool options_fsync(struct ucp_parsing *p, const char *text)
{
	static const struct ucp_word words[] = {
		{"never", UCP_FSYNC_NEVER}, {"chunk", UCP_FSYNC_CHUNK}, {"file", UCP_FSYNC_FILE},
		{"batch", UCP_FSYNC_BATCH}, {"fs", UCP_FSYNC_FS}, {NULL, 0},
	};
	int value = UCP_FSYNC_FILE;

	if (text != NULL && !ucp_argument_word(p->name, "--fsync", text, words, &value)) {
		return false;
	}
	p->opts->set.fsync = (enum ucp_fsync)value;
	return true;
}

/** --verify[=HOW]. */
static bool options_verify(struct ucp_parsing *p, const char *text)
{
	static const struct ucp_word words[] = {
		{"never", UCP_VERIFY_NEVER}, {"cache", UCP_VERIFY_CACHE},
		{"readback", UCP_VERIFY_READBACK}, {"both", UCP_VERIFY_BOTH}, {NULL, 0},
	};
	int value = UCP_VERIFY_READBACK;

	if (text != NULL && !ucp_argument_word(p->name, "--verify", text, words, &value)) {
		return false;
	}
	p->opts->set.verify = (enum ucp_verify)value;
	return true;
}

/** --cache=WHAT. */
static bool options_cache(struct ucp_parsing *p, const char *text)
{
	static const struct ucp_word words[] = {{"keep", false}, {"drop", true}, {NULL, 0}};
	int value;

	if (!ucp_argument_word(p->name, "--cache", text, words, &value)) {
		return false;
	}
	p->opts->set.drop_cache = value;
	return true;
}

/** --poll=WHO. */
static bool options_poll(struct ucp_parsing *p, const char *text)
{
	enum { BY_APP = UCP_POLL_KERNEL + 1 };
	static const struct ucp_word words[] = {
		{"off", UCP_POLL_OFF}, {"kernel", UCP_POLL_KERNEL}, {"app", BY_APP}, {NULL, 0}};
	int value;

	if (!ucp_argument_word(p->name, "--poll", text, words, &value)) {
		return false;
	}
	if (value == BY_APP) {
		return options_not_yet(p, "poll=app");
	}
	p->opts->set.poll = (enum ucp_poll)value;
	return true;
}

/** --on-change=WHAT. */
static bool options_on_change(struct ucp_parsing *p, const char *text)
{
	static const struct ucp_word words[] = {
		{"retry", UCP_CHANGE_RETRIED}, {"warn", UCP_CHANGE_WARNED},
		{"fail", UCP_CHANGE_FAILED}, {"ignore", UCP_CHANGE_IGNORED}, {NULL, 0},
	};
	int value;

	if (!ucp_argument_word(p->name, "--on-change", text, words, &value)) {
		return false;
	}
	p->opts->set.on_change = (enum ucp_on_change)value;
	p->has_on_change = true;
	return true;
}

/** --safe: what is copied is whole, durable, and what is on the medium. */
static bool options_safe(struct ucp_parsing *p)
{
	p->opts->set.atomic = true;
	p->opts->set.fsync = UCP_FSYNC_BATCH;
	p->opts->set.verify = UCP_VERIFY_READBACK;
	return true;
}

/** --hash=NAME. */
static bool options_hash(struct ucp_parsing *p, const char *text)
{
	static const struct ucp_word words[] = {
		{"xxh128", UCP_DIGEST_XXH128}, {"xxh64", UCP_DIGEST_XXH64},
		{"xxh3", UCP_DIGEST_XXH3}, {"sha256", UCP_DIGEST_SHA256}, {NULL, 0},
	};
	int value;

	if (!ucp_argument_word(p->name, "--hash", text, words, &value)) {
		return false;
	}
	if (!ucp_digest_is_had((enum ucp_digest_kind)value)) {
		fprintf(stderr, "%s: option '--hash=sha256' is not available: there is no libcrypto, "
				"or ucp was built without it\n", p->name);
		return false;
	}
	p->opts->set.digest = (enum ucp_digest_kind)value;
	p->has_hash = true;
	return true;
}

/** --manifest-format=NAME. */
static bool options_manifest_format(const struct ucp_parsing *p, const char *text)
{
	static const struct ucp_word words[] = {{"bsd", UCP_MANIFEST_BSD}, {"gnu", UCP_MANIFEST_GNU},
					     {"mtree", UCP_MANIFEST_MTREE}, {NULL, 0}};
	int value;

	if (!ucp_argument_word(p->name, "--manifest-format", text, words, &value)) {
		return false;
	}
	if (value == UCP_MANIFEST_MTREE && !ucp_digest_is_had(UCP_DIGEST_SHA256)) {
		fprintf(stderr, "%s: option '--manifest-format=mtree' is not available: there is no "
				"libcrypto, or ucp was built without it\n", p->name);
		return false;
	}
	p->opts->set.manifest_format = (enum ucp_manifest_format)value;
	return true;
}

/** -t DIR. */
static bool options_target(struct ucp_parsing *p, const char *dir)
{
	p->has_targets = p->has_targets || p->opts->target_dir != NULL;
	p->opts->target_dir = dir;
	return true;
}

/** Take on one of cp's options that has no letter: false when told what is wrong. */
static bool options_take_cp_long(struct ucp_parsing *p, int opt, const char *arg)
{
	struct ucp_settings *set = &p->opts->set;
	bool fine = true;
	int value;

	switch (opt) {
	case OPT_ATTRIBUTES_ONLY:
		set->attributes_only = true;
		break;
	case OPT_COPY_CONTENTS:
		set->copy_contents = true;
		break;
	case OPT_DEBUG:
		set->tell_debug = true;
		set->tell_copied = true;
		break;
	case OPT_KEEP_DIRECTORY_SYMLINK:
		set->keep_dir_links = true;
		break;
	case OPT_NO_PRESERVE:
		return options_keep_list(p, "--no-preserve", arg, false);
	case OPT_PARENTS:
		set->parents = true;
		break;
	case OPT_PRESERVE:
		return options_keep_list(p, "--preserve",
					 arg != NULL ? arg : "mode,ownership,timestamps", true);
	case OPT_REFLINK:
		fine = ucp_argument_choose(p->name, "--reflink", arg, options_reflinks, UCP_REFLINK_ALWAYS,
				      &value);
		set->reflink = (enum ucp_reflink)value;
		break;
	case OPT_REMOVE_DESTINATION:
		set->remove_first = true;
		break;
	case OPT_SPARSE:
		fine = ucp_argument_choose(p->name, "--sparse", arg, options_sparses, UCP_SPARSE_AUTO, &value);
		set->sparse = (enum ucp_sparse)value;
		break;
	case OPT_STRIP_TRAILING_SLASHES:
		p->opts->strip_slashes = true;
		break;
	case OPT_UPDATE:
		fine = ucp_argument_choose(p->name, "--update", arg, options_updates, UCP_UPDATE_OLDER, &value);
		set->update = (enum ucp_update)value;
		break;
	default:
		return false;
	}
	return fine;
}

/** Take on one of cp's options that has a letter: false when told what is wrong. */
static bool options_take_cp(struct ucp_parsing *p, int opt, const char *arg)
{
	struct ucp_settings *set = &p->opts->set;

	switch (opt) {
	case 'a':
		set->recursive = true;
		set->follow = UCP_FOLLOW_NEVER;
		p->has_follow = true;
		options_keep(p, KEEP_ALL, true);
		break;
	case 'b':
		p->has_backup = true;
		p->backup = arg != NULL ? arg : p->backup;
		break;
	case 'd':
		set->keep_links = true;
		set->follow = UCP_FOLLOW_NEVER;
		p->has_follow = true;
		break;
	case 'f':
		set->force = true;
		break;
	case 'H':
	case 'L':
	case 'P':
		set->follow = opt == 'H'   ? UCP_FOLLOW_OPERANDS
			      : opt == 'L' ? UCP_FOLLOW_ALWAYS
					   : UCP_FOLLOW_NEVER;
		p->has_follow = true;
		break;
	case 'i':
		set->ask = true;
		p->no_clobber = false;
		set->update = set->update == UCP_UPDATE_NONE ? UCP_UPDATE_ALL : set->update;
		break;
	case 'l':
		p->has_hard = true;
		break;
	case 'n':
		set->ask = false;
		p->no_clobber = true;
		break;
	case 'p':
		options_keep(p, KEEP_MODE | KEEP_OWNER | KEEP_TIMES, true);
		break;
	case 'r':
	case 'R':
		set->recursive = true;
		break;
	case 's':
		p->has_symbolic = true;
		break;
	case 'S':
		p->has_backup = true;
		p->suffix = arg;
		break;
	case 't':
		return options_target(p, arg);
	case 'T':
		p->opts->target_is_file = true;
		break;
	case 'u':
		set->update = UCP_UPDATE_OLDER;
		break;
	case 'v':
		set->tell_copied = true;
		break;
	case 'x':
		set->one_filesystem = true;
		break;
	case 'Z':
		p->has_z = true;
		p->opts->context = arg != NULL ? arg : p->opts->context;
		break;
	default:
		return options_take_cp_long(p, opt, arg);
	}
	return true;
}

/** --unpack: what is in archives, with all that they know of it, as of a copy with -a. */
static bool options_unpack(struct ucp_parsing *p)
{
	struct ucp_settings *set = &p->opts->set;
	enum ucp_follow follow = p->has_follow ? set->follow : UCP_FOLLOW_NEVER;

	set->unpack = true;
	set->remove_first = true;
	bool fine = options_take_cp(p, 'a', NULL);
	set->follow = follow; /* -H and -L are refused, wherever they stand */
	return fine;
}

/** Take one of ucp's own options on: false when told what is wrong. */
static bool options_take_own(struct ucp_parsing *p, int opt, const char *arg)
{
	struct ucp_settings *set = &p->opts->set;
	bool fine;
	int value;

	p->opts->has_own = true;
	switch (opt) {
	case 'g':
		fine = ucp_argument_choose(p->name, "--progress", arg, options_progresses, UCP_PROGRESS_ALWAYS,
				      &value);
		p->opts->progress = (enum ucp_progress_when)value;
		return fine;
	case 'j':
		return ucp_argument_count(p->name, "--jobs", arg, 1, 256, &set->jobs);
	case 'q':
		p->opts->progress = UCP_PROGRESS_NEVER;
		return true;
	case OPT_ATOMIC:
		set->atomic = true;
		return true;
	case OPT_CACHE:
		return options_cache(p, arg);
	case OPT_DIRECT:
		set->direct = true;
		return true;
	case OPT_CHECK:
		p->opts->check = arg;
		return true;
	case OPT_CLEAN_TEMPS:
		p->opts->clean_temps = true;
		return true;
	case OPT_COMPARE:
		p->opts->compare = true;
		return true;
	case OPT_FSYNC:
		return options_fsync(p, arg);
	case OPT_HASH:
		return options_hash(p, arg);
	case OPT_MANIFEST:
		p->opts->manifest = arg;
		return true;
	case OPT_MANIFEST_FORMAT:
		return options_manifest_format(p, arg);
	case OPT_ON_CHANGE:
		return options_on_change(p, arg);
	case OPT_POLL:
		return options_poll(p, arg);
	case OPT_PREFLIGHT:
		fine = ucp_argument_choose(p->name, "--preflight", arg, options_preflights,
					   UCP_PREFLIGHT_WARN, &value);
		p->opts->preflight = (enum ucp_preflight)value;
		return fine;
	case OPT_RETRIES:
		return ucp_argument_count(p->name, "--retries", arg, 0, 1000, &set->retries);
	case OPT_SAFE:
		return options_safe(p);
	case OPT_VERIFY:
		return options_verify(p, arg);
	case OPT_STATS:
		p->opts->stats = true;
		return true;
	case OPT_QUEUE_DEPTH:
		return ucp_argument_count(p->name, "--queue-depth", arg, 1, 4096, &set->depth);
	case OPT_CHUNK_SIZE:
		return ucp_argument_size(p->name, "--chunk-size", arg, 4096, 64 << 20, "4K to 64M",
				    &set->chunk_size);
	case OPT_MEM_LIMIT:
		return ucp_argument_size(p->name, "--mem-limit", arg, 64 << 10, UINT64_MAX, "64K or more",
				    &set->mem_limit);
	case OPT_IO_WORKERS:
		return ucp_argument_count(p->name, "--io-workers", arg, 1, 4096, &set->io_workers);
	case OPT_NUMERIC_IDS:
		set->numeric_ids = true;
		return true;
	case OPT_STRIP_COMPONENTS:
		p->has_strip = true;
		return ucp_argument_count(p->name, "--strip-components", arg, 0, 4096, &set->strip);
	case OPT_UNPACK:
		return options_unpack(p);
	case OPT_ENGINE:
		fine = ucp_argument_choose(p->name, "--engine", arg, options_engines, UCP_CHOOSE_AUTO, &value);
		set->engine = (enum ucp_engine_choice)value;
		return fine;
	default:
		return false;
	}
}

/** Whether an option is ucp's own. */
static bool options_is_own(int opt)
{
	return opt == 'g' || opt == 'j' || opt == 'q' || opt > OPT_OWN;
}

/**
 * Replace an abbreviation that is unique among cp's options by the full name,
 * so that names added by ucp never make a script's "--pre" ambiguous.
 *
 * Returns what the argument should be, or NULL to leave it to getopt.
 */
static char *options_expand(const char *arg)
{
	size_t len = strcspn(arg + 2, "=");
	const struct option *found = NULL;

	for (const struct option *o = options_table; o->name != NULL; o++) {
		if (strncmp(o->name, arg + 2, len) != 0) {
			continue;
		}
		if (o->name[len] == '\0') {
			return NULL; /* a full name, whosever it is */
		}
		if (!options_is_own(o->val)) {
			if (found != NULL && found->val != o->val) {
				return NULL;
			}
			found = o;
		}
	}
	char *text = NULL;
	if (found != NULL && asprintf(&text, "--%s%s", found->name, arg + 2 + len) < 0) {
		text = NULL;
	}
	return text;
}

/** Expand the option that getopt will look at next, if it is a long one. */
static void options_expand_next(int argc, char **argv)
{
	int i = optind > 0 ? optind : 1;

	while (getenv("POSIXLY_CORRECT") == NULL && i < argc &&
	       (argv[i][0] != '-' || argv[i][1] == '\0')) {
		i++;
	}
	if (i < argc && strncmp(argv[i], "--", 2) == 0 && argv[i][2] != '\0') {
		char *text = options_expand(argv[i]);
		if (text != NULL) {
			argv[i] = text; /* lives as long as argv does: to the end of the process */
		}
	}
}

enum ucp_parse ucp_options_parse(int argc, char **argv, struct ucp_options *ret_opts)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *base = slash != NULL ? slash + 1 : argc > 0 ? argv[0] : "ucp";
	struct ucp_parsing p = {.opts = ret_opts};
	int index = 0;

	*ret_opts = (struct ucp_options){.called_as_cp = strcmp(base, "cp") == 0};
	p.name = ret_opts->called_as_cp ? "cp" : "ucp";
	ret_opts->set.retries = 1;
	static char cp_name[] = "cp", ucp_name[] = "ucp";
	argv[0] = ret_opts->called_as_cp ? cp_name : ucp_name; /* what getopt's messages say */
	for (;;) {
		options_expand_next(argc, argv);
		index = -1;
		int opt = getopt_long(argc, argv, options_letters, options_table, &index);
		if (opt == -1) {
			break;
		}
		const char letter[2] = {(char)opt, '\0'};
		switch (opt) {
		case '?':
			ucp_options_try_help(p.name);
			return UCP_PARSE_FAILED;
		case OPT_HELP:
			return UCP_PARSE_HELP;
		case OPT_VERSION:
			return UCP_PARSE_VERSION;
		case OPT_LIST_OPTIONS:
			return UCP_PARSE_LIST;
		case '0':
		case OPT_NOT_YET:
			(void)options_not_yet(&p, index >= 0 ? options_table[index].name : letter);
			return UCP_PARSE_FAILED;
		default:
			break;
		}
		if (!(options_is_own(opt) ? options_take_own(&p, opt, optarg)
					  : options_take_cp(&p, opt, optarg))) {
			ucp_options_try_help(p.name);
			return UCP_PARSE_FAILED;
		}
	}
	if (!ucp_parsing_settle(&p)) {
		return UCP_PARSE_FAILED;
	}
	ret_opts->operands = (const char *const *)argv + optind;
	ret_opts->n_operands = (uint32_t)(argc - optind);
	return UCP_PARSE_RUN;
}

void ucp_options_try_help(const char *name)
{
	fprintf(stderr, "Try '%s --help' for more information.\n", name);
}

void ucp_options_list(void)
{
	for (const struct option *o = options_table; o->name != NULL; o++) {
		if (o->val != OPT_NOT_YET && o->val != OPT_LIST_OPTIONS) {
			printf("%s\n", o->name);
		}
	}
}
