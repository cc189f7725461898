/* The order of a list: --sort=<key>, as git for-each-ref has it. */
#ifndef CMD_SORT_H
#define CMD_SORT_H

#include "cmd/session.h"

/* For -h and messages. */
#define SORT_KEYS "id, title, state, kind, updated, path, author"

/* ERR_MISUSE for what is no key, with the nearest. */
err_t sort_check(const struct strs *keys, const struct usage *usage) MUST_CHECK;
/* By the last key, then by the one before it, ...; '-' in front turns the order of one. What is
 * equal stays as it was. */
void sort_arts(struct arts *arts, const struct strs *keys, const struct session *s);

#endif
