#include "cmd/rules.h"
#include "util/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

char *rules_next_states(const struct kind *kind, const char *from)
{
	struct slice here = slice_str(from);
	struct mem_stream s;
	const char *gap = "", *why;

	mem_stream_open(&s);
	for (size_t i = 0; i < kind->nr_states; i++) {
		struct slice to = slice_str(kind->states[i].name);

		if (strcmp(kind->states[i].name, from) == 0 ||
		    !kind_transition(kind, here, to, true, &why))
			continue;
		fprintf(s.file, "%s%s%s", gap, kind->states[i].name,
			kind_transition(kind, here, to, false, &why) ? "" : " (with --reason)");
		gap = ", ";
	}
	return mem_stream_close(&s, NULL);
}

const struct kind_state *rules_state(const struct kind *kind, const char *name)
{
	const struct kind_state *state = kind_state(kind, slice_str(name));
	scoped_free char *upper = mem_strdup(name);

	for (char *p = upper; *p; p++)
		*p = *p == '-' || *p == ' ' ? '_' : (char)toupper((unsigned char)*p);
	return state ? state : kind_state(kind, slice_str(upper));
}

/* --- parents -------------------------------------------------------------------------------- */

static err_t find_label(bool *found, struct art *out, struct session *s, const char *kind,
			const char *label)
{
	scoped_free char *name = mem_printf("%s:%s", kind, label);
	err_t err = session_find(out, s, name, false);

	*found = !err;
	/* not here, or twice: no rule can be asked of it */
	if (err && (err->code == ERR_NOTFOUND || err->code == ERR_AMBIGUOUS)) {
		err_free(err);
		return NULL;
	}
	return err;
}

err_t rules_parent(bool *found, struct art *parent, struct session *s, const struct subject *sub)
{
	const char *kind = sub->kind ? sub->kind->parent_kind : NULL;

	*found = false;
	if (!kind)
		return NULL;
	for (size_t i = 0; !*found; i++) {
		const char *label = artifact_parent_label(sub->model, sub->art.label, i);

		if (!label)
			break;
		TRY(find_label(found, parent, s, kind, label));
	}
	return NULL;
}

err_t rules_check_parent(const struct session *s, const struct kind *kind, const char *name,
			 const struct art *parent)
{
	const struct kind *above = kinds_find(s->kinds, parent->kind);

	if (!above || kind_parent_allows(kind, above, slice_str(parent->state)))
		return NULL;
	return err_hint(err_new(ERR_REFUSED, "%s needs %s '%s' to be %s or later; it is %s", name,
				parent->kind, session_name(parent), kind->parent_state,
				parent->state[0] ? parent->state : "without a state"),
			"'git agent state %s:%s' shows where it may go", parent->kind,
			session_name(parent));
}

static err_t check_orphan(struct session *s, const struct subject *sub)
{
	bool required;

	TRY(repo_config_bool(&required, s->repo, "agent.requireparent", false));
	if (!required || !sub->kind->parent_kind)
		return NULL;
	return err_new(ERR_REFUSED, "'%s' names no %s that is here, and must: agent.requireParent",
		       session_name(&sub->art), sub->kind->parent_kind);
}

err_t rules_check_entry(struct session *s, const struct subject *sub,
			const struct kind_state *to)
{
	scoped(art_release) struct art parent = {0};
	scoped_free char *name = NULL;
	bool found;

	if (to->initial || to->rank == KIND_UNRANKED)
		return NULL;
	TRY(rules_parent(&found, &parent, s, sub));
	if (!found)
		return check_orphan(s, sub);
	name = mem_printf("'%s'", session_name(&sub->art));
	return rules_check_parent(s, sub->kind, name, &parent);
}

/* --- states --------------------------------------------------------------------------------- */

static err_t refuse(const struct subject *sub, const char *to, const char *why)
{
	scoped_free char *next = rules_next_states(sub->kind, sub->art.state);
	return err_hint(err_new(ERR_REFUSED, "'%s' cannot go from %s to %s: %s",
				session_name(&sub->art),
				sub->art.state[0] ? sub->art.state : "no state", to, why),
			"from here it may go to: %s", next);
}

err_t rules_check_state(struct session *s, const struct subject *sub, const char *name,
			const struct kind_state *to, const char *reason)
{
	bool has_reason = reason && slice_trim(slice_str(reason)).len > 0;
	const char *why = NULL;

	if (!to)
		return refuse(sub, name, "the kind has no such state");
	if (sub->art.conflict)
		return err_hint(err_new(ERR_DIFFERS, "'%s' is in conflict",
					session_name(&sub->art)),
				"settle it first: git agent sync resolve %s",
				session_name(&sub->art));
	if (!kind_transition(sub->kind, slice_str(sub->art.state), slice_str(to->name),
			     has_reason, &why))
		return refuse(sub, to->name, why);
	return rules_check_entry(s, sub, to);
}
