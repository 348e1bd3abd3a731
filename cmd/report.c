/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "cmd/report.h"

#include "cmd/quote.h"
#include "cmd/status.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** The wording of a failure: %1 is the source, %2 the destination, %p the same unquoted, %t the
 * text, %3 the text as a name. */
struct report_words {
	enum ucp_act act;
	const char *words;
};

/** As cp says it, where cp has a word for it. */
static const struct report_words report_table[] = {
	{UCP_WARN_FILE_TWICE, "warning: source file %1 specified more than once"},
	{UCP_WARN_DIR_TWICE, "warning: source directory %1 specified more than once"},
	{UCP_WARN_CONTEXT, "failed to set the security context of %2"},
	{UCP_WARN_CHANGED, "warning: %1 changed while it was copied"},
	{UCP_WARN_AGAIN, "warning: copying %2 again: %t"},
	{UCP_WARN_DIR_SYNC, "warning: the filesystem of %2 cannot sync directories; it was asked to sync all instead"},
	{UCP_WARN_CACHED, "warning: %t, for want of a medium or of a way to it"},
	{UCP_FAIL_STAT, "cannot stat %1"},
	{UCP_FAIL_STAT_DST, "cannot stat %2"},
	{UCP_FAIL_STAT_PARENT, "failed to get attributes of %1"},
	{UCP_FAIL_ACCESS, "cannot access %1"},
	{UCP_FAIL_OPEN, "cannot open %1 for reading"},
	{UCP_FAIL_READ, "error reading %1"},
	{UCP_FAIL_READ_DST, "error reading %2"},
	{UCP_FAIL_READ_BACK, "cannot read back %2"},
	{UCP_FAIL_READ_AGAIN, "cannot read %1 again"},
	{UCP_FAIL_DIFFERS, "verification of %2 failed: %t"},
	{UCP_FAIL_UNSTEADY, "%1 does not read the same twice: %t"},
	{UCP_FAIL_CHANGED, "%1 changed while it was copied"},
	{UCP_FAIL_READLINK, "cannot read symbolic link %1"},
	{UCP_FAIL_CREATE, "cannot create regular file %2"},
	{UCP_FAIL_WRITE, "error writing %2"},
	{UCP_FAIL_RENAME, "cannot replace %2"},
	{UCP_FAIL_COPY, "error copying %1 to %2"},
	{UCP_FAIL_SYNC, "error syncing %2"},
	{UCP_FAIL_SYNC_FS, "error syncing the filesystem of %2"},
	{UCP_FAIL_CLOSE, "failed to close %2"},
	{UCP_FAIL_MKDIR, "cannot create directory %2"},
	{UCP_FAIL_MKPARENT, "cannot make directory %2"},
	{UCP_FAIL_NOT_DIR, "%2 exists but is not a directory"},
	{UCP_FAIL_SYMLINK, "cannot create symbolic link %2"},
	{UCP_FAIL_SYMLINK_TO, "cannot create symbolic link %2 to %1"},
	{UCP_FAIL_LINK, "cannot create hard link %2 to %1"},
	{UCP_FAIL_FIFO, "cannot create fifo %2"},
	{UCP_FAIL_SPECIAL, "cannot create special file %2"},
	{UCP_FAIL_REMOVE, "cannot remove %2"},
	{UCP_FAIL_BACKUP, "cannot backup %2"},
	{UCP_FAIL_UNBACKUP, "cannot un-backup %2"},
	{UCP_FAIL_BACKUP_SOURCE, "backing up %2 might destroy source;  %1 not copied"},
	{UCP_FAIL_TRUNCATE, "failed to extend %2"},
	{UCP_FAIL_CUT_OFF, "interrupted: %2 is incomplete"},
	{UCP_FAIL_GONE, "interrupted: %2 was removed and has no copy yet"},
	{UCP_FAIL_CLONE, "failed to clone %2 from %1"},
	{UCP_FAIL_OWNER, "failed to preserve ownership for %2"},
	{UCP_FAIL_MODE, "preserving permissions for %2"},
	{UCP_FAIL_TIMES, "preserving times for %2"},
	{UCP_FAIL_XATTR, "setting attribute '%t' for %2"},
	{UCP_FAIL_XATTR_LIST, "listing attributes of %1"},
	{UCP_FAIL_XATTR_GET, "getting attribute '%t' of %1"},
	{UCP_FAIL_FLAGS, "failed to preserve flags '%t' of %2"},
	{UCP_FAIL_PROJECT, "failed to preserve the project of %2"},
	{UCP_FAIL_FULL, "%t more files were not copied to %2"},
	{UCP_FAIL_MEMORY, "cannot copy %1"},
	{UCP_FAIL_ENGINE, "the I/O engine failed"},
	{UCP_FAIL_SAME_FILE, "%1 and %2 are the same file"},
	{UCP_FAIL_OMIT_DIR, "-r not specified; omitting directory %1"},
	{UCP_FAIL_INTO_ITSELF, "cannot copy a directory, %1, into itself, %2"},
	{UCP_FAIL_CYCLE, "cannot copy cyclic symbolic link %1"},
	{UCP_FAIL_BELOW_ITSELF, "will not copy directory %1 again below itself"},
	{UCP_FAIL_DIR_OVER_FILE, "cannot overwrite non-directory %2 with directory %1"},
	{UCP_FAIL_FILE_OVER_DIR, "cannot overwrite directory %2 with non-directory"},
	{UCP_FAIL_DANGLING, "not writing through dangling symlink %2"},
	{UCP_FAIL_JUST_CREATED, "will not overwrite just-created %2 with %1"},
	{UCP_FAIL_THROUGH_LINK, "will not copy %1 through just-created symlink %2"},
	{UCP_FAIL_REPLACED, "skipping file %1, as it was replaced while being copied"},
	{UCP_FAIL_KEPT, "not replacing %2"},
	{UCP_FAIL_SYMLINK_DIR,
	 "%p: can make relative symbolic links only in current directory"},
	{UCP_FAIL_MANIFEST, "cannot note the digest of %1"},
	{UCP_FAIL_ARCHIVE, "error reading %1: %t"},
	{UCP_FAIL_ARCHIVE_REST, "%2 is not read beyond %1"},
	{UCP_FAIL_MEMBER, "cannot unpack %1 of %2"},
	{UCP_FAIL_MEMBER_WHY, "cannot unpack %1 of %2: %t"},
	{UCP_FAIL_MEMBER_UP, "cannot unpack %1 of %2: its name has '..' in it"},
	{UCP_FAIL_MEMBER_OUT,
	 "cannot unpack %1 of %2: a symbolic link on its way leads out of the destination"},
	{UCP_FAIL_MEMBER_NAME, "cannot unpack %1 of %2: it has no name of its own"},
	{UCP_FAIL_MEMBER_TYPE, "cannot unpack %1 of %2: its type is not known"},
	{UCP_FAIL_MEMBER_DATA, "cannot unpack %1 of %2: its data overlaps, or has no place in a file"},
	{UCP_FAIL_MEMBER_DIR, "cannot unpack %1 of %2: cannot overwrite non-directory with directory"},
	{UCP_FAIL_MEMBER_LINK, "cannot unpack %1 of %2: it is a hard link to %3"},
	{UCP_FAIL_MEMBER_LINK_OUT,
	 "cannot unpack %1 of %2: it is a hard link to %3, which leads out of the destination"},
	{UCP_FAIL_MEMBER_PART, "not all of %1 of %2 is kept: %t"},
	{UCP_FAIL_LIST, "cannot list %2 in the manifest"},
};

