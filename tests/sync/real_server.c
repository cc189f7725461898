#include "real_server.h"

#include "remote/supabase/supabase.h"
#include "util/mem.h"
#include "util/proc.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char project[37];

static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

bool real_server_is_there(void)
{
	return *env("GIT_AGENT_TEST_URL");
}

void real_server_find_module(void)
{
	char exe[PATH_MAX] = "";
	scoped_free char *libexec = NULL;

	BUG_ON(readlink("/proc/self/exe", exe, sizeof(exe) - 1) <= 0);
	libexec = mem_printf("%s/../../libexec/git-agent", dirname(exe));
	setenv("GIT_AGENT_LIBEXEC", libexec, 0);
}

static err_t load(void *ctx, struct supabase_session *out)
{
	*out = (struct supabase_session){.access = mem_strdup(env(*(const char *const *)ctx))};
	return NULL;
}

/* Clone 0 is Ada's, 1 Bob's. */
static err_t open_as(struct supabase *out, int c)
{
	static const char *const token[] = {"GIT_AGENT_TEST_ADA", "GIT_AGENT_TEST_BOB"};

	return supabase_open(out, &(struct supabase_options){
					  .url = env("GIT_AGENT_TEST_URL"),
					  .key = env("GIT_AGENT_TEST_KEY"),
					  .project = project[0] ? project : NULL,
					  .keeper = {.ctx = (void *)(uintptr_t)&token[c],
						     .load = load},
				  });
}

static err_t ask(char **out, const char *sql)
{
	scoped_free char *id = mem_printf("project=%s", project);
	const char *const argv[] = {"psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-v", id,
				    env("GIT_AGENT_TEST_DATABASE"), NULL};
	struct proc_result result = {0};
	err_t err = proc_run(&result, &(struct proc){.argv = argv, .input = slice_str(sql)});

	if (!err && result.status != 0)
		err = err_new(ERR_FATAL, "psql: exit code %d", result.status);
	if (!err) {
		result.out[strcspn(result.out, "\n")] = '\0';
		*out = mem_strdup(result.out);
	}
	proc_result_release(&result);
	return err;
}

static err_t begin(struct team *t)
{
	scoped_free char *created = NULL, *member = NULL, *request = NULL;
	struct supabase ada;
	const char *id;
	err_t err;

	project[0] = '\0';
	TRY(open_as(&ada, 0));
	err = ada.call(ada.ctx, &created, "project_create", "{\"slug\":\"histories\"}");
	id = created ? strstr(created, "\"project\"") : NULL;
	if (!err && (!id || sscanf(id, "\"project\"%*[: \"]%36[0-9a-f-]", project) != 1))
		err = err_new(ERR_FATAL, "no project: %s", created ? created : "");
	request = mem_printf("{\"project\":\"%s\",\"user\":\"%s\",\"role\":\"approver\"}", project,
			     env("GIT_AGENT_TEST_BOB_ID"));
	if (!err)
		err = ada.call(ada.ctx, &member, "member_set", request);
	ada.remote.close(ada.remote.ctx);
	return err;
}

static err_t open_clone(struct remote *out, struct team *t, int c)
{
	struct supabase s;

	TRY(open_as(&s, c));
	*out = s.remote;
	return NULL;
}

/* As rest.c's, of one project. */
static const struct {
	const char *what, *sql;
} promise[] = {
	{"an artifact is not what its newest entry says",
	 "select count(*) from a left join r using (rev) where r.uid is distinct from a.uid "
	 "or r.version <> a.version or r.revision <> a.revision or r.oid <> a.oid "
	 "or a.rev <> (select max(rev) from r m where m.uid = a.uid)"},
	{"versions of an artifact have a gap or a double",
	 "select count(*) from a where version <> (select count(*) from r where r.uid = a.uid)"},
	{"an entry is not on top of the one before",
	 "select count(*) from r where version <> base_version + 1"},
	{"the chain of hashes has a gap",
	 "select count(*) from r join r p on p.rev = r.rev - 1 where r.prev_hash <> p.hash"},
	{"the chain does not end at the head",
	 "select count(*) from p where head <> (select coalesce(max(rev), 0) from r) "
	 "or (head > 0 and head_hash <> (select hash from r where rev = head))"},
	{"an entry's revision is not in the graph",
	 "select count(*) from r where not exists (select from l where l.uid = r.uid "
	 "and l.id = r.revision)"},
	{"a text of the graph is missing",
	 "select count(*) from l where oid <> '' and not exists (select from x "
	 "where x.oid = l.oid)"},
};

#define ONLY(name, table) \
	name " as (select * from gitagent_private." table " where project_id = :'project')"
#define WITH \
	"with p as (select * from gitagent_private.project where id = :'project'), " \
	ONLY("a", "artifact") ", " ONLY("r", "revision") ", " ONLY("l", "lineage") ", " \
	ONLY("x", "text") " "

static int check(struct team *t, int c)
{
	size_t n = sizeof(promise) / sizeof(*promise);
	scoped_free char *digest = NULL;

	for (size_t i = 0; i < n && !t->failure && c == 0; i++) {
		scoped_free char *sql = mem_printf("%s%s;\n", WITH, promise[i].sql);
		scoped_free char *bad = NULL;

		if (team_ok(t, ask(&bad, sql), "psql") && strcmp(bad, "0") != 0)
			team_fail(t, "server: %s", promise[i].what);
	}
	if (!t->failure &&
	    team_ok(t, ask(&digest, WITH "select gitagent_private.hex(digest) from p;\n"), "psql"))
		team_check_digest(t, c, digest);
	return (c == 0 ? (int)n : 0) + 1;
}

const struct team_remotes real_server = {begin, open_clone, check};
