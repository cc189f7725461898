/*
 * Kinds of artifacts as data: directories, states, ranks, gates, templates,
 * transitions and what a parent must have reached. One table feeds commands,
 * hooks, merge, verify and the server. Pure.
 */
#ifndef ARTIFACT_KIND_H
#define ARTIFACT_KIND_H

#include "util/err.h"
#include "util/slice.h"

#include <stddef.h>

#define KIND_UNRANKED (-1)

struct kind_state {
	char *name; /* upper case: "APPROVED" */
	int rank;  /* higher is further on; equal ranks never win over each other; KIND_UNRANKED for
		      side states */
	bool gate; /* entering it is an approval or a lock */
	bool initial; /* DRAFT, OPEN: one may go back here, with a reason */
};

struct kind {
	char *name;   /* "story" */
	char *plural; /* "stories" */
	char *dir;    /* ".agent/cache/stories": no slash at the end */
	char *prefix; /* fixed label prefix ("ADR", "JRN"), or NULL where the scope is the prefix */
	char *suffix; /* ".md", or ".yaml" */
	char *template_text; /* with ${LABEL} ${TITLE} ${STATE} ${PARENT} ${DATE} ${AUTHOR}; NULL:
				cannot be created */
	char *parent_kind;   /* "plan" for a story, "story" for a runbook, NULL */
	char *parent_state;  /* the parent must have at least this state's rank; NULL: any */
	bool scoped;	     /* files live in <dir>/<SCOPE>/ */
	bool opaque;	     /* YAML and the like: only id, title and state are read */
	bool shares_label;   /* a runbook has its story's label */
	struct kind_state *states;
	size_t nr_states;
};

struct kinds {
	struct kind *at;
	size_t len;
};

/* The built-in table (plan, story, runbook, adr, journey) as in the manual. Caller: kinds_free. */
struct kinds *kinds_new(void);
void kinds_free(struct kinds *kinds);

/*
 * One setting of .agent/config over the table: key in git-config spelling without "agent.",
 *   kind.<name>.dir | plural | suffix | parent | parentState | template
 *   kind.<name>.state = "NAME rank [gate] [initial]"  (multi-valued; replaces or adds)
 * Unknown keys are ignored. ERR_REFUSED names the key: bad rank, path outside .agent/, ...
 */
err_t kinds_set(struct kinds *kinds, const char *key, const char *value) MUST_CHECK;
/* Checks the whole after the settings: two kinds in one directory, a kind without a state... */
err_t kinds_check(const struct kinds *kinds) MUST_CHECK;

const struct kind *kinds_find(const struct kinds *kinds, const char *name);
/* The kind whose directory holds path (relative to the repository, '/'), whatever the file's
 * name as long as it ends in the kind's suffix; NULL for anything else (templates, README.md,
 * hidden files). The longest directory wins. */
const struct kind *kinds_of_path(const struct kinds *kinds, const char *path);
/* NULL for a state that the kind does not know. Case-sensitive. */
const struct kind_state *kind_state(const struct kind *kind, struct slice name);

/* Whether from -> to is legal; *why (static or freed by nobody) says which rule refuses. Forward by
 * any number of steps while no gate is jumped over, except that DRAFT -> the first gate is legal;
 * back to an initial state or to a gate, with a reason; to and from ICEBOX, BLOCKED, SUPERSEDED,
 * RETIRED. An unknown or absent `from` may become any known state. */
bool kind_transition(const struct kind *kind, struct slice from, struct slice to, bool has_reason,
		     const char **why);
/* Whether the parent, of kind `above`, is far enough for `kind` to go beyond its first states. */
bool kind_parent_allows(const struct kind *kind, const struct kind *above,
			struct slice parent_state);

/* Whether nothing is left to do: DONE, IMPLEMENTED, an ADR that is ACCEPTED; the highest rank of
 * the kind, or, where that is of a state that ends its use, the highest one before. */
bool kind_done(const struct kind *kind, struct slice state);
/* Whether nobody works on what is in this state: ICEBOX, SUPERSEDED, DEPRECATED, RETIRED. */
bool kind_aside(struct slice state);

/*
 * A path of an artifact as a remote or a user gives it: relative, below ".agent/", no ".", "..",
 * empty or ".git" component (any case), no control characters or backslash, at most 4096 bytes,
 * components at most 255, in a directory of a kind. ERR_REFUSED says what is wrong with it.
 */
err_t kinds_check_path(const struct kinds *kinds, const char *path) MUST_CHECK;
/* The same without the reason: what else commits and directories hold is no artifact. */
bool kinds_have_path(const struct kinds *kinds, const char *path);

#endif
