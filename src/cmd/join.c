#include "cmd/join.h"
#include "cmd/prompt.h"
#include "util/json.h"
#include "util/json_read.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void join_release(struct join *j)
{
	free(j->id);
	free(j->slug);
	free(j->role);
}

err_t join_slug(char **out, struct repo *repo)
{
	const char *origin, *name, *slash;
	size_t len;

	TRY(repo_config(&origin, repo, "remote.origin.url"));
	name = origin ? origin : repo->worktree;
	if (!name)
		return err_hint(err_new(ERR_MISUSE, "which project?"), "--project <name> names it");
	len = strlen(name);
	while (len > 1 && name[len - 1] == '/')
		len--;
	slash = memrchr(name, '/', len);
	if (slash) {
		len -= (size_t)(slash + 1 - name);
		name = slash + 1;
	}
	if (len > 4 && strncmp(name + len - 4, ".git", 4) == 0)
		len -= 4;
	*out = mem_strndup(name, len);
	return NULL;
}

/* --- asking the server ---------------------------------------------------------------------- */

static char *slug_request(const char *slug)
{
	struct mem_stream stream;
	struct json j;

	mem_stream_open(&stream);
	json_init(&j, stream.file);
	json_object_begin(&j);
	json_key_string(&j, "slug", slug);
	json_object_end(&j);
	return mem_stream_close(&stream, NULL);
}

/* *out is in *reply. */
static err_t ask(struct slice *out, char **reply, struct server *s, const char *function)
{
	scoped_free char *request = slug_request(s->slug);

	TRY(server_explain(s->sb.call(s->sb.ctx, reply, function, request), s));
	if (!json_read(out, slice_str(*reply)))
		return err_new(ERR_OFFLINE, "'%s' answered with something that is no JSON", s->url);
	return NULL;
}

static char *text_of(struct slice object, const char *key)
{
	char *text = json_text(json_member(object, key));

	return text ? text : mem_strdup("");
}

static err_t take(struct join *out, const struct server *s, struct slice project)
{
	scoped_free char *id = text_of(project, "project");

	if (strlen(id) != 36)
		return err_new(ERR_OFFLINE, "'%s' answered without the id of the project", s->url);
	out->id = steal(id);
	out->slug = mem_strdup(s->slug);
	out->role = text_of(project, "role");
	return NULL;
}

/* --- making one ----------------------------------------------------------------------------- */

/* A slip in the name must not become a project of its own: it is made only when that is meant. */
static err_t may_create(bool *yes, const struct server *s)
{
	scoped_free char *question = NULL, *answer = NULL;
	err_t err;

	*yes = false;
	if (!prompt_possible())
		return NULL;
	question = mem_printf("there is no project '%s' for you at %s; make it? [y/N]", s->slug,
			      s->url);
	err = prompt_ask(&answer, question, false);
	err_free(err);
	*yes = answer && (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0);
	return NULL;
}

static err_t make(struct join *out, struct server *s)
{
	scoped_free char *reply = NULL;
	struct slice made;

	TRY(ask(&made, &reply, s, "project_create"));
	TRY(take(out, s, made));
	free(out->role);
	out->role = mem_strdup("admin");
	out->created = true;
	return NULL;
}

static err_t nothing_there(struct join *out, struct server *s, bool create)
{
	scoped_free char *who = NULL;

	if (!create)
		TRY(may_create(&create, s));
	if (create)
		return make(out, s);
	TRY(keeper_user(&who, s->keeper));
	return err_hint(err_new(ERR_REFUSED, "there is no project '%s' for you at '%s'", s->slug,
				s->url),
			"--create makes it; if your team has it, its admin lets you in: "
			"git agent member add %s", who ? who : "<your address>");
}

static err_t several(const struct server *s, struct slice list)
{
	struct mem_stream stream;
	scoped_free char *ids = NULL;
	struct slice project;

	mem_stream_open(&stream);
	while (json_next(&list, &project)) {
		scoped_free char *id = text_of(project, "project");
		scoped_free char *role = text_of(project, "role");

		fprintf(stream.file, " %s (%s)", id, role);
	}
	ids = mem_stream_close(&stream, NULL);
	return err_hint(err_new(ERR_AMBIGUOUS, "there are several projects '%s' at '%s':%s",
				s->slug, s->url, ids),
			"'git config agent.projectId <id>' picks one");
}

/* s->project is an id where the clone has pinned one. */
err_t join_project(struct join *out, struct server *s, bool create)
{
	scoped_free char *reply = NULL;
	struct slice answer, list, rest, project, first = {0}, mine = {0};
	size_t count = 0;

	TRY(ask(&answer, &reply, s, "project_join"));
	list = rest = json_elements(json_member(answer, "projects"));
	for (; json_next(&rest, &project); count++) {
		scoped_free char *id = text_of(project, "project");

		if (!count)
			first = project;
		if (strcmp(id, s->project) == 0)
			mine = project;
	}
	if (!mine.at && count > 1)
		return several(s, list);
	if (!mine.at)
		mine = first;
	return mine.at ? take(out, s, mine) : nothing_there(out, s, create);
}
