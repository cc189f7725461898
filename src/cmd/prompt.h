/* Questions to whoever sits at the terminal, as git asks for a password. */
#ifndef CMD_PROMPT_H
#define CMD_PROMPT_H

#include "util/err.h"

#include <stdbool.h>

/* False without a terminal, and with GIT_TERMINAL_PROMPT=0. */
bool prompt_possible(void);
/* One line from the terminal, without its end; what is typed is not shown with secret. ERR_REFUSED
 * when nobody can be asked, or nothing is typed. Caller frees (credential_wipe for a secret). */
err_t prompt_ask(char **out, const char *question, bool secret) MUST_CHECK;
/* The first line of standard input, without its end. ERR_REFUSED when there is none. */
err_t prompt_read(char **out, const char *what) MUST_CHECK;

#endif
