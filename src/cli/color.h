/* Colour, by git's rules. */
#ifndef CLI_COLOR_H
#define CLI_COLOR_H

#include <stdbool.h>
#include <stdio.h>

#define COLOR_RESET "\033[m"
#define COLOR_BOLD "\033[1m"
#define COLOR_DIM "\033[2m"
#define COLOR_RED "\033[31m"
#define COLOR_GREEN "\033[32m"
#define COLOR_YELLOW "\033[33m"
#define COLOR_BLUE "\033[34m"
#define COLOR_MAGENTA "\033[35m"
#define COLOR_CYAN "\033[36m"
#define COLOR_MATCH "\033[1;31m"

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

#endif
