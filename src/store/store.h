/*
 * The workspace: one SQLite database per clone, <git common dir>/agent/agent.db.
 * Holds artifacts, their revision graph and texts, what each work tree last
 * showed, and what is on its way to or from the remote. May use artifact/ and
 * util/. No git, no network. No SQLite code or type leaves this folder.
 *
 * Everything that changes the database happens between store_begin and
 * store_commit; what fails in between is rolled back by store_rollback.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "artifact/approval.h"
#include "artifact/revision.h"
#include "util/err.h"
#include "util/file.h"
#include "util/strs.h"

struct store;

enum store_open {
	STORE_READ,   /* ERR_NOTFOUND when there is none */
	STORE_WRITE,  /* ERR_NOTFOUND when there is none; migrates an older schema (backup, verify,
			 swap) */
	STORE_CREATE, /* makes it when there is none */
};

/* Before any database is opened: memory that SQLite cannot get ends the program. */
void store_memory(void);
/* The version of SQLite. */
const char *store_library(void);

/* ERR_REFUSED: the schema is newer than this program ("upgrade git-agent"); ERR_CORRUPT: damaged
 * (hint: git agent rebuild). path ":memory:" is for tests. STORE_READ of an older schema
 * migrates too. WAL, busy_timeout 10 s, synchronous FULL, foreign keys on. */
err_t store_open(struct store **out, const char *path, enum store_open how) MUST_CHECK;
void store_close(struct store *s);
/* The version of its schema. */
int store_schema(const struct store *s);

/* Waits until no other git-agent process has a workspace in the directory of path open, and keeps
 * them out until store_unseize: for replacing the file. ERR_BUSY after 10 s, or when a program of
 * another kind has the database open. This process may open it meanwhile. */
err_t store_seize(int *lock, const char *path) MUST_CHECK;
void store_unseize(int lock); /* -1: no effect */
/* While seized: what is in the WAL goes into the file, which then is all there is. */
err_t store_settle(const char *path) MUST_CHECK;

/* BEGIN IMMEDIATE / COMMIT (a fault point before and after) / ROLLBACK. Nested begins count. */
err_t store_begin(struct store *s) MUST_CHECK;
/* The same for what the next process does again after a power cut: its commit does not wait for the
 * disk. */
err_t store_begin_repeatable(struct store *s) MUST_CHECK;
err_t store_commit(struct store *s) MUST_CHECK;
void store_rollback(struct store *s); /* no effect outside a transaction */

/* --- meta: small settings ("device", "epoch", "cursor", ...) --- */
err_t store_meta_get(char **value, struct store *s,
		     const char *key) MUST_CHECK; /* NULL: not set; caller frees */
err_t store_meta_set(struct store *s, const char *key,
		     const char *value) MUST_CHECK; /* NULL: removed */
err_t store_meta_clear(struct store *s,
		       const char *prefix) MUST_CHECK; /* all keys that begin like this */

/* --- texts --- */
err_t store_text_put(struct oid *oid, struct store *s,
		     struct slice text) MUST_CHECK; /* once per oid */
/* ERR_NOTFOUND for an unknown oid, ERR_CORRUPT for a text that is not the oid's. Empty text for
 * oid "". Caller frees bytes. */
err_t store_text_get(char **bytes, size_t *len, struct store *s, const char *oid) MUST_CHECK;
err_t store_text_has(bool *has, struct store *s, const char *oid) MUST_CHECK;

/* --- artifacts --- */
struct art {
	char uid[UID_LEN + 1];
	char *kind;
	char *label; /* "" where the file name has none */
	char *scope; /* "" */
	long num;    /* -1 */
	char *path;
	char *title;
	char *state; /* "" */
	struct rev_id head;
	struct oid oid; /* of the text at head; "" : deleted */
	bool deleted;
	long generation; /* + 1 at every change of head */
	char *author;	 /* of head */
	int64_t time;	 /* of head */
	char *normative; /* sha256 hex of the normative text, "" when deleted */
	char *approval;	 /* "", "requested", "acknowledged", "recorded", "imported", "stale" */
	bool dirty;	 /* derived: head differs from what the remote has. Read only */
	bool conflict;	 /* derived: an unresolved conflict is recorded. Read only */
	char *texts;	 /* where the texts of a row of a list are; NULL: each is its own */
	size_t texts_len;
};
void art_release(struct art *a);
void art_set_approval(struct art *a, const char *approval); /* also of a row of a list */

