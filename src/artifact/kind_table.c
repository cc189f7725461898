#include "artifact/kind_table.h"

static const char plan_template[] =
#include "artifact/templates/plan.md.inc"
	;
static const char story_template[] =
#include "artifact/templates/story.md.inc"
	;
static const char runbook_template[] =
#include "artifact/templates/runbook.md.inc"
	;
static const char adr_template[] =
#include "artifact/templates/adr.md.inc"
	;

#define INITIAL(name, rank) {name, rank, false, true}
#define STATE(name, rank) {name, rank, false, false}
#define GATE(name, rank) {name, rank, true, false}
#define END {NULL, 0, false, false}

static const struct kind_table_state plan_states[] = {
	INITIAL("DRAFT", 0), STATE("PROPOSED", 1), GATE("COMMITTED", 2), GATE("APPROVED", 3),
	STATE("DECOMPOSED", 4), STATE("DONE", 5), END,
};

static const struct kind_table_state story_states[] = {
	INITIAL("DRAFT", 0), INITIAL("OPEN", 1), GATE("COMMITTED", 2), GATE("APPROVED", 3),
	STATE("IN_PROGRESS", 4), STATE("REVIEW_NEEDED", 5), STATE("DONE", 6), END,
};

/* APPROVED and ACCEPTED are two names that teams use for one thing. */
static const struct kind_table_state runbook_states[] = {
	INITIAL("DRAFT", 0), STATE("PROPOSED", 1), GATE("COMMITTED", 2), GATE("APPROVED", 3),
	GATE("ACCEPTED", 3), STATE("IMPLEMENTED", 4), END,
};

static const struct kind_table_state adr_states[] = {
	INITIAL("DRAFT", 0), STATE("PROPOSED", 1), GATE("ACCEPTED", 2), STATE("SUPERSEDED", 3),
	STATE("DEPRECATED", 3), STATE("RETIRED", 3), END,
};

static const struct kind_table_state journey_states[] = {
	INITIAL("DRAFT", 0), GATE("COMMITTED", 1), GATE("ACCEPTED", 2), STATE("DEPRECATED", 3), END,
};

const struct kind_table_row kind_table[] = {
	{
		.name = "plan", .plural = "plans", .dir = ".agent/cache/plans", .suffix = ".md",
		.template_text = plan_template, .scoped = true, .states = plan_states,
	},
	{
		.name = "story", .plural = "stories", .dir = ".agent/cache/stories",
		.suffix = ".md", .template_text = story_template, .parent_kind = "plan",
		.parent_state = "APPROVED", .scoped = true, .states = story_states,
	},
	{
		.name = "runbook", .plural = "runbooks", .dir = ".agent/cache/runbooks",
		.suffix = ".md", .template_text = runbook_template, .parent_kind = "story",
		.parent_state = "COMMITTED", .scoped = true, .shares_label = true,
		.states = runbook_states,
	},
	{
		.name = "adr", .plural = "adrs", .dir = ".agent/adrs", .prefix = "ADR",
		.suffix = ".md", .template_text = adr_template, .states = adr_states,
	},
	{
		.name = "journey", .plural = "journeys", .dir = ".agent/cache/journeys",
		.prefix = "JRN", .suffix = ".yaml", .scoped = true, .opaque = true,
		.states = journey_states,
	},
};
const size_t kind_table_len = sizeof(kind_table) / sizeof(*kind_table);

const char *const kind_table_side[] = {"ICEBOX", "BLOCKED", "SUPERSEDED", "RETIRED", NULL};
