/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* What the options mean together. */
#include "cmd/argument.h"
#include "cmd/parsing.h"
#include "core/context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/** --backup, and the environment: false when told what is wrong. */
static bool settle_backup(struct ucp_parsing *p)
{
	static const struct ucp_word words[] = {
		{"none", UCP_BACKUP_NONE}, {"off", UCP_BACKUP_NONE},
		{"simple", UCP_BACKUP_SIMPLE}, {"never", UCP_BACKUP_SIMPLE},
		{"existing", UCP_BACKUP_EXISTING}, {"nil", UCP_BACKUP_EXISTING},
		{"numbered", UCP_BACKUP_NUMBERED}, {"t", UCP_BACKUP_NUMBERED}, {NULL, 0},
	};
	struct ucp_settings *set = &p->opts->set;
	const char *suffix = p->suffix != NULL ? p->suffix : getenv("SIMPLE_BACKUP_SUFFIX");
	bool has_suffix = suffix != NULL && suffix[0] != '\0' && strchr(suffix, '/') == NULL;
	const char *option = "backup type";
	const char *text = p->backup;
	int value = UCP_BACKUP_EXISTING;

	set->backup_suffix = has_suffix ? suffix : "~";
	if (!p->has_backup) {
		return true;
	}
	if (text == NULL || text[0] == '\0') {
		option = "$VERSION_CONTROL";
		text = getenv("VERSION_CONTROL");
	}
	if (text != NULL && text[0] != '\0' && !ucp_argument_word(p->name, option, text, words, &value)) {
		ucp_options_try_help(p->name);
		return false;
	}
	set->backup = (enum ucp_backup)value;
	return true;
}

/** Options that have no meaning for archives: what is wrong, or NULL. */
static const char *settle_check_unpack(const struct ucp_parsing *p)
{
	const struct ucp_options *o = p->opts;
	const struct ucp_settings *set = &o->set;

	if (!set->unpack) {
		return set->numeric_ids ? "--numeric-ids is for --unpack"
		       : p->has_strip   ? "--strip-components is for --unpack"
					: NULL;
	}
	return o->check != NULL || o->compare || o->clean_temps
		       ? "--unpack cannot be used with --check, --compare or --clean-temps"
	       : p->has_hard || p->has_symbolic || set->attributes_only || set->parents ||
				 set->copy_contents || set->one_filesystem
		       ? "--unpack cannot be used with -l, -s, -x, --attributes-only, --copy-contents or "
			 "--parents"
	       : set->follow != UCP_FOLLOW_NEVER || set->reflink == UCP_REFLINK_ALWAYS ||
				 set->direct
		       ? "--unpack cannot be used with -H, -L, --reflink=always or --direct"
	       : p->has_backup || o->target_is_file || o->preflight != UCP_PREFLIGHT_NEVER
		       ? "--unpack cannot be used with --backup, -T or --preflight"
	       : set->keep_flags || set->keep_project
		       ? "--unpack cannot preserve flags and projects"
	       : set->verify == UCP_VERIFY_BOTH || p->has_on_change
		       ? "--unpack reads an archive once: --verify=both and --on-change have no use"
	       : p->has_z ? "--unpack cannot be used with -Z or --context"
			  : NULL;
}

/** Options that contradict each other: false when told. */
static bool settle_check(const struct ucp_parsing *p)
{
	const struct ucp_options *o = p->opts;
	const char *wrong = settle_check_unpack(p);

	if (wrong != NULL) {
		/* told below */
	} else if (p->has_hard && p->has_symbolic) {
		wrong = "cannot make both hard and symbolic links";
	} else if (o->set.reflink == UCP_REFLINK_ALWAYS && o->set.sparse != UCP_SPARSE_AUTO) {
		wrong = "--reflink can be used only with --sparse=auto";
	} else if (o->set.direct && o->set.sparse == UCP_SPARSE_ALWAYS) {
		wrong = "--direct writes whole blocks: it cannot be used with --sparse=always";
	} else if (o->set.poll != UCP_POLL_OFF &&
		   (o->set.engine == UCP_CHOOSE_THREADS || o->set.engine == UCP_CHOOSE_SERIAL)) {
		wrong = "--poll is for io_uring: it cannot be used with another --engine";
	} else if (p->has_backup && (p->no_clobber || o->set.update == UCP_UPDATE_NONE)) {
		wrong = "options --backup and --no-clobber are mutually exclusive";
	} else if (p->has_backup && o->set.update == UCP_UPDATE_NONE_FAIL) {
		wrong = "--backup is mutually exclusive with --update=none-fail";
	} else if (p->has_hash && o->manifest == NULL && o->check == NULL &&
		   o->set.verify == UCP_VERIFY_NEVER) {
		wrong = "--hash has no use without --manifest, --verify or --check";
	} else if (p->has_hash && o->set.manifest_format == UCP_MANIFEST_MTREE &&
		   o->set.digest != UCP_DIGEST_SHA256) {
		wrong = "--manifest-format=mtree knows no digest of xxHash, only --hash=sha256";
	} else if ((o->check != NULL) + o->compare + o->clean_temps > 1) {
		wrong = "only one of --check, --compare and --clean-temps can be done";
	} else if ((o->check != NULL || o->compare) && o->manifest != NULL) {
		wrong = "--manifest is written by a copy: --check and --compare make none";
	} else if (o->compare && p->has_follow && o->set.follow != UCP_FOLLOW_NEVER) {
		wrong = "--compare follows no symbolic links: -H and -L have no use";
	} else if (o->compare && (o->set.keep_flags || o->set.keep_project)) {
		wrong = "--compare does not look at flags and projects";
	} else if (o->compare && (o->target_dir != NULL || o->set.parents)) {
		wrong = "--compare takes two operands, and no target directory";
	}
	if (wrong != NULL) {
		fprintf(stderr, "%s: %s\n", p->name, wrong);
		ucp_options_try_help(p->name);
		return false;
	}
	if (p->has_targets) {
		fprintf(stderr, "%s: multiple target directories specified\n", p->name);
		return false;
	}
	if (o->target_dir != NULL && o->target_is_file) {
		fprintf(stderr, "%s: cannot combine --target-directory (-t) and "
				"--no-target-directory (-T)\n", p->name);
		return false;
	}
	return true;
}