struct arts {
	struct art *at;
	size_t len;
};
void arts_release(struct arts *a);

err_t store_art_get(struct art *out, struct store *s,
		    const char *uid) MUST_CHECK; /* ERR_NOTFOUND */
/* The artifact whose file path is: the live one, else the last deleted one. ERR_NOTFOUND. */
err_t store_art_at(struct art *out, struct store *s, const char *path) MUST_CHECK;
/* Insert or replace the row of a->uid (dirty and conflict are ignored). */
err_t store_art_put(struct store *s, const struct art *a) MUST_CHECK;

struct art_filter { /* NULL or 0: any */
	const char *kind, *state, *scope, *author, *label, *path;
	const char *uid_prefix;
	bool dirty_only, conflict_only, with_deleted;
	bool unproven_only; /* an approval that the remote has not acknowledged here */
};
/* Ordered by kind, scope, num, path. */
err_t store_art_list(struct arts *out, struct store *s, const struct art_filter *f) MUST_CHECK;
/* Of all artifacts, deleted ones too, in no order: what tells whether a file shows them. */
struct art_marks {
	struct art_mark {
		char uid[UID_LEN + 1];
		size_t path; /* in paths */
		struct oid oid;
		bool deleted;
	} *at;
	size_t len;
	char *paths;
	size_t used, room;
};
void art_marks_release(struct art_marks *m);
err_t store_art_marks(struct art_marks *out, struct store *s) MUST_CHECK;
/* In the order of store_art_list. */
void arts_sort(struct arts *arts);
/* The highest number in use for scope over the kinds named (NULL: all), deleted ones and aliases
 * included; 0. */
err_t store_label_max(long *out, struct store *s, const char *kind, const char *scope) MUST_CHECK;
/* Adds the scopes in which there is an artifact of the kind, each once; "" is none. Costs as many
 * steps as there are scopes. */
err_t store_scopes(struct strs *out, struct store *s, const char *kind) MUST_CHECK;
err_t store_alias_put(struct store *s, const char *old_label, const char *kind,
		      const char *uid) MUST_CHECK;
/* ERR_NOTFOUND. */
err_t store_alias_get(char uid[UID_LEN + 1], struct store *s, const char *label,
		      const char *kind) MUST_CHECK;

/* --- revisions --- */
/* Idempotent. The parents must be there. The text must be in store_text (or r->oid ""). */
err_t store_rev_put(struct store *s, const char *uid, const struct revision *r) MUST_CHECK;
struct revs {
	struct revision *at;
	size_t len;
};
void revs_release(struct revs *r);
/* All revisions of an artifact, parents before children (in the order they were put). */
err_t store_rev_list(struct revs *out, struct store *s, const char *uid) MUST_CHECK;
/* Replaces uid by new_uid and its revisions by revs in all tables (adoption); head is the new head.
 */
err_t store_adopt(struct store *s, const char *uid, const char *new_uid, const struct revs *revs,
		  const struct rev_id *head) MUST_CHECK;
/* The uids whose revisions have this text. */
err_t store_uids_with_text(struct strs *out, struct store *s, const char *oid) MUST_CHECK;
/* Resolves an id prefix (at least 4 digits) of a revision of uid. ERR_NOTFOUND, ERR_AMBIGUOUS. */
err_t store_rev_find(struct rev_id *out, struct store *s, const char *uid,
		     const char *prefix) MUST_CHECK;

/* --- a work tree and what it last showed --- */
struct tree_mark {
	char head[OID_HEX + 1]; /* commit last judged here, "" : none */
	char *ref;		/* what HEAD named, may be "" */
	char *log;		/* opaque mark of HEAD's reflog */
};
void tree_mark_release(struct tree_mark *m);
err_t store_tree_get(struct tree_mark *out, struct store *s,
		     const char *worktree) MUST_CHECK; /* all "" if new */
