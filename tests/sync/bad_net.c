#include "bad_net.h"

#include "util/mem.h"

#include <stdlib.h>

enum fate { ARRIVES, REQUEST_LOST, ANSWER_LOST, TWICE, LATE };

static int pick(struct bad_net *n, int of)
{
	n->random ^= n->random << 13;
	n->random ^= n->random >> 7;
	n->random ^= n->random << 17;
	return (int)(n->random % (uint64_t)of);
}

static enum fate fate(struct bad_net *n)
{
	int what = n->on ? pick(n, 10) : 9;

	n->calls++;
	if (n->late && n->on && pick(n, 3) == 0)
		bad_net_deliver(n);
	return what < 4 ? (enum fate)(what + 1) : ARRIVES;
}

static err_t offline(char **reply)
{
	free(*reply);
	*reply = NULL;
	return err_new(ERR_OFFLINE, "the network is bad");
}

/* One call by its fate; a call that may come late is a push. */
static err_t carry(struct bad_net *n, err_t (*call)(void *, char **, const char *), char **reply,
		   const char *request, bool is_push)
{
	enum fate f = fate(n);

	*reply = NULL;
	if (f == LATE && is_push && !n->late) {
		n->late = mem_strdup(request);
		return offline(reply);
	}
	if (f == REQUEST_LOST || f == LATE) {
		n->lost_requests++;
		return offline(reply);
	}
	TRY(call(n->inner.ctx, reply, request));
	if (f == ANSWER_LOST) {
		n->lost_answers++;
		return offline(reply);
	}
	if (f != TWICE)
		return NULL;
	n->twice++;
	free(*reply);
	*reply = NULL;
	return call(n->inner.ctx, reply, request);
}

static err_t net_push(void *ctx, char **reply, const char *request)
{
	struct bad_net *n = ctx;

	return carry(n, n->inner.push, reply, request, true);
}

#define CALL(name)                                                                                 \
	static err_t net_##name(void *ctx, char **reply, const char *request)                      \
	{                                                                                          \
		struct bad_net *n = ctx;                                                           \
                                                                                                   \
		return carry(n, n->inner.name, reply, request, false);                             \
	}
CALL(pull)
CALL(lease)
CALL(manifest)
CALL(bodies)
CALL(history)
CALL(claim)
CALL(ack)

static err_t net_head(void *ctx, char **reply)
{
	struct bad_net *n = ctx;

	*reply = NULL;
	if (fate(n) == REQUEST_LOST)
		return offline(reply);
	return n->inner.head(n->inner.ctx, reply);
}

static void net_close(void *ctx)
{
	struct bad_net *n = ctx;

	free(n->late);
	n->late = NULL;
	if (n->inner.close)
		n->inner.close(n->inner.ctx);
}

void bad_net_deliver(struct bad_net *n)
{
	char *reply = NULL, *request = n->late;

	n->late = NULL;
	if (!request)
		return;
	n->arrived_late++;
	err_free(n->inner.push(n->inner.ctx, &reply, request));
	free(reply);
	free(request);
}

void bad_net_wrap(struct remote *remote, struct bad_net *n, uint64_t seed)
{
	*n = (struct bad_net){.inner = *remote, .random = seed * 2654435761u + 88172645463325252u};
	remote->ctx = n;
	remote->head = net_head;
	remote->pull = net_pull;
	remote->push = net_push;
	remote->lease = net_lease;
	remote->manifest = net_manifest;
	remote->bodies = net_bodies;
	remote->history = net_history;
	remote->claim = net_claim;
	remote->ack = net_ack;
	remote->close = net_close;
}
