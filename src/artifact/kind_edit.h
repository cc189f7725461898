/* Changing a kind in place: for kind.c and kind_set.c. Private to artifact/. */
#ifndef ARTIFACT_KIND_EDIT_H
#define ARTIFACT_KIND_EDIT_H

#include "artifact/kind.h"

/* What is wrong with a path below ".agent/" ("has an empty component"), or NULL. */
const char *kind_path_wrong(struct slice path);
/* Adds the state, or gives the one of that name its rank and flags. The name is copied. */
void kind_put_state(struct kind *kind, const struct kind_state *state);
/* Adds the side states that the kind does not know yet. */
void kind_put_side_states(struct kind *kind);

#endif
