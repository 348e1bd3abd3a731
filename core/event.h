/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* What core tells its caller. Core prints nothing: cmd turns these into words. */
#ifndef UCP_CORE_EVENT_H
#define UCP_CORE_EVENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** What happened, or what could not be done. */
enum ucp_act {
	/* going well */
	UCP_DID_COPY,        /**< src, dst: begun, as cp -v says it; text is the backup, or NULL */
	UCP_DID_UNBACKUP,    /**< src, dst: a backup, and its name before, which it has again */
	UCP_DID_PARENT,      /**< src, dst: a directory made for --parents */
	UCP_DID_REMOVE,      /**< dst */
	UCP_DID_SKIP,        /**< dst: kept by --update=none and -n, for --debug */
	UCP_DID_LOSE,        /**< dst, text: what could not be kept, in silence; for --debug */
	UCP_DID_ROAD,        /**< src, dst, text: how a file was copied, for --debug */
	UCP_DID_NOTE,        /**< text: about the run, for --debug */
	UCP_DID_AGAIN,       /**< src: it changed and is copied again, for --debug */
	/* warnings: the exit status stays 0 */
	UCP_WARN_FILE_TWICE, /**< src: the same operand again */
	UCP_WARN_DIR_TWICE,  /**< src */
	UCP_WARN_CONTEXT,    /**< dst: its label could not be set */
	UCP_WARN_CHANGED,    /**< src: while it was copied */
	UCP_WARN_AGAIN,      /**< dst, text: not what was copied, so that is done again */
	UCP_WARN_DIR_SYNC,   /**< dst: directories have no fsync where it is */
	UCP_WARN_CACHED,     /**< dst, text: how many files could not be read past the cache */
	/* failures */
	UCP_FAIL_STAT,       /**< src */
	UCP_FAIL_STAT_DST,   /**< dst */
	UCP_FAIL_STAT_PARENT, /**< src: a directory on the way, for --parents */
	UCP_FAIL_ACCESS,     /**< src: a directory that cannot be read */
	UCP_FAIL_OPEN,       /**< src */
	UCP_FAIL_READ,       /**< src */
	UCP_FAIL_READ_DST,   /**< dst */
	UCP_FAIL_READ_BACK,  /**< dst: what was written */
	UCP_FAIL_READ_AGAIN, /**< src */
	UCP_FAIL_DIFFERS,    /**< dst, text: both digests, or what else differs */
	UCP_FAIL_UNSTEADY,   /**< src, text: both digests: unchanged, and yet reads otherwise */
	UCP_FAIL_CHANGED,    /**< src: while it was copied */
	UCP_FAIL_READLINK,   /**< src */
	UCP_FAIL_CREATE,     /**< dst: regular file */
	UCP_FAIL_WRITE,      /**< dst */
	UCP_FAIL_RENAME,     /**< dst: a complete copy could not take the name */
	UCP_FAIL_COPY,       /**< src, dst: one of them, the filesystem does not say which */
	UCP_FAIL_SYNC,       /**< dst */
	UCP_FAIL_SYNC_FS,    /**< dst: its filesystem, or one below it */
	UCP_FAIL_CLOSE,      /**< dst */
	UCP_FAIL_MKDIR,      /**< dst */
	UCP_FAIL_MKPARENT,   /**< dst: a directory for --parents */
	UCP_FAIL_NOT_DIR,    /**< dst: likewise, but something else is there */
	UCP_FAIL_SYMLINK,    /**< dst */
	UCP_FAIL_SYMLINK_TO, /**< dst, src: with -s */
	UCP_FAIL_LINK,       /**< dst, src */
	UCP_FAIL_FIFO,       /**< dst */
	UCP_FAIL_SPECIAL,    /**< dst */
	UCP_FAIL_REMOVE,     /**< dst */
	UCP_FAIL_BACKUP,     /**< dst */
	UCP_FAIL_UNBACKUP,   /**< dst */
	UCP_FAIL_BACKUP_SOURCE, /**< dst, src: the backup would replace the source */
	UCP_FAIL_TRUNCATE,   /**< dst */
	UCP_FAIL_CUT_OFF,    /**< dst: canceled while it was overwritten */
	UCP_FAIL_GONE,       /**< dst: canceled after what was there had been removed */
	UCP_FAIL_CLONE,      /**< src, dst */
	UCP_FAIL_OWNER,      /**< dst */
	UCP_FAIL_MODE,       /**< dst */
	UCP_FAIL_TIMES,      /**< dst */
	UCP_FAIL_XATTR,      /**< dst; text is the attribute */
	UCP_FAIL_XATTR_LIST, /**< src */
	UCP_FAIL_XATTR_GET,  /**< src; text is the attribute */
	UCP_FAIL_FLAGS,      /**< dst; text is the flags, as lsattr(1) shows them */
	UCP_FAIL_PROJECT,    /**< dst */
	UCP_FAIL_MEMORY,     /**< src */
	UCP_FAIL_FULL,       /**< dst, text: how many files were not begun */
	UCP_FAIL_ENGINE,     /**< the engine is unusable: the listener must end the process */
	UCP_FAIL_SAME_FILE,      /**< src, dst */
	UCP_FAIL_OMIT_DIR,       /**< src: a directory without -r */
	UCP_FAIL_INTO_ITSELF,    /**< src, dst */
	UCP_FAIL_CYCLE,          /**< src: a symlink leads back to an ancestor */
	UCP_FAIL_BELOW_ITSELF,   /**< src: a directory that is its own ancestor, by a mount */
	UCP_FAIL_DIR_OVER_FILE,  /**< dst, src */
	UCP_FAIL_FILE_OVER_DIR,  /**< dst */
	UCP_FAIL_DANGLING,       /**< dst: a dangling symlink is not written through */
	UCP_FAIL_JUST_CREATED,   /**< dst, src */
	UCP_FAIL_THROUGH_LINK,   /**< src, dst: a symlink that this run has made */
	UCP_FAIL_REPLACED,       /**< src: became something else meanwhile */
	UCP_FAIL_KEPT,           /**< dst: exists, with --update=none-fail */
	UCP_FAIL_SYMLINK_DIR,    /**< dst: -s needs absolute sources elsewhere */
	UCP_FAIL_MANIFEST,       /**< src: a digest could not be noted */
	UCP_FAIL_ARCHIVE,        /**< src: an archive that cannot be read on, or at all; text: why */
	UCP_FAIL_ARCHIVE_REST,   /**< src, dst: an entry, and its archive, of which nothing after it is read */
	UCP_FAIL_MEMBER,         /**< src, dst: an entry, and its archive */
	UCP_FAIL_MEMBER_WHY,     /**< likewise, and text: the decoder's words */
	UCP_FAIL_MEMBER_UP,      /**< likewise: ".." is in its name */
	UCP_FAIL_MEMBER_OUT,     /**< likewise: a symbolic link on its way leads out */
	UCP_FAIL_MEMBER_NAME,    /**< likewise: it has none of its own */
	UCP_FAIL_MEMBER_TYPE,    /**< likewise: it is not known */
	UCP_FAIL_MEMBER_DATA,    /**< likewise: offsets that no file has */
	UCP_FAIL_MEMBER_DIR,     /**< likewise: a directory, and something else is there */
	UCP_FAIL_MEMBER_LINK,    /**< likewise, and text: what it is a hard link to */
	UCP_FAIL_MEMBER_LINK_OUT, /**< likewise: which leads out */
	UCP_FAIL_MEMBER_PART,    /**< likewise: unpacked, but for what text says */
	UCP_FAIL_LIST,           /**< dst: it is not there any more, or cannot be looked at, for the
	                              manifest */
};

/** First act that is a warning, and first that is a failure. */
#define UCP_ACT_WARN UCP_WARN_FILE_TWICE
#define UCP_ACT_FAIL UCP_FAIL_STAT

/** One thing to tell. */
struct ucp_event {
	enum ucp_act act;
	int err;           /**< negative errno, or 0 when the act says it all */
	const char *src;   /**< borrowed for the call; may be NULL */
	const char *dst;   /**< borrowed for the call; may be NULL */
	const char *text;  /**< borrowed for the call; may be NULL */
};

/** A question to the user, for -i. */
struct ucp_question {
	const char *dst;   /**< borrowed for the call */
	mode_t mode;       /**< of the existing destination */
	bool can_write;    /**< its permissions would let us */
	bool will_replace; /**< -f or --remove-destination would get around that */
};

/** The caller's ears and mouth. Core never makes two calls at the same time. */
struct ucp_listener {
	void (*tell)(void *ctx, const struct ucp_event *event);
	bool (*ask)(void *ctx, const struct ucp_question *question);
	void *ctx;
};

#endif
