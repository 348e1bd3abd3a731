/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* What is asked of a run: filled by cmd, read by core, changed by nobody in between. */
#ifndef UCP_CORE_SETTINGS_H
#define UCP_CORE_SETTINGS_H

#include "core/engine/engine.h"
#include "hash/digest.h"
#include "hash/manifest.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** Which symbolic links in the source are followed. */
enum ucp_follow {
	UCP_FOLLOW_NEVER,    /**< -P */
	UCP_FOLLOW_OPERANDS, /**< -H */
	UCP_FOLLOW_ALWAYS,   /**< -L */
};

/** --reflink. */
enum ucp_reflink {
	UCP_REFLINK_AUTO,
	UCP_REFLINK_ALWAYS,
	UCP_REFLINK_NEVER,
};

/** --sparse. */
enum ucp_sparse {
	UCP_SPARSE_AUTO,   /**< holes become holes */
	UCP_SPARSE_ALWAYS, /**< runs of zeros become holes too */
	UCP_SPARSE_NEVER,  /**< holes become zeros */
};

/** What to do about a destination that exists. */
enum ucp_update {
	UCP_UPDATE_ALL,       /**< replace it */
	UCP_UPDATE_NONE,      /**< keep it, silently */
	UCP_UPDATE_NONE_FAIL, /**< keep it, and say so */
	UCP_UPDATE_OLDER,     /**< replace it when the source is newer */
};

/** --fsync: how far data is on disk when a file counts as done. */
enum ucp_fsync {
	UCP_FSYNC_NEVER,
	UCP_FSYNC_CHUNK, /**< every chunk's chain ends in fdatasync; also all of FILE */
	UCP_FSYNC_FILE,  /**< every file and directory is fsynced when complete */
	UCP_FSYNC_BATCH, /**< many files together, then the directories they are in */
	UCP_FSYNC_FS,    /**< the whole filesystem, when all is done */
};

/** --verify: how a copy is compared with what was read of its source. */
enum ucp_verify {
	UCP_VERIFY_NEVER,
	UCP_VERIFY_CACHE,    /**< read back, from wherever it comes */
	UCP_VERIFY_READBACK, /**< read back past the page cache */
	UCP_VERIFY_BOTH,     /**< and the source read once more likewise */
};

/** --on-change: what a source is that changes while it is copied. */
enum ucp_on_change {
	UCP_CHANGE_IGNORED,
	UCP_CHANGE_WARNED,  /**< told, and the copy counts */
	UCP_CHANGE_RETRIED, /**< copied again, and a failure in the end */
	UCP_CHANGE_FAILED,  /**< a failure at once */
};

/** SELinux contexts. */
enum ucp_context {
	UCP_CONTEXT_POLICY,  /**< whatever the kernel does by itself */
	UCP_CONTEXT_KEEP,    /**< --preserve=context, -a */
	UCP_CONTEXT_DEFAULT, /**< -Z: the policy's default for the path */
	UCP_CONTEXT_GIVEN,   /**< --context=CTX */
};

/** --backup: what becomes of what is in the way. */
enum ucp_backup {
	UCP_BACKUP_NONE,
	UCP_BACKUP_SIMPLE,   /**< moved to its name with the suffix */
	UCP_BACKUP_EXISTING, /**< numbered where there are numbered ones, else simple */
	UCP_BACKUP_NUMBERED, /**< moved to name.~N~ */
};

/** What takes the place of a copy. */
enum ucp_make {
	UCP_MAKE_COPY,
	UCP_MAKE_HARD_LINK, /**< -l */
	UCP_MAKE_SYMLINK,   /**< -s */
};

/** Engines as the user names them. */
enum ucp_engine_choice {
	UCP_CHOOSE_AUTO,
	UCP_CHOOSE_URING,
	UCP_CHOOSE_THREADS,
	UCP_CHOOSE_SERIAL,
};

/** Everything a copy run needs to know. */
struct ucp_settings {
	bool recursive;
	enum ucp_follow follow;
	bool copy_contents;    /**< of special files, with recursive */
	enum ucp_make make;
	bool attributes_only;
	bool one_filesystem;
	bool parents;          /**< use the full source name under the target */
	bool through_dangling; /**< POSIXLY_CORRECT: write through a dangling symlink */

	bool keep_mode;
	bool drop_mode;        /**< --no-preserve=mode: modes as for new files */
	bool keep_owner;
	bool keep_times;
	bool keep_links;
	bool keep_xattrs;
	bool need_xattrs;      /**< asked for by name: failing is an error */
	bool keep_flags;       /**< what chattr(1) sets */
	bool keep_project;     /**< project ids, which quotas may count by */
	enum ucp_context context;
	bool need_context;     /**< asked for by name: failing is an error */

	bool ask;              /**< -i */
	enum ucp_update update;
	bool force;            /**< -f: remove what cannot be opened */
	bool remove_first;     /**< --remove-destination */
	bool keep_dir_links;   /**< --keep-directory-symlink */
	enum ucp_backup backup;
	const char *backup_suffix; /**< borrowed: of simple ones; not empty, without a slash */

	enum ucp_reflink reflink;
	enum ucp_sparse sparse;
	enum ucp_fsync fsync;
	bool stop_when_full;   /**< begin no more files on a filesystem that has no space left */
	enum ucp_poll poll;    /**< of rings; not off: engine is UCP_CHOOSE_URING */
	bool drop_cache;       /**< --cache=drop: see uncached.h */
	bool direct;           /**< data goes past the page cache, also where that is slower */
	bool atomic;           /**< files get their names when they are complete */
	enum ucp_digest_kind digest; /**< UCP_DIGEST_NONE unless something needs it */
	bool manifest;         /**< digests are kept for one */
	enum ucp_verify verify; /**< not never: there is a digest, and what is read past the
	                             cache is made durable first */
	enum ucp_on_change on_change;
	uint32_t retries;      /**< how often a file is copied again, for either reason */
	enum ucp_manifest_format manifest_format;

	enum ucp_engine_choice engine;
	uint32_t jobs;         /**< workers; 0: chosen by the engine */
	uint32_t depth;        /**< requests in flight a worker; 0: default */
	uint32_t io_workers;   /**< kernel worker threads a ring; 0: depth */
	uint64_t chunk_size;   /**< bytes; 0: default */
	uint64_t mem_limit;    /**< bytes of buffers in the whole process; 0: default */

	bool unpack;           /**< sources are archives */
	bool numeric_ids;      /**< with it: names of users and groups are not looked up */
	uint32_t strip;        /**< with it: components of paths that are left out at the front */

	bool tell_copied;      /**< -v: events for what was copied */
	bool tell_debug;       /**< --debug: events on how */
	mode_t umask;          /**< the process's own, for modes that are not kept; see job.h */
};

#endif
