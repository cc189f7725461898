#include "cli/progress.h"
#include "util/clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define DELAY_NS 500000000
#define INTERVAL_NS 100000000

struct progress_asked progress_asked;

void progress_start(struct progress *p, const char *title, uint64_t total)
{
	const char *log = getenv("GIT_AGENT_PROGRESS");
	int64_t now = clock_monotonic_ns();

	*p = (struct progress){.title = title, .total = total};
	p->wanted = !progress_asked.off && (progress_asked.on || isatty(STDERR_FILENO));
	/* What is quick shows no line at all. */
	p->shown_at = progress_asked.on ? 0 : now + DELAY_NS - INTERVAL_NS;
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

/* The first step, the last, and ten a second: another process reads it. */
static void log_step(struct progress *p, int64_t now)
{
	if (!p->log || (p->done != p->total && now - p->logged_at < INTERVAL_NS))
		return;
	p->logged_at = now;
	fprintf(p->log, "%s %" PRIu64 " %" PRIu64 "\n", p->title, p->done, p->total);
	fflush(p->log);
}

void progress_set(struct progress *p, uint64_t done)
{
	int64_t now;

	p->done = done;
	if (!p->wanted && !p->log)
		return;
	now = clock_monotonic_ns();
	log_step(p, now);
	if (!p->wanted || now - p->shown_at < INTERVAL_NS)
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
	*p = (struct progress){0};
}

void progress_finish(struct progress *p)
{
	end(p, ", done.\n");
}

void progress_stop(struct progress *p)
{
	end(p, "\n");
}

void progress_step(struct progress *p, const char *title, uint64_t done, uint64_t total)
{
	if (p->title != title) {
		progress_stop(p);
		progress_start(p, title, total);
	}
	progress_set(p, done);
	if (done >= total)
		progress_finish(p);
}
