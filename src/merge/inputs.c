#include "merge/inputs.h"

#include "artifact/artifact.h"
#include "merge/form.h"
#include "merge/name.h"
#include "merge/rules.h"
#include "merge/state.h"
#include "merge/weave.h"
#include "util/utf8.h"

/* Longer texts are merged as lines only. */
#define RULES_MAX_BYTES ((size_t)8 * 1024 * 1024)

/* So many lines from the top a title or an id is looked for. */
#define TITLE_LOOK 40

void inputs_texts(struct slice text[3], const struct inputs *in, bool formed)
{
	text[BASE] = formed ? form_without_bom(in->base) : in->base;
	text[OURS] = formed ? form_without_bom(in->ours) : in->ours;
	text[THEIRS] = formed ? form_without_bom(in->theirs) : in->theirs;
}

static bool usable(struct slice text)
{
	return text.len <= RULES_MAX_BYTES && utf8_valid(text) && !artifact_has_markers(text);
}

static bool all_usable(const struct inputs *in)
{
	return usable(in->base) && usable(in->ours) && usable(in->theirs);
}

/* "ABC-12". */
static bool is_label(struct slice s)
{
	size_t i = 0, digits;

	while (i < s.len && s.at[i] >= 'A' && s.at[i] <= 'Z')
		i++;
	if (i < 2 || i == s.len || s.at[i] != '-')
		return false;
	for (digits = ++i; i < s.len && s.at[i] >= '0' && s.at[i] <= '9'; i++)
		;
	return i > digits && (i == s.len || s.at[i] == ':' || s.at[i] == ' ');
}

/* A title that begins with a label, or front matter with one as its id. */
static bool is_artifact(struct slice text)
{
	struct slice rest = form_without_bom(text), line;
	bool front = false;

	for (int i = 0; i < TITLE_LOOK && slice_line(&rest, &line); i++) {
		line = slice_trim(line);
		if (slice_is(line, "---"))
			front = !front;
		if (front && line.len > 3 && memcmp(line.at, "id:", 3) == 0)
			return is_label(slice_trim(slice_of(line.at + 3, line.len - 3)));
		if (!front && line.len && line.at[0] == '#')
			return line.len > 2 && is_label(slice_of(line.at + 2, line.len - 2));
	}
	return false;
}

/* One side did no more than to take blanks off or on, or to give the whole text another bullet. */
static bool formatted(struct slice base, struct slice side)
{
	return name_same_but_ends(base, side) ||
	       (name_one_bullet(base) && name_one_bullet(side) &&
		name_same_but_looks(base, side));
}

/* What the mode leaves out; an artifact that has been approved is merged strictly. */
void inputs_choose_rules(struct inputs *in)
{
	enum merge_mode mode = in->options->mode;
	bool usable_texts = all_usable(in);

	in->rules = usable_texts && !in->options->text_only;
	in->artifact = usable_texts &&
		       (in->options->kind || (in->rules && is_artifact(in->base)));
	if (in->artifact && state_in_gate(in->base, in->ours, in->theirs, in->options->kind))
		mode = MERGE_STRICT;
	in->least = merge_mode_least(mode);
	in->off = in->options->off | merge_rules_off(mode, in->artifact,
						  formatted(in->base, in->ours) ||
						  formatted(in->base, in->theirs));
}
