/* The migrations of supabase/, for people without the Supabase CLI. */
#ifndef CMD_SERVER_SQL_H
#define CMD_SERVER_SQL_H

#include "util/err.h"

/* Prints all of them, in one transaction. Running it again changes nothing. */
err_t server_sql(void) MUST_CHECK;

#endif
