/*
 * The engine: what import, export, editing and sync do, over a store, a git
 * port and a remote. One engine per process and work tree. Nothing here prints;
 * each operation fills a report that the command shows.
 */
#ifndef SYNC_ENGINE_H
#define SYNC_ENGINE_H

#include "git/port.h"
#include "merge/settings.h"
#include "remote/remote.h"
#include "store/store.h"

/* What a look at all files found: which of those seen before are there. For what asks that again at
 * once, as status does. */
struct looked {
	struct seen_stats seen;
	bool *there; /* of each; NULL: nothing is known */
};
void looked_release(struct looked *l);

struct engine {
	struct store *store;
	const struct git_port *git;  /* NULL: no work tree (a bare repository) */
	const struct remote *remote; /* NULL: none, or not opened yet */
	const struct kinds *kinds;
	const struct merge_settings *merge; /* NULL: as by default */
	const char *who;      /* "Name <mail>" */
	const char *trunk[2]; /* commits the trunk and its upstream name; "" or NULL: none */
	int64_t now;	      /* seconds UTC, for people */
	bool mass_delete;     /* --allow-mass-delete */
	bool pull_export;     /* agent.pullExport */
	bool name_refused;    /* import_run names every file that cannot be imported, each time */
	struct looked *looked; /* gets what a look at all files found; NULL: nobody asks */
	struct edit_group *group; /* between edit_begin and edit_end; edit.c's own */
	const char *command;  /* edits are an operation of this name, for undo; NULL: none */
	long operation;	      /* the one that this process's edits belong to; 0: none yet */
	long undoes;	      /* the operation that it takes back; 0: none */
	const char *retry;    /* what its caller calls it; NULL: nothing */
	/* How far a transfer is; total 0: unknown. NULL: nobody asks. title is static. */
	void (*progress)(void *ctx, const char *title, uint64_t done, uint64_t total);
	void *progress_ctx;
};
static inline void engine_progress(const struct engine *e, const char *title, uint64_t done,
				   uint64_t total)
{
	if (e->progress)
		e->progress(e->progress_ctx, title, done, total);
}

/* Lines for people, in the order things happened; released with report_release. */
struct report {
	int created, changed, deleted, discarded, moved;
	int conflicts;		    /* newly recorded */
	int left;		    /* unknown texts that were not taken */
	int refused;		    /* files that cannot be imported at all */
	int written, removed, kept; /* files */
	int older;		    /* files that show an ancestor of the workspace's text */
	int settle_ms; /* what was taken may be of a git that has HEAD still to move: it is not,
			* when the index is older than this */
	const char *busy;     /* git is in the middle of this: nothing was imported; NULL: no */
	struct strs notes;    /* "INFRA-042: merged ..." */
	struct strs problems; /* "path:line: what is wrong" */
};
void report_release(struct report *r);
void report_note(struct report *r, const char *fmt, ...) PRINTF(2, 3);
void report_problem(struct report *r, const char *fmt, ...) PRINTF(2, 3);

/* --- import (import.c) ---------------------------------------------------------------------- */

/* Finishes interrupted writes, judges new commits, looks at the files. Cheap when nothing moved.
 * paths: look only at these files (NULL: all). Twice changes nothing. */
err_t import_run(struct report *r, struct engine *e, const struct strs *paths) MUST_CHECK;

/* What import_run would look at. {0} is nothing; released with import_news_release. */
struct import_news {
	bool any;
	bool whole;		/* HEAD went we do not know where, or the like: at all of them */
	struct strs files;	/* else: at those that are not as they were seen */
	/* whose commits changed some of the files, when HEAD went from one to the other; else "" */
	char from[OID_HEX + 1], to[OID_HEX + 1], log[64];
	bool records;		/* and records of approvals */
};
void import_news_release(struct import_news *n);
/* Is there anything for import_run to do? Takes no lock, asks only HEAD and stat data. */
err_t import_news(struct import_news *news, struct engine *e, const struct strs *paths) MUST_CHECK;
/* import_run for somebody who has asked. What was seen before the lock was had may be old by now:
 * the files of the news are looked at again; others that changed since are news for the next. */
err_t import_run_news(struct report *r, struct engine *e, const struct strs *paths,
		      const struct import_news *news) MUST_CHECK;

/* Takes what the branch shows for these paths although it was left (a colleague's branch, an older
 * text): `git agent import <id>`. from_text: the text to take instead of the file's (stdin). */
err_t import_take(struct report *r, struct engine *e, const char *path,
		  const struct slice *from_text) MUST_CHECK;

/* --- editing (edit.c) ------------------------------------------------------------------------ */

