/*
 * What a server says of itself and of a session: small, read once, by cJSON. Documents do not come
 * this way (sb_json.c): cJSON keeps numbers as double, and of two equal keys one.
 */
#include "remote/supabase/sb.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

struct cJSON *sb_cjson_read(struct slice text)
{
	const char *end;

	cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = mem_alloc, .free_fn = free});
	/* With the NUL, so that it shows when something is behind the value. */
	return cJSON_ParseWithLengthOpts(text.at, text.len + 1, &end, true);
}

char *sb_cjson_text(const struct cJSON *object, const char *key)
{
	const char *text =
		cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));

	return text ? mem_strdup(text) : NULL;
}

int64_t sb_cjson_number(const struct cJSON *object, const char *key, int64_t otherwise)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsNumber(item) && item->valuedouble >= 1 && item->valuedouble < INT32_MAX
		       ? (int64_t)item->valuedouble
		       : otherwise;
}

const struct cJSON *sb_cjson_object(const struct cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

void sb_cjson_release(struct cJSON **value)
{
	cJSON_Delete(*value);
	*value = NULL;
}

const char *sb_cjson_library(void)
{
	return cJSON_Version();
}
