/*
 * One artifact: its text and where in it everything stands. Pure.
 *
 * The text is never re-rendered: a model is byte ranges into it, and an edit
 * replaces the bytes of one range. Parsing never fails, whatever the bytes.
 */
#ifndef ARTIFACT_ARTIFACT_H
#define ARTIFACT_ARTIFACT_H

#include "artifact/kind.h"
#include "util/err.h"
#include "util/hash.h"
#include "util/slice.h"

#define ARTIFACT_MAX_BYTES (1024 * 1024)

/* Half-open byte range of the text. {0,0} where there is nothing. */
struct range {
	size_t from;
	size_t to;
};

struct section {
	int level;	      /* 1..6; 0 for the text before the first heading */
	struct range heading; /* the heading line(s) with line end */
	struct range title;   /* the heading's text, trimmed, closing #s left out */
	struct range body;    /* from after the heading to the next heading of any level */
	struct range whole;   /* heading to the next heading of the same or a higher level */
	size_t parent;	      /* index of the enclosing section; own index at the top */
	int line;	      /* 1-based line of the heading */
};

struct item {		    /* a list item */
	struct range whole; /* with continuation lines and nested content, line ends included */
	struct range text;  /* after marker and checkbox, its first line, without line end */
	struct range tick;  /* the one byte between [ and ]; {0,0} for a plain item */
	bool checked;
	int indent;	/* columns before the marker */
	size_t section; /* index into sections */
	int line;
};

struct link {		 /* a reference to another artifact */
	struct range at; /* the label in the text */
	char label[64];
	size_t section;
	bool in_link_section; /* Linked ADRs, Linked Journeys, Parent Plan, Linked Plan(s), Related
				 Stor(y|ies), Child Stories */
	int line;
};

enum artifact_problem_code {
	PROBLEM_NO_TITLE,
	PROBLEM_NO_STATE,
	PROBLEM_UNKNOWN_STATE,
	PROBLEM_SECOND_STATE,
	PROBLEM_LABEL_MISMATCH,
	PROBLEM_INVALID_UTF8,
	PROBLEM_CONFLICT_MARKERS,
	PROBLEM_OPEN_FENCE,
};

struct artifact_problem {
	enum artifact_problem_code code;
	int line; /* 1-based, 0: the whole file */
};

struct artifact {
	struct slice text;	  /* not owned: must outlive the artifact */
	const struct kind *kind;  /* may be NULL */
	bool yaml;		  /* an opaque kind's, or a .yaml path without a kind */
	struct range title_line;  /* first heading, or {0,0} */
	struct range title;	  /* without the label */
	struct range title_label; /* the label in the title line, or {0,0} */
	struct range state;	  /* the token: "COMMITTED"; {0,0}: none */
	struct range state_field; /* its whole line(s): heading and value, or the one line; may be
				   * there without a state: "## State" with nothing below */
	int state_line;
	bool utf8; /* valid UTF-8 */
	bool has_nul;
	bool markers; /* git conflict markers (7 chars) in sequence outside nothing: any place */
	struct section *sections; /* [0] is always the text before the first heading */
	size_t nr_sections;
	struct item *items;
	size_t nr_items;
	struct link *links;
	size_t nr_links;
	struct artifact_problem *problems;
	size_t nr_problems;
};

/* path (may be NULL) gives the label that the title is compared with; kind may be NULL. */
struct artifact *artifact_parse(struct slice text, const struct kind *kind, const char *path);
void artifact_free(struct artifact *a);
static inline struct slice artifact_slice(const struct artifact *a, struct range r)
{
	return slice_of(a->text.at + r.from, r.to - r.from);
}
/* "line 12: state 'COMMITED' is not one of DRAFT, ..." (for the user). Caller frees. */
char *artifact_problem_text(const struct artifact *a, const struct artifact_problem *p);

/* True when text has git conflict markers (marker_size '<', '|', '=', '>' lines in sequence). Fast.
 */
bool artifact_has_markers(struct slice text);

/*
 * The quick look that import needs for every file: title, state, utf8, NUL. Same answers as
 * artifact_parse, several times faster. Slices point into text.
 */
struct artifact_brief {
	struct slice title;
	struct slice state;
	int state_line;
	bool utf8, has_nul, markers;
};
void artifact_brief(struct artifact_brief *out, struct slice text, const struct kind *kind,
		    const char *path);

/* The n-th label that may name the parent (a story's plan): its own where the kind shares its
 * label, then those in link sections. NULL after the last. Lives as long as a and own. */
const char *artifact_parent_label(const struct artifact *a, const char *own, size_t n);

/* Whether a link names what has to be done before: in a section "Depends On", "Blocked By" or
 * "Prerequisites", or in a line that begins with these words. */
bool artifact_link_is_need(const struct artifact *a, const struct link *l);

/*
 * The normative text: the bytes without the state field, the ticks of checkboxes, link sections
 * (whole) and execution logs (sections "Execution Log", "Change Log", "History", "Log"), and
 * without blank lines around headings and at the ends. This is what an approval binds to.
 */
struct sha256 artifact_normative(const struct artifact *a);

/* --- edits: bytes/len out (caller frees), the parsed text untouched, every other byte kept. The
 * new text parses to what was asked for, or the edit is an error and nothing happens. --- */

/* The section named by path, with its heading and what is below it: the same names and errors as
 * artifact_set_section. */
err_t artifact_find_section(struct range *out, const struct artifact *a,
			    const char *section) MUST_CHECK;

/* Sets the state. Without a state field, one is put after the title in the kind's usual form.
 * An annotation after the token is kept. Line ends follow the file's. */
err_t artifact_set_state(char **out, size_t *len, const struct artifact *a,
			 const char *state) MUST_CHECK;
/* Sets the title; the label in the title line stays. ERR_MISUSE for line ends in title. */
err_t artifact_set_title(char **out, size_t *len, const struct artifact *a,
			 const char *title) MUST_CHECK;
/* Ticks (or clears) the n-th checkbox, 1-based in order of the text. ERR_NOTFOUND says how many
 * there are. */
err_t artifact_check(char **out, size_t *len, const struct artifact *a, size_t n,
		     bool checked) MUST_CHECK;
/* Replaces the body of the section named by path ("Acceptance Criteria", "Notes/Open",
 * case-insensitive; ERR_AMBIGUOUS when several match). Blank lines around the body are kept; body
 * gets the file's line ends. ERR_REFUSED for a body with headings, or one that would change title,
 * state or other sections. */
err_t artifact_set_section(char **out, size_t *len, const struct artifact *a, const char *section,
			   struct slice body) MUST_CHECK;
/* Appends a section at the end of the file. */
err_t artifact_add_section(char **out, size_t *len, const struct artifact *a, const char *title,
			   struct slice body) MUST_CHECK;
/* Adds "- <label>" to a link section (made at the end of the file if absent); no change if it is
 * there. */
err_t artifact_add_link(char **out, size_t *len, const struct artifact *a, const char *section,
			const char *label) MUST_CHECK;

#endif
