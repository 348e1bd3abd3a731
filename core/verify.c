/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/verify.h"

#include "core/change.h"
#include "core/copy.h"
#include "core/fs.h"
#include "core/sys/cache.h"
#include "core/sys/fd.h"
#include "core/worker.h"
#include "hash/hex.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

enum {
	VERIFY_TEXT = 256,       /* bytes of a reason, for people */
};

/** Read a descriptor past the page cache, if that is asked for and can be. */
static void verify_go_past(struct ucp_file *file, int fd, const struct ucp_cache_look *look)
{
	struct ucp_pass *pass = &file->pass;

	if (file->w->set->verify == UCP_VERIFY_CACHE) {
		return;
	}
	if (look->align > 0 && look->align <= UCP_DIRECT_ALIGN && ucp_cache_direct(fd, true) == 0) {
		pass->reads_direct = true;
		pass->align = UCP_DIRECT_ALIGN; /* of pages: what readers gain by less is nothing */
		pass->is_past_cache = true;
		return;
	}
	pass->is_past_cache = ucp_cache_drop(fd, look->size) && !ucp_fs_hides_cache(fd) &&
			      !ucp_cache_is_inline(fd, look->size);
}

/** Begin a pass over a file; what is wrong before the first byte is told by ucp_verify_judge(). */
static void verify_start(struct ucp_file *file, enum ucp_pass_kind kind, int fd)
{
	struct ucp_cache_look look;

	ucp_chunk_begin(file, kind);
	file->err = ucp_cache_look(fd, &look);
	if (file->err < 0) {
		ucp_copy_data_done(file);
		return;
	}
	file->pass.is_sparse = look.blocks * 512 < file->copy.size;
	verify_go_past(file, fd, &look);
	/* A source in sysfs says more than there is, each time; one that grew has been followed. */
	bool is_resized = look.size != file->copy.size &&
			  (kind == UCP_PASS_BACK ? file->copy.is_regular
						 : look.size != (uint64_t)file->entry.st.st_size);
	if (is_resized) {
		file->pass.eof = look.size; /* it is not read: its length says it all */
	}
	if (is_resized || file->copy.size == 0) {
		ucp_copy_data_done(file);
	} else {
		ucp_chunk_start(file);
	}
}

/** Whether a descriptor can be read. */
static bool verify_can_read(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_ACCMODE) != O_WRONLY;
}

bool ucp_verify_source(struct ucp_file *file)
{
	const struct ucp_settings *set = file->w->set;

	if (set->verify != UCP_VERIFY_BOTH || set->attributes_only ||
	    ucp_change_is_stream(file)) {
		return false;
	}
	verify_start(file, UCP_PASS_SOURCE, file->src_fd);
	return true;
}

bool ucp_verify_back(struct ucp_file *file)
{
	const struct ucp_settings *set = file->w->set;
	struct stat st;

	if (set->verify == UCP_VERIFY_NEVER || set->attributes_only) {
		return false;
	}
	if (!file->copy.is_regular &&
	    (ucp_fd_stat(file->copy.fd, &st) < 0 || !S_ISBLK(st.st_mode))) {
		return false; /* what goes into a pipe or a terminal is gone */
	}
	if (!verify_can_read(file->copy.fd)) {
		ucp_chunk_begin(file, UCP_PASS_BACK);
		file->err = -EACCES;
		ucp_copy_data_done(file);
		return true;
	}
	verify_start(file, UCP_PASS_BACK, file->copy.fd);
	return true;
}

/** Whether what was read in this pass is what was copied; *text, of VERIFY_TEXT, says why not. */
static bool verify_is_right(const struct ucp_file *file, char *text)
{
	struct ucp_digest_value value;
	char was[2 * UCP_DIGEST_MAX + 1] = "", is[2 * UCP_DIGEST_MAX + 1] = "";
	const char *again = file->pass.kind == UCP_PASS_BACK ? "read back" : "then";

	if (file->pass.eof != UINT64_MAX) {
		(void)snprintf(text, VERIFY_TEXT, "copied %" PRIu64 " bytes, %s %" PRIu64,
			       file->copy.size, again, file->pass.eof);
		return false;
	}
	ucp_digest_final(file->digest, &value);
	if (ucp_digest_same(&value, &file->copy.value)) {
		return true;
	}
	ucp_hex_format(file->copy.value.bytes, file->copy.value.len, was);
	ucp_hex_format(value.bytes, value.len, is);
	(void)snprintf(text, VERIFY_TEXT, "copied %s %s, %s %s",
		       ucp_digest_tag(file->w->set->digest), was, again, is);
	return false;
}

/** Count a copy that is right. */
static void verify_count(struct ucp_file *file)
{
	struct ucp_counts *counts = &file->w->counts;

	bool is_past = file->w->set->verify > UCP_VERIFY_CACHE &&
		       (file->pass.is_past_cache || file->copy.size == 0);

	ucp_count(is_past ? &counts->verified : &counts->verified_cached, 1);
	ucp_count(&counts->verified_bytes, file->copy.size);
}

/** The run was canceled in the middle of a pass. */
static enum ucp_verdict verify_cut_off(struct ucp_file *file)
{
	if (file->pass.kind == UCP_PASS_BACK && !file->copy.temp.is_used) {
		return UCP_VERDICT_RIGHT; /* complete, if not verified: the run says that it was cut short */
	}
	file->err = -ECANCELED;
	return UCP_VERDICT_WRONG;
}

enum ucp_verdict ucp_verify_judge(struct ucp_file *file)
{
	struct ucp_worker *w = file->w;
	struct ucp_entry *e = &file->entry;
	bool is_back = file->pass.kind == UCP_PASS_BACK;
	enum ucp_verdict verdict;
	char text[VERIFY_TEXT];
	int err = file->err;

	file->err = 0;
	if (err == -ECANCELED && ucp_worker_is_canceled(w)) {
		return verify_cut_off(file);
	}
	if (err == 0 && verify_is_right(file, text)) {
		if (is_back) {
			verify_count(file);
		}
		return UCP_VERDICT_RIGHT;
	}
	if (!is_back && ucp_change_explains(file, &verdict)) {
		return verdict;
	}
	if (err < 0) {
		(void)snprintf(text, sizeof(text), "%s", is_back ? "it cannot be read back"
								 : "the source cannot be read again");
	}
	if (ucp_again_may(file)) {
		ucp_worker_tell_at(w, UCP_WARN_AGAIN, err, e->dir, e->src_name, e->dst_name, text);
		return UCP_VERDICT_AGAIN;
	}
	file->err = err < 0 ? err : -EIO; /* told here, with the text */
	if (err < 0) {
		ucp_worker_tell_entry(w, is_back ? UCP_FAIL_READ_BACK : UCP_FAIL_READ_AGAIN, err, e);
	} else {
		ucp_worker_tell_at(w, is_back ? UCP_FAIL_DIFFERS : UCP_FAIL_UNSTEADY, 0, e->dir,
				   e->src_name, e->dst_name, text);
	}
	return UCP_VERDICT_WRONG;
}
