/* What came of the ops of a push, and the reply made of it. Internal to remote/file. */
#ifndef REMOTE_FILE_SHARE_RESULTS_H
#define REMOTE_FILE_SHARE_RESULTS_H

#include "remote/file/share_project.h"

struct share_result {
	char *op_id, *uid, *detail, *current, *approval; /* the last two: JSON */
	const char *status;				 /* static */
	int64_t version, rev;				 /* 0: none */
	bool dup;
};

/* Caller frees. */
char *share_results_json(const struct share_project *p, const struct share_result *results,
			 size_t nr, bool atomic_failed);
void share_results_release(struct share_result *results, size_t nr);

#endif
