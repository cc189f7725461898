/* The rules by name. */
#include "merge/rules.h"

static const struct {
	const char *name, *about;
} rules[RULE_COUNT] = {
	[RULE_STATE] = {"state", "the state further on is taken"},
	[RULE_ADJACENT] = {"adjacent", "changes of entries side by side"},
	[RULE_TEXT] = {"beside", "changes of text side by side"},
	[RULE_MIXED] = {"mixed", "changes of text and of entries side by side"},
	[RULE_DELETE] = {"delete", "a deletion beside an addition"},
	[RULE_LIST] = {"list", "list items of both sides"},
	[RULE_TABLE] = {"table", "table rows of both sides"},
	[RULE_LINK] = {"link", "link definitions of both sides"},
	[RULE_FIELD] = {"field", "fields of front matter of both sides"},
	[RULE_SECTION] = {"section", "sections of both sides"},
	[RULE_SAME] = {"same", "what both sides added, once"},
	[RULE_ITEM] = {"item", "parts of one list item"},
	[RULE_CELL] = {"cell", "cells of one table row"},
	[RULE_SPACE] = {"space", "markers and blanks at line ends on one side, words on the other"},
	[RULE_REFLOW] = {"reflow", "white space on one side, words on the other"},
	[RULE_MOVE] = {"move", "sections moved on one side"},
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

unsigned merge_rules_off(enum merge_mode mode, bool artifact, bool formatted)
{
	unsigned off = 1u << RULE_DELETE;

	if (mode != MERGE_FULL)
		off |= 1u << RULE_MIXED;
	if (mode == MERGE_STRICT)
		off |= 1u << RULE_ADJACENT | 1u << RULE_TEXT | 1u << RULE_SECTION | 1u << RULE_MOVE;
	if (!artifact)
		off |= 1u << RULE_FIELD | 1u << RULE_ITEM | 1u << RULE_REFLOW;
	if (!artifact && !formatted)
		off |= 1u << RULE_SPACE;
	return off;
}
