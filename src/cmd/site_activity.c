#include "cmd/site.h"
#include "util/clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 1000
#define DAYS 60
#define DAY 86400

struct event {
	size_t art, rev;
	int64_t time;
};

struct events {
	struct event *at;
	size_t len, cap;
};

/* The newest first. */
static int compare(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->time != y->time)
		return x->time > y->time ? -1 : 1;
	if (x->art != y->art)
		return x->art < y->art ? -1 : 1;
	return x->rev > y->rev ? -1 : x->rev < y->rev;
}

static void collect(struct events *e, const struct site *site)
{
	for (size_t i = 0; i < site_arts(site)->len; i++)
		for (size_t k = 0; k < site->arts[i].revs.len; k++) {
			MEM_GROW(e->at, e->len, e->cap);
			e->at[e->len++] = (struct event){i, k, site->arts[i].revs.at[k].time};
		}
	if (e->len)
		qsort(e->at, e->len, sizeof(*e->at), compare);
}

/* Changes on each of the last days, the newest right. */
static void draw_days(FILE *out, const struct events *e)
{
	int64_t today = e->len ? e->at[0].time / DAY : 0;
	size_t counts[DAYS] = {0}, most = 1;

	for (size_t i = 0; i < e->len; i++) {
		int64_t ago = today - e->at[i].time / DAY;

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

static void print_event(FILE *out, const struct site *site, const struct event *e)
{
	const struct art *art = &site_arts(site)->at[e->art];
	const struct revision *r = &site->arts[e->art].revs.at[e->rev];
	char when[21] = "";

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
}

static void print_events(FILE *out, const struct site *site, const struct events *e)
{
	size_t n = e->len < SHOWN_MAX ? e->len : SHOWN_MAX;
	char day[21] = "", when[21] = "";

	for (size_t i = 0; i < n; i++) {
		clock_format(e->at[i].time, when);
		if (strncmp(day, when, 10) != 0) {
			fprintf(out, "%s<h2>%.10s</h2>\n<ul class=\"events\">\n",
				*day ? "</ul>\n" : "", when);
			memcpy(day, when, sizeof(day));
		}
		print_event(out, site, &e->at[i]);
	}
	fputs("</ul>\n", out);
	if (n < e->len)
		fprintf(out, "<p class=\"none\">These are the newest %d of %zu changes; each "
			     "artifact's page has all of its own.</p>\n", SHOWN_MAX, e->len);
}

err_t site_activity(struct site *site)
{
	struct events e = {0};
	scoped_free char *html = NULL;
	struct mem_stream s;
	size_t len;

	collect(&e, site);
	mem_stream_open(&s);
	site_page_begin(s.file, site, "Activity", "", "activity.html");
	fputs("<h1>Activity</h1>\n", s.file);
	if (e.len) {
		draw_days(s.file, &e);
		print_events(s.file, site, &e);
	} else {
		fputs("<p class=\"none\">Nothing has happened yet.</p>\n", s.file);
	}
	site_page_end(s.file, site);
	html = mem_stream_close(&s, &len);
	free(e.at);
	return site_out_put(&site->out, "activity.html", slice_of(html, len));
}