/** Print text that may come from elsewhere: nothing in it reaches the terminal as a control character. */
static void report_text(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;
		if (byte < ' ' || byte == 0x7f) {
			fprintf(out, "\\%03o", byte);
		} else {
			(void)putc(*text, out);
		}
	}
}

/** Print words with names filled in. */
static void report_words(FILE *out, const char *words, const struct ucp_event *ev)
{
	for (; *words != '\0'; words++) {
		if (*words != '%') {
			(void)putc(*words, out);
			continue;
		}
		words++;
		bool is_text = *words == 't' || *words == '3';
		const char *name = *words == '1' ? ev->src : is_text ? ev->text : ev->dst;
		name = name != NULL ? name : "?";
		if (*words == 't') {
			report_text(out, name);
		} else {
			(void)fputs(*words == 'p' ? name : ucp_quote(0, name), out);
		}
	}
}

/** Print a warning or failure as one write. */
static void report_failure(const struct ucp_report *rep, const struct ucp_event *ev)
{
	const char *words = "failed on %1";
	char *text = NULL;
	size_t len = 0;

	for (size_t i = 0; i < sizeof(report_table) / sizeof(report_table[0]); i++) {
		if (report_table[i].act == ev->act) {
			words = report_table[i].words;
		}
	}
	FILE *out = open_memstream(&text, &len);
	if (out == NULL) {
		return;
	}
	fprintf(out, "%s: ", rep->name);
	report_words(out, words, ev);
	if (ev->err != 0) {
		fprintf(out, ": %s", strerror(-ev->err));
	}
	(void)putc('\n', out);
	if (fclose(out) == 0) {
		(void)fflush(stdout); /* keeps the order of -v and messages; checked at exit */
		(void)fwrite(text, 1, len, stderr);
	}
	free(text);
}

