/* Which artifacts name which: the references between all artifacts of a workspace. */
#ifndef CMD_REFS_H
#define CMD_REFS_H

#include "artifact/artifact.h"
#include "cmd/session.h"

#define REFS_NONE ((size_t)-1)

enum ref_type { /* the more it binds, the earlier */
	REF_PARENT,  /* a story's plan, a runbook's story */
	REF_NEEDS,   /* named as what has to be done before (artifact_link_is_need) */
	REF_LINK,    /* in a link section */
	REF_MENTION, /* in running text */
};
#define REF_TYPES 4

struct ref {
	size_t from, to; /* indices of arts; to REFS_NONE: there is nothing of this label */
	char label[64];
	enum ref_type type;
	int line; /* 0: it has the label of its parent */
};

struct refs {
	struct arts arts; /* without deleted ones, in the order of store_art_list */
	struct ref *at;	  /* by from; one for each pair, of the type that binds most */
	size_t len, cap;
	size_t *first;	/* those of arts.at[i] are first[i] to first[i + 1] */
	size_t *by_uid; /* indices of arts */
};
void refs_release(struct refs *r);

/* Reads every text. mentions: those in running text, too, where their scope is in use. */
err_t refs_load(struct refs *out, struct session *s, bool mentions) MUST_CHECK;

/* A place where a text names an artifact by a label. */
struct ref_place {
	size_t from;	/* index of arts */
	struct range at;
	char label[64];
};
struct ref_places {
	struct ref_place *at;	/* by from, then in the order of the text */
	size_t len, cap;
};
void ref_places_release(struct ref_places *p);
/* The same as refs_load with mentions, and where the artifact of that uid is named, also by itself
 * and by labels that it had before. */
err_t refs_load_places(struct refs *out, struct ref_places *places, struct session *s,
		       const char *uid) MUST_CHECK;

/* "parent", "needs", "link", "mention" */
const char *ref_type_name(enum ref_type type);
/* REFS_NONE when it is not there. */
size_t refs_find(const struct refs *r, const char *uid);

/* Whether somebody waits because of a reference: the parent is not as far as the kind asks for, or
 * what is needed is not done, or not there. */
bool refs_waits(const struct refs *r, const struct session *s, const struct ref *ref);
/* "waits for plan INFRA-001: DRAFT, ...", or "". Caller frees. */
char *refs_waits_text(const struct refs *r, const struct session *s, size_t art);
/* Whether work on an artifact can go on; over: it is done, or out of use. */
enum refs_work { REFS_OVER, REFS_BLOCKED, REFS_READY };
enum refs_work refs_work(const struct refs *r, const struct session *s, size_t art);

#endif
