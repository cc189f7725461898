/* The events of git's trace2, as JSON, a line each. */
#include "util/clock.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/redact.h"
#include "util/trace_out.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

static struct trace_out events = {.fd = -1};
static char sid[512];
static int64_t began_ns;

/* --- who we are ----------------------------------------------------------------------------- */

/* 32 bits of FNV-1a: the host is told apart, not told. */
static unsigned host_hash(void)
{
	char host[HOST_NAME_MAX + 1] = "";
	unsigned hash = 2166136261U;

	gethostname(host, sizeof(host) - 1);
	for (const char *c = host; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619U;
	return hash;
}

static char *own_sid(void)
{
	struct timespec now;
	struct tm tm;
	char when[32];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(when, sizeof(when), "%Y%m%dT%H%M%S", &tm);
	return mem_printf("%s.%06ldZ-H%08x-P%08x", when, now.tv_nsec / 1000, host_hash(),
			  (unsigned)getpid());
}

/* Children of ours, git's processes, go on from this name. */
static void take_sid(const char *own)
{
	const char *parent = getenv("GIT_TRACE2_PARENT_SID");

	snprintf(sid, sizeof(sid), "%s%s%s", parent ? parent : "", parent && *parent ? "/" : "",
		 own);
	setenv("GIT_TRACE2_PARENT_SID", sid, 1);
}

static bool is_off(const char *value)
{
	return !value || !*value || strcmp(value, "0") == 0 || strcasecmp(value, "false") == 0;
}

void trace_event_open(struct trace_out *out)
{
	scoped_free char *own = NULL;

	if (is_off(getenv("GIT_TRACE2_EVENT")))
		return;
	own = own_sid();
	*out = events = trace_out_open("GIT_TRACE2_EVENT", own);
	if (events.fd < 0)
		return;
	began_ns = clock_monotonic_ns();
	take_sid(own);
}

/* --- one line ------------------------------------------------------------------------------- */

struct event {
	struct mem_stream stream;
	struct json json;
};

static void put_seconds(struct event *e, const char *key, int64_t ns)
{
	scoped_free char *text = mem_printf("%.6f", (double)ns / 1e9);

	json_key(&e->json, key);
	json_raw(&e->json, text);
}

static void begin(struct event *e, const char *name)
{
	struct timespec now;
	struct tm tm;
	char when[32], time[64];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(time, sizeof(time), "%s.%06ldZ", when, now.tv_nsec / 1000);
	mem_stream_open(&e->stream);
	json_init(&e->json, e->stream.file);
	json_object_begin(&e->json);
	json_key_string(&e->json, "event", name);
	json_key_string(&e->json, "sid", sid);
	json_key_string(&e->json, "thread", "main");
	json_key_string(&e->json, "time", time);
}

static void end(struct event *e)
{
	scoped_free char *text = NULL;
	size_t len;

	json_object_end(&e->json);
	putc('\n', e->stream.file);
	text = mem_stream_close(&e->stream, &len);
	trace_out_write(&events, slice_of(text, len));
}

static void put_argv(struct event *e, const char *const *argv)
{
	bool hide = false;

	json_key(&e->json, "argv");
	json_array_begin(&e->json);
	for (; *argv; argv++) {
		scoped_free char *text = redact_arg(*argv, &hide);

		json_string(&e->json, text);
	}
	json_array_end(&e->json);
}

/* --- events --------------------------------------------------------------------------------- */

void trace_event_start(char **argv)
{
	struct event e;

	begin(&e, "version");
	json_key_string(&e.json, "evt", "3");
	json_key_string(&e.json, "exe", "git-agent " GIT_AGENT_VERSION);
	end(&e);
	begin(&e, "start");
	put_seconds(&e, "t_abs", clock_monotonic_ns() - began_ns);
	put_argv(&e, (const char *const *)argv);
	end(&e);
}

void trace_event_command(const char *name)
{
	const char *parent = getenv("GIT_TRACE2_PARENT_NAME");
	scoped_free char *own = mem_printf("agent-%s", name);
	scoped_free char *hierarchy = parent && *parent ? mem_printf("%s/%s", parent, own)
							: mem_strdup(own);
	struct event e;

	begin(&e, "cmd_name");
	json_key_string(&e.json, "name", own);
	json_key_string(&e.json, "hierarchy", hierarchy);
	end(&e);
	setenv("GIT_TRACE2_PARENT_NAME", hierarchy, 1);
}

void trace_event_child(int child, const char *const *argv, const char *dir)
{
	struct event e;

	begin(&e, "child_start");
	json_key_int(&e.json, "child_id", child);
	json_key_string(&e.json, "child_class", "?");
	json_key_bool(&e.json, "use_shell", false);
	if (dir)
		json_key_string(&e.json, "cd", dir);
	put_argv(&e, argv);
	end(&e);
}

void trace_event_child_exit(int child, int64_t started_ns, int pid, int code)
{
	struct event e;

	begin(&e, "child_exit");
	json_key_int(&e.json, "child_id", child);
	json_key_int(&e.json, "pid", pid);
	json_key_int(&e.json, "code", code);
	put_seconds(&e, "t_rel", clock_monotonic_ns() - started_ns);
	end(&e);
}

void trace_event_region(const char *event, int nesting, const char *category, const char *label,
			int64_t started_ns)
{
	struct event e;

	begin(&e, event);
	if (started_ns)
		put_seconds(&e, "t_rel", clock_monotonic_ns() - started_ns);
	json_key_int(&e.json, "repo", 1);
	json_key_int(&e.json, "nesting", nesting);
	json_key_string(&e.json, "category", category);
	json_key_string(&e.json, "label", label);
	end(&e);
}

void trace_event_count(int nesting, int64_t region_ns, const char *category, const char *key,
		       int64_t value)
{
	scoped_free char *text = mem_printf("%lld", (long long)value);
	struct event e;

	begin(&e, "data");
	put_seconds(&e, "t_abs", clock_monotonic_ns() - began_ns);
	put_seconds(&e, "t_rel", clock_monotonic_ns() - (region_ns ? region_ns : began_ns));
	json_key_int(&e.json, "repo", 1);
	json_key_int(&e.json, "nesting", nesting);
	json_key_string(&e.json, "category", category);
	json_key_string(&e.json, "key", key);
	json_key_string(&e.json, "value", text);
	end(&e);
}

void trace_event_error(const char *text)
{
	scoped_free char *safe = redact_text(text);
	struct event e;

	begin(&e, "error");
	json_key_string(&e.json, "msg", safe);
	json_key_string(&e.json, "fmt", safe);
	end(&e);
}

void trace_event_exit(const char *event, int code)
{
	struct event e;

	begin(&e, event);
	put_seconds(&e, "t_abs", clock_monotonic_ns() - began_ns);
	json_key_int(&e.json, "code", code);
	end(&e);
}
