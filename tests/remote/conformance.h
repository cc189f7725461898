/*
 * One behaviour for all remotes: the same calls, whatever is behind remote.h. A test program
 * includes conformance.c, hands over a way to make and open a project, and lists CONFORMANCE_TESTS.
 */
#ifndef TESTS_REMOTE_CONFORMANCE_H
#define TESTS_REMOTE_CONFORMANCE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "artifact/kind.h"
#include "remote/remote.h"

struct conformance {
	void *ctx;
	err_t (*fresh)(void *ctx); /* from now on an empty project */
	err_t (*open)(struct remote *out, void *ctx, const char *who, const struct kinds *kinds);
};

#define CONFORMANCE_TEST(name)                                                                     \
	cmocka_unit_test_prestate_setup_teardown(name, conf_setup, conf_teardown, (void *)#name)
#define CONFORMANCE_TESTS                                                                          \
	CONFORMANCE_TEST(a_create_is_pulled), CONFORMANCE_TEST(a_request_twice_is_one_revision),   \
		CONFORMANCE_TEST(two_clients_one_base), CONFORMANCE_TEST(a_batch_of_100),          \
		CONFORMANCE_TEST(atomic_is_all_or_nothing), CONFORMANCE_TEST(pages_miss_nothing),  \
		CONFORMANCE_TEST(a_page_has_at_least_one_row),                                     \
		CONFORMANCE_TEST(deletion_and_edit), CONFORMANCE_TEST(labels_are_unique),          \
		CONFORMANCE_TEST(leases_never_overlap),                                            \
		CONFORMANCE_TEST(transitions_and_approvals),                                       \
		CONFORMANCE_TEST(one_gate_back),                                                   \
		CONFORMANCE_TEST(an_approval_is_acknowledged),                                     \
		CONFORMANCE_TEST(forged_and_imported_states),                                      \
		CONFORMANCE_TEST(lineage_is_checked), CONFORMANCE_TEST(cursors_that_are_not_ours), \
		CONFORMANCE_TEST(reading_calls), CONFORMANCE_TEST(claims_and_acks),                \
		CONFORMANCE_TEST(hostile_requests)

#endif
