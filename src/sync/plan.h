/*
 * The decisions of the engine, as pure functions: what a commit, a file or the
 * remote's version means for the workspace. Everything else in sync/ gathers
 * the inputs and carries the answers out.
 *
 * W is the workspace's revision of an artifact. A text is "known" when W or an
 * ancestor of W has it. Known content is never news; unknown content is never
 * overwritten; every change is a merge.
 */
#ifndef SYNC_PLAN_H
#define SYNC_PLAN_H

#include "artifact/kind.h"
#include "merge/settings.h"
#include "sync/graph.h"

/* --- table A: a commit changed an artifact's path from P to G ----------------------------- */

struct commit_facts {
	bool trusted; /* reachable from the trunk, or its committer is me */
	bool trunk;   /* reachable from the trunk or its upstream */
	bool repeat;  /* same author, date and patch as a judged commit that HEAD no longer has */
	bool have;    /* the workspace has the artifact (perhaps deleted) */
	bool same;    /* P and G are the same text (a path moved, nothing else) */
	bool g_known;
	bool p_known; /* the commit was made on top of a revision of ours that has P's text */
	bool p_is_w;  /* that revision is W */
	bool back;    /* G is known, but not from after that revision: a step away from it */
	bool added;   /* P: the path was not there */
	bool gone;    /* G: the path is gone */
};

enum commit_verdict {
	COMMIT_NOTHING,		/* judged, no change */
	COMMIT_CREATE,		/* a new artifact */
	COMMIT_STEP,		/* P is W: W := G, a revision on W */
	COMMIT_MERGE,		/* W := merge3(P + what W knows, W, G) */
	COMMIT_TOMBSTONE,	/* W := deleted */
	COMMIT_DELETE_CONFLICT, /* deleted there, edited here */
	COMMIT_LEFT,		/* not taken, not recorded as judged */
};

enum commit_verdict plan_commit(const struct commit_facts *f);

/* --- table B: what the file shows now ------------------------------------------------------ */

struct file_facts {
	bool have;	 /* the workspace has an artifact at this path */
	bool exists;	 /* the file is there */
	bool blocked;	 /* unmerged in the index, or conflict markers in the text */
	bool seen;	 /* this work tree showed the path before */
	bool is_head;	 /* F equals HEAD's text (which exists) */
	bool is_last;	 /* F equals F0: what was last seen, or HEAD's text where that changed */
	bool in_head;	 /* HEAD has the path */
	bool last_known; /* F0 is known */
	bool file_known; /* F is known */
	bool hand_open;	 /* an edit by hand, neither pushed nor in any commit, was last seen here */
	bool elsewhere;	 /* the same label's own file is missing: a move in the making */
};

enum file_verdict {
	FILE_NOTHING,	/* remember what it shows */
	FILE_CREATE,	/* a new artifact */
	FILE_EDIT,	/* by hand: W := merge3(F0, W, F) */
	FILE_EDIT_HEAD, /* the same with HEAD's text for F0: nothing was seen here before */
	FILE_DISCARD,	/* git took back an edit by hand */
	FILE_LEFT,	/* unknown on top of unknown: reported, not taken */
	FILE_WAIT,	/* unmerged or in the middle of something: do not even remember */
};

enum file_verdict plan_file(const struct file_facts *f);

/* --- carrying a change into the graph ------------------------------------------------------- */

enum step_what { STEP_NOTHING, STEP_FORWARD, STEP_CONFLICT };

#define STEP_REVS 2

/* New revisions with their texts, parents first; released with step_release. */
struct step {
	enum step_what what;
	struct revision revs[STEP_REVS];
	char *text[STEP_REVS]; /* of revs[i]; NULL where the store has it (or deleted) */
	size_t len[STEP_REVS];
	int nr;
	struct rev_id head; /* STEP_FORWARD: the new W */
	/* STEP_CONFLICT: W stays; theirs is revs[nr-1] (not to be put into the graph yet), or an
	 * existing one */
	char *base; /* text of the merge base, NULL: none */
	size_t base_len;
	struct oid theirs;
	struct rev_id theirs_rev;
	char *theirs_path;
};
void step_release(struct step *s);

/* Who, when and why, for the revisions that a step makes. */
struct act {
	enum revision_how how;
	const char *author;
	int64_t time;
	const char *message;
};

struct plan_ctx {
	const char *uid;
	const struct kind *kind;
	struct graph graph;
	int w; /* index of W in graph; -1: none */
	const struct texts *texts;
	const struct merge_settings *merge; /* how W is merged; NULL: as by default */
};

/* Somebody turned text `from` into `to` (oid "" : no such file; path: where it stands now). `to`
 * need not be in the store: `to_text` holds it. Where `from` stands for W itself, W steps forward;
 * otherwise a revision on `from` is merged with W, after putting into the base what W knows and
 * `to` contains. `base_text` (may be NULL) replaces from's text as base (a merge commit). */
#define FROM_TEXT (-2) /* change.from_rev: whichever revision `from` stands for */
#define FROM_NONE (-1) /* no revision of ours */

struct change {
	int from_rev; /* index in the graph, or FROM_TEXT, FROM_NONE */
	const struct oid *from;
	const struct oid *to;
	struct slice to_text;
	const char *path; /* NULL: as W has it */
	const struct slice *base_text;
};
err_t plan_change(struct step *out, const struct plan_ctx *ctx, const struct change *c,
		  const struct act *act) MUST_CHECK;

/* W and another head of the same graph. Author and time of a merge come from its parents, so that
 * two clones that merge the same pair make the same revision. */
err_t plan_heads(struct step *out, const struct plan_ctx *ctx, int theirs) MUST_CHECK;

/*
 * An edit by hand made `began` into `edited`; now the file shows `file`. What is left of the edit:
 * `began` with those parts of it that `file` still has. Caller frees.
 */
char *plan_left_of_edit(size_t *len, struct slice began, struct slice edited, struct slice file,
			const struct kind *kind);

/* How many lines differ between two texts. */
size_t plan_distance(struct slice a, struct slice b);

/* The change from -> to takes no line out. */
bool plan_only_adds(struct slice from, struct slice to);

/* True when `text` contains the change from -> to: merge3(from, to, text) is text, or every line
 * that the change adds or takes out is in text as often as the change left it. */
bool plan_contains(struct slice from, struct slice to, struct slice text, const struct kind *kind);

/* What `from` became in `to` adds no line that stands there more often than in `from` and than in
 * `other`. */
bool plan_adds_within(struct slice from, struct slice to, struct slice other);

/* --- may export write over a file? ---------------------------------------------------------- */

struct export_facts {
	bool exists; /* the file is there */
	bool in_head, in_index;
	bool known; /* the file's text is W's or an ancestor's */
	bool is_w;  /* the file already shows W */
	bool left;  /* its text was left alone by import */
	bool unmerged;
	bool staged;   /* its index entry differs from HEAD's by hand (a removal, too) */
	bool conflict; /* one is recorded and not settled */
	bool deleted;  /* W is a tombstone */
	bool was_here; /* this work tree showed the path before */
	bool asked;    /* named by the user, or --all */
};
enum export_verdict { EXPORT_NOTHING, EXPORT_WRITE, EXPORT_REMOVE, EXPORT_KEEP };
/* *why (static) says why a file that differs is kept. */
enum export_verdict plan_export(const struct export_facts *f, const char **why);

#endif
