/* HEAD's reflog as text, without libgit2. */
#ifndef GIT_REFLOG_H
#define GIT_REFLOG_H

#include "git/repo.h"
#include "util/strs.h"

/* Commits that HEAD named since mark (repo_head.log of an earlier look): HEAD first, then the
 * newest entries; no doubles. When the file was cut or mark is "": the last REFLOG_MAX entries. */
#define REFLOG_MAX 1000
err_t reflog_since(struct strs *out, struct repo *r, const char *mark) MUST_CHECK;
/* Since mark HEAD named nothing but these commits. false is no certain answer. */
bool reflog_only(const struct repo *r, const char *mark, const struct strs *commits);

#endif
