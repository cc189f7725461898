/* `git agent member`: who may read, write, approve and administer the project at the server. */
#include "cli/columns.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/server.h"
#include "cmd/session.h"
#include "util/json_read.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- asking --------------------------------------------------------------------------------- */

static err_t open_server(struct session *s)
{
	TRY(session_open(s, SESSION_READ));
	TRY(session_remote(s, false));
	if (!s->server)
		return err_hint(err_new(ERR_REFUSED, "the remote of this clone is a file, and "
				"has no members"), "who can write the file works with it");
	return NULL;
}

/* What the server refuses an admin of is said in its own words; of anybody else, why. *out is in
 * *reply. */
static err_t ask(struct slice *out, char **reply, struct session *s, const char *function,
		 const char *more)
{
	err_t err = server_call(reply, s->server, function, more);

	if (err && s->server->sb.why(s->server->sb.ctx) == SUPABASE_FORBIDDEN)
		return err_hint(err, "'git agent member list' shows who is an admin; there is "
				"always one");
	TRY(server_explain(err, s->server));
	if (!json_read(out, slice_str(*reply)))
		return err_new(ERR_OFFLINE, "the server answered with something that is no JSON");
	return NULL;
}

static char *arguments(const char *email, const char *role)
{
	struct mem_stream stream;
	scoped_free char *text = NULL;
	struct json j;

	mem_stream_open(&stream);
	json_init(&j, stream.file);
	json_object_begin(&j);
	json_key_string(&j, "email", email);
	if (role)
		json_key_string(&j, "role", role);
	json_object_end(&j);
	text = mem_stream_close(&stream, NULL);
	return mem_strndup(text + 1, strlen(text) - 2);	/* without its braces */
}

static char *text_of(struct slice object, const char *key)
{
	char *text = json_text(json_member(object, key));

	return text ? text : mem_strdup("");
}

static bool is_true(struct slice object, const char *key)
{
	return json_is_true(json_member(object, key));
}

/* --- list ----------------------------------------------------------------------------------- */

static void print_member(struct json *j, struct slice m, const char *key)
{
	scoped_free char *text = text_of(m, key);

	json_key_string(j, key, text);
}

static void print_json(struct slice members)
{
	struct slice m;
	struct json j;

	json_begin(&j, stdout);
	json_array_begin(&j);
	while (json_next(&members, &m)) {
		json_object_begin(&j);
		print_member(&j, m, "email");
		print_member(&j, m, "name");
		print_member(&j, m, "role");
		json_key_bool(&j, "invited", is_true(m, "invited"));
		json_key_bool(&j, "you", is_true(m, "you"));
		json_object_end(&j);
	}
	json_array_end(&j);
	json_end(&j);
}

static void print_text(struct slice members)
{
	scoped(columns_release) struct columns table = {.count = 3};
	struct slice m;

	while (json_next(&members, &m)) {
		scoped_free char *role = text_of(m, "role"), *email = text_of(m, "email");

		columns_add(&table, role);
		columns_add(&table, email);
		columns_add(&table, is_true(m, "invited") ? "invited" :
				    is_true(m, "you") ? "you" : "");
	}
	columns_print(&table, stdout);
}

