/* Random markdown and random edits of it, and the corpus, for the merge tests. */
#ifndef TEST_MERGE_GEN_H
#define TEST_MERGE_GEN_H

#include "merge/merge.h"
#include "util/mem.h"
#include "util/strs.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct gen {
	uint64_t state;
	int fresh;	/* for lines that no other text has */
};

static inline unsigned gen_below(struct gen *g, unsigned n)
{
	g->state ^= g->state << 13;
	g->state ^= g->state >> 7;
	g->state ^= g->state << 17;
	return (unsigned)((g->state >> 11) % n);
}

/* From GIT_AGENT_SEED or the time; printed. */
static inline struct gen gen_new(const char *what)
{
	const char *given = getenv("GIT_AGENT_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	struct gen g = {.state = seed * 0x9e3779b97f4a7c15u + 1};

	printf("# %s: GIT_AGENT_SEED=%llu\n", what, (unsigned long long)seed);
	return g;
}

/* A text is its lines, each with its line end. */
static inline struct strs gen_document(struct gen *g)
{
	static const unsigned sizes[] = {0, 1, 4, 20, 60, 200}, words[] = {3, 10, 500};
	unsigned len = sizes[gen_below(g, 6)], vocabulary = words[gen_below(g, 3)];
	struct strs s = {0};

	for (unsigned i = 0; i < len; i++) {
		unsigned k = gen_below(g, 10), w = gen_below(g, vocabulary);
		int indent = (int)gen_below(g, 3) * 2;

		if (k < 3)
			strs_add(&s, "\n");
		else if (k < 4)
			strs_take(&s, mem_printf("## Heading %u\n", w));
		else if (k < 7)
			strs_take(&s, mem_printf("%*s- item %u\n", indent, "", w));
		else
			strs_take(&s, mem_printf("words in line %u\n", w));
	}
	return s;
}

static inline void gen_insert(struct strs *s, size_t at, char *line)
{
	strs_take(s, line);
	memmove(s->at + at + 1, s->at + at, (s->len - 1 - at) * sizeof(*s->at));
	s->at[at] = line;
}

static inline void gen_remove(struct strs *s, size_t at)
{
	free(s->at[at]);
	memmove(s->at + at, s->at + at + 1, (s->len - 1 - at) * sizeof(*s->at));
	s->len--;
}

static inline struct strs gen_copy(const struct strs *s)
{
	struct strs copy = {0};

	for (size_t i = 0; i < s->len; i++)
		strs_add(&copy, s->at[i]);
	return copy;
}

/* A line that no other text has, or one that others may well have. */
static inline char *gen_line(struct gen *g)
{
	return gen_below(g, 2) ? mem_printf("fresh %d\n", g->fresh++)
			       : mem_printf("new %u\n", gen_below(g, 6));
}

/* An edited copy: runs of lines inserted, deleted, replaced or copied elsewhere. */
static inline struct strs gen_edited(struct gen *g, const struct strs *from, unsigned edits)
{
	struct strs s = gen_copy(from);

	while (edits--) {
		unsigned kind = gen_below(g, 4), run = gen_below(g, 3) ? 1 : 1 + gen_below(g, 6);
		size_t at = gen_below(g, (unsigned)s.len + 1);
		size_t source = gen_below(g, (unsigned)s.len + 1);

		for (unsigned i = 0; i < run; i++) {
			if (kind >= 1 && kind <= 2 && at < s.len)
				gen_remove(&s, at);
			if (kind == 3 && source + i < s.len)
				gen_insert(&s, at, mem_strdup(s.at[source + i]));
			else if (kind == 0 || kind == 2)
				gen_insert(&s, at + (kind == 0 ? i : 0), gen_line(g));
		}
	}
	return s;
}

static inline char *gen_text(const struct strs *s)
{
	struct mem_stream m;

	mem_stream_open(&m);
	for (size_t i = 0; i < s->len; i++)
		fputs(s->at[i], m.file);
	return mem_stream_close(&m, NULL);
}

static inline struct strs gen_split(struct slice text)
{
	struct strs s = {0};
	struct slice line;

	while (slice_line(&text, &line))
		strs_take(&s, mem_strndup(line.at, line.len));
	return s;
}

struct gen_case {
	char *base, *ours, *theirs;
};

static inline struct gen_case gen_case_from(struct gen *g, const struct strs *base)
{
	static const unsigned edits[] = {1, 1, 2, 4, 8};
	/* Some of what the sides do is the same on both. */
	struct strs common = gen_edited(g, base, gen_below(g, 3));
	struct strs ours = gen_edited(g, &common, edits[gen_below(g, 5)]);
	struct strs theirs = gen_edited(g, &common, edits[gen_below(g, 5)]);
	struct gen_case c = {gen_text(base), gen_text(&ours), gen_text(&theirs)};

	strs_release(&common);
	strs_release(&ours);
	strs_release(&theirs);
	return c;
}

static inline void gen_case_release(struct gen_case *c)
{
	free(c->base);
	free(c->ours);
	free(c->theirs);
}

/* The markdown files of the corpus as texts; empty, with a line of output, where it is absent. */
static inline struct strs gen_corpus(void)
{
	const char *shared = getenv("GIT_AGENT_SHARED");
	char *command = mem_printf("find '%s/corpus/.agent' -name '*.md' 2>/dev/null | sort",
				   shared ? shared : "../shared");
	FILE *list = popen(command, "r");
	char path[4096], *text;
	struct strs texts = {0};

	while (list && fgets(path, sizeof(path), list)) {
		size_t len = 0, cap = 0;
		FILE *f;

		path[strcspn(path, "\n")] = '\0';
		f = fopen(path, "rb");
		text = NULL;
		if (f && (getdelim(&text, &cap, '\0', f)) > 0)
			len = strlen(text);
		if (f)
			fclose(f);
		if (len)
			strs_take(&texts, text);
		else
			free(text);
	}
	if (list)
		pclose(list);
	free(command);
	printf("# corpus: %zu texts%s\n", texts.len, texts.len ? "" : " (skipped: not there)");
	return texts;
}

#endif