/** Print what went well, for -v and --debug. */
static void report_success(const struct ucp_report *rep, const struct ucp_event *ev)
{
	switch (ev->act) {
	case UCP_DID_COPY:
		fprintf(rep->out, "%s -> %s", ucp_quote(0, ev->src), ucp_quote(1, ev->dst));
		if (ev->text != NULL) {
			fprintf(rep->out, " (backup: %s)", ucp_quote(0, ev->text));
		}
		(void)putc('\n', rep->out); /* checked at exit */
		break;
	case UCP_DID_UNBACKUP:
		fprintf(rep->out, "%s -> %s (unbackup)\n", ucp_quote(0, ev->src), ucp_quote(1, ev->dst));
		break;
	case UCP_DID_PARENT:
		fprintf(rep->out, "%s -> %s\n", ev->src, ev->dst); /* as cp: not quoted */
		break;
	case UCP_DID_REMOVE:
		fprintf(rep->out, "removed %s\n", ucp_quote(0, ev->dst));
		break;
	case UCP_DID_SKIP:
		fprintf(rep->out, "skipped %s\n", ucp_quote(0, ev->dst));
		break;
	case UCP_DID_LOSE:
		(void)fflush(stdout); /* checked at exit */
		fprintf(stderr, "%s: debug: not kept: %s of %s: %s\n", rep->name, ev->text,
			ucp_quote(0, ev->dst), strerror(-ev->err));
		break;
	case UCP_DID_AGAIN:
		(void)fflush(stdout); /* checked at exit */
		fprintf(stderr, "%s: debug: %s changed, so it is copied again\n", rep->name,
			ucp_quote(0, ev->src));
		break;
	case UCP_DID_ROAD:
		fprintf(rep->out, "%s: %s\n", ucp_quote(0, ev->dst), ev->text);
		break;
	default:
		(void)fflush(stdout); /* checked at exit */
		fprintf(stderr, "%s: debug: %s\n", rep->name, ev->text);
		break;
	}
}

/** Hear an event. */
static void report_tell(void *ctx, const struct ucp_event *ev)
{
	struct ucp_report *rep = ctx;

	if (ev->act == UCP_WARN_DIR_SYNC && rep->dir_sync_told) {
		return;
	}
	rep->dir_sync_told = rep->dir_sync_told || ev->act == UCP_WARN_DIR_SYNC;
	ucp_progress_lock(rep->progress);
	ucp_progress_clear(rep->progress);
	if (ev->act < UCP_ACT_WARN) {
		report_success(rep, ev);
	} else {
		report_failure(rep, ev);
	}
	if (ev->act == UCP_FAIL_ENGINE) {
		(void)fflush(NULL);
		_exit(UCP_STATUS_ENGINE); /* the kernel may still use our buffers: no clean-up */
	}
	ucp_progress_unlock(rep->progress);
}

/** The nine letters of a mode. */
static const char *report_mode(mode_t mode, char text[10])
{
	static const char letters[] = "rwxrwxrwx";

	for (int i = 0; i < 9; i++) {
		text[i] = (mode & (0400 >> i)) != 0 ? letters[i] : '-';
	}
	if ((mode & S_ISUID) != 0) {
		text[2] = text[2] == 'x' ? 's' : 'S';
	}
	if ((mode & S_ISGID) != 0) {
		text[5] = text[5] == 'x' ? 's' : 'S';
	}
	if ((mode & S_ISVTX) != 0) {
		text[8] = text[8] == 'x' ? 't' : 'T';
	}
	text[9] = '\0';
	return text;
}

