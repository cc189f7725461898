/* What `git agent doctor` looks at. Nothing here writes. */
#ifndef CMD_DOCTOR_H
#define CMD_DOCTOR_H

#include "cmd/install.h"
#include "cmd/session.h"

struct ailment {
	const char *check;	/* "hooks", "workspace", ...; static */
	char *text;
	char *hint;		/* or NULL */
	bool note;		/* worth knowing; nothing is wrong */
	bool mendable;		/* by --fix */
};

struct doctor {
	struct session look;	/* the repository alone */
	struct session work;	/* with the workspace, where it can be read */
	bool have_work;
	bool offline;		/* the remote is not asked */
	bool no_objects;	/* what reads them cannot be loaded */
	struct install install;	/* what `install` would write */
	struct ailment *at;
	size_t len, cap;
};

/* Takes over text. Returns the new one, for its other members. */
struct ailment *doctor_add(struct doctor *d, const char *check, char *text);

/* The same for what an error says; takes over err. */
void doctor_add_error(struct doctor *d, const char *check, err_t err, bool mendable);

/* doctor_clone.c: what makes git call us, and the workspace itself. */
err_t doctor_clone(struct doctor *d) MUST_CHECK;
/* doctor_setup.c: libraries, names, what git ignores, trunk; then, with a workspace, the remote
 * that it joined, conflicts and what waits. */
err_t doctor_setup(struct doctor *d) MUST_CHECK;
err_t doctor_work(struct doctor *d) MUST_CHECK;
/* doctor_remote.c: whether the remote answers, and to whom. Only with a workspace. */
err_t doctor_remote(struct doctor *d) MUST_CHECK;
/* doctor_artifacts.c: what the artifacts say. Only with a workspace. */
err_t doctor_artifacts(struct doctor *d) MUST_CHECK;

/* doctor_approvals.c: one artifact, and all records in the work tree. */
err_t doctor_approval(struct doctor *d, const struct art *art, const struct kind *kind) MUST_CHECK;
err_t doctor_records(struct doctor *d, const struct arts *arts) MUST_CHECK;

#endif
