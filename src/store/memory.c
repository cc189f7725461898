/* SQLite gives NULL for a column when memory runs out as it does for no value, and a text would be
 * lost on the way; so it ends the program, as everywhere. What was not committed is rolled back by
 * whoever opens the database next. */
#include "store/store.h"
#include "util/mem.h"

#include <sqlite3.h>

static sqlite3_mem_methods real;

static void *get(int size)
{
	return mem_must(real.xMalloc(size));
}

static void *resize(void *old, int size)
{
	return mem_must(real.xRealloc(old, size));
}

void store_memory(void)
{
	sqlite3_mem_methods ours;

	if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) != SQLITE_OK)
		return;
	ours = real;
	ours.xMalloc = get;
	ours.xRealloc = resize;
	sqlite3_config(SQLITE_CONFIG_MALLOC, &ours);
}

const char *store_library(void)
{
	return sqlite3_libversion();
}
