/*
 * Files of a site. All are written beside what is there, and take its place together at the end:
 * who interrupts a run keeps the site that was there before. Only what an earlier run wrote is
 * ever replaced or removed; the list of that is in the site itself.
 */
#ifndef CMD_SITE_OUT_H
#define CMD_SITE_OUT_H

#include "util/file.h"
#include "util/slice.h"
#include "util/strs.h"

#define SITE_LIST ".git-agent-site"

struct site_out {
	char *dir, *tmp;
	struct strs old;	/* what the site had, by its own list */
	struct strs names;	/* of this run, relative to dir */
	struct strs staged;	/* "<temporary file>" for each of `to` */
	struct strs to;
	struct strs later;	/* fsyncs owed */
	size_t written, removed;
};

/* Makes dir. ERR_REFUSED where it has files and is no site of ours; nothing is changed then. */
err_t site_out_open(struct site_out *o, const char *dir) MUST_CHECK;
/* name: "index.html", "a/x.html". What has these bytes already is left alone; ERR_REFUSED for a
 * file that somebody else put there. */
err_t site_out_put(struct site_out *o, const char *name, struct slice bytes) MUST_CHECK;
/* The same for a page that grows as the artifacts do: print writes it, nobody holds it. */
err_t site_out_print(struct site_out *o, const char *name, file_print_fn print,
		     void *ctx) MUST_CHECK;
/* Everything in its place; what only the earlier run wrote is removed. */
err_t site_out_finish(struct site_out *o) MUST_CHECK;
/* Removes what is staged. */
void site_out_release(struct site_out *o);

#endif
