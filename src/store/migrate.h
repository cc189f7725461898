/* Private to store/: making the schema, and bringing an older one up to date. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db.h"

struct migrate_step {
	int to;			/* from the version before it */
	const char *sql;
};

struct schema {
	int version;
	const char *sql;	/* makes it, user_version and application_id included */
	const struct migrate_step *steps;
	size_t nr_steps;
};

/* The schema of this program. */
const struct schema *migrate_schema(void);

/*
 * Brings the database at path from an older version to schema->version: a backup to
 * "<path>.before-v<version>", then the steps and a check of what they made in one transaction.
 * A crash leaves the old database or the new one. No effect when another process was faster.
 * The file stays the same one: others may have it open, and a file renamed over it would leave
 * them with the journal of another database.
 */
err_t migrate_file(const char *path, const struct schema *schema) MUST_CHECK;

/* store_open with another schema, for tests. */
err_t migrate_open(struct store **out, const char *path, enum store_open how,
		   const struct schema *schema) MUST_CHECK;

#endif
