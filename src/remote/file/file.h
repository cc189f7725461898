/*
 * The embedded remote: a shared SQLite file on this machine, rollback journal.
 * Same protocol and rules as the server, but roles are advisory. May use
 * artifact/ and util/.
 */
#ifndef REMOTE_FILE_FILE_H
#define REMOTE_FILE_FILE_H

#include "remote/remote.h"

#include <stdbool.h>

/*
 * path is absolute. create: make the database when there is none (else ERR_OFFLINE: out of reach).
 * A network filesystem is ERR_REFUSED; a file that is no remote of ours, or of a newer protocol,
 * ERR_REFUSED; a directory that is missing or not writable, ERR_OFFLINE.
 * who: "Name <mail>" recorded as the actor. kinds must outlive the remote. The caller closes it
 * with out->close(out->ctx).
 */
err_t remote_file_open(struct remote *out, const char *path, bool create, const char *who,
		       const struct kinds *kinds) MUST_CHECK;

#endif
