/* Whether the remote answers, who this clone is there, and which rules it enforces. */
#include "cmd/doctor.h"
#include "cmd/server_rules.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

/* A role that an edit needs is missed at the first push only, which may be days later. */
static err_t check_role(struct doctor *d, const char *head)
{
	scoped_free char *role = NULL;
	struct ailment *a;

	TRY(store_json_get(&role, d->work.store, head, "$.role"));
	if (!role || strcmp(role, "reader") != 0)
		return NULL;
	a = doctor_add(d, "remote", mem_strdup("your role is reader: what you edit is not taken"));
	a->hint = mem_strdup("an admin of the project gives another: 'git agent member add --role "
			     "author <e-mail>'");
	a->note = true;
	return NULL;
}

static err_t check_rules(struct doctor *d)
{
	scoped(server_rules_release) struct server_rules r = {0};

	if (d->no_objects)
		return NULL;
	TRY(session_explain(server_rules_find(&r, &d->work), &d->work));
	if (!server_rules_agree(&r))
		doctor_add(d, "rules", mem_strdup("the server enforces other kinds and states than "
						  "the trunk's .agent/config"))->hint =
			mem_strdup("an admin of the project sends them: 'git agent sync rules "
				   "--set'");
	return NULL;
}

static err_t check_server(struct doctor *d)
{
	scoped_free char *head = NULL;
	struct session *s = &d->work;

	TRY(session_explain(s->remote.head(s->remote.ctx, &head), s));
	TRY(check_role(d, head));
	return check_rules(d);
}

/* Work goes on without it. */
err_t doctor_remote(struct doctor *d)
{
	struct session *s = &d->work;
	err_t err = session_remote(s, true);
	bool away;

	if (!err && s->server)
		err = check_server(d);
	if (!err)
		return NULL;
	away = err->code == ERR_OFFLINE;
	doctor_add_error(d, "remote", err, false);
	d->at[d->len - 1].note = away;
	return NULL;
}