static err_t list(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	scoped_free char *reply = NULL;
	struct slice answer;
	bool as_json = false, help;
	const struct opt opts[] = {
		OPT_FLAG(0, "json", &as_json, "as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[--json]", NULL};
	const struct usage usage = {"member list", synopsis,
				    "Lists the members of the project, and to its admins who is "
				    "invited.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc)
		return opts_misuse(&usage, "unexpected argument '%s'", argv[0]);
	TRY(open_server(&s));
	TRY(ask(&answer, &reply, &s, "member_list", NULL));
	if (as_json)
		print_json(json_elements(json_member(answer, "members")));
	else
		print_text(json_elements(json_member(answer, "members")));
	return NULL;
}

/* --- add, remove ---------------------------------------------------------------------------- */

/* Whether the address has an account is not told: the way in is the same. */
static void tell_way_in(const struct session *s, const char *email)
{
	const struct server *server = s->server;

	fflush(stdout);
	fprintf(stderr, "hint: in a clone, with an account at the server (its owner makes one in "
		"the dashboard,\nhint: or --code makes it, where the server lets people sign up):\n"
		"hint:   git agent login --url %s --key %s %s\n"
		"hint:   git agent sync init %s --project %s\n", server->url, server->key, email,
		server->url, server->slug ? server->slug : "<name>");
}

/* role NULL: he is out. */
static void print_changed(const char *email, const char *role, bool invited, bool as_json)
{
	struct json j;

	if (!as_json) {
		fputs(invited ? "invited " : "", stdout);
		text_safe_fputs(email, stdout);
		if (role)
			printf(invited ? " as %s\n" : " is %s now\n", role);
		else
			puts(" is out");
		return;
	}
	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_string(&j, "email", email);
	if (role) {
		json_key_string(&j, "role", role);
		json_key_bool(&j, "invited", invited);
	}
	json_object_end(&j);
	json_end(&j);
}

static err_t add(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	scoped_free char *reply = NULL, *more = NULL, *address = NULL;
	struct slice answer;
	const char *role = "author";
	bool as_json = false, invited, help;
	const struct opt opts[] = {
		OPT_STRING(0, "role", &role, "role",
			   "reader, author (default), approver or admin"),
		OPT_FLAG(0, "json", &as_json, "as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[--role <role>] [--json] <e-mail address>", NULL};
	const struct usage usage = {"member add", synopsis,
				    "Lets somebody into the project, or gives a member another "
				    "role.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc != 1)
		return opts_misuse(&usage, argc ? "one address at a time" : "whom?");
	if (strcmp(role, "reader") != 0 && strcmp(role, "author") != 0 &&
	    strcmp(role, "approver") != 0 && strcmp(role, "admin") != 0)
		return opts_misuse(&usage, "'%s' is no role", role);
	TRY(open_server(&s));
	more = arguments(argv[0], role);
	TRY(ask(&answer, &reply, &s, "member_add", more));
	address = text_of(answer, "email");
	invited = is_true(answer, "invited");
	print_changed(address, role, invited, as_json);
	if (invited)
		tell_way_in(&s, address);
	return NULL;
}

static err_t take_out(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	scoped_free char *reply = NULL, *more = NULL, *address = NULL;
	struct slice answer;
	bool as_json = false, help;
	const struct opt opts[] = {
		OPT_FLAG(0, "json", &as_json, "as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[--json] <e-mail address>", NULL};
	const struct usage usage = {"member remove", synopsis,
				    "Takes a member or an invitation out of the project. What he "
				    "wrote stays.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc != 1)
		return opts_misuse(&usage, argc ? "one address at a time" : "whom?");
	TRY(open_server(&s));
	more = arguments(argv[0], NULL);
	TRY(ask(&answer, &reply, &s, "member_remove", more));
	address = text_of(answer, "email");
	print_changed(address, NULL, false, as_json);
	return NULL;
}

err_t cmd_member(int argc, char **argv)
{
	static const struct {
		const char *name;
		err_t (*run)(int argc, char **argv);
	} verbs[] = {{"list", list}, {"add", add}, {"remove", take_out}};
	static const char *const synopsis[] = {"list [--json]",
					       "add [--role <role>] [--json] <e-mail address>",
					       "remove [--json] <e-mail address>", NULL};
	const struct usage usage = {"member", synopsis,
				    "Who may read, write, approve and administer. Each verb has "
				    "its own -h.", NULL};
	bool help;

	for (size_t i = 0; argc > 1 && i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	return argc ? opts_no_verb(&usage, argv[0])
		    : opts_misuse(&usage, "list, add or remove?");
}
