#include "cmd/merge_config.h"

#include "util/mem.h"
#include "util/proc.h"

#include <string.h>
#include <strings.h>

#define PREFIX "agent.merge."

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

static bool is_false(const char *value)
{
	static const char *const words[] = {"false", "no", "off", "0", ""};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(value, words[i]) == 0)
			return true;
	return false;
}

static err_t set_mode(struct merge_options *o, const char *value)
{
	static const char *const modes[] = {
		[MERGE_DEFAULT] = "default", [MERGE_STRICT] = "strict", [MERGE_FULL] = "full",
	};

	o->text_only = strcasecmp(value, "text") == 0;
	if (o->text_only)
		return NULL;
	for (int i = MERGE_DEFAULT; i <= MERGE_FULL; i++)
		if (strcasecmp(value, modes[i]) == 0) {
			o->mode = (enum merge_mode)i;
			return NULL;
		}
	return err_new(ERR_FATAL, PREFIX "mode is '%s'; default, strict, full and text are known",
		       value);
}

static err_t set(struct merge_options *o, const char *key, const char *value)
{
	unsigned rule;

	if (strcmp(key, "merge.conflictstyle") == 0) {
		o->style = strcasecmp(value, "diff3") == 0    ? MERGE_STYLE_DIFF3
			   : strcasecmp(value, "zdiff3") == 0 ? MERGE_STYLE_ZDIFF3
							      : MERGE_STYLE_MERGE;
		return NULL;
	}
	key += strlen(PREFIX);
	if (strcmp(key, "mode") == 0)
		return set_mode(o, value);
	rule = merge_rule_bit(key);
	if (!rule)
		return err_new(ERR_FATAL, "there is no rule '%s' to turn off (" PREFIX "%s)", key,
			       key);
	o->off = is_false(value) ? o->off | rule : o->off & ~rule;
	return NULL;
}

err_t merge_config_read(bool *changed, struct merge_options *o)
{
	static const char *const argv[] = {"git", "config", "-z", "--get-regexp",
					   "^(agent\\.merge\\.|merge\\.conflictstyle$)", NULL};
	scoped(scoped_result) struct proc_result r = {0};
	struct merge_options now = *o;

	*changed = false;
	TRY(proc_run(&r, &(struct proc){.argv = argv, .quiet = true}));
	if (r.status)
		return NULL;
	for (const char *at = r.out; at < r.out + r.out_len; at += strlen(at) + 1) {
		const char *value = strchr(at, '\n');
		scoped_free char *key = mem_strndup(at, strcspn(at, "\n"));

		TRY(set(&now, key, value ? value + 1 : "true"));
	}
	now.text_only |= o->text_only;
	*changed = now.style != o->style || now.mode != o->mode || now.off != o->off ||
		   now.text_only != o->text_only;
	*o = now;
	return NULL;
}

bool merge_config_matters(const struct merge_result *m)
{
	if (!m->clean)
		return true;
	for (size_t i = 0; i < m->nr_decisions; i++)
		if (merge_rule_bit(m->decisions[i].rule))
			return true;
	return false;
}
