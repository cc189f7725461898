#include "cli/progress.h"
#include "util/clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define INTERVAL_NS 100000000

void progress_start(struct progress *p, const char *title, uint64_t total, bool wanted)
{
	const char *log = getenv("GIT_AGENT_PROGRESS");

	/* Counting from now delays the first line: what is quick shows none at all. */
	*p = (struct progress){.title = title, .total = total, .shown_at = clock_monotonic_ns()};
	p->terminal = wanted && isatty(STDERR_FILENO);
	if (log && *log == '/')
		p->log = fopen(log, "ae");
}

static void draw(struct progress *p, const char *end)
{
	if (p->total)
		fprintf(stderr, "\r%s: %3" PRIu64 "%% (%" PRIu64 "/%" PRIu64 ")%s", p->title,
			p->done * 100 / p->total, p->done, p->total, end);
	else
		fprintf(stderr, "\r%s: %" PRIu64 "%s", p->title, p->done, end);
	fflush(stderr);
	p->drawn = true;
}

void progress_set(struct progress *p, uint64_t done)
{
	int64_t now;

	p->done = done;
	if (p->log)
		fprintf(p->log, "%s %" PRIu64 " %" PRIu64 "\n", p->title, done, p->total);
	if (!p->terminal)
		return;
	now = clock_monotonic_ns();
	if (now - p->shown_at < INTERVAL_NS)
		return;
	p->shown_at = now;
	draw(p, "");
}

static void end(struct progress *p, const char *text)
{
	if (p->drawn)
		draw(p, text);
	if (p->log)
		fclose(p->log);
	p->log = NULL;
	p->terminal = false;
	p->drawn = false;
}

void progress_finish(struct progress *p)
{
	end(p, ", done.\n");
}

void progress_stop(struct progress *p)
{
	end(p, "\n");
}
