#include "cmd/site.h"
#include "artifact/artifact.h"
#include "util/clock.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void site_release(struct site *site)
{
	for (size_t i = 0; site->arts && i < site_arts(site)->len; i++)
		free(site->arts[i].page);
	free(site->arts);
	free(site->events);
	free(site->by_label);
	free(site->by_path);
	links_release(&site->graph);
	site_out_release(&site->out);
}

/* --- names of pages ---------------------------------------------------------------------- */

/* Of lower-case letters, digits and '-', since file systems may know no case. */
static char *slug(const char *text)
{
	char *out = mem_strdup(text);

	for (char *c = out; *c; c++)
		*c = isalnum((unsigned char)*c) && (unsigned char)*c < 128 ?
			     (char)tolower((unsigned char)*c) : '-';
	return out;
}

struct named {
	const char *page;
	size_t art;
};

static int compare_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->page, y->page);

	return order ? order : (x->art > y->art) - (x->art < y->art);
}

/* Labels may be there twice: their uids tell them apart. */
static void name_pages(struct site *site)
{
	const struct arts *arts = site_arts(site);
	scoped_free struct named *order = mem_alloc((arts->len + 1) * sizeof(*order));

	for (size_t i = 0; i < arts->len; i++) {
		const struct art *a = &arts->at[i];
		scoped_free char *kind = slug(a->kind), *label = slug(a->label);

		site->arts[i].page = mem_printf("a/%s-%s.html", kind, *label ? label : a->uid);
		order[i] = (struct named){site->arts[i].page, i};
	}
	qsort(order, arts->len, sizeof(*order), compare_named);
	for (size_t i = 0; i < arts->len;) {
		size_t end = i + 1;

		while (end < arts->len && strcmp(order[end].page, order[i].page) == 0)
			end++;
		for (size_t k = i; end - i > 1 && k < end; k++) {
			size_t art = order[k].art;
			char *old = site->arts[art].page;

			site->arts[art].page = mem_printf("%.*s-%s.html", (int)strlen(old) - 5,
							  old, arts->at[art].uid);
			/* Others of the group may still be compared with it. */
			order[k].page = site->arts[art].page;
			free(old);
		}
		i = end;
	}
}

/* --- which page has it ------------------------------------------------------------------- */

static int compare_labels(const void *a, const void *b, void *ctx)
{
	const struct site *site = ctx;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	const struct art *p = &site_arts(site)->at[x], *q = &site_arts(site)->at[y];
	const struct kind *k = site_kind(site, p), *l = site_kind(site, q);
	int order = strcmp(p->label, q->label);

	if (!order)
		order = (k && k->shares_label) - (l && l->shares_label);
	return order ? order : (x > y) - (x < y);
}

static int compare_paths(const void *a, const void *b, void *ctx)
{
	const struct art *arts = site_arts(ctx)->at;

	return strcmp(arts[*(const size_t *)a].path, arts[*(const size_t *)b].path);
}

static size_t *sorted(struct site *site, int (*compare)(const void *, const void *, void *))
{
	size_t n = site_arts(site)->len;
	size_t *order = mem_alloc((n + 1) * sizeof(*order));

	for (size_t i = 0; i < n; i++)
		order[i] = i;
	qsort_r(order, n, sizeof(*order), compare, site);
	return order;
}

/* The first one whose text is not before what is looked for. */
static size_t find(const struct site *site, const size_t *order, bool path, const char *text)
{
	const struct art *arts = site_arts(site)->at;
	size_t from = 0, to = site_arts(site)->len;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		const struct art *a = &arts[order[mid]];

		if (strcmp(path ? a->path : a->label, text) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	if (from == site_arts(site)->len)
		return SITE_NONE;
	return strcmp(path ? arts[order[from]].path : arts[order[from]].label, text) == 0 ?
		       order[from] : SITE_NONE;
}

size_t site_of_label(const struct site *site, const char *label)
{
	return find(site, site->by_label, false, label);
}

size_t site_of_path(const struct site *site, const char *path)
{
	return find(site, site->by_path, true, path);
}

/* --- what there is to show --------------------------------------------------------------- */

static err_t count_boxes(struct site *site, size_t at)
{
	const struct art *a = &site_arts(site)->at[at];
	struct site_art *out = &site->arts[at];
	scoped_free char *text = NULL;
	struct artifact *parsed;
	size_t len;

	TRY(store_text_get(&text, &len, site->session->store, a->oid.hex));
	parsed = artifact_parse(slice_of(text, len), site_kind(site, a), a->path);
	for (size_t i = 0; i < parsed->nr_items; i++) {
		const struct item *item = &parsed->items[i];

		out->boxes += item->tick.to > item->tick.from;
		out->ticked += item->tick.to > item->tick.from && item->checked;
	}
	artifact_free(parsed);
	return NULL;
}

/* As every program that wants to make the same bytes again. */
static err_t read_epoch(struct site *site)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	char *end;
	long long value;

	if (!epoch || !*epoch)
		return NULL;
	value = strtoll(epoch, &end, 10);
	if (*end || value < 0)
		return err_new(ERR_MISUSE, "SOURCE_DATE_EPOCH is '%s', not a number of seconds",
			       epoch);
	site->time = value;
	return NULL;
}

