/* UTF-8, decoded one character at a time. Pure. */
#ifndef UTIL_UTF8_H
#define UTIL_UTF8_H

#include "util/slice.h"

#include <stdint.h>

#define UTF8_REPLACEMENT 0xFFFDu

/*
 * Takes the next character off *rest into *cp; false at the end. An ill-formed sequence
 * (overlong, surrogate, cut off) yields UTF8_REPLACEMENT and takes at least one byte.
 * *taken (may be NULL) is the bytes it was made of.
 */
bool utf8_next(struct slice *rest, uint32_t *cp, struct slice *taken);
/* True when every byte belongs to a well-formed character. */
bool utf8_valid(struct slice text);

#endif