/** Security contexts, as far as this kernel has them: false when told what is wrong. */
static bool settle_context(struct ucp_parsing *p)
{
	struct ucp_settings *set = &p->opts->set;
	bool is_enabled = (p->keep_context || p->has_z) && ucp_context_is_enabled();

	if (p->has_z && p->need_context && is_enabled) {
		fprintf(stderr, "%s: cannot set target context and preserve it\n", p->name);
		ucp_options_try_help(p->name);
		return false;
	}
	if (p->need_context && !is_enabled) {
		fprintf(stderr, "%s: cannot preserve security context without an "
				"SELinux-enabled kernel\n", p->name);
		return false;
	}
	if (!is_enabled) {
		if (p->opts->context != NULL) {
			fprintf(stderr, "%s: warning: ignoring --context; "
					"it requires an SELinux-enabled kernel\n", p->name);
		}
		p->opts->context = NULL; /* a bare -Z is ignored in silence, as by cp */
		return true;
	}
	if (p->has_z && p->opts->context == NULL && !ucp_context_has_policy()) {
		fprintf(stderr, "%s: option '-Z' is not available: this ucp was built without "
				"libselinux\n", p->name);
		return false;
	}
	set->need_context = p->need_context;
	set->context = p->opts->context != NULL ? UCP_CONTEXT_GIVEN
		       : p->has_z               ? UCP_CONTEXT_DEFAULT
						: UCP_CONTEXT_KEEP;
	return true;
}

/** What follows from the options together. */
static void settle_rest(struct ucp_parsing *p)
{
	struct ucp_settings *set = &p->opts->set;

	set->make = p->has_hard ? UCP_MAKE_HARD_LINK
		    : p->has_symbolic ? UCP_MAKE_SYMLINK
				      : UCP_MAKE_COPY;
	if (!p->has_follow) {
		set->follow = set->recursive && !p->has_hard ? UCP_FOLLOW_NEVER
							     : UCP_FOLLOW_ALWAYS;
	}
	set->stop_when_full = p->opts->has_own; /* cp goes on, file by file */
	set->manifest = p->opts->manifest != NULL;
	if ((set->manifest || set->verify != UCP_VERIFY_NEVER) &&
	    set->digest == UCP_DIGEST_NONE) {
		bool is_mtree = set->manifest && set->manifest_format == UCP_MANIFEST_MTREE;
		set->digest = is_mtree ? UCP_DIGEST_SHA256 : UCP_DIGEST_XXH128;
	}
	if (set->verify > UCP_VERIFY_CACHE && set->fsync == UCP_FSYNC_NEVER) {
		set->fsync = UCP_FSYNC_BATCH; /* what is not on the medium cannot be read from there */
	}
	if (!p->has_on_change && set->verify != UCP_VERIFY_NEVER) {
		set->on_change = UCP_CHANGE_RETRIED;
	}
	if (set->poll != UCP_POLL_OFF) {
		set->engine = UCP_CHOOSE_URING; /* there is nothing else to poll */
	}
	if (p->no_clobber) {
		set->update = UCP_UPDATE_NONE;
	}
	set->through_dangling = getenv("POSIXLY_CORRECT") != NULL;
	set->umask = umask(0); /* there is no other way to ask for it */
	(void)umask(set->umask);
}

bool ucp_parsing_settle(struct ucp_parsing *p)
{
	if (!settle_check(p) || !settle_backup(p) || !settle_context(p)) {
		return false;
	}
	settle_rest(p);
	return true;
}
