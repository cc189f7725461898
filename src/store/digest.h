/* Keeps the digest of base while base changes. Private to store/. */
#ifndef STORE_DIGEST_H
#define STORE_DIGEST_H

#include "store/store.h"

/* The row of uid is about to become b. */
err_t digest_replace(struct store *s, const char *uid, const struct base *b) MUST_CHECK;
/* Base changes in another way: it is counted again when somebody asks. */
err_t digest_forget(struct store *s) MUST_CHECK;

#endif
