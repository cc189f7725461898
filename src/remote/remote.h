/*
 * The remote: one table of functions that take and give JSON documents, the
 * same for the shared SQLite file and for Supabase. Errors of transport are
 * err_t (ERR_OFFLINE: try later; ERR_REFUSED: membership, version, ...); results of single
 * operations are data.
 *
 * Documents (all numbers integers; absent = null; text is UTF-8):
 *
 * head    -> {"proto":1,"epoch":uuid,"head":rev,"hash":hex,"project":slug,"min_rev":rev}
 *
 * pull    <- {"epoch":uuid|null,"since":rev,"since_hash":hex|null,"limit":200,"max_bytes":1048576}
 *         ->
 * {"epoch":uuid,"head":rev,"rows":[row...],"more":bool,"next":rev,"next_hash":hex,"digest":hex} or
 * {"reset":"epoch"|"ahead_of_server"|"too_old"|"history_diverged", "epoch":uuid,"head":rev} A row
 * is the newest state of one artifact whose rev is in (since, next]; artifacts that changed again
 * later are passed over and come later. At least one row a page, at most limit and max_bytes.
 *    next_hash goes back as since_hash as it came: on a page that is not the last it also says
 * where the pull began, because lineage has to reach back to there (a row that was passed over
 * comes later). digest: XOR of sha256("uid|version|oid") over all artifacts that are not deleted;
 * zeros for none. row =
 * {"rev","uid","kind","label","scope","num","path","title","state","version","revision",
 *           "oid","deleted":bool,"author","approval":null|{"state","normative","approver",
 *            "at","rev","hash"},
 *           "forged":bool,"lineage":[revision...]}
 *    approval has "imported":true where a gate state came with the create, "stale":true where the
 *    normative text is another one by now; a row has "duplicate":true where its label was imported
 * twice. revision = {"id","parents":[id...],"oid","path","author","time","how","message","text"}
 *    lineage has every revision of the artifact that the server learnt after `since`, parents
 * first; "text" is there with every revision whose oid is not "" (once per oid in a row's lineage).
 *
 * push    <- {"device":uuid,"epoch":uuid,"since":rev,"since_hash":hex,"atomic":bool,"ops":[op...]}
 *         -> {"epoch","head":rev,"head_hash":hex,"results":[result...]} or {"reset":...}
 *            with atomic and any failure: {"atomic_failed":true,"head","head_hash","results":[...]}
 *    op = {"op_id":uuid,"op":"put"|"delete"|"transition","uid","base_version","base_revision",
 *          "revision","lineage":[revision...],"oid","sha256","kind","label","scope","num","path",
 *          "title","state","from","to","normative","reason","by","at","imported":bool}
 *    imported: its label may be taken already.
 *    On a deletion go a put, and a delete with a revision of its own: others had deleted it, too,
 *    and its lineage is what they wrote before.
 *    A result of a transition into a gate has "approval":{"state","normative","approver","at",
 *    "rev","hash"}: what was acknowledged; hash: of the remote's chain at rev.
 *    lineage: all revisions between base_revision and revision, parents first, with "text".
 *    result =
 * {"op_id","uid","status","version","rev","dup":bool,"detail":text|null,"current":row|null} status:
 * applied, conflict (+ current), unknown_base, frozen, forbidden, bad_transition, four_eyes,
 * stale_approval, num_taken (+ current: who has it), bad_oid, op_reused, skipped_dependency,
 * bad_op.
 *
 * lease   <- {"device","kind","scope","count","min"} -> {"from":n,"to":n}   ("min": at least this
 * number) manifest<- {} ->
 * {"epoch","head","hash","rows":[{"uid","kind","label","path","oid","revision","version",
 *            "deleted","rev"}...]}
 * bodies  <- {"uids":[...]} -> {"rows":[row with its whole lineage...]}
 * history <- {"uid"} ->
 * {"rows":[{"rev","version","op","state_from","state_to","revision","actor","at","reason",
 *            "hash"(of the chain)}...]}
 * claim   <- {"device","uid","who","minutes"(0: release)} ->
 * {"claims":[{"uid","who","device","until"}...]} ack     <- {"device","rev"} -> {}
 */
#ifndef REMOTE_REMOTE_H
#define REMOTE_REMOTE_H

#include "util/err.h"

struct kinds;

struct remote {
	void *ctx;
	const char *url;
	/* request and *reply are JSON documents; the caller frees the reply. */
	err_t (*head)(void *ctx, char **reply);
	err_t (*pull)(void *ctx, char **reply, const char *request);
	err_t (*push)(void *ctx, char **reply, const char *request);
	err_t (*lease)(void *ctx, char **reply, const char *request);
	err_t (*manifest)(void *ctx, char **reply, const char *request);
	err_t (*bodies)(void *ctx, char **reply, const char *request);
	err_t (*history)(void *ctx, char **reply, const char *request);
	err_t (*claim)(void *ctx, char **reply, const char *request);
	err_t (*ack)(void *ctx, char **reply, const char *request);
	void (*close)(void *ctx);
};

#endif
