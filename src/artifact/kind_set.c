#include "artifact/kind.h"
#include "artifact/kind_edit.h"
#include "util/mem.h"

#include <stdlib.h>
#include <strings.h>

#define NAME_MAX_BYTES 32
#define RANK_MAX 999

static bool is_kind_name(struct slice name)
{
	if (!name.len || name.len > NAME_MAX_BYTES || name.at[0] < 'a' || name.at[0] > 'z')
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", name.at[i]) || !name.at[i])
			return false;
	return true;
}

static bool is_state_name(struct slice name)
{
	if (!name.len || name.len > NAME_MAX_BYTES || name.at[0] < 'A' || name.at[0] > 'Z')
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", name.at[i]) || !name.at[i])
			return false;
	return true;
}

static void set(char **field, const char *value)
{
	char *copy = *value ? mem_strdup(value) : NULL;

	free(*field);
	*field = copy;
}

static bool word(struct slice *rest, struct slice *out)
{
	size_t n = 0;

	*rest = slice_trim(*rest);
	while (n < rest->len && rest->at[n] != ' ' && rest->at[n] != '\t')
		n++;
	*out = slice_of(rest->at, n);
	*rest = slice_of(rest->at + n, rest->len - n);
	return n > 0;
}

/* Digits, or "-" for a side state. */
static bool parse_rank(int *out, struct slice text)
{
	int value = 0;

	if (slice_is(text, "-")) {
		*out = KIND_UNRANKED;
		return true;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9' || value > RANK_MAX / 10)
			return false;
		value = value * 10 + (text.at[i] - '0');
	}
	*out = value;
	return text.len > 0;
}

static err_t set_state(struct kind *kind, const char *key, const char *value)
{
	struct slice rest = slice_str(value), name, token;
	struct kind_state state = {0};
	scoped_free char *owned = NULL;

	if (!word(&rest, &name) || !is_state_name(name))
		return err_new(ERR_REFUSED, "'agent.%s': '%s' does not begin with a state's name",
			       key, value);
	if (!word(&rest, &token) || !parse_rank(&state.rank, token))
		return err_new(ERR_REFUSED, "'agent.%s': bad rank in '%s'", key, value);
	while (word(&rest, &token)) {
		if (slice_is(token, "gate"))
			state.gate = true;
		else if (slice_is(token, "initial"))
			state.initial = true;
		else
			return err_new(ERR_REFUSED,
				       "'agent.%s': '%.*s' is neither gate nor initial", key,
				       (int)token.len, token.at);
	}
	if (state.rank == KIND_UNRANKED && (state.gate || state.initial))
		return err_new(ERR_REFUSED, "'agent.%s': '%.*s' needs a rank", key, (int)name.len,
			       name.at);
	owned = mem_strndup(name.at, name.len);
	state.name = owned;
	kind_put_state(kind, &state);
	return NULL;
}

static err_t set_dir(struct kind *kind, const char *key, const char *value)
{
	struct slice dir = slice_str(value);
	const char *wrong;

	if (dir.len && dir.at[dir.len - 1] == '/')
		dir.len--;
	wrong = kind_path_wrong(dir);
	if (wrong)
		return err_new(ERR_REFUSED, "'agent.%s': path '%s' %s", key, value, wrong);
	free(kind->dir);
	kind->dir = mem_strndup(dir.at, dir.len);
	return NULL;
}

/* A file's name ends in it: nothing that a path may not have. */
static bool is_suffix(const char *value)
{
	if (value[0] != '.' || !value[1] || strpbrk(value, "/\\") || strlen(value) > NAME_MAX_BYTES)
		return false;
	for (; *value; value++)
		if ((unsigned char)*value < 0x20 || *value == 0x7f)
			return false;
	return true;
}

static err_t set_suffix(struct kind *kind, const char *key, const char *value)
{
	if (!is_suffix(value))
		return err_new(ERR_REFUSED, "'agent.%s': '%s' is not a suffix like '.md'", key,
			       value);
	set(&kind->suffix, value);
	return NULL;
}

/* The kind that a setting names; a new one when there is none. */
static struct kind *find_or_add(struct kinds *kinds, struct slice name)
{
	struct kind *k;

	for (size_t i = 0; i < kinds->len; i++)
		if (slice_is(name, kinds->at[i].name))
			return &kinds->at[i];
	kinds->at = mem_realloc(kinds->at, (kinds->len + 1) * sizeof(*kinds->at));
	k = &kinds->at[kinds->len++];
	*k = (struct kind){
		.name = mem_strndup(name.at, name.len),
		.plural = mem_printf("%.*ss", (int)name.len, name.at),
		.suffix = mem_strdup(".md"),
		.scoped = true,
	};
	kind_put_side_states(k);
	return k;
}

/* git config spells the last part in lower case. */
static bool known(const char *variable)
{
	static const char *const names[] = {"dir",    "plural",      "suffix",   "parent",
					    "state",  "parentState", "template", NULL};

	for (const char *const *n = names; *n; n++)
		if (strcasecmp(variable, *n) == 0)
			return true;
	return false;
}

err_t kinds_set(struct kinds *kinds, const char *key, const char *value)
{
	const char *dot = strrchr(key, '.');
	struct slice name;
	struct kind *k;

	if (strncmp(key, "kind.", 5) != 0 || dot < key + 5 || !known(dot + 1))
		return NULL;
	name = slice_of(key + 5, (size_t)(dot - key) - 5);
	if (!is_kind_name(name))
		return err_new(ERR_REFUSED, "'agent.%s': '%.*s' is not a kind's name", key,
			       (int)name.len, name.at);
	k = find_or_add(kinds, name);
	if (strcasecmp(dot + 1, "dir") == 0)
		return set_dir(k, key, value);
	if (strcasecmp(dot + 1, "suffix") == 0)
		return set_suffix(k, key, value);
	if (strcasecmp(dot + 1, "state") == 0)
		return set_state(k, key, value);
	if (strcasecmp(dot + 1, "plural") == 0) {
		if (!is_kind_name(slice_str(value)))
			return err_new(ERR_REFUSED, "'agent.%s': '%s' is not a name", key, value);
		set(&k->plural, value);
	} else if (strcasecmp(dot + 1, "parent") == 0) {
		set(&k->parent_kind, value);
	} else if (strcasecmp(dot + 1, "parentState") == 0) {
		set(&k->parent_state, value);
	} else {
		set(&k->template_text, value);
	}
	return NULL;
}
