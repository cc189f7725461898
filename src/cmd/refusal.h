/* What to do when the remote's rules refuse a change. */
#ifndef CMD_REFUSAL_H
#define CMD_REFUSAL_H

#include "util/strs.h"

/* For lines "<id>: <status>: <detail>" as a push reports them: one line for each kind of refusal
 * among them, "" where there is none. Caller frees. */
char *refusal_advice(const struct strs *blocked);

#endif
