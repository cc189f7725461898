/*
 * The server (PostgreSQL behind PostgREST, as scripts/test-backend starts it) as the remote of a
 * team: a project of its own for each. Tests that use it are skipped without GIT_AGENT_TEST_URL.
 */
#ifndef TESTS_SYNC_REAL_SERVER_H
#define TESTS_SYNC_REAL_SERVER_H

#include "team.h"

bool real_server_is_there(void);
/* Where the module is: beside the program, not beside its tests. */
void real_server_find_module(void);

/* team_remotes: Ada makes the project and has clone 0, Bob has clone 1. */
extern const struct team_remotes real_server;

#endif
