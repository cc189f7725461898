#include "merge/state.h"

#include "artifact/artifact.h"
#include "merge/form.h"
#include "util/mem.h"

/* --- the decision -------------------------------------------------------------------------- */

/* What an artifact that lies elsewhere goes through: the built-in chain with the names of all
 * kinds. */
static int common_rank(struct slice state)
{
	static const struct {
		const char *name;
		int rank;
	} chain[] = {
		{"DRAFT", 0},	  {"OPEN", 1},	   {"PROPOSED", 1}, {"REVIEW", 1},
		{"COMMITTED", 2}, {"APPROVED", 3}, {"ACCEPTED", 3}, {"DONE", 4},
	};

	for (size_t i = 0; i < sizeof(chain) / sizeof(chain[0]); i++)
		if (slice_is(state, chain[i].name))
			return chain[i].rank;
	return KIND_UNRANKED;
}

static int rank(const struct kind *kind, struct slice state)
{
	const struct kind_state *s = kind && state.len ? kind_state(kind, state) : NULL;

	if (!kind)
		return common_rank(state);
	return s ? s->rank : KIND_UNRANKED;
}

static bool enters_gate(const struct kind *kind, struct slice base, struct slice side)
{
	const struct kind_state *s = kind && side.len ? kind_state(kind, side) : NULL;

	return s && s->gate && !slice_eq(base, side);
}

static struct sha256 normative(struct slice text, const struct kind *kind)
{
	struct artifact *a = artifact_parse(text, kind, NULL);
	struct sha256 hash = artifact_normative(a);

	artifact_free(a);
	return hash;
}

static bool same_hash(const struct sha256 *a, const struct sha256 *b)
{
	return strcmp(a->hex, b->hex) == 0;
}

static void conflict(struct state_rule *s, const char *rule, const char *reason)
{
	s->verdict = STATE_CONFLICT;
	s->rule = rule;
	s->reason = reason;
}

/* Both sides gave the state different values. */
static void by_rank(struct state_rule *s, const struct kind *kind)
{
	int b = rank(kind, s->base), o = rank(kind, s->ours), t = rank(kind, s->theirs);

	if (!s->base.len) {
		conflict(s, "state", "both sides set a state and the base has none");
	} else if (b == KIND_UNRANKED || o == KIND_UNRANKED || t == KIND_UNRANKED) {
		conflict(s, "state", "both sides changed the state, and not all are on the chain");
	} else if (o <= b || t <= b) {
		conflict(s, "state", "both sides changed the state, and not both forward");
	} else if (o == t) {
		conflict(s, "state", "both sides changed the state to the same rank");
	} else {
		s->verdict = o > t ? STATE_OURS : STATE_THEIRS;
		s->rule = "state";
		s->reason = "both sides went forward; the more advanced state is taken";
	}
}

/* An approval is of a text: what the other side changed in it was not approved. */
static void by_gate(struct state_rule *s, struct slice base, struct slice ours, struct slice theirs,
		    const struct kind *kind)
{
	bool ours_enters = enters_gate(kind, s->base, s->ours);
	bool theirs_enters = enters_gate(kind, s->base, s->theirs);
	struct sha256 b, o, t;

	if (!ours_enters && !theirs_enters)
		return;
	b = normative(base, kind);
	o = normative(ours, kind);
	t = normative(theirs, kind);
	if (same_hash(&o, &t))
		return;
	if ((ours_enters && !same_hash(&b, &t)) || (theirs_enters && !same_hash(&b, &o)))
		conflict(s, "gate.state", "approved content changed on the other side");
}

static bool usable(const struct artifact_brief *b)
{
	return b->utf8 && !b->has_nul && !b->markers;
}

struct state_rule state_decide(struct slice base, struct slice ours, struct slice theirs,
			       const struct kind *kind)
{
	struct state_rule s = {.verdict = STATE_TEXTUAL};
	struct artifact_brief b, o, t;

	artifact_brief(&b, base, kind, NULL);
	artifact_brief(&o, ours, kind, NULL);
	artifact_brief(&t, theirs, kind, NULL);
	if (!usable(&b) || !usable(&o) || !usable(&t))
		return s;
	s.base = b.state;
	s.ours = o.state;
	s.theirs = t.state;
	if (!slice_eq(s.base, s.ours) && !slice_eq(s.base, s.theirs) && !slice_eq(s.ours, s.theirs))
		by_rank(&s, kind);
	if (s.verdict != STATE_CONFLICT)
		by_gate(&s, base, ours, theirs, kind);
	return s;
}

bool state_in_gate(struct slice base, struct slice ours, struct slice theirs,
		   const struct kind *kind)
{
	const struct slice text[] = {base, ours, theirs};
	struct artifact_brief b;

	for (int i = 0; kind && i < 3; i++) {
		artifact_brief(&b, text[i], kind, NULL);
		if (enters_gate(kind, slice_of("", 0), b.state))
			return true;
	}
	return false;
}

/* --- in the merge of lines ----------------------------------------------------------------- */

static bool find_line(size_t *out, const struct lines *lines, const char *at)
{
	size_t low = 0, high = lines->len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (lines->at[mid].text.at + lines->at[mid].text.len <= at)
			low = mid + 1;
		else
			high = mid;
	}
	*out = low;
	return low < lines->len && lines->at[low].text.at <= at;
}

