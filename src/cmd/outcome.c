#include "cmd/outcome.h"
#include "cli/json.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>

void outcomes_add(struct outcomes *o, const char *status, const char *path, const char *why)
{
	MEM_GROW(o->at, o->len, o->cap);
	o->at[o->len++] = (struct outcome){status, mem_strdup(path), why ? mem_strdup(why) : NULL};
}

void outcomes_print(const struct outcomes *o, bool dry_run, const char *commit)
{
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_bool(&j, "dry_run", dry_run);
	json_key_string(&j, "commit", commit);
	json_key(&j, "files");
	json_array_begin(&j);
	for (size_t i = 0; i < o->len; i++) {
		json_object_begin(&j);
		json_key_string(&j, "status", o->at[i].status);
		json_key_string(&j, "path", o->at[i].path);
		json_key_string(&j, "why", o->at[i].why);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_object_end(&j);
	json_end(&j);
}

void outcomes_release(struct outcomes *o)
{
	for (size_t i = 0; i < o->len; i++) {
		free(o->at[i].path);
		free(o->at[i].why);
	}
	free(o->at);
	*o = (struct outcomes){0};
}
