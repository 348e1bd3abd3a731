/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "cmd/mode_copy.h"

#include "cmd/outfile.h"
#include "cmd/preflight.h"
#include "cmd/quote.h"
#include "cmd/report.h"
#include "core/archive.h"
#include "core/backup.h"
#include "core/context.h"
#include "core/job.h"
#include "core/sys/limit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	MODE_COPY_DRAW_MS = 200,   /* between two drawings of the status line */
	MODE_COPY_QUIET_MS = 1000, /* before the first one */
	MODE_COPY_PATIENCE_MS = 1000, /* a signal that comes later is meant as another */
};

/** What ends a run. */
static const int mode_copy_ends[] = {SIGINT, SIGTERM, SIGHUP};

enum { MODE_COPY_N_ENDS = sizeof(mode_copy_ends) / sizeof(mode_copy_ends[0]) };

/** What is said of a file that --manifest must not replace. */
#define MODE_COPY_NO_MANIFEST "not a manifest, so not replaced:"

/** The run that signals are for; set before they are caught. */
static struct ucp_job *mode_copy_job;

/** The signal that ended the run, or 0. */
static volatile sig_atomic_t mode_copy_signal;

/** SIGUSR1 came. */
static volatile sig_atomic_t mode_copy_asked;

/**
 * SIGINT and its like: stop soon, and at once when asked again.
 *
 * timeout(1) sends its signal twice in a row, to the command and to its group:
 * that is no second wish, and dying of it would leave a partial file.
 */
static void mode_copy_on_end(int sig)
{
	static int64_t since_ms; /* the others are blocked meanwhile */
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail */
	int64_t now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	if (mode_copy_signal == 0) {
		since_ms = now_ms;
		mode_copy_signal = sig;
	} else if (now_ms - since_ms > MODE_COPY_PATIENCE_MS) {
		(void)signal(sig, SIG_DFL);
		(void)raise(sig); /* on return from here */
	}
	ucp_job_cancel(mode_copy_job);
}

/** SIGUSR1: say how far it got. */
static void mode_copy_on_ask(int sig)
{
	(void)sig;
	mode_copy_asked = 1;
	ucp_job_wake(mode_copy_job);
}

