/* The forms of one title, key or state. Ranges are of text. Private to artifact/. */
#ifndef ARTIFACT_FIELDS_VALUE_H
#define ARTIFACT_FIELDS_VALUE_H

#include "artifact/scan.h"

/* Takes label and words like "Runbook:" off the title; *label is {0,0} when there is none. */
void fields_title_parts(struct slice text, struct range *title, struct range *label);
/* Whether r is "State" or "Status", any case, alone or with ": value" behind it. */
bool fields_state_key(struct slice text, struct range r, struct range *value);
/* The same for a line of text: "Status: X", "**Status**: X", "**Status:** X"; with the token. */
bool fields_state_line(struct slice text, struct range r, struct range *value);
/* Narrows r to the token of a state: "COMMITTED" of "**COMMITTED** (pending)". */
bool fields_token(struct slice text, struct range *r);
/* Capitals, digits, '_' and '-'. */
bool fields_is_capital(struct slice word);
/* Whether the line is "<key>: value" at the left margin; the value without its quotes. */
bool fields_yaml_key(struct slice text, const struct line *l, const char *key, struct range *value);
bool fields_yaml_state(struct slice text, const struct line *l, struct range *value);

#endif
