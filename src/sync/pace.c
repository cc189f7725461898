#include "sync/pace.h"

static int64_t min_of(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t quick(const struct pace *p)
{
	return min_of(PACE_QUICK_MS, p->idle_ms);
}

struct pace pace_start(int64_t idle_ms)
{
	struct pace p = {.idle_ms = idle_ms < 1 ? 1 : idle_ms};

	p.wait_ms = quick(&p);
	return p;
}

int64_t pace_next(struct pace *p, enum pace_heard heard, uint32_t chance)
{
	int64_t longest = p->idle_ms > PACE_OFFLINE_MS ? p->idle_ms : PACE_OFFLINE_MS;

	switch (heard) {
	case PACE_NEWS:
		p->quiet = 0;
		p->wait_ms = quick(p);
		break;
	case PACE_QUIET:
		p->wait_ms = p->quiet < PACE_QUICK_TIMES
				     ? quick(p)
				     : min_of(p->wait_ms * 3 / 2 + 1, p->idle_ms);
		p->quiet += p->quiet < PACE_QUICK_TIMES;
		break;
	case PACE_OFFLINE:
		p->wait_ms = min_of(p->wait_ms * 2, longest);
		break;
	}
	return p->wait_ms * (80 + chance % 41) / 100;
}
