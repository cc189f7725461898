#include "cmd/claims.h"
#include "cmd/output.h"
#include "util/clock.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define AUTO_MINUTES 60

/* --- words ---------------------------------------------------------------------------------- */

char *claims_person(const char *who)
{
	const char *mail = strstr(who, " <");
	char *name = mail && mail > who ? mem_strndup(who, (size_t)(mail - who)) : mem_strdup(who);

	for (char *p = name; (p = strpbrk(p, "\n\r\t"));)
		*p++ = ' ';
	return name;
}

void claims_time(char *out, int64_t until)
{
	time_t t = (time_t)until, now = (time_t)clock_now();
	struct tm then = {0}, today = {0};
	bool same;

	out[0] = '\0';
	if (!localtime_r(&t, &then) || !localtime_r(&now, &today))
		return;
	same = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
	strftime(out, 32, same ? "%H:%M" : "%Y-%m-%d %H:%M", &then);
}

static err_t find_art(bool *have, struct art *art, struct session *s, const char *uid)
{
	err_t err = store_art_get(art, s->store, uid);

	*have = !err;
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	return err;
}

err_t claims_name(char **out, struct session *s, const struct claim *c)
{
	scoped(art_release) struct art art = {0};
	bool have;

	TRY(find_art(&have, &art, s, c->uid));
	*out = have ? session_long_name(s, &art) : mem_strndup(c->uid, 8);
	return NULL;
}

err_t claims_json(struct json *j, struct session *s, const struct claim *c)
{
	scoped(art_release) struct art art = {0};
	char until[21];
	bool have;

	TRY(find_art(&have, &art, s, c->uid));
	clock_format(c->until, until);
	json_object_begin(j);
	json_key_string(j, "uid", c->uid);
	json_key_string(j, "kind", have ? art.kind : NULL);
	json_key_string(j, "id", have && art.label[0] ? art.label : NULL);
	json_key_string(j, "path", have ? art.path : NULL);
	json_key_string(j, "who", c->who);
	json_key_bool(j, "mine", c->mine);
	json_key_string(j, "until", until);
	json_object_end(j);
	return NULL;
}

/* --- asking --------------------------------------------------------------------------------- */

err_t claims_refresh(struct claims *out, struct session *s)
{
	TRY(claim_ask(out, &s->engine));
	TRY(session_write(s));
	return claim_remember(&s->engine, out, NULL);
}

static void warn(const struct claims *c, const struct art *art)
{
	for (size_t i = 0; i < c->len; i++) {
		scoped_free char *person = claims_person(c->at[i].who);
		char until[32];

		if (c->at[i].mine || strcmp(c->at[i].uid, art->uid) != 0)
			continue;
		claims_time(until, c->at[i].until);
		output_say("warning: %s is editing %s (claimed until %s)", person,
			   session_name(art), until);
	}
}

/* Once a run, and only where it costs nothing. */
static err_t ask_when_near(struct claims *out, struct session *s)
{
	const char *url;

	if (s->read_only || s->have_remote)
		return claim_known(out, &s->engine);
	TRY(repo_config(&url, s->repo, "agent.remote"));
	if (!url || strncmp(url, "file:", 5) != 0)
		return claim_known(out, &s->engine);
	TRY(session_remote(s, true));
	return claims_refresh(out, s);
}

static err_t known_instead(struct claims *out, struct session *s, err_t err)
{
	if (!err)
		return NULL;
	err_free(err);
	return claim_known(out, &s->engine);
}

err_t claims_warn(struct session *s, const struct art *art)
{
	scoped(claims_release) struct claims c = {0};

	TRY(known_instead(&c, s, ask_when_near(&c, s)));
	warn(&c, art);
	return NULL;
}

static err_t claim(struct claims *out, struct session *s, const char *uid)
{
	TRY(session_remote(s, true));
	if (!s->have_remote)
		return NULL;
	TRY(claim_set(out, &s->engine, uid, AUTO_MINUTES));
	return claim_remember(&s->engine, out, uid);
}

err_t claims_begin_edit(struct session *s, const struct art *art)
{
	scoped(claims_release) struct claims c = {0};
	bool by_itself;

	TRY(repo_config_bool(&by_itself, s->repo, "agent.autoclaim", false));
	if (!by_itself)
		return claims_warn(s, art);
	TRY(known_instead(&c, s, claim(&c, s, art->uid)));
	warn(&c, art);
	return NULL;
}
