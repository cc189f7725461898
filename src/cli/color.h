/* Colour, by git's rules. */
#ifndef CLI_COLOR_H
#define CLI_COLOR_H

#include <stdbool.h>
#include <stdio.h>

#define COLOR_RESET "\033[m"
#define COLOR_BOLD "\033[1m"

/* What is coloured: color.agent.<slot>. */
enum color_slot {
	COLOR_META,		/* of a diff, as git's color.diff.<slot> */
	COLOR_FRAG,
	COLOR_CONTEXT,
	COLOR_OLD,
	COLOR_NEW,
	COLOR_ID,		/* id or path at the head of something */
	COLOR_CONFLICT,
	COLOR_REFUSED,
	COLOR_FILE,		/* differs from the workspace */
	COLOR_CLAIM,
	COLOR_UNPUSHED,
	COLOR_APPROVED,		/* states */
	COLOR_INITIAL,
	COLOR_UNKNOWN,
	COLOR_REVISION,		/* log */
	COLOR_HEAD,
	COLOR_ASIDE,
	COLOR_MISSING,		/* links */
	COLOR_MATCH,		/* search */
	COLOR_LINE,
	COLOR_TITLE,		/* show */
	COLOR_HEADING,
	COLOR_SUBHEADING,
	COLOR_CODE,
	COLOR_QUIET,
	COLOR_SLOTS,
};

/*
 * Whether to colour out. The first that is not NULL decides: option (the value of
 * --color[=<when>]), color.agent, color.ui, "auto". "always" and "never" mean what they say;
 * "auto" and booleans colour a terminal or the pager, unless NO_COLOR is set or TERM is "dumb" or
 * unset.
 */
bool color_wanted(const char *option, const char *color_agent, const char *color_ui, FILE *out);

/* code, or "" when colour is off. */
static inline const char *color_if(bool on, const char *code)
{
	return on ? code : "";
}

/* The escapes of a slot; "" when colour is off, or the slot has none. */
const char *color_of(bool on, enum color_slot slot);
/* Of a slot by its name, in any case, from now on; no effect for a name that is none. escapes is
 * copied. */
void color_set(const char *name, const char *escapes);

#endif
