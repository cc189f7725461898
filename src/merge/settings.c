#include "merge/settings.h"

#include <string.h>
#include <strings.h>

struct merge_options merge_defaults(const struct kind *kind)
{
	return (struct merge_options){.kind = kind};
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
	bool text = strcasecmp(value, "text") == 0;

	for (int i = MERGE_DEFAULT; i <= MERGE_FULL; i++) {
		if (!text && strcasecmp(value, modes[i]))
			continue;
		o->mode = (enum merge_mode)i;
		o->text_only = text;
		return NULL;
	}
	return err_new(ERR_MISUSE,
		       "agent.merge.mode is '%s'; default, strict, full and text are known", value);
}

err_t merge_set(struct merge_options *o, const char *key, const char *value)
{
	unsigned rule;

	if (strcmp(key, "mode") == 0)
		return set_mode(o, value);
	rule = merge_rule_bit(key);
	if (!rule)
		return err_new(ERR_MISUSE, "agent.merge.%s: there is no such rule to turn off",
			       key);
	o->off = is_false(value) ? o->off | rule : o->off & ~rule;
	return NULL;
}

/* Whether settings could make another result of m than this. */
static bool matter(const struct merge_result *m)
{
	if (!m->clean)
		return true;
	for (size_t i = 0; i < m->nr_decisions; i++)
		if (merge_rule_bit(m->decisions[i].rule))
			return true;
	return false;
}

static bool differ(const struct merge_options *a, const struct merge_options *b)
{
	return a->style != b->style || a->mode != b->mode || a->off != b->off ||
	       a->text_only != b->text_only;
}

err_t merge3_as_set(struct merge_result *out, struct slice base, struct slice ours,
		    struct slice theirs, const struct merge_options *o,
		    const struct merge_settings *settings)
{
	struct merge_options now = *o;
	struct merge_result m = merge3(base, ours, theirs, o);
	err_t err;

	if (settings && matter(&m)) {
		err = settings->get(settings->ctx, &now);
		if (err) {
			merge_result_release(&m);
			return err;
		}
		now.text_only |= o->text_only;
		if (differ(&now, o)) {
			merge_result_release(&m);
			m = merge3(base, ours, theirs, &now);
		}
	}
	*out = m;
	return NULL;
}
