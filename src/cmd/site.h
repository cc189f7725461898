/*
 * What `git agent site` writes: pages that stand alone, for a browser without a server and without
 * a network. All that comes from artifacts, commits or a remote is data: it goes through
 * site_text(), or through cmark in safe mode (site_body.c).
 */
#ifndef CMD_SITE_H
#define CMD_SITE_H

#include "cmd/links.h"
#include "cmd/site_out.h"
#include "util/mem.h"

/* What a page is told about one artifact, in the order of refs.arts. */
struct site_art {
	char *page;	/* "a/story-infra-042.html" */
	size_t boxes, ticked;
};

/* A revision, for the list of what happened. */
struct site_event {
	size_t art, rev;	/* the rev-th of its artifact, parents first */
	int64_t time;
};

struct site {
	struct session *session;
	const char *title;
	struct links_graph graph;	/* graph.refs.arts are the artifacts */
	struct site_art *arts;
	struct site_event *events;
	size_t nr_events;
	size_t *by_label, *by_path;	/* indices of artifacts, in this order */
	struct repo_head head;
	int64_t time;		/* of the newest revision, or SOURCE_DATE_EPOCH */
	size_t not_shared, conflicts;
	size_t gates, on_record;	/* in a state that needs an approval; that have one */
	bool remote;
	struct site_out out;
};

/* site.c */
void site_release(struct site *site);
err_t site_load(struct site *site, struct session *s) MUST_CHECK;
static inline const struct arts *site_arts(const struct site *site)
{
	return &site->graph.refs.arts;
}
const struct kind *site_kind(const struct site *site, const struct art *art);
/* How the state of an artifact came about, where it is one that needs an approval: a class for the
 * style sheet and words for people; NULL where there is nothing to say. */
const char *site_approval(const char **class, const struct site *site, const struct art *art);
/* SITE_NONE where there is none. Of several with a label, one that did not take it over. */
#define SITE_NONE REFS_NONE
size_t site_of_label(const struct site *site, const char *label);
size_t site_of_path(const struct site *site, const char *path);
/* "begun", "done", "gate", "aside", "unknown" or "work". */
const char *site_state_class(const struct site *site, const struct art *art);

/* site_page.c: what all pages have in common. up: "" or "../", the way to the top. */
void site_text(FILE *out, const char *text);		/* escaped, for text and attributes */
void site_slice(FILE *out, struct slice text);
void site_name(FILE *out, const struct art *art);	/* the label, or what stands for it */
void site_author(FILE *out, const char *author);	/* without the mail address */
void site_time(FILE *out, int64_t seconds);		/* <time>, in UTC, to the minute */
void site_state(FILE *out, const struct site *site, const struct art *art);	/* a chip */
void site_page_begin(FILE *out, const struct site *site, const char *title, const char *up,
		     const char *here);
void site_page_end(FILE *out, const struct site *site);
/* The assets that every page names: style, script, and what is searched. */
err_t site_assets(struct site *site) MUST_CHECK;

/* One file each: the pages. */
err_t site_board(struct site *site) MUST_CHECK;
err_t site_graph(struct site *site) MUST_CHECK;
err_t site_activity(struct site *site) MUST_CHECK;
err_t site_artifact(struct site *site, size_t art) MUST_CHECK;
err_t site_search(struct site *site) MUST_CHECK;

/* site_table.c: the tables that CommonMark does not know. A paragraph whose lines are one comes out
 * as HTML, its cells by `cell`; NULL for any other. Caller frees. */
typedef char *(*site_cell_fn)(void *ctx, struct slice text);
char *site_table(const struct slice *lines, size_t n, site_cell_fn cell, void *ctx);
/* site_history.c: the revisions of an artifact, newest first, with what each changed. */
err_t site_history(FILE *out, const struct site *site, size_t art) MUST_CHECK;
/* site_body.c: the text as HTML. */
void site_body(FILE *out, const struct site *site, size_t art, struct slice text);

#endif
