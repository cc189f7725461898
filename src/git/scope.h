/* Which directories hold artifacts: the kinds' directories in byte order, none below another. */
#ifndef GIT_SCOPE_H
#define GIT_SCOPE_H

#include "artifact/kind.h"
#include "util/strs.h"

struct git_scope {
	const struct kinds *kinds;	/* not owned */
	struct strs roots;
	bool records;			/* the records of approvals, too */
};
void git_scope_init(struct git_scope *out, const struct kinds *kinds);
void git_scope_init_judged(struct git_scope *out, const struct kinds *kinds);	/* with records */
/* Whether the path is in it. */
bool git_scope_has(const struct git_scope *s, const char *path);
void git_scope_release(struct git_scope *s);

#endif
