#include "artifact/kind_rule.h"
#include "util/json.h"
#include "util/mem.h"

/* The last gate is the approval: by another person. The gates before it are locks. */
static int approval_rank(const struct kind *k)
{
	int rank = KIND_UNRANKED;

	for (size_t i = 0; i < k->nr_states; i++)
		if (k->states[i].gate && k->states[i].rank > rank)
			rank = k->states[i].rank;
	return rank;
}

static bool is_approval(const struct kind *k, const struct kind_state *s)
{
	return s && s->gate && s->rank == approval_rank(k);
}

bool kind_rule(struct kind_rule *out, const struct kind *kind, const struct kind_state *from,
	       const struct kind_state *to)
{
	struct slice f = slice_str(from ? from->name : ""), t = slice_str(to->name);
	bool approval = is_approval(kind, to), back;
	const char *why;

	if (!kind_transition(kind, f, t, true, &why))
		return false;
	/* what an approver said, an approver takes back */
	back = is_approval(kind, from) && to->rank != KIND_UNRANKED && to->rank < from->rank;
	*out = (struct kind_rule){
		.role = approval || back ? "approver" : "author",
		.four_eyes = approval,
		.needs_parent = kind->parent_kind && !to->initial && to->rank != KIND_UNRANKED,
		.needs_reason = !kind_transition(kind, f, t, false, &why),
	};
	return true;
}

static void write_transition(struct json *j, const struct kind *k, const struct kind_state *from,
			     const struct kind_state *to)
{
	struct kind_rule rule;

	if (!kind_rule(&rule, k, from, to))
		return;
	json_object_begin(j);
	json_key_string(j, "from", from ? from->name : "");
	json_key_string(j, "to", to->name);
	json_key_string(j, "role", rule.role);
	json_key_bool(j, "four_eyes", rule.four_eyes);
	json_key_bool(j, "needs_parent", rule.needs_parent);
	json_key_bool(j, "needs_reason", rule.needs_reason);
	json_object_end(j);
}

static void write_states(struct json *j, const struct kind *k)
{
	json_key(j, "states");
	json_array_begin(j);
	for (size_t i = 0; i < k->nr_states; i++) {
		json_object_begin(j);
		json_key_string(j, "name", k->states[i].name);
		json_key_int(j, "rank", k->states[i].rank);
		json_key_bool(j, "gate", k->states[i].gate);
		json_key_bool(j, "initial", k->states[i].initial);
		json_object_end(j);
	}
	json_array_end(j);
	json_key(j, "transitions");
	json_array_begin(j);
	for (size_t i = 0; i < k->nr_states; i++) {
		write_transition(j, k, NULL, &k->states[i]);
		for (size_t n = 0; n < k->nr_states; n++)
			write_transition(j, k, &k->states[n], &k->states[i]);
	}
	json_array_end(j);
}

char *kinds_document(const struct kinds *kinds)
{
	struct mem_stream out;
	struct json j;

	mem_stream_open(&out);
	json_init(&j, out.file);
	json_object_begin(&j);
	json_key(&j, "kinds");
	json_array_begin(&j);
	for (size_t i = 0; i < kinds->len; i++) {
		const struct kind *k = &kinds->at[i];

		json_object_begin(&j);
		json_key_string(&j, "name", k->name);
		json_key_string(&j, "dir", k->dir);
		json_key_string(&j, "suffix", k->suffix);
		json_key_string(&j, "prefix", k->prefix);
		json_key_bool(&j, "opaque", k->opaque);
		json_key_bool(&j, "shares_label", k->shares_label);
		json_key_string(&j, "parent_kind", k->parent_kind);
		json_key_string(&j, "parent_state", k->parent_state);
		write_states(&j, k);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_object_end(&j);
	return mem_stream_close(&out, NULL);
}