/* All that is kept of the revisions: 100,000 artifacts have many. */
static err_t collect_events(struct site *site, size_t *cap, size_t at)
{
	scoped(revs_release) struct revs revs = {0};

	TRY(store_rev_list(&revs, site->session->store, site_arts(site)->at[at].uid));
	for (size_t k = 0; k < revs.len; k++) {
		MEM_GROW(site->events, site->nr_events, *cap);
		site->events[site->nr_events++] =
			(struct site_event){at, k, revs.at[k].time};
		if (revs.at[k].time > site->time)
			site->time = revs.at[k].time;
	}
	return NULL;
}

static void count_approvals(struct site *site)
{
	for (size_t i = 0; i < site_arts(site)->len; i++) {
		const char *class;

		if (!site_approval(&class, site, &site_arts(site)->at[i]))
			continue;
		site->gates++;
		site->on_record += strcmp(class, "proven") == 0 || strcmp(class, "recorded") == 0;
	}
}

err_t site_load(struct site *site, struct session *s)
{
	scoped_free char *url = NULL;
	const struct arts *arts;
	size_t cap = 0;

	site->session = s;
	TRY(links_load(&site->graph, s, NULL, 0, false, -1));
	TRY(repo_head(&site->head, s->repo));
	TRY(store_meta_get(&url, s->store, "remote"));
	site->remote = url != NULL;
	arts = site_arts(site);
	site->arts = mem_alloc((arts->len + 1) * sizeof(*site->arts));
	for (size_t i = 0; i < arts->len; i++) {
		progress_step(&s->progress, "Reading", i + 1, arts->len);
		TRY(collect_events(site, &cap, i));
		TRY(count_boxes(site, i));
		site->not_shared += arts->at[i].dirty;
		site->conflicts += arts->at[i].conflict;
	}
	count_approvals(site);
	name_pages(site);
	site->by_label = sorted(site, compare_labels);
	site->by_path = sorted(site, compare_paths);
	return read_epoch(site);
}

/* --- states ------------------------------------------------------------------------------ */

const struct kind *site_kind(const struct site *site, const struct art *art)
{
	return kinds_find(site->session->kinds, art->kind);
}

static const struct kind_state *state_of(const struct site *site, const struct art *art)
{
	const struct kind *kind = site_kind(site, art);

	return kind ? kind_state(kind, slice_str(art->state)) : NULL;
}

const char *site_state_class(const struct site *site, const struct art *art)
{
	const struct kind_state *state = state_of(site, art);

	if (!state)
		return "unknown";
	if (state->rank == KIND_UNRANKED || kind_aside(slice_str(art->state)))
		return "aside";
	if (kind_done(site_kind(site, art), slice_str(art->state)))
		return "done";
	return state->gate ? "gate" : state->initial ? "begun" : "work";
}

const char *site_approval(const char **class, const struct site *site, const struct art *art)
{
	static const struct {
		const char *approval, *class, *text;
	} known[] = {
		{"acknowledged", "proven", "approved, acknowledged by the remote"},
		{"recorded", "recorded", "approved by the record in git; the remote was not asked"},
		{"requested", "asked", "approval asked for, not acknowledged yet"},
		{"stale", "stale", "the text changed after its approval"},
	};
	const struct kind_state *state = state_of(site, art);

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(art->approval, known[i].approval) == 0) {
			*class = known[i].class;
			return known[i].text;
		}
	if (!state || !state->gate)
		return NULL;
	*class = "claimed";
	return "no approval is on record";
}