err_t store_tree_set(struct store *s, const char *worktree, const struct tree_mark *m) MUST_CHECK;

struct seen {
	char *path;
	struct oid file;	/* text last seen in the file; "" : it was missing */
	struct oid head;	/* HEAD's text for the path at that time */
	struct oid hand_from;	/* where an edit by hand, not committed and not pushed, began; "" :
				   none */
	struct rev_id hand_rev; /* its newest revision */
	bool left;		/* the text is unknown here and was left alone */
	struct file_stat stat;	/* only size, mtime, ctime, ino; mtime 0: must be read again */
};
struct seens {
	struct seen *at; /* sorted by path */
	size_t len;
};
void seen_release(struct seen *s);
void seens_release(struct seens *s);
/* What was seen of the files, by path, without their texts: for the look of every command. */
struct seen_stats {
	struct seen_stat {
		size_t path; /* in paths */
		struct file_stat stat;
	} *at;
	size_t len;
	char *paths;
	size_t used, room;
};
void seen_stats_release(struct seen_stats *s);
err_t store_seen_stats(struct seen_stats *out, struct store *s, const char *worktree) MUST_CHECK;
err_t store_seen_list(struct seens *out, struct store *s, const char *worktree) MUST_CHECK;
err_t store_seen_get(struct seen *out, struct store *s, const char *worktree,
		     const char *path) MUST_CHECK; /* ERR_NOTFOUND */
err_t store_seen_put(struct store *s, const char *worktree, const struct seen *seen) MUST_CHECK;
err_t store_seen_drop(struct store *s, const char *worktree, const char *path) MUST_CHECK;

/* A write of ours that is not finished: the file shows from and shall show to ("" : no file). */
struct pending {
	char *path;
	char uid[UID_LEN + 1];
	struct oid from, to;
};
struct pendings {
	struct pending *at;
	size_t len;
};
void pendings_release(struct pendings *p);
err_t store_pending_put(struct store *s, const char *worktree, const struct pending *p) MUST_CHECK;
err_t store_pending_drop(struct store *s, const char *worktree, const char *path) MUST_CHECK;
err_t store_pending_list(struct pendings *out, struct store *s, const char *worktree) MUST_CHECK;

/* An edit made by a command in this work tree which no commit carries yet
 * (agent.commitExport=mine). */
err_t store_mine_put(struct store *s, const char *worktree, const char *uid,
		     const struct rev_id *rev) MUST_CHECK;
err_t store_mine_drop(struct store *s, const char *worktree, const char *uid) MUST_CHECK;
struct mine {
	char uid[UID_LEN + 1];
	struct rev_id rev;
};
struct mines {
	struct mine *at;
	size_t len;
};
void mines_release(struct mines *m);
err_t store_mine_list(struct mines *out, struct store *s, const char *worktree) MUST_CHECK;

/* What the commands of this clone did, to be taken back: one operation a command. */
struct operation {
	long id; /* ascending; given by the store */
	char *command;
	char *author;
	int64_t time;
	long undoes; /* the operation that it took back; 0: none */
	bool undone; /* one that stands took it back. Read only */
};
struct operations {
	struct operation *at;
	size_t len;
};
void operations_release(struct operations *o);
/* retry: what the caller calls it, to be found again; NULL: nothing. */
err_t store_operation_add(long *id, struct store *s, const struct operation *o,
			  const char *retry) MUST_CHECK;
/* The newest first. max < 0: all. */
err_t store_operation_list(struct operations *out, struct store *s, long max) MUST_CHECK;
err_t store_operation_retried(long *id, struct store *s, const char *retry) MUST_CHECK; /* 0: new */

struct operation_step {
	char uid[UID_LEN + 1];
	struct rev_id before; /* head before; "" : the artifact was not there */
	struct rev_id after;
};
struct operation_steps {
	struct operation_step *at;
	size_t len;
};
void operation_steps_release(struct operation_steps *o);
/* A second step of an artifact moves on what is after it. */
err_t store_operation_step(struct store *s, long id, const struct operation_step *step) MUST_CHECK;
err_t store_operation_steps(struct operation_steps *out, struct store *s, long id) MUST_CHECK;

