/* The envelope around all JSON that a command prints: {"schema_version":1,"data":...} */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include "util/json.h"

#define JSON_SCHEMA_VERSION 1

/* Opens the envelope; exactly one value is written before json_end(), which ends the line. */
void json_begin(struct json *j, FILE *out);
void json_end(struct json *j);

#endif
