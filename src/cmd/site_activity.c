#include "cmd/site.h"
#include "util/clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 1000
#define DAYS 60
#define DAY 86400

/* The newest first. */
static int compare(const void *a, const void *b)
{
	const struct site_event *x = a, *y = b;

	if (x->time != y->time)
		return x->time > y->time ? -1 : 1;
	if (x->art != y->art)
		return x->art < y->art ? -1 : 1;
	return x->rev > y->rev ? -1 : x->rev < y->rev;
}

/* Changes on each of the last days, the newest right. */
static void draw_days(FILE *out, const struct site *site)
{
	const struct site_event *e = site->events;
	int64_t today = site->nr_events ? e[0].time / DAY : 0;
	size_t counts[DAYS] = {0}, most = 1;

	for (size_t i = 0; i < site->nr_events; i++) {
		int64_t ago = today - e[i].time / DAY;

		if (ago >= 0 && ago < DAYS && ++counts[ago] > most)
			most = counts[ago];
	}
	fprintf(out, "<svg class=\"days\" viewBox=\"0 0 %d 64\" role=\"img\" "
		     "aria-label=\"Changes on each of %d days, %zu at most\">\n",
		DAYS * 10, DAYS, most);
	for (int i = 0; i < DAYS; i++) {
		double height = counts[i] ? 3 + 57.0 * (double)counts[i] / (double)most : 1;
		char when[21] = "";

		clock_format((today - i) * DAY, when);
		fprintf(out, "<rect x=\"%d\" y=\"%.1f\" width=\"7\" height=\"%.1f\" rx=\"1.5\"%s>"
			     "<title>%.10s: %zu</title></rect>\n",
			(DAYS - 1 - i) * 10 + 1, 62 - height, height,
			counts[i] ? "" : " class=\"no\"", when, counts[i]);
	}
	fputs("</svg>\n", out);
}

static err_t print_event(FILE *out, const struct site *site, const struct site_event *e)
{
	scoped(revs_release) struct revs revs = {0};
	const struct art *art = &site_arts(site)->at[e->art];
	const struct revision *r;
	char when[21] = "";

	TRY(store_rev_list(&revs, site->session->store, art->uid));
	if (e->rev >= revs.len)
		return NULL;
	r = &revs.at[e->rev];
	clock_format(r->time, when);
	fprintf(out, "<li><time datetime=\"%s\">%.5s</time> <span class=\"how\">%s</span> "
		     "<span class=\"by\">", when, when + 11, revision_how_name(r->how));
	site_author(out, r->author);
	fprintf(out, "</span> <a href=\"%s#r-%.12s\">", site->arts[e->art].page, r->id.hex);
	site_name(out, art);
	fputs("</a> ", out);
	site_text(out, art->title);
	if (r->message[0]) {
		fputs(" <span class=\"why\">", out);
		site_slice(out, slice_of(r->message, strcspn(r->message, "\n")));
		fputs("</span>", out);
	}
	fputs("</li>\n", out);
	return NULL;
}

static err_t print_events(FILE *out, const struct site *site)
{
	const struct site_event *e = site->events;
	size_t n = site->nr_events < SHOWN_MAX ? site->nr_events : SHOWN_MAX;
	char day[21] = "", when[21] = "";

	for (size_t i = 0; i < n; i++) {
		clock_format(e[i].time, when);
		if (strncmp(day, when, 10) != 0) {
			fprintf(out, "%s<h2>%.10s</h2>\n<ul class=\"events\">\n",
				*day ? "</ul>\n" : "", when);
			memcpy(day, when, sizeof(day));
		}
		TRY(print_event(out, site, &e[i]));
	}
	fputs("</ul>\n", out);
	if (n < site->nr_events)
		fprintf(out, "<p class=\"none\">These are the newest %d of %zu changes; each "
			     "artifact's page has all of its own.</p>\n", SHOWN_MAX,
			site->nr_events);
	return NULL;
}

static err_t print_activity(void *ctx, FILE *out)
{
	const struct site *site = ctx;

	site_page_begin(out, site, "Activity", "", "activity.html");
	fputs("<h1>Activity</h1>\n", out);
	if (site->nr_events) {
		draw_days(out, site);
		TRY(print_events(out, site));
	} else {
		fputs("<p class=\"none\">Nothing has happened yet.</p>\n", out);
	}
	site_page_end(out, site);
	return NULL;
}

err_t site_activity(struct site *site)
{
	if (site->nr_events)
		qsort(site->events, site->nr_events, sizeof(*site->events), compare);
	return site_out_print(&site->out, "activity.html", print_activity, site);
}
