/* The rules by name. */
#include "merge/rules.h"

/* share: of 100 real merges that a rule settled, in how many people had done the same. */
static const struct {
	const char *name, *about;
	int share;
} rules[RULE_COUNT] = {
	[RULE_STATE] = {"state", "the state further on is taken", 93},
	[RULE_ADJACENT] = {"adjacent", "changes of entries side by side", 67},
	[RULE_TEXT] = {"beside", "changes of text side by side", 79},
	[RULE_MIXED] = {"mixed", "changes of text and of entries side by side", 40},
	[RULE_DELETE] = {"delete", "a deletion beside an addition", 45},
	[RULE_LIST] = {"list", "a list item of each side", 90},
	[RULE_BLOCK] = {"block", "several list items of both sides", 79},
	[RULE_TABLE] = {"table", "table rows of both sides", 86},
	[RULE_LINK] = {"link", "link definitions of both sides", 99},
	[RULE_FIELD] = {"field", "fields of front matter of both sides", 95},
	[RULE_SECTION] = {"section", "sections of both sides", 69},
	[RULE_SAME] = {"same", "what both sides did, once", 91},
	[RULE_ITEM] = {"item", "parts of one list item", 95},
	[RULE_CELL] = {"cell", "cells of one table row", 95},
	[RULE_SPACE] = {"space", "markers and blanks at line ends on one side, words on the other",
			95},
	[RULE_REFLOW] = {"reflow", "white space on one side, words on the other", 95},
	[RULE_MOVE] = {"move", "sections moved on one side", 70},
};

const char *merge_rule_name(enum merge_rule rule)
{
	return rules[rule].name;
}

const char *merge_rule_about(enum merge_rule rule)
{
	return rules[rule].about;
}

unsigned merge_rule_bit(const char *name)
{
	for (int i = 0; i < RULE_COUNT; i++)
		if (strcmp(rules[i].name, name) == 0)
			return 1u << i;
	return 0;
}

int merge_mode_least(enum merge_mode mode)
{
	return mode == MERGE_FULL ? 0 : mode == MERGE_STRICT ? 85 : 60;
}

int merge_rules_share(unsigned bits)
{
	int share = 100;

	for (int i = 0; i < RULE_COUNT; i++)
		if (bits & 1u << i)
			share = share * rules[i].share / 100;
	return share;
}

unsigned merge_rules_off(enum merge_mode mode, bool artifact, bool formatted)
{
	unsigned off = 0;

	for (int i = 0; i < RULE_COUNT; i++)
		if (rules[i].share < merge_mode_least(mode))
			off |= 1u << i;
	if (!artifact)
		off |= 1u << RULE_FIELD | 1u << RULE_ITEM | 1u << RULE_REFLOW;
	if (!artifact && !formatted)
		off |= 1u << RULE_SPACE;
	return off;
}
