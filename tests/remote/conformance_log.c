/*
 * What each call was asked and answered, a line of JSON each, in the file CONFORMANCE_LOG: to be
 * compared with what another remote says. Included by conformance.c.
 */
#include "util/json.h"

struct logged {
	struct remote remote;
	const char *who, *row;
};

static void log_call(const struct logged *l, const char *call, const char *request,
		     const char *reply, err_t err)
{
	FILE *log = fopen(getenv("CONFORMANCE_LOG"), "a");
	struct json j;

	assert_non_null(log);
	json_init(&j, log);
	json_object_begin(&j);
	json_key_string(&j, "row", l->row);
	json_key_string(&j, "who", l->who);
	json_key_string(&j, "call", call);
	json_key_string(&j, "request", request);
	json_key_string(&j, "reply", reply);
	if (err)
		json_key_int(&j, "error", err->code);
	json_object_end(&j);
	putc('\n', log);
	fclose(log);
}

#define LOGGED(call)                                                                               \
	static err_t log_##call(void *ctx, char **reply, const char *request)                      \
	{                                                                                          \
		const struct logged *l = ctx;                                                      \
		err_t err = l->remote.call(l->remote.ctx, reply, request);                         \
                                                                                                   \
		log_call(l, #call, request, err ? NULL : *reply, err);                             \
		return err;                                                                        \
	}
LOGGED(pull)
LOGGED(push)
LOGGED(lease)
LOGGED(manifest)
LOGGED(bodies)
LOGGED(history)
LOGGED(claim)
LOGGED(ack)

static err_t log_head(void *ctx, char **reply)
{
	const struct logged *l = ctx;
	err_t err = l->remote.head(l->remote.ctx, reply);

	log_call(l, "head", "{}", err ? NULL : *reply, err);
	return err;
}

static void log_close(void *ctx)
{
	struct logged *l = ctx;

	l->remote.close(l->remote.ctx);
	free(l);
}

/* From now on the calls of this remote are written down, if anybody wants them. */
static void log_remote(struct remote *r, const char *who, const char *row)
{
	struct logged *l;

	if (!getenv("CONFORMANCE_LOG"))
		return;
	l = mem_alloc(sizeof(*l));
	*l = (struct logged){.remote = *r, .who = who, .row = row};
	*r = (struct remote){
		.ctx = l,
		.url = r->url,
		.head = log_head,
		.pull = log_pull,
		.push = log_push,
		.lease = log_lease,
		.manifest = log_manifest,
		.bodies = log_bodies,
		.history = log_history,
		.claim = log_claim,
		.ack = log_ack,
		.close = log_close,
	};
}
