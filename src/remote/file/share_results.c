#include "remote/file/share_results.h"

#include "util/json.h"

#include <stdlib.h>

static void write_result(struct json *j, const struct share_result *r)
{
	json_object_begin(j);
	json_key_string(j, "op_id", r->op_id);
	json_key_string(j, "uid", r->uid);
	json_key_string(j, "status", r->status);
	json_key(j, "version");
	r->version ? json_int(j, r->version) : json_null(j);
	json_key(j, "rev");
	r->rev ? json_int(j, r->rev) : json_null(j);
	json_key_bool(j, "dup", r->dup);
	json_key_string(j, "detail", r->detail);
	json_key(j, "current");
	json_raw(j, r->current ? r->current : "null");
	json_key(j, "approval");
	json_raw(j, r->approval ? r->approval : "null");
	json_object_end(j);
}

char *share_results_json(const struct share_project *p, const struct share_result *results,
			 size_t nr, bool atomic_failed)
{
	struct mem_stream out;
	struct json j;

	mem_stream_open(&out);
	json_init(&j, out.file);
	json_object_begin(&j);
	if (atomic_failed)
		json_key_bool(&j, "atomic_failed", true);
	json_key_string(&j, "epoch", p->epoch);
	json_key_int(&j, "head", p->head);
	json_key_string(&j, "head_hash", p->head_hash.hex);
	json_key(&j, "results");
	json_array_begin(&j);
	for (size_t i = 0; i < nr; i++)
		write_result(&j, &results[i]);
	json_array_end(&j);
	json_object_end(&j);
	return mem_stream_close(&out, NULL);
}

void share_results_release(struct share_result *results, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		free(results[i].op_id);
		free(results[i].uid);
		free(results[i].detail);
		free(results[i].current);
		free(results[i].approval);
	}
	free(results);
}
