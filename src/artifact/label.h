/* Labels ("INFRA-042"), file names and slugs. Pure. */
#ifndef ARTIFACT_LABEL_H
#define ARTIFACT_LABEL_H

#include "artifact/kind.h"

#define LABEL_MAX 63

struct label {
	char text[LABEL_MAX + 1];  /* "INFRA-042" as written */
	char scope[LABEL_MAX + 1]; /* "INFRA" */
	long num;		   /* 42; -1 for a provisional label ("INFRA-~k3f9") */
};

/* Scope: A-Z first, then A-Z 0-9 _ (at most 32); number: 1..9 digits. False for anything else. */
bool label_parse(struct label *out, struct slice text);
/* The length of the label that text starts with, whatever follows it; 0 for none. */
size_t label_prefix(struct label *out, struct slice text);
/* The label at the start of a file's name: ".../INFRA-042-smart-router.md"; false when it has none.
 */
bool label_of_path(struct label *out, const char *path);
/* "INFRA-042": at least three digits. */
void label_format(char out[LABEL_MAX + 1], const char *scope, long num);
/* A provisional label from 4 random characters [a-z0-9]. */
void label_provisional(char out[LABEL_MAX + 1], const char *scope, const char random[5]);
/* "<dir>/<SCOPE>/<LABEL>-<slug>.md"; slug: lower case ASCII letters and digits, runs of anything
 * else become one '-', at most 60 bytes, "untitled" when nothing is left. Caller frees. */
char *label_path(const struct kind *kind, const struct label *label, const char *title);

#endif