/* Commits judged, with the patch key by which a repeat is known ("" : touched no artifact). A tip
 * stands for itself and all its ancestors. Put again: tip is replaced, patch "" keeps the old one.
 */
err_t store_judged_put(struct store *s, const char *commit, const char *patch, bool tip) MUST_CHECK;
err_t store_judged_has(bool *has, struct store *s, const char *commit) MUST_CHECK;
err_t store_judged_tips(struct strs *out, struct store *s) MUST_CHECK;
err_t store_judged_with_patch(struct strs *commits, struct store *s, const char *patch) MUST_CHECK;

/* Which revision a commit's text of an artifact stands for: texts recur, commits do not. */
err_t store_commit_rev_put(struct store *s, const char *uid, const char *commit,
			   const struct rev_id *rev) MUST_CHECK;
/* The commits recorded for a revision. */
err_t store_commit_rev_list(struct strs *commits, struct store *s, const char *uid,
			    const struct rev_id *rev) MUST_CHECK;

/* Texts that were not taken: which path, which commit (or "" for the file), whose. */
struct left {
	char *path;
	char *commit;
	char *whose;
};
struct lefts {
	struct left *at;
	size_t len;
};
void lefts_release(struct lefts *l);
err_t store_left_put(struct store *s, const char *worktree, const struct left *l) MUST_CHECK;
err_t store_left_clear(struct store *s, const char *worktree,
		       const char *path) MUST_CHECK; /* NULL: all */
err_t store_left_list(struct lefts *out, struct store *s, const char *worktree) MUST_CHECK;

/* --- conflicts --- */
struct conflict {
	char uid[UID_LEN + 1];
	struct oid base;   /* the merge base's text; "" : none or deleted */
	struct oid theirs; /* "" : deleted there */
	char *path;	   /* theirs' path */
	struct revision
		*revs; /* theirs and what it needs, parents first: they join the graph at resolve */
	size_t nr_revs; /* the last one is theirs */
	char *source;	/* "git", "file", "remote" */
	char *whose;	/* author, for people */
	long version;	/* remote only: version, else 0 */
	int64_t since;
};
void conflict_release(struct conflict *c);
err_t store_conflict_put(struct store *s, const struct conflict *c) MUST_CHECK; /* replaces */
err_t store_conflict_get(struct conflict *out, struct store *s,
			 const char *uid) MUST_CHECK; /* ERR_NOTFOUND */
err_t store_conflict_drop(struct store *s, const char *uid) MUST_CHECK;
err_t store_conflict_uids(struct strs *out, struct store *s) MUST_CHECK;

/* --- the remote: what it has, what is on its way --- */
struct base {
	long version; /* 0: the remote does not have it */
	struct rev_id revision;
	struct oid oid;
	long rev; /* server revision */
	char *path;
	char *state;
	bool deleted;
	char *approval; /* as art.approval, from the server */
};
void base_release(struct base *b);
err_t store_base_get(struct base *out, struct store *s,
		     const char *uid) MUST_CHECK; /* version 0 if none */
err_t store_base_put(struct store *s, const char *uid, const struct base *b) MUST_CHECK;
/* The newest revision of the remote that any artifact is known to have; 0. */
err_t store_base_newest(long *rev, struct store *s) MUST_CHECK;
err_t store_base_clear_all(struct store *s) MUST_CHECK; /* after a reset of the remote */
/* XOR of sha256("uid|version|oid") over all bases that are not deleted: the digest of remote.h. In
 * a transaction, since it may be counted and kept. */
err_t store_digest(struct sha256 *out, struct store *s) MUST_CHECK;
/* Against a manifest of the remote: uids whose base is another, and those with a base that it does
 * not name. */
err_t store_base_differs(struct strs *uids, struct strs *missing, struct store *s,
			 const char *manifest) MUST_CHECK;