struct edit {
	enum revision_how how;
	const char *message;
	struct slice text;	  /* the new text; ignored for HOW_DELETE */
	const char *path;	  /* HOW_MOVE: the new path; NULL: as it is */
	const char *alias;	  /* a label that goes on to mean this artifact; NULL: none */
	const struct oid *expect; /* the text that was edited; NULL: whatever W is now. When W moved
				     on since, the edit is merged (ERR_DIFFERS where that is not
				     clean, and nothing changes) */
	const struct rev_id *from; /* the revision that was edited, where its text may recur; NULL:
				      expect says it */
};
/* One edit of an artifact: a revision, and the file where it shows the text from before (written =
 * true). Changes nothing when the text is W's already. */
err_t edit_apply(bool *written, struct engine *e, const char *uid,
		 const struct edit *edit) MUST_CHECK;
/* Several in one transaction: all of them, with their files, or none. */
struct edit_of {
	char uid[UID_LEN + 1];
	struct edit edit;
};
err_t edit_apply_all(bool *written, struct engine *e, const struct edit_of *edits,
		     size_t nr) MUST_CHECK;
/* Edits and creations between these two are one transaction, whose files follow at the end. With an
 * error, which is handed on, or dry, all of it is taken back. stayed (may be NULL): paths of files
 * that could not follow. */
err_t edit_begin(struct engine *e) MUST_CHECK;
err_t edit_end(struct strs *stayed, struct engine *e, bool dry, err_t err) MUST_CHECK;
/* A new artifact at path. ERR_REFUSED when the path is taken (in the workspace or as a file). */
err_t edit_create(char uid[UID_LEN + 1], bool *written, struct engine *e, const char *path,
		  struct slice text, const char *message) MUST_CHECK;

/* --- export (export.c) ----------------------------------------------------------------------- */

struct export_options {
	bool all; /* also artifacts whose file is not on this branch */
	bool dry_run;
	const struct strs *uids; /* NULL: everything that is pending or older here */
	const struct looked *looked; /* at the files as they are; NULL: look */
	struct strs *missing; /* gets paths of artifacts whose files are gone; NULL: not asked */
};
err_t export_files(struct report *r, struct engine *e, const struct export_options *o) MUST_CHECK;
/* What a commit made now should carry (agent.commitExport): edits of this work tree whose index
 * entry still equals HEAD's and whose file holds nothing else. Paths; it is what their files show
 * afterwards: those that were never written are. Needs a store that is open for writing. */
err_t export_for_commit(struct strs *paths, struct report *r, struct engine *e,
			bool all) MUST_CHECK;

/* Whether a commit of `index` over HEAD's text `head` would go back to what was there before
 * without anybody having asked for that: the file shows it because it was never brought up to
 * date. */
err_t export_falls_behind(bool *out, struct engine *e, const char *path, const struct oid *head,
			  const struct oid *index) MUST_CHECK;

/* --- sync (push.c, pull.c, resolve.c) ----------------------------------------------------- */

struct sync_report {
	int sent, received, merged, conflicts, refused, adopted, forged;
	int queued;  /* still to be sent */
	bool behind; /* push found versions that must be pulled first */
	struct strs notes;
	struct strs blocked; /* "INFRA-042: conflict", one per artifact that stays */
};
void sync_report_release(struct sync_report *r);

/* Sends what an earlier run had frozen, then everything dirty (or only uids). atomic: all or
 * nothing. ERR_OFFLINE leaves the outbox for the next run. dry_run: counts only. */
struct push_options {
	bool atomic, dry_run;
	const struct strs *uids; /* NULL: all */
	bool again; /* also what was refused and has not changed: roles may have */
};
err_t push_run(struct sync_report *r, struct engine *e, const struct push_options *o) MUST_CHECK;
err_t pull_run(struct sync_report *r, struct engine *e, bool dry_run) MUST_CHECK;
/* The deletion by which a pull takes part in an erasure (purge): no more is taken of it there. */
bool purged_deletion(const struct revision *r);

enum resolve_with { RESOLVE_OURS, RESOLVE_THEIRS, RESOLVE_TEXT };
/* Settles a recorded conflict: a revision with both parents. text for RESOLVE_TEXT (markers are
 * refused). */
err_t resolve_run(bool *written, struct engine *e, const char *uid, enum resolve_with with,
		  struct slice text) MUST_CHECK;
/* The conflict as a merge: the text with git's markers that resolve --edit opens, and what was
 * decided. Caller: merge_result_release. */
err_t resolve_merge(struct merge_result *out, struct engine *e, const char *uid) MUST_CHECK;

#endif
