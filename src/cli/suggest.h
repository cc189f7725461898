/* "Did you mean": the nearest of a set of names. */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

#include <stddef.h>

/* The best of the names offered so far; start with suggest_start(). */
struct suggest {
	const char *word;
	const char *best;	/* NULL: nothing is near enough */
	size_t distance;
};

void suggest_start(struct suggest *s, const char *word);
/* name must outlive s. Of two equally near names the first one offered stays. */
void suggest_offer(struct suggest *s, const char *name);

#endif
