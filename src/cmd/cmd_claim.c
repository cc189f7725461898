/* `git agent claim` and `git agent release`: what the team shall know that you are editing. */
#include "cli/columns.h"
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/claims.h"
#include "cmd/cmd.h"
#include "cmd/output.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTES 60

/* --- the list ------------------------------------------------------------------------------- */

static err_t print_json(struct session *s, const struct claims *c)
{
	struct json j;

	json_begin(&j, stdout);
	json_array_begin(&j);
	for (size_t i = 0; i < c->len; i++)
		TRY(claims_json(&j, s, &c->at[i]));
	json_array_end(&j);
	json_end(&j);
	return NULL;
}

static err_t print_text(struct session *s, const struct claims *c)
{
	scoped(columns_release) struct columns table = {.count = 3};

	for (size_t i = 0; i < c->len; i++) {
		scoped_free char *name = NULL, *person = claims_person(c->at[i].who);
		scoped_free char *until = NULL;
		char when[32];

		TRY(claims_name(&name, s, &c->at[i]));
		claims_time(when, c->at[i].until);
		until = mem_printf("until %s", when);
		columns_add(&table, name);
		columns_add(&table, c->at[i].mine ? "you" : person);
		columns_add(&table, until);
	}
	columns_print(&table, stdout);
	return NULL;
}

static err_t list(struct session *s, bool as_json)
{
	scoped(claims_release) struct claims c = {0};

	TRY(claims_refresh(&c, s));
	return as_json ? print_json(s, &c) : print_text(s, &c);
}

/* --- claiming ------------------------------------------------------------------------------- */

static void tell(struct session *s, const struct art *art, const struct claims *c, int minutes)
{
	scoped_free char *name = session_long_name(s, art);
	char until[32] = "";

	for (size_t i = 0; i < c->len; i++)
		if (c->at[i].mine)
			claims_time(until, c->at[i].until);
	text_safe_fputs(name, stdout);
	if (minutes)
		printf(": claimed until %s\n", until);
	else
		puts(": released");
	for (size_t i = 0; minutes && i < c->len; i++) {
		scoped_free char *person = claims_person(c->at[i].who);

		claims_time(until, c->at[i].until);
		if (!c->at[i].mine)
			output_say("warning: %s has claimed it, too, until %s", person, until);
	}
}

static err_t claim_one(struct session *s, const struct art *art, int minutes, bool quiet)
{
	scoped(claims_release) struct claims c = {0};

	TRY(claim_set(&c, &s->engine, art->uid, minutes));
	TRY(claim_remember(&s->engine, &c, art->uid));
	if (!quiet)
		tell(s, art, &c, minutes);
	return NULL;
}

static void scoped_arts(struct arts *arts)
{
	arts_release(arts);
}

static err_t claim_all(struct session *s, const struct arts *arts, int minutes, bool as_json)
{
	for (size_t i = 0; i < arts->len; i++)
		TRY(claim_one(s, &arts->at[i], minutes, as_json));
	return as_json || !arts->len ? list(s, as_json) : NULL;
}

/* All names before the first claim: one that is wrong claims nothing. */
static err_t run(char **names, int n, int minutes, bool as_json)
{
	scoped(session_close) struct session s = {0};
	scoped(scoped_arts) struct arts arts = {0};

	TRY(session_open(&s, SESSION_WRITE));
	arts.at = mem_alloc(((size_t)n + 1) * sizeof(*arts.at));
	for (int i = 0; i < n; i++) {
		TRY(session_pick(&arts.at[i], &s, names[i], minutes == 0));
		arts.len++;
	}
	TRY(session_remote(&s, false));
	return session_explain(claim_all(&s, &arts, minutes, as_json), &s);
}

err_t cmd_claim(int argc, char **argv)
{
	int minutes = MINUTES;
	bool json = false, help;
	const struct opt opts[] = {
		OPT_INT('m', "minutes", &minutes, "number", "for so long (60)"),
		OPT_FLAG(0, "json", &json, "list all claims as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[--minutes <number>] <id>...", "[--json]", NULL};
	const struct usage usage = {"claim", synopsis,
				    "Tells the team what you are editing, or lists what everybody "
				    "is.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (minutes < 1 || minutes > CLAIM_MINUTES_MAX)
		return opts_misuse(&usage, "--minutes is between 1 and %d", CLAIM_MINUTES_MAX);
	return run(argv, argc, minutes, json);
}

err_t cmd_release(int argc, char **argv)
{
	bool json = false, help;
	const struct opt opts[] = {
		OPT_FLAG(0, "json", &json, "list the claims that are left as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[--json] <id>...", NULL};
	const struct usage usage = {"release", synopsis,
				    "Tells the team that you are not editing any more.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc == 0)
		return opts_misuse(&usage, "which artifact?");
	return run(argv, argc, 0, json);
}
