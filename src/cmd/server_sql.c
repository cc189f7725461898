#include "cmd/server_sql.h"

#include <stdio.h>

static const char *const lines[] = {
#include "cmd/server_sql.inc"
};

err_t server_sql(void)
{
	puts("begin;");
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		fputs(lines[i], stdout);
	puts("commit;");
	return NULL;
}