bool state_pin(struct state_rule *s, struct text *t)
{
	if (!s->base.len || !s->ours.len || !s->theirs.len)
		return false;
	if (!find_line(&s->base_line, &t->base, s->base.at) ||
	    !find_line(&s->ours_line, &t->ours, s->ours.at) ||
	    !find_line(&s->theirs_line, &t->theirs, s->theirs.at))
		return false;
	t->base_id[s->base_line] = t->nr_classes;
	t->ours_id[s->ours_line] = t->nr_classes;
	t->theirs_id[s->theirs_line] = t->nr_classes;
	t->nr_classes++;
	return true;
}

/* Where the pinned lines came out. */
struct place {
	size_t before;		/* the first region behind the line, or the one it is in */
	bool common;		/* outside all regions, at the same place in both */
	bool conflict;		/* both in one conflict */
	int times;		/* how often a clean merge would show it */
};

static bool within(size_t line, size_t from, size_t to)
{
	return from <= line && line < to;
}

static int times_in_pieces(const struct state_rule *s, const struct region *r)
{
	int n = 0;

	for (size_t i = 0; i < r->nr_pieces; i++)
		n += r->pieces[i].ours == s->ours_line || r->pieces[i].theirs == s->theirs_line;
	return n;
}

static struct place find_place(const struct state_rule *s, const struct text *t)
{
	struct place p = {.before = t->len};
	size_t ours = 0, theirs = 0, ours_to, i;

	for (i = 0; i <= t->len; i++) {
		const struct region *r = i < t->len ? &t->regions[i] : NULL;

		ours_to = r ? r->ours_from : t->ours.len;
		if (within(s->ours_line, ours, ours_to)) {
			p.common = s->theirs_line - theirs == s->ours_line - ours;
			p.before = i;
			p.times++;
		}
		if (!r)
			break;
		if (r->kind == REGION_CONFLICT && within(s->ours_line, r->ours_from, r->ours_to))
			p.conflict = within(s->theirs_line, r->theirs_from, r->theirs_to);
		p.times += times_in_pieces(s, r);
		if (r->kind == REGION_OURS || r->kind == REGION_SAME)
			p.times += within(s->ours_line, r->ours_from, r->ours_to);
		if (r->kind == REGION_THEIRS)
			p.times += within(s->theirs_line, r->theirs_from, r->theirs_to);
		ours = r->ours_to;
		theirs = r->theirs_to;
	}
	return p;
}

/* Gives line the words of winner, with its own line end, or that of other if it has none. */
static void reword(struct text *t, struct line *line, struct slice winner, struct slice other)
{
	struct slice end = form_line_end(line->text);

	if (!end.len)
		end = form_line_end(other);
	winner.len -= form_line_end(winner).len;
	strs_take(&t->owned,
		  mem_printf("%.*s%.*s", (int)winner.len, winner.at, (int)end.len, end.at));
	line->text = slice_str(t->owned.at[t->owned.len - 1]);
}

bool state_apply(const struct state_rule *s, struct text *t)
{
	struct line *base = &t->base.at[s->base_line];
	struct line *ours = &t->ours.at[s->ours_line], *theirs = &t->theirs.at[s->theirs_line];
	struct place p = find_place(s, t);
	struct slice winner, ours_text;

	if (s->verdict == STATE_CONFLICT && p.common)
		text_insert(t, p.before, (struct region){
			.kind = REGION_CONFLICT, s->base_line, s->base_line + 1, s->ours_line,
			s->ours_line + 1, s->theirs_line, s->theirs_line + 1, s->rule, s->reason});
	if (s->verdict == STATE_CONFLICT)
		return p.common || p.conflict;
	if (p.times != 1 && !p.conflict)
		return false;
	winner = s->verdict == STATE_OURS ? ours->text : theirs->text;
	ours_text = ours->text;
	reword(t, base, winner, slice_of("", 0));
	reword(t, ours, winner, theirs->text);
	reword(t, theirs, winner, ours_text);
	return true;
}

/* --- in the merged bytes ------------------------------------------------------------------- */

/* The line of text that holds token. */
static struct slice line_around(struct slice text, struct slice token)
{
	const char *from, *to, *end;

	if (!token.len)
		return slice_of(text.at, 0);
	from = token.at;
	to = token.at + token.len;
	end = text.at + text.len;
	while (from > text.at && from[-1] != '\n')
		from--;
	while (to < end && to[-1] != '\n')
		to++;
	return slice_of(from, (size_t)(to - from));
}

char *state_mark(size_t *len, const struct state_rule *s, struct slice merged, struct slice base,
		 struct slice ours, struct slice theirs, const struct merge_options *options)
{
	struct artifact_brief b;
	struct slice line;
	struct mem_stream m;
	bool crlf;

	artifact_brief(&b, merged, options->kind, NULL);
	line = line_around(merged, b.state);
	mem_stream_open(&m);
	if (b.state.len) {
		crlf = form_line_end(line).len == 2;
		fwrite(merged.at, 1, (size_t)(line.at - merged.at), m.file);
		render_conflict(m.file, line_around(ours, s->ours), line_around(base, s->base),
				line_around(theirs, s->theirs), options, crlf);
		line.at += line.len;
		fwrite(line.at, 1, merged.len - (size_t)(line.at - merged.at), m.file);
	} else {
		crlf = forms_of(base, ours, theirs).merged.crlf;
		render_conflict(m.file, ours, base, theirs, options, crlf);
	}
	return mem_stream_close(&m, len);
}
