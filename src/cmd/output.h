/* What commands that print artifacts have in common. */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include "cmd/session.h"
#include "util/json.h"

/*
 * Before the first line for people: starts the pager (long) and says whether to colour. Asks git
 * for its configuration only where a terminal, or `git -c`, makes it matter. option: the value of
 * --color, or NULL.
 */
err_t output_begin(bool *color, struct session *s, const char *option, bool pager) MUST_CHECK;

/* Which command runs, for pager.agent-<command>. name stays the caller's. */
void output_command(const char *name);

/* The keys of an artifact, in an object that is open; more may follow. An artifact of a tree
 * (--at) has no uid. */
void output_art(struct json *j, const struct art *art);

/* A path for --porcelain: quoted as git quotes it where a byte of it would break the line. */
void output_path(const char *path);

/* A text in a line for programs: as output_path, or as it is where records end with NUL. */
void output_field(const char *text, bool nul);

/* "C" in conflict, "D" deleted, "M" not on the remote, or "-". */
const char *output_flag(const struct art *art);
/* kind, id, state, flag, path, title, with a tab between them; '-' where there is nothing. Path and
 * title as output_path, with nul as they are. */
void output_porcelain_art(const struct art *art, bool nul);

/* The escapes for its state: approved, in the beginning, unknown; "" for others, or without
 * colour. */
const char *output_state_color(bool color, const struct session *s, const struct art *art);
/* A file may have anything for a state: not more of it than fits a column. Caller frees. */
char *output_state(const struct art *art);

/* "2026-11-24 02:46:11 +0000" in local time into out[32]. */
void output_time(char *out, int64_t seconds);

/* A line on stderr, made safe for a terminal. */
void output_say(const char *fmt, ...) PRINTF(1, 2);
/* An edit whose file did not follow: it shows another text, or git holds the index. */
void output_untouched(const char *path);
/* The hint of an error that was told so, where one is wanted. */
void output_hint(err_t err);

#endif
