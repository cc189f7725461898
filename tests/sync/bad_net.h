/*
 * A remote behind a bad network: a request is lost, an answer is lost, a request arrives twice, or
 * arrives when nobody waits for it any more, after others.
 */
#ifndef TESTS_SYNC_BAD_NET_H
#define TESTS_SYNC_BAD_NET_H

#include "remote/remote.h"

#include <stdbool.h>
#include <stdint.h>

struct bad_net {
	struct remote inner; /* closed with the outer one */
	uint64_t random;
	bool on;
	char *late; /* a push that is still on its way */
	long lost_requests, lost_answers, twice, arrived_late, calls;
};

/* Puts net between the clone and the remote: *remote becomes the outer one. Off at first. */
void bad_net_wrap(struct remote *remote, struct bad_net *net, uint64_t seed);
/* What was on its way arrives. */
void bad_net_deliver(struct bad_net *net);

#endif
