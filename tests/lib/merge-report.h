/*
 * What the replay of real merges says beside its score: by repository, by cause, for artifacts of
 * governance, how small the conflicts are, and how many people's results no merge could make that
 * loses no line. Printed as comments.
 */
#ifndef TESTS_LIB_MERGE_REPORT_H
#define TESTS_LIB_MERGE_REPORT_H

#include "merge/merge.h"
#include "util/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct report_row {
	char *name;
	int cases, settled, right;
};

struct report_table {
	struct report_row *at;
	size_t len, cap;
};

struct merge_report {
	struct report_table repositories, causes, rules;
	struct report_row governance;
	int cases, kept;		/* kept: people's own result has all that one side added */
	size_t lines, git_lines;	/* between markers: ours, the merge of lines' */
	int smaller, larger;
};

static inline struct report_row *report_row(struct report_table *t, const char *name, size_t len)
{
	for (size_t i = 0; i < t->len; i++)
		if (strlen(t->at[i].name) == len && memcmp(t->at[i].name, name, len) == 0)
			return &t->at[i];
	MEM_GROW(t->at, t->len, t->cap);
	t->at[t->len] = (struct report_row){.name = mem_strndup(name, len)};
	return &t->at[t->len++];
}

static inline void report_count(struct report_row *row, bool settled, bool right)
{
	row->cases++;
	row->settled += settled;
	row->right += right;
}

/* Decisions on proposals: by what repository and path call themselves. */
static inline bool report_is_governance(const char *name)
{
	static const char *const words[] = {"adr", "rfc", "kep", "cip", "eip", "fip", "sip", "hip",
					    "enhancement", "proposal", "spec", "decision"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		for (const char *p = name; (p = strcasestr(p, words[i])); p++)
			if (p == name || !isalpha((unsigned char)p[-1]))
				return true;
	return false;
}

static inline size_t report_marked_lines(const char *text, size_t len)
{
	struct slice rest = slice_of(text, len), line;
	size_t n = 0;
	bool in = false;

	while (slice_line(&rest, &line)) {
		if (line.len >= 7 && memcmp(line.at, "<<<<<<<", 7) == 0)
			in = true;
		else if (line.len >= 7 && memcmp(line.at, ">>>>>>>", 7) == 0)
			in = false;
		else if (in && !(line.len >= 7 && memcmp(line.at, "=======", 7) == 0))
			n++;
	}
	return n;
}

/* name: "<owner>+<repository>-<commit>-<n>"; path: of the file; kept: see struct merge_report;
 * lines: the merge of lines. */
static inline void report_add(struct merge_report *r, const char *name, const char *path,
			      const struct merge_result *m, const struct merge_result *lines,
			      bool right, bool kept)
{
	scoped_free char *whole = mem_printf("%s/%s", name, path);
	size_t repository = strlen(name);
	const char *cause = NULL;

	for (int dashes = 0; repository && dashes < 2; )
		dashes += name[--repository] == '-';
	r->cases++;
	r->kept += kept;
	report_count(report_row(&r->repositories, name, repository), m->clean, right);
	if (report_is_governance(whole))
		report_count(&r->governance, m->clean, right);
	for (size_t i = 0; i < m->nr_decisions; i++) {
		const struct merge_decision *d = &m->decisions[i];

		if (m->clean)
			report_count(report_row(&r->rules, d->rule, strlen(d->rule)), true, right);
		else if (d->conflict && !cause)
			cause = d->reason;
	}
	if (cause)
		report_count(report_row(&r->causes, cause, strlen(cause)), false, false);
	if (!m->clean && !lines->clean) {
		size_t ours = report_marked_lines(m->bytes, m->len);
		size_t git = report_marked_lines(lines->bytes, lines->len);

		r->lines += ours;
		r->git_lines += git;
		r->smaller += ours < git;
		r->larger += ours > git;
	}
}

static inline int report_compare(const void *a, const void *b)
{
	const struct report_row *x = a, *y = b;

	return x->cases != y->cases ? y->cases - x->cases : strcmp(x->name, y->name);
}

static inline void report_table(struct report_table *t, const char *what)
{
	qsort(t->at, t->len, sizeof(*t->at), report_compare);
	for (size_t i = 0; i < t->len; i++) {
		const struct report_row *row = &t->at[i];

		printf("#   %s %s: %d cases, %d settled, %d of them as people did\n", what,
		       row->name, row->cases, row->settled, row->right);
		free(row->name);
	}
	free(t->at);
}

static inline void report_end(struct merge_report *r)
{
	printf("# in %d of the %d (%.1f %%) people's own result has every line that one side "
	       "added: no merge that loses none can be theirs more often\n", r->kept, r->cases,
	       100.0 * r->kept / r->cases);
	printf("# governance (ADR, RFC, enhancement, spec, ...): %d cases, %d settled, %d of them "
	       "as people did (%.1f %%)\n", r->governance.cases, r->governance.settled,
	       r->governance.right, 100.0 * r->governance.right /
	       (r->governance.settled ? r->governance.settled : 1));
	printf("# between markers: %zu lines, %.3f of the %zu that the merge of lines leaves; "
	       "fewer in %d, more in %d\n", r->lines,
	       (double)r->lines / (double)r->git_lines, r->git_lines, r->smaller, r->larger);
	report_table(&r->causes, "left:");
	report_table(&r->rules, "rule");
	report_table(&r->repositories, "repository");
}

#endif
