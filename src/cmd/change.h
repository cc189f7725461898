/* One change of one artifact by a command: read, carried out, told, sent. */
#ifndef CMD_CHANGE_H
#define CMD_CHANGE_H

#include "artifact/artifact.h"
#include "cmd/session.h"

/* An artifact with its text, for commands that change it. {0} is none. */
struct subject {
	struct art art;
	const struct kind *kind;
	char *bytes;
	size_t len;
	struct artifact *model;
};
/* A session for writing, and the artifact that name means (its file looked at first). */
err_t subject_find(struct subject *out, struct session *s, const char *name, bool with_deleted)
	MUST_CHECK;
/* The same with a warning where a colleague has claimed it. */
err_t subject_open(struct subject *out, struct session *s, const char *name, bool with_deleted)
	MUST_CHECK;
void subject_release(struct subject *sub);
/* The text of an earlier revision: what somebody made a new one from (--base). */
err_t subject_oid_at(struct oid *out, struct session *s, const struct subject *sub,
		     const char *revision) MUST_CHECK;
/* The same, and the subject has that text from now on; *out is for change.expect. */
err_t subject_go_to(struct oid *out, struct session *s, struct subject *sub, const char *revision)
	MUST_CHECK;

struct change {
	enum revision_how how;
	const char *message;	/* the reason, or NULL */
	struct slice text;	/* the whole new text; not for HOW_DELETE */
	const char *path;	/* HOW_MOVE: where to, or NULL */
	const char *alias;	/* a label that goes on to mean the artifact, or NULL */
	const struct oid *expect;	/* what it was made from; NULL: the subject's text */
	const char *done;	/* "title set": told on stdout after the artifact's name */
	bool dry_run;		/* only shows the difference */
	bool json;		/* the artifact as it is then, with "changed"; or with "diff" */
};
/* And sends it to the remote where that is wanted. Says on stderr when the file could not follow. A
 * text that is W's already is told, too. */
err_t change_apply(struct session *s, const struct subject *sub, const struct change *c)
	MUST_CHECK;
/* Several, of several artifacts: in one transaction all of them, or none; one push. */
struct change_of {
	const struct subject *sub;
	struct change change;
};
err_t change_apply_all(struct session *s, const struct change_of *at, size_t nr) MUST_CHECK;
/* The answer of a change with --json. */
void change_print(const struct art *art, bool changed);

/* The text with another label in its title line, the one place where it names itself. Caller frees.
 */
char *change_relabel(size_t *len, const struct artifact *a, const char *label);

/* ERR_REFUSED where an artifact or a file is at that path. */
err_t change_check_free(struct session *s, const char *path) MUST_CHECK;
/* The label that goes on to mean the artifact when it moves; NULL where there is none, or another
 * artifact has it too. Points into art. */
err_t change_alias(const char **out, struct session *s, const struct art *art) MUST_CHECK;

#endif
