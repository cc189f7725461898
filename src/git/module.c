#include "git/module.h"

#include "util/module.h"

err_t lg2_module(const struct lg2_ops **out)
{
	static const void *table;

	if (!table)
		TRY(module_load(&table, "git", LG2_VERSION, "libgit2"));
	*out = table;
	return NULL;
}
