#include "cmd/site.h"
#include "merge/diff.h"

#include <string.h>

/* A page stays one that a browser likes: longer differences are for `git agent log -p`. */
#define DIFFS_MAX (512 * 1024)

static const struct revision *parent_of(const struct revs *revs, const struct revision *r)
{
	for (size_t i = 0; i < revs->len; i++)
		if (rev_eq(&revs->at[i].id, &r->parents[0]))
			return &revs->at[i];
	return NULL;
}

/* Against the first parent, as `git agent log -p` does. Caller frees. */
static err_t diff_of(char **out, const struct site *site, const struct revs *revs,
		     const struct revision *r)
{
	const struct revision *p = parent_of(revs, r);
	scoped_free char *before = NULL, *after = NULL;
	size_t before_len, after_len;

	TRY(store_text_get(&before, &before_len, site->session->store, p ? p->oid.hex : ""));
	TRY(store_text_get(&after, &after_len, site->session->store, r->oid.hex));
	*out = diff_unified(slice_of(before, before_len), slice_of(after, after_len),
			    p ? p->path : "/dev/null",
			    oid_none(&r->oid) ? "/dev/null" : r->path, 3);
	return NULL;
}

static void print_diff(FILE *out, const char *diff)
{
	struct slice rest = slice_str(diff), line;

	/* The two lines with the paths say nothing new. */
	for (int i = 0; i < 2; i++)
		if (!slice_line(&rest, &line))
			return;
	fputs("<pre class=\"diff\" tabindex=\"0\">", out);
	while (slice_line(&rest, &line)) {
		const char *tag = *line.at == '+' ? "ins" : *line.at == '-' ? "del" :
				  *line.at == '@' ? "b" : NULL;

		while (line.len && strchr("\r\n", line.at[line.len - 1]))
			line.len--;
		if (tag)
			fprintf(out, "<%s>", tag);
		site_slice(out, line);
		if (tag)
			fprintf(out, "</%s>", tag);
		fputc('\n', out);
	}
	fputs("</pre>\n", out);
}

static err_t print_change(FILE *out, const struct site *site, const struct revs *revs,
			  const struct revision *r, size_t *left)
{
	const struct revision *p = parent_of(revs, r);
	scoped_free char *diff = NULL;
	size_t len;

	if (p && strcmp(p->path, r->path) != 0) {
		fputs("<p class=\"moved\">from <code>", out);
		site_text(out, p->path);
		fputs("</code> to <code>", out);
		site_text(out, r->path);
		fputs("</code></p>\n", out);
	}
	TRY(diff_of(&diff, site, revs, r));
	len = strlen(diff);
	if (!len)
		return NULL;
	if (len > *left) {
		fputs("<p class=\"moved\">The difference is too long for this page: "
		      "<code>git agent log -p</code> shows it.</p>\n", out);
		return NULL;
	}
	*left -= len;
	fprintf(out, "<details><summary>What changed</summary>\n");
	print_diff(out, diff);
	fputs("</details>\n", out);
	return NULL;
}

static void print_message(FILE *out, const char *message)
{
	if (!*message)
		return;
	fputs("<p class=\"why\">", out);
	site_slice(out, slice_trim(slice_str(message)));
	fputs("</p>\n", out);
}

err_t site_history(FILE *out, const struct site *site, size_t at)
{
	const struct art *art = &site_arts(site)->at[at];
	scoped(revs_release) struct revs all = {0};
	const struct revs *revs = &all;
	size_t left = DIFFS_MAX;

	TRY(store_rev_list(&all, site->session->store, art->uid));
	fprintf(out, "<section class=\"history\" id=\"history\">\n<h2>History "
		     "<span class=\"count\">%zu</span></h2>\n<ol>\n", revs->len);
	for (size_t i = revs->len; i-- > 0;) {
		const struct revision *r = &revs->at[i];

		fprintf(out, "<li id=\"r-%.12s\"%s><p class=\"what\">"
			     "<span class=\"how\">%s</span> ", r->id.hex,
			rev_eq(&r->id, &art->head) ? " class=\"now\"" : "",
			revision_how_name(r->how));
		site_author(out, r->author);
		fputs(" ", out);
		site_time(out, r->time);
		fprintf(out, " <code>%.12s</code></p>\n", r->id.hex);
		print_message(out, r->message);
		TRY(print_change(out, site, revs, r, &left));
		fputs("</li>\n", out);
	}
	fputs("</ol>\n</section>\n", out);
	return NULL;
}