/* Approvals that the remote has acknowledged and that are in force; one per state. */
err_t store_approval_put(struct store *s, const char *uid, const struct approval *a) MUST_CHECK;
err_t store_approval_drop(struct store *s, const char *uid, const char *state) MUST_CHECK;
/* In the order in which they were given. */
err_t store_approval_list(struct approvals *out, struct store *s, const char *uid) MUST_CHECK;
/* The uids that have any, in byte order. */
err_t store_approval_uids(struct strs *out, struct store *s) MUST_CHECK;

struct outbox_row {
	long seq;
	char *op_id;
	char uid[UID_LEN + 1];
	long generation;	/* of the artifact when frozen */
	struct rev_id revision; /* what the op publishes */
	char *payload;		/* JSON of the op, immutable; NULL in a list: texts are large */
	size_t size;		/* of the payload, in bytes; given by the store */
};
struct outbox {
	struct outbox_row *at;
	size_t len;
};
void outbox_release(struct outbox *o);
err_t store_outbox_put(struct store *s,
		       const struct outbox_row *row) MUST_CHECK; /* seq is given by the store */
/* By seq, without the payloads. */
err_t store_outbox_list(struct outbox *out, struct store *s) MUST_CHECK;
/* Caller frees; ERR_NOTFOUND. */
err_t store_outbox_payload(char **out, struct store *s, long seq) MUST_CHECK;
err_t store_outbox_drop(struct store *s, const char *op_id) MUST_CHECK;
/* A definite refusal: shown, and not sent again until generation or base version changes. */
struct refusal {
	char uid[UID_LEN + 1];
	long generation, base_version;
	char *status; /* "bad_transition", ... */
	char *detail;
};
struct refusals {
	struct refusal *at;
	size_t len;
};
void refusals_release(struct refusals *r);
err_t store_refusal_put(struct store *s, const struct refusal *r) MUST_CHECK;
err_t store_refusal_drop(struct store *s, const char *uid) MUST_CHECK;
err_t store_refusal_list(struct refusals *out, struct store *s) MUST_CHECK;

/* --- JSON from the remote, read by SQLite's own JSON functions (exact for 64-bit numbers) --- */
/* A value of a document by SQLite JSON path ("$.head", "$.results[3].status"); NULL when absent or
 * null; true/false come as "1"/"0"; objects and arrays as JSON text. ERR_CORRUPT: not JSON;
 * ERR_REFUSED: a text with a NUL character. */
err_t store_json_get(char **value, struct store *s, const char *json, const char *path) MUST_CHECK;
/* The elements of an array ("$.rows") as JSON texts, strings as themselves. Absent: none. */
err_t store_json_array(struct strs *out, struct store *s, const char *json,
		       const char *path) MUST_CHECK;

/* One pulled page, staged: rows of page.rows keyed by their "rev", and the cursor ("epoch",
 * "cursor", "cursor_hash" of meta) with them. Its own transaction. Idempotent. */
err_t store_inbox_stage(struct store *s, const char *page_json) MUST_CHECK;
err_t store_inbox_count(long *count, struct store *s) MUST_CHECK;
/* The row with the least rev above *rev, which becomes its rev; NULL: there is none. One by one:
 * all of them are as large as all that the remote has. Caller frees. */
err_t store_inbox_next(char **json, int64_t *rev, struct store *s) MUST_CHECK;
/* The rows up to rev: they are applied. */
err_t store_inbox_drop(struct store *s, int64_t rev) MUST_CHECK;
err_t store_inbox_clear(struct store *s) MUST_CHECK;

/* --- upkeep --- */
/* PRAGMA integrity_check, every text against its oid, every head in the graph. ERR_CORRUPT names
 * the first fault. */
err_t store_verify(struct store *s) MUST_CHECK;
/* Artifacts that are not deleted. */
err_t store_art_count(long *artifacts, struct store *s) MUST_CHECK;
/* Counts for `status` and `env`: artifacts, revisions, texts. */
err_t store_counts(long *artifacts, long *revisions, long *texts, struct store *s) MUST_CHECK;

#endif