/** Ask on standard error, hear from standard input. */
static bool report_ask(void *ctx, const struct ucp_question *q)
{
	struct ucp_report *rep = ctx;
	char mode[10];

	ucp_progress_lock(rep->progress);
	ucp_progress_clear(rep->progress);
	(void)fflush(stdout); /* checked at exit */
	if (q->can_write) {
		fprintf(stderr, "%s: overwrite %s? ", rep->name, ucp_quote(0, q->dst));
	} else {
		fprintf(stderr,
			q->will_replace ? "%s: replace %s, overriding mode %04o (%s)? "
					: "%s: unwritable %s (mode %04o, %s); try anyway? ",
			rep->name, ucp_quote(0, q->dst), (unsigned int)(q->mode & 07777),
			report_mode(q->mode, mode));
	}
	(void)fflush(stderr);

	char *line = NULL;
	size_t room = 0;
	bool yes = getline(&line, &room, stdin) > 0 && (line[0] == 'y' || line[0] == 'Y');
	free(line);
	ucp_progress_unlock(rep->progress);
	return yes;
}

struct ucp_listener ucp_report_listener(struct ucp_report *rep)
{
	return (struct ucp_listener){.tell = report_tell, .ask = report_ask, .ctx = rep};
}

void ucp_report_error(struct ucp_report *rep, const char *what, const char *name, int err)
{
	ucp_progress_lock(rep->progress);
	ucp_progress_clear(rep->progress);
	(void)fflush(stdout); /* checked at exit */
	fprintf(stderr, "%s: %s%s%s%s%s\n", rep->name, what, name != NULL ? " " : "",
		name != NULL ? ucp_quote(0, name) : "", err != 0 ? ": " : "",
		err != 0 ? strerror(-err) : "");
	ucp_progress_unlock(rep->progress);
}

const char *ucp_report_bytes(uint64_t bytes, char *text)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double value = (double)bytes;
	size_t i = 0;

	while (value >= 1000 && i + 1 < sizeof(units) / sizeof(units[0])) {
		value /= 1024;
		i++;
	}
	(void)snprintf(text, 16, i > 0 && value < 10 ? "%.2f %s" : i > 0 ? "%.1f %s" : "%.0f %s",
		       value, units[i]);
	return text;
}

/** Print what could not be kept. */
static void report_lost(FILE *out, const struct ucp_counts *c)
{
	static const char *const names[UCP_LOST_N] = {
		[UCP_LOST_OWNER] = "owners",     [UCP_LOST_MODE] = "modes",
		[UCP_LOST_ACL] = "ACLs",         [UCP_LOST_XATTR] = "extended attributes",
		[UCP_LOST_CONTEXT] = "contexts", [UCP_LOST_TIMES] = "times",
		[UCP_LOST_FLAGS] = "flags",      [UCP_LOST_PROJECT] = "projects",
	};
	const char *sep = "";

	(void)fputs("lost     ", out);
	for (int i = 0; i < UCP_LOST_N; i++) {
		if (c->lost[i] > 0) {
			fprintf(out, "%s%" PRIuFAST64 " %s", sep, c->lost[i], names[i]);
			sep = ", ";
		}
	}
	(void)fputs(*sep == '\0' ? "no attributes\n" : "\n", out);
}

void ucp_report_stats(FILE *out, const struct ucp_counts *c, double seconds)
{
	char written[16], shared[16], holes[16], rate[16];
	double per_second = seconds > 0 ? (double)(c->bytes + c->shared_bytes) / seconds : 0;

	fprintf(out, "copied   %" PRIuFAST64 " files, %" PRIuFAST64 " directories, %" PRIuFAST64
	       " symlinks, %" PRIuFAST64 " hard links, %" PRIuFAST64 " special files\n",
	       c->files, c->dirs, c->symlinks, c->hardlinks, c->specials);
	fprintf(out, "data     %s written, %s copied by the filesystem, %s of holes\n",
	       ucp_report_bytes(c->bytes, written), ucp_report_bytes(c->shared_bytes, shared),
	       ucp_report_bytes(c->hole_bytes, holes));
	fprintf(out, "time     %.2f s, %s/s, %.0f files/s\n", seconds,
	       ucp_report_bytes((uint64_t)per_second, rate),
	       seconds > 0 ? (double)c->files / seconds : 0);
	fprintf(out, "skipped  %" PRIuFAST64 ", failed %" PRIuFAST64 ", fsyncs %" PRIuFAST64 "\n",
	       c->skipped, c->failed, c->syncs);
	if (c->verified + c->verified_cached == 0 && c->again > 0) {
		fprintf(out, "files copied again %" PRIuFAST64 "\n", c->again);
	} else if (c->verified + c->verified_cached > 0) {
		fprintf(out, "verified %" PRIuFAST64 " files on the medium, %" PRIuFAST64
			" in the cache, %s; copied again %" PRIuFAST64 "\n", c->verified,
			c->verified_cached, ucp_report_bytes(c->verified_bytes, written), c->again);
	}
	report_lost(out, c);
}
