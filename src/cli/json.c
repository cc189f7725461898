#include "cli/json.h"

void json_begin(struct json *j, FILE *out)
{
	json_init(j, out);
	json_object_begin(j);
	json_key_int(j, "schema_version", JSON_SCHEMA_VERSION);
	json_key(j, "data");
}

void json_end(struct json *j)
{
	json_object_end(j);
	fputc('\n', j->out);
}
