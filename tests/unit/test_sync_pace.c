/* How often watch asks; prints what an idle hour costs. */
#include "sync/pace.h"
#include "util/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static uint32_t seed = 1;

static uint32_t chance(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed >> 8;
}

static void quick_then_seldom(void **state)
{
	struct pace p = pace_start(PACE_IDLE_MS);
	int64_t now = 0, wait = 0;

	for (int i = 0; i < PACE_QUICK_TIMES; i++) {
		wait = pace_next(&p, PACE_QUIET, chance());
		assert_in_range(wait, PACE_QUICK_MS * 8 / 10, PACE_QUICK_MS * 12 / 10);
	}
	for (now = 0; now < 120000; now += wait)
		wait = pace_next(&p, PACE_QUIET, chance());
	assert_in_range(wait, PACE_IDLE_MS * 8 / 10, PACE_IDLE_MS * 12 / 10);
	wait = pace_next(&p, PACE_NEWS, chance());
	assert_in_range(wait, PACE_QUICK_MS * 8 / 10, PACE_QUICK_MS * 12 / 10);
}

static void an_idle_hour(void **state)
{
	const int64_t idle[] = {PACE_IDLE_MS, 1000, 60000};

	for (size_t i = 0; i < sizeof(idle) / sizeof(*idle); i++) {
		struct pace p = pace_start(idle[i]);
		int first = 0, later = 0;

		for (int64_t now = 0; now < 7200000; now += pace_next(&p, PACE_QUIET, chance()))
			(*(now < 3600000 ? &first : &later))++;
		printf("# idle, agent.watchInterval=%d: %d questions in the first hour, %d in each "
		       "later one\n", (int)(idle[i] / 1000), first, later);
		assert_in_range(later, 3500000 / idle[i], 3700000 / idle[i]);
		assert_true(first >= later && first <= later + 60);
	}
}

static void offline(void **state)
{
	struct pace p = pace_start(PACE_IDLE_MS);
	int64_t now = 0, wait = 0;
	int asked = 0;

	for (; now < 3600000; asked++, now += wait)
		wait = pace_next(&p, PACE_OFFLINE, chance());
	assert_in_range(wait, PACE_OFFLINE_MS * 8 / 10, PACE_OFFLINE_MS * 12 / 10);
	assert_in_range(asked, 55, 75);
	wait = pace_next(&p, PACE_QUIET, chance());
	assert_in_range(wait, 0, PACE_QUICK_MS * 12 / 10);
}

static void no_busy_loop(void **state)
{
	struct pace p = pace_start(0);

	for (int i = 0; i < 100; i++)
		assert_true(p.wait_ms > 0 && pace_next(&p, PACE_OFFLINE, chance()) >= 0);
	p = pace_start(1000);
	for (int i = 0; i < 100; i++)
		assert_true(pace_next(&p, (enum pace_heard)(i % 3), chance()) >= 800);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quick_then_seldom),
		cmocka_unit_test(an_idle_hour),
		cmocka_unit_test(offline),
		cmocka_unit_test(no_busy_loop),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sync pace", tests, NULL, NULL);
}
