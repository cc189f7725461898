#include "cmd/complete.h"
#include "artifact/artifact.h"
#include "cmd/cmd.h"
#include "cmd/session.h"
#include "util/mem.h"
#include "util/proc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct place {
	char *const *words;
	size_t nr;
	const char *typed;	/* the last word */
	const char *command, *verb;	/* verb NULL: none */
	char *help;		/* what -h says */
	const char *operand;	/* the first one before the last word; NULL: none */
};

static void place_release(struct place *p)
{
	free(p->help);
}

static void offer(struct strs *out, const struct place *p, const char *word)
{
	if (word[0] && strncmp(word, p->typed, strlen(p->typed)) == 0)
		strs_add(out, word);
}

static void offer_list(struct strs *out, const struct place *p, const char *const *list)
{
	for (; *list; list++)
		offer(out, p, *list);
}

static bool is_one(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

/* --- what -h says --------------------------------------------------------------------------- */

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

static err_t read_help(char **out, const char *command, const char *verb)
{
	const char *argv[] = {"/proc/self/exe", command, verb ? verb : "-h", verb ? "-h" : NULL,
			      NULL};
	scoped(scoped_result) struct proc_result r = {0};

	TRY(proc_run(&r, &(struct proc){.argv = argv, .quiet = true}));
	free(*out);
	*out = steal(r.out);
	return NULL;
}

/* "git agent sync push [<id>...]": the word after the command, where it is one. */
static bool verb_in(char *verb, size_t size, struct slice line, const char *command)
{
	scoped_free char *text = mem_strndup(line.at, line.len);
	scoped_free char *start = mem_printf("git agent %s ", command);
	const char *at = strstr(text, start);
	size_t len;

	if (!at)
		return false;
	at += strlen(start);
	len = strspn(at, "abcdefghijklmnopqrstuvwxyz-");
	if (!len || len >= size || !isalpha((unsigned char)at[0]) ||
	    !strchr(" \n", at[len]))
		return false;
	memcpy(verb, at, len);
	verb[len] = '\0';
	return true;
}

static void offer_verbs(struct strs *out, const struct place *p)
{
	struct slice rest = slice_str(p->help), line;
	char verb[32];

	while (slice_line(&rest, &line))
		if (verb_in(verb, sizeof(verb), line, p->command))
			offer(out, p, verb);
}

static bool has_verb(const struct place *p, const char *word)
{
	struct slice rest = slice_str(p->help), line;
	char verb[32];

	while (slice_line(&rest, &line))
		if (verb_in(verb, sizeof(verb), line, p->command) && strcmp(verb, word) == 0)
			return true;
	return false;
}

/* "    -t, --title <title>   the new title": its long name, and whether a value follows. */
static bool option_in(char *name, size_t size, bool *value, struct slice line)
{
	scoped_free char *text = mem_strndup(line.at, line.len);
	const char *at = strstr(text, "--");
	size_t len;

	if (strncmp(text, "    -", 5) != 0 || !at)
		return false;
	len = strcspn(at, " [\n");
	if (len >= size)
		return false;
	memcpy(name, at, len);
	name[len] = '\0';
	*value = at[len] == ' ' && at[len + 1] == '<';
	return true;
}

static void offer_options(struct strs *out, const struct place *p)
{
	struct slice rest = slice_str(p->help), line;
	char name[64];
	bool value;

	while (slice_line(&rest, &line))
		if (option_in(name, sizeof(name), &value, line))
			offer(out, p, name);
}

/* The long name of an option that takes a value, and is written long or short. */
static bool takes_value(char *name, size_t size, const struct place *p, const char *word)
{
	struct slice rest = slice_str(p->help), line;
	bool value;

	while (slice_line(&rest, &line)) {
		if (!option_in(name, size, &value, line) || !value)
			continue;
		if (strcmp(word, name) == 0 ||
		    (word[0] == '-' && word[1] && !word[2] && line.at[4] == '-' &&
		     line.at[5] == word[1] && line.at[6] == ','))
			return true;
	}
	return false;
}

/* --- what the workspace says ---------------------------------------------------------------- */

static err_t offer_ids(struct strs *out, const struct place *p, struct session *s)
{
	scoped(arts_release) struct arts arts = {0};
	bool deleted = strcmp(p->command, "restore") == 0;
	bool conflicts = p->verb && strcmp(p->verb, "resolve") == 0;
	struct art_filter f = {.with_deleted = deleted, .conflict_only = conflicts};

	TRY(store_art_list(&arts, s->store, &f));
	for (size_t i = 0; i < arts.len; i++)
		offer(out, p, session_name(&arts.at[i]));
	strs_sort(out);
	return NULL;
}

/* Newest first is the order of log; a shell sorts them anyway. */
static err_t offer_revisions(struct strs *out, const struct place *p, struct session *s)
{
	scoped(art_release) struct art art = {0};
	scoped(revs_release) struct revs revs = {0};

	TRY(session_find(&art, s, p->operand, true));
	TRY(store_rev_list(&revs, s->store, art.uid));
	for (size_t i = revs.len; i-- > 0;) {
		scoped_free char *name = mem_printf("%.12s", revs.at[i].id.hex);

		if (!oid_none(&revs.at[i].oid))
			offer(out, p, name);
	}
	return NULL;
}

static err_t offer_operations(struct strs *out, const struct place *p, struct session *s)
{
	scoped(operations_release) struct operations all = {0};

	TRY(store_operation_list(&all, s->store, -1));
	for (size_t i = 0; i < all.len; i++) {
		scoped_free char *id = mem_printf("%ld", all.at[i].id);

		if (!all.at[i].undone)
			offer(out, p, id);
	}
	return NULL;
}

static err_t offer_scopes(struct strs *out, const struct place *p, struct session *s)
{
	scoped(arts_release) struct arts arts = {0};

	TRY(store_art_list(&arts, s->store, &(struct art_filter){0}));
	for (size_t i = 0; i < arts.len; i++)
		offer(out, p, arts.at[i].scope);
	strs_sort(out);
	return NULL;
}

static err_t offer_sections(struct strs *out, const struct place *p, struct session *s)
{
	scoped(art_release) struct art art = {0};
	scoped_free char *bytes = NULL;
	struct artifact *a;
	size_t len;

	if (!p->operand)
		return NULL;
	TRY(session_find(&art, s, p->operand, false));
	TRY(store_text_get(&bytes, &len, s->store, art.oid.hex));
	a = artifact_parse(slice_of(bytes, len), kinds_find(s->kinds, art.kind), art.path);
	for (size_t i = 1; i < a->nr_sections; i++) {
		struct slice title = artifact_slice(a, a->sections[i].title);
		scoped_free char *name = mem_strndup(title.at, title.len);

		if (a->sections[i].level > 1)
			offer(out, p, name);
	}
	artifact_free(a);
	return NULL;
}

static void offer_states(struct strs *out, const struct place *p, const struct session *s)
{
	for (size_t i = 0; i < s->kinds->len; i++)
		for (size_t k = 0; k < s->kinds->at[i].nr_states; k++)
			offer(out, p, s->kinds->at[i].states[k].name);
	strs_sort(out);
}

static err_t offer_next_states(struct strs *out, const struct place *p, struct session *s)
{
	scoped(art_release) struct art art = {0};
	const struct kind *kind;

	TRY(session_find(&art, s, p->operand, false));
	kind = kinds_find(s->kinds, art.kind);
	for (size_t i = 0; kind && i < kind->nr_states; i++) {
		const char *name = kind->states[i].name, *why;

		if (strcmp(name, art.state) != 0 &&
		    kind_transition(kind, slice_str(art.state), slice_str(name), true, &why))
			offer(out, p, name);
	}
	return NULL;
}

/* --- where it stands ------------------------------------------------------------------------ */

static err_t offer_value(struct strs *out, const struct place *p, struct session *s,
			 const char *option)
{
	static const char *const when[] = {"always", "never", "auto", NULL};
	static const char *const roles[] = {"reader", "author", "approver", "admin", NULL};

	static const char *const keys[] = {"id", "title", "state", "kind", "updated", "path",
					   "author", NULL};

	if (strcmp(option, "--color") == 0)
		offer_list(out, p, when);
	else if (strcmp(option, "--sort") == 0)
		offer_list(out, p, keys);
	else if (strcmp(option, "--role") == 0)
		offer_list(out, p, roles);
	else if (strcmp(option, "--section") == 0)
		return offer_sections(out, p, s);
	else if (strcmp(option, "--scope") == 0)
		return offer_scopes(out, p, s);
	else if (strcmp(option, "--from") == 0)
		return offer_ids(out, p, s);
	else if (strcmp(option, "--state") == 0)
		offer_states(out, p, s);
	for (size_t i = 0; strcmp(option, "--kind") == 0 && i < s->kinds->len; i++)
		offer(out, p, s->kinds->at[i].name);
	return NULL;
}

static err_t offer_operand(struct strs *out, const struct place *p, struct session *s)
{
	static const char *const one[] = {"edit", "set", "log", "check", "mv", "restore", NULL};
	static const char *const many[] = {"show",  "links", "rm", "export",
					   "claim", "release", NULL};
	static const char *const verbs[] = {"push", "resolve", "purge", NULL};

	if (strcmp(p->command, "state") == 0)
		return p->operand ? offer_next_states(out, p, s) : offer_ids(out, p, s);
	if (strcmp(p->command, "undo") == 0)
		return p->operand ? NULL : offer_operations(out, p, s);
	if (p->operand && strcmp(p->command, "restore") == 0)
		return offer_revisions(out, p, s);
	if (is_one(p->command, many) || (!p->operand && is_one(p->command, one)) ||
	    (!p->operand && strcmp(p->command, "diff") == 0) ||
	    (p->verb && strcmp(p->command, "sync") == 0 && is_one(p->verb, verbs)))
		return offer_ids(out, p, s);
	return NULL;
}

static void find_operand(struct place *p)
{
	char name[64];

	for (size_t i = p->verb ? 2 : 1; i + 1 < p->nr; i++) {
		if (takes_value(name, sizeof(name), p, p->words[i]))
			i++;
		else if (p->words[i][0] != '-' && !p->operand)
			p->operand = p->words[i];
	}
}

static void offer_commands(struct strs *out, const struct place *p)
{
	for (const struct cmd *c = cmd_table; c->name; c++)
		if (c->group != CMD_PLUMBING)
			offer(out, p, c->name);
}

static err_t offer_by_workspace(struct strs *out, const struct place *p)
{
	scoped(session_close) struct session s = {0};
	char option[64];

	TRY(session_open(&s, SESSION_READ));
	if (p->nr > 2 && takes_value(option, sizeof(option), p, p->words[p->nr - 2]))
		return offer_value(out, p, &s, option);
	return offer_operand(out, p, &s);
}

static err_t find_verb(struct place *p)
{
	TRY(read_help(&p->help, p->command, NULL));
	if (p->nr > 2 && has_verb(p, p->words[1])) {
		p->verb = p->words[1];
		TRY(read_help(&p->help, p->command, p->verb));
	}
	return NULL;
}

err_t complete_words(struct strs *out, char *const *words, size_t nr)
{
	static const char *const shells[] = {"bash", "zsh", "fish", NULL};
	scoped(place_release) struct place p = {.words = words, .nr = nr};
	const struct cmd *known;

	if (!nr)
		return NULL;
	p.typed = words[nr - 1];
	p.command = words[0];
	if (nr == 1 || (nr == 2 && strcmp(p.command, "help") == 0)) {
		offer_commands(out, &p);
		return NULL;
	}
	TRY(cmd_find(&known, p.command));
	TRY(find_verb(&p));
	find_operand(&p);
	if (strcmp(p.command, "completion") == 0)
		offer_list(out, &p, shells);
	if (p.typed[0] == '-') {
		offer_options(out, &p);
		return NULL;
	}
	if (nr == 2)
		offer_verbs(out, &p);
	return offer_by_workspace(out, &p);
}
