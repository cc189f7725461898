#include "merge/decide.h"

#include "merge/rules.h"
#include "util/mem.h"

#include <stdlib.h>

void decide(struct merge_result *r, const char *rule, size_t line, const char *reason,
	    bool conflict)
{
	r->decisions = mem_realloc(r->decisions, (r->nr_decisions + 1) * sizeof(*r->decisions));
	r->decisions[r->nr_decisions++] = (struct merge_decision){
		.rule = rule,
		.where = line ? mem_printf("line %zu", line) : mem_strdup("file"),
		.reason = mem_strdup(reason),
		.conflict = conflict,
	};
}

void decide_rules(struct merge_result *r, unsigned rules, size_t line)
{
	for (int rule = 0; rule < RULE_COUNT; rule++)
		if (rules & 1u << rule)
			decide(r, merge_rule_name((enum merge_rule)rule), line,
			       merge_rule_about((enum merge_rule)rule), false);
}

void decide_regions(struct merge_result *r, const struct text *t)
{
	for (size_t i = 0; i < t->len; i++) {
		const struct region *c = &t->regions[i];

		if (c->kind == REGION_CONFLICT)
			decide(r, c->rule ? c->rule : "text", c->ours_from + 1,
			       c->reason ? c->reason : "both sides changed this", true);
		if (c->kind == REGION_WOVEN)
			decide_rules(r, c->rules, c->ours_from + 1);
	}
}