/** Catch signals; those that are ignored, as under nohup, stay so. */
static void mode_copy_catch(struct ucp_job *job)
{
	struct sigaction act = {.sa_handler = mode_copy_on_end};
	struct sigaction old;

	mode_copy_job = job;
	(void)signal(SIGXFSZ, SIG_IGN); /* EFBIG tells, and leaves no half file */
	(void)sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < MODE_COPY_N_ENDS; i++) {
		(void)sigaddset(&act.sa_mask, mode_copy_ends[i]);
	}
	for (size_t i = 0; i < MODE_COPY_N_ENDS; i++) {
		if (sigaction(mode_copy_ends[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) {
			(void)sigaction(mode_copy_ends[i], &act, NULL);
		}
	}
	struct sigaction ask = {.sa_handler = mode_copy_on_ask, .sa_flags = SA_RESTART};
	(void)sigemptyset(&ask.sa_mask);
	(void)sigaction(SIGUSR1, &ask, NULL);
}

/** Let go of signals: their default would be right again. */
static void mode_copy_release(void)
{
	static const int all[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
	struct sigaction old;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (sigaction(all[i], NULL, &old) == 0 &&
		    (old.sa_handler == mode_copy_on_end || old.sa_handler == mode_copy_on_ask)) {
			(void)signal(all[i], all[i] == SIGUSR1 ? SIG_IGN : SIG_DFL);
		}
	}
	mode_copy_job = NULL;
}

/** Wait for the end of a run, showing how it goes. */
static void mode_copy_watch(struct ucp_job *job, struct ucp_report *rep)
{
	struct ucp_progress *pr = rep->progress;
	int timeout_ms = pr->is_wanted ? MODE_COPY_QUIET_MS : -1;

	while (!ucp_job_wait(job, timeout_ms)) {
		if (mode_copy_asked != 0) {
			mode_copy_asked = 0;
			ucp_progress_print(pr, job, rep->name);
		} else if (pr->is_wanted && mode_copy_signal == 0) {
			ucp_progress_draw(pr, job);
			timeout_ms = MODE_COPY_DRAW_MS;
		}
	}
	ucp_progress_lock(pr);
	ucp_progress_clear(pr);
	ucp_progress_unlock(pr);
}

/** A usage error about operands. */
static int mode_copy_usage(const struct ucp_options *opts, const char *what, const char *name)
{
	const char *self = opts->called_as_cp ? "cp" : "ucp";

	fprintf(stderr, "%s: %s%s%s\n", self, what, name != NULL ? " " : "",
		name != NULL ? ucp_quote(0, name) : "");
	ucp_options_try_help(self);
	return opts->called_as_cp ? UCP_STATUS_FAILED : UCP_STATUS_USAGE;
}

/** A target that cannot be copied to. */
static int mode_copy_bad_target(struct ucp_report *rep, const char *what, const char *name, int err)
{
	ucp_report_error(rep, what, name, err);
	return UCP_STATUS_FAILED;
}

/** Check that a path is a directory, following symlinks: 0 or a negative errno. */
static int mode_copy_check_dir(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		return -errno;
	}
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

/** Take slashes off the ends of sources. */
static void mode_copy_strip(const struct ucp_operands *ops)
{
	for (uint32_t i = 0; i < ops->n_sources; i++) {
		/* argv's own strings, which the program may change */
		char *src = (char *)(uintptr_t)ops->sources[i];
		size_t len = strlen(src);
		while (len > 1 && src[len - 1] == '/') {
			src[--len] = '\0';
		}
	}
}

/** --unpack: the operands, and a target directory, which is made if it is missing. */
static int mode_copy_unpack_operands(const struct ucp_options *o, struct ucp_report *rep,
				     struct ucp_operands *ops)
{
	*ops = (struct ucp_operands){
		.sources = o->operands, .n_sources = o->n_operands, .target_is_dir = true};
	if (o->n_operands == 0 || (o->n_operands == 1 && o->target_dir == NULL)) {
		return o->n_operands == 0
			       ? mode_copy_usage(o, "missing archive operand", NULL)
			       : mode_copy_usage(o, "missing destination directory operand after",
						 o->operands[0]);
	}
	if (!ucp_archive_is_had()) {
		ucp_report_error(rep, "option '--unpack' is not available: there is no libarchive.so.13",
				 NULL, 0);
		return UCP_STATUS_ENGINE;
	}
	ops->target = o->target_dir != NULL ? o->target_dir : o->operands[--ops->n_sources];
	for (uint32_t i = 0; o->set.ask && i < ops->n_sources; i++) {
		if (strcmp(ops->sources[i], "-") == 0) {
			return mode_copy_usage(o, "answers to -i cannot come from standard input, which is "
						  "the archive", NULL);
		}
	}
	if (mkdir(ops->target, 0777) != 0 && errno != EEXIST) {
		return mode_copy_bad_target(rep, "cannot create directory", ops->target, -errno);
	}
	int err = mode_copy_check_dir(ops->target);
	return err == 0 ? UCP_STATUS_OK : mode_copy_bad_target(rep, "target", ops->target, err);
}

/** Sort operands into sources and target: UCP_STATUS_OK, or told. */
static int mode_copy_operands(const struct ucp_options *o, struct ucp_report *rep,
			      struct ucp_operands *ops)
{
	*ops = (struct ucp_operands){.sources = o->operands, .n_sources = o->n_operands};
	if (o->n_operands == 0 || (o->n_operands == 1 && o->target_dir == NULL)) {
		return o->n_operands == 0
			       ? mode_copy_usage(o, "missing file operand", NULL)
			       : mode_copy_usage(o, "missing destination file operand after",
						 o->operands[0]);
	}
	if (o->target_dir != NULL) {
		ops->target = o->target_dir;
		ops->target_is_dir = true;
		int err = mode_copy_check_dir(ops->target);
		return err == 0 ? UCP_STATUS_OK
				: mode_copy_bad_target(rep, "target directory", ops->target, err);
	}
	if (o->target_is_file && o->n_operands > 2) {
		return mode_copy_usage(o, "extra operand", o->operands[2]);
	}
	ops->target = o->operands[--ops->n_sources];
	int err = o->target_is_file ? -ENOTDIR : mode_copy_check_dir(ops->target);
	ops->target_is_dir = err == 0;
	if (ops->n_sources > 1 && err != 0) {
		return mode_copy_bad_target(rep, "target", ops->target, err);
	}
	if (o->set.parents && !ops->target_is_dir) {
		return mode_copy_usage(o, "with --parents, the destination must be a directory",
				       NULL);
	}
	return UCP_STATUS_OK;
}

/**
 * With -f and a backup a file may be "copied onto itself": to the name of the backup.
 *
 * Returns the settings to use: the user's, or *own, with *ret_name as the target, to be freed.
 */
static const struct ucp_settings *mode_copy_onto_itself(const struct ucp_options *o,
							struct ucp_operands *ops,
							struct ucp_settings *own,
							char **ret_name)
{
	struct stat st;

	*own = o->set;
	if (!own->force || own->backup == UCP_BACKUP_NONE || ops->target_is_dir ||
	    strcmp(ops->sources[0], ops->target) != 0 || stat(ops->target, &st) != 0 ||
	    !S_ISREG(st.st_mode)) {
		return &o->set;
	}
	if (ucp_backup_name(AT_FDCWD, ops->target, own, ret_name) < 0) {
		return &o->set; /* then it is refused as the same file */
	}
	ops->target = *ret_name;
	own->backup = UCP_BACKUP_NONE;
	return own;
}

/** A line of the manifest. */
static int mode_copy_line(void *ctx, const char *line, size_t len)
{
	return fwrite(line, 1, len, ctx) == len ? 0 : -errno;
}

/** Write the manifest; what fails is told and noted in the result. */
static void mode_copy_manifest(struct ucp_job *job, struct ucp_outfile *out,
			       const struct ucp_settings *set, struct ucp_report *rep,
			       struct ucp_result *res)
{
	const char *name = out->name;
	struct ucp_job_home home;

	int err = ucp_outfile_open(out, set->umask);
	if (err == 0) {
		bool has_home = ucp_outfile_home(out, &home);
		err = ucp_job_manifest(job, has_home ? &home : NULL, mode_copy_line, out->stream);
		res->has_failed = res->has_failed || err > 0;
		err = err > 0 ? 0 : err;
	}
	bool sync = set->fsync != UCP_FSYNC_NEVER;
	err = ucp_outfile_close(out, err, sync, &res->sync_failed);
	if (err > 0) {
		const struct ucp_event warning = {.act = UCP_WARN_DIR_SYNC, .dst = name};
		ucp_report_listener(rep).tell(rep, &warning);
	} else if (err == -EEXIST) {
		ucp_report_error(rep, MODE_COPY_NO_MANIFEST, name, 0);
	} else if (err < 0 && strcmp(name, "-") == 0) {
		ucp_report_error(rep, "error writing the manifest to standard output", NULL, err);
	} else if (err < 0) {
		ucp_report_error(rep, "error writing", name, err);
	}
	res->has_failed = res->has_failed || err < 0;
	res->out_of_space = res->out_of_space || err == -ENOSPC || err == -EDQUOT;
}

/** One line on how far a run got that a signal has ended. Called as cp it is as silent as that. */
static void mode_copy_tell_end(const struct ucp_options *opts, const struct ucp_job *job,
			       struct ucp_report *rep)
{
	int sig = mode_copy_signal;
	const char *name = sig == SIGINT ? "SIGINT" : sig == SIGTERM ? "SIGTERM" : "SIGHUP";
	struct ucp_counts c;
	char written[16];

	if (sig == 0 || opts->called_as_cp) {
		return;
	}
	ucp_job_counts(job, &c);
	uint64_t done = c.files + c.dirs + c.symlinks + c.hardlinks + c.specials + c.skipped;
	ucp_progress_lock(rep->progress);
	(void)fflush(stdout); /* checked at exit */
	fprintf(stderr, "%s: ended by %s: %" PRIu64 " of %" PRIuFAST64 " entries%s done, %s copied\n",
		rep->name, name, done, c.found,
		ucp_job_is_walked(job) ? "" : " found so far", ucp_report_bytes(c.bytes + c.shared_bytes, written));
	ucp_progress_unlock(rep->progress);
}

/** The exit status of a run. */
static int mode_copy_status(const struct ucp_options *opts, const struct ucp_result *res)
{
	if (res->was_canceled && mode_copy_signal != 0) {
		return UCP_STATUS_SIGNAL + mode_copy_signal;
	}
	if (!res->has_failed) {
		return UCP_STATUS_OK;
	}
	if (res->differs) { /* only where --verify was given */
		return UCP_STATUS_VERIFY;
	}
	if (opts->has_own && res->sync_failed) {
		return UCP_STATUS_SYNC;
	}
	if (opts->has_own && res->out_of_space) {
		return UCP_STATUS_SPACE;
	}
	if (res->src_changed) { /* only with --on-change */
		return UCP_STATUS_CHANGED;
	}
	return UCP_STATUS_FAILED;
}

/** Run a job that has been made: the exit status. */
static int mode_copy_run(const struct ucp_options *opts, struct ucp_job *job,
			 const struct ucp_operands *ops, struct ucp_report *rep)
{
	const struct ucp_settings *set = &opts->set;
	struct ucp_outfile manifest = {0};
	struct ucp_result result;
	int err = 0;

	if (opts->preflight != UCP_PREFLIGHT_NEVER) {
		(void)signal(SIGUSR1, SIG_IGN); /* nothing to say yet; the others end it */
		int status = ucp_preflight(opts, ops, rep->name);
		if (status != UCP_STATUS_OK) {
			return status;
		}
	}
	if (opts->manifest != NULL) {
		err = ucp_outfile_check(&manifest, opts->manifest);
	}
	if (err < 0) {
		ucp_report_error(rep, err == -EEXIST ? MODE_COPY_NO_MANIFEST
						     : "cannot create regular file",
				 opts->manifest, err == -EEXIST ? 0 : err);
		return UCP_STATUS_FAILED;
	}
	err = opts->context != NULL ? ucp_context_set_new(opts->context) : 0;
	if (err < 0) {
		ucp_report_error(rep, "failed to set default file creation context to",
				 opts->context, err);
		return UCP_STATUS_FAILED;
	}
	mode_copy_catch(job);
	err = ucp_job_start(job, ops);
	if (err < 0) {
		mode_copy_release();
		bool no_engine = ucp_job_lacks_engine(job);
		ucp_report_error(rep, no_engine ? "io_uring is not available" : "cannot copy",
				 NULL, err);
		(void)ucp_outfile_close(&manifest, err, false, &(bool){false}); /* nothing in it */
		return no_engine ? UCP_STATUS_ENGINE : UCP_STATUS_FAILED;
	}
	mode_copy_watch(job, rep);
	ucp_job_end(job, &result);
	double seconds = ucp_progress_elapsed(rep->progress);
	if (result.was_canceled) {
		mode_copy_tell_end(opts, job, rep);
	}
	mode_copy_release();
	if (opts->manifest != NULL) {
		mode_copy_manifest(job, &manifest, set, rep, &result);
	}
	if (opts->stats) {
		struct ucp_counts counts;
		ucp_job_counts(job, &counts);
		ucp_report_stats(rep->out, &counts, seconds);
	}
	return mode_copy_status(opts, &result);
}

int ucp_mode_copy(const struct ucp_options *opts)
{
	struct ucp_progress progress;
	struct ucp_report rep = {.name = opts->called_as_cp ? "cp" : "ucp",
				 .progress = &progress,
				 .out = stdout};
	struct ucp_listener listener = ucp_report_listener(&rep);
	struct ucp_operands ops;
	struct ucp_job *job = NULL;

	bool wanted = opts->progress == UCP_PROGRESS_ALWAYS ||
		      (opts->progress == UCP_PROGRESS_AUTO && !opts->called_as_cp &&
		       !opts->set.ask && isatty(STDERR_FILENO) == 1);
	if (opts->manifest != NULL && strcmp(opts->manifest, "-") == 0) {
		rep.out = stderr; /* the manifest alone, so that it can be piped */
	}
	uint32_t n_open = opts->set.tell_debug ? ucp_limit_open_files() : 0;
	ucp_progress_init(&progress, wanted);
	int status = opts->set.unpack ? mode_copy_unpack_operands(opts, &rep, &ops)
				      : mode_copy_operands(opts, &rep, &ops);
	if (status != UCP_STATUS_OK) {
		return status;
	}
	if (opts->strip_slashes && !opts->set.unpack) {
		mode_copy_strip(&ops);
	}
	struct ucp_settings own;
	char *own_target = NULL;
	const struct ucp_settings *set = mode_copy_onto_itself(opts, &ops, &own, &own_target);
	int err = ucp_job_new(set, &listener, &job);
	if (err < 0) {
		free(own_target);
		ucp_report_error(&rep, "cannot copy", NULL, err);
		return UCP_STATUS_FAILED;
	}
	status = mode_copy_run(opts, job, &ops, &rep);
	ucp_job_free(job);
	free(own_target);
	if (opts->set.tell_debug) {
		fprintf(stderr, "%s: debug: descriptors: %u open at the start, %u at the end\n",
			rep.name, n_open, ucp_limit_open_files());
	}
	return status;
}
