/*
 * Random texts, made of the pieces that mean something and of plain bytes; what holds for every
 * text has to hold. GIT_AGENT_SEED=<n> repeats a run, GIT_AGENT_ROUNDS=<n> makes it longer.
 */
#include "test_artifact_sane.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static const char *const pieces[] = {
	"\n",
	"\n",
	"\n",
	"\r\n",
	" ",
	"  ",
	"    ",
	"\t",
	"# ",
	"## ",
	"### ",
	"State",
	"Status",
	"state: ",
	"**Status**: ",
	"## State\n",
	"## Status\n\n",
	"DRAFT",
	"COMMITTED (x)",
	"- ",
	"* ",
	"+ ",
	"1. ",
	"12) ",
	"- [ ] ",
	"- [x] ",
	"[X]",
	"```",
	"~~~",
	"````",
	"```c\n",
	"<!--",
	"-->",
	"<pre>",
	"</pre>",
	"---\n",
	"title: ",
	"# INFRA-001: ",
	"INFRA-042",
	"ADR-1",
	"\"",
	"'",
	"text",
	"> ",
	"|",
	"<<<<<<< a\n",
	"=======\n",
	">>>>>>> b\n",
	"\xEF\xBB\xBF",
	"\xC3\xA4",
	"\xFF",
	"##",
	"Linked ADRs",
	"## Linked ADRs\n",
	"## Execution Log\n",
	"_",
	"***",
	"-",
	"id: JRN-001\n",
	"Title",
	":",
	"# State: ",
};

static uint64_t seed;

static unsigned next(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 11) % n;
}

static char *text(size_t *len)
{
	struct mem_stream s;
	unsigned n = next(40);

	mem_stream_open(&s);
	if (next(3) == 0)
		fputs("# INFRA-042: T\n\n## State\n\nDRAFT\n\n", s.file);
	while (n--)
		if (next(30) == 0)
			fputc((int)next(256), s.file);
		else
			fputs(pieces[next(sizeof(pieces) / sizeof(*pieces))], s.file);
	return mem_stream_close(&s, len);
}

/* An edit either does what was asked for, or nothing. */
static const char *edits(const struct artifact *a)
{
	char *out = NULL;
	size_t len = 0;
	err_t err;

	err = artifact_set_title(&out, &len, a, "New title");
	SANE(!err == (out != NULL));
	err_free(err);
	free(steal(out));
	err = artifact_add_link(&out, &len, a, "Linked ADRs", "ADR-777");
	SANE(!err == (out != NULL));
	if (!err) {
		struct artifact *b = artifact_parse(slice_of(out, len), a->kind, NULL);
		char *again = NULL;
		bool same = false;

		err = artifact_add_link(&again, &len, b, "Linked ADRs", "ADR-777");
		same = !err && slice_eq(slice_of(again, len), b->text);
		artifact_free(b);
		free(again);
		SANE(same);
	}
	err_free(err);
	free(steal(out));
	err = artifact_add_section(&out, &len, a, "Notes", slice_str("a\n- b"));
	SANE(!err == (out != NULL));
	err_free(err);
	free(steal(out));
	for (size_t i = 1; i < a->nr_sections && i < 4; i++) {
		scoped_free char *title =
			mem_strndup(a->text.at + a->sections[i].title.from,
				    a->sections[i].title.to - a->sections[i].title.from);

		err = artifact_set_section(&out, &len, a, title, slice_str("a\n\n1. b"));
		SANE(!err == (out != NULL));
		err_free(err);
		free(steal(out));
	}
	return NULL;
}

static void random_texts(void **state)
{
	const char *s = getenv("GIT_AGENT_SEED"), *r = getenv("GIT_AGENT_ROUNDS");
	long rounds = r ? atol(r) : 4000;
	struct kinds *kinds = kinds_new();

	seed = s ? strtoull(s, NULL, 10) : (uint64_t)time(NULL);
	seed += !seed;
	print_message("# GIT_AGENT_SEED=%llu\n", (unsigned long long)seed);
	for (long i = 0; i < rounds; i++) {
		uint64_t before = seed;
		const struct kind *kind =
			next(4) ? kinds_find(kinds, "story") : &kinds->at[next(5)];
		size_t len;
		scoped_free char *bytes = text(&len);
		scoped_free char *exact = mem_alloc(len); /* no byte to read behind the end */
		const char *bad;
		struct artifact *a;

		memcpy(exact, bytes, len);
		bad = sane_artifact(slice_of(exact, len), kind, NULL);
		a = artifact_parse(slice_of(exact, len), kind, NULL);
		bad = bad ? bad : edits(a);
		artifact_free(a);
		if (bad)
			fail_msg("GIT_AGENT_SEED=%llu, a %s: %s in\n%s", (unsigned long long)before,
				 kind->name, bad, bytes);
	}
	kinds_free(kinds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_texts)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("artifact random", tests, NULL, NULL);
}
