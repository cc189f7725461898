#include "cmd/server_sql.h"

#include <stdio.h>

static const unsigned char text[] = {
#include "cmd/server_sql.inc"
};

err_t server_sql(void)
{
	puts("begin;");
	fwrite(text, 1, sizeof(text), stdout);
	puts("commit;");
	return NULL;
}
