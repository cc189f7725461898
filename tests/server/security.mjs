// Who may do what, as a table: callers x calls, and every argument with what does not belong there.
// After each attempt nothing that should not be is read, and nothing at all is written.
import { randomUUID } from "node:crypto";
import { Replica, digest, done, draft, env, must, ok, op, project, push, request, rpc, say, story,
    token } from "./client.mjs";
import { changed, contents, psql, tables } from "./database.mjs";

const ada = env("ADA"), now = Math.floor(Date.now() / 1000);
const claims = { role: "authenticated", aud: "authenticated", sub: env("ADA_ID"), exp: now + 3600 };
const ours = await project(ada, { BOB: "reader", CYD: "author", DAN: "author" });
const theirs = await project(env("EVE"));
const doc = op(draft("CORE-001"), story("CORE-001", "DRAFT", "secret of ours"));
const other = op(draft("CORE-001"), story("CORE-001", "DRAFT", "secret of theirs"));
await push(ada, ours, [doc.op]);
await push(env("EVE"), theirs, [other.op]);
await must(ada, "member_set", { project: ours, user: env("DAN_ID"), role: null });  // removed

const views = ["projects", "artifacts", "history", "links", "audit"];
const before = contents();
const leaks = r => /secret of/.test(JSON.stringify(r.body));

// --- callers ---------------------------------------------------------------------------------
const callers = {
  "no apikey": { key: "" },
  "anon": {},
  "non-member": { auth: env("EVE") },
  "removed member": { auth: env("DAN") },
  "expired token": { auth: token({ ...claims, exp: now - 60 }) },
  "forged token": { auth: token(claims, "another secret of thirty-two characters") },
  "alg none": { auth: token(claims, "", "none") },
  "role postgres": { auth: token({ ...claims, role: "postgres" }) },
  "role supabase_admin": { auth: token({ ...claims, role: "supabase_admin" }) },
  "role service_role": { auth: token({ ...claims, role: "service_role" },
      "not the secret of this server, not at all") },
  "sub is no uuid": { auth: token({ ...claims, sub: "' or true --" }) },
  "no sub": { auth: token({ ...claims, sub: undefined }) },
  "garbage": { auth: "eyJ.garbage" },
};
const edit = { ...op(doc.next, "x").op };
const calls = {
  head: { project: ours }, pull: { project: ours }, push: { project: ours, ops: [edit] },
  lease: { project: ours, kind: "story", scope: "CORE" }, manifest: { project: ours },
  bodies: { project: ours, uids: [doc.op.uid] }, history: { project: ours, uid: doc.op.uid },
  claim: { project: ours, device: "d", uid: doc.op.uid, minutes: 5 }, release: { project: ours,
      device: "d", uid: doc.op.uid },
  ack: { project: ours, device: "d", rev: 1 }, member_set: { project: ours, user: env("EVE_ID"),
      role: "admin" },
  purge: { project: ours, uid: doc.op.uid }, verify_audit: { project: ours },
  member_list: { project: ours }, member_add: { project: ours, email: "eve@example.org",
      role: "admin" },
  member_remove: { project: ours, email: "ada@example.org" },
  kinds_set: { project: ours, id: "x", document: { kinds: [] } },
};
const names = Object.keys(calls);
let bad = 0, tried = 0;
say("status of each call".padEnd(22) + names.map(n => n.slice(0, 8).padStart(9)).join("") +
    "   views");
for (const [who, how] of Object.entries(callers)) {
  const row = [], seen = [];
  for (const name of names) {
    const r = await request("POST", "/rest/v1/rpc/" + name, { ...how, body: calls[name] });
    tried++;
    row.push(String(r.status).padStart(9));
    if (r.status < 400 || r.status >= 500 || leaks(r)) { bad++;
        say(`${who} ${name}: ${JSON.stringify(r.body)}`); }
  }
  for (const view of views) {
    const r = await request("GET", `/rest/v1/${view}?project=eq.${ours}`, how);
    tried++;
    const rows = Array.isArray(r.body) ? r.body.length : 0;
    seen.push(r.status === 200 ? `${rows} rows` : r.status);
    if (rows > 0 || leaks(r) || r.status >= 500) { bad++;
        say(`${who} ${view}: ${JSON.stringify(r.body)}`); }
  }
  say(who.padEnd(22) + row.join("") + "   " + seen.join(", "));
}
ok(bad === 0,
    `${tried} attempts of ${Object.keys(callers).length} callers who are no members: refused`, bad);
ok(changed(before).length === 0, "and nothing was written");

// --- members ---------------------------------------------------------------------------------
const kept = await rpc(ada, "member_set", { project: ours, user: env("ADA_ID"), role: "reader" });
ok(kept.status === 403, "the last admin stays", kept);

// --- tables ----------------------------------------------------------------------------------
const names_of = tables();
let reached = [];
for (const t of names_of)
  for (const [schema, path] of [["gitagent_private", t], ["gitagent", t], ["public", t]])
    for (const [method, body] of [["GET"], ["POST", {}], ["PATCH", {}], ["DELETE"]]) {
      // A view may have the name of a table; what may be done with views comes next.
      if (schema === "gitagent" && views.includes(t)) continue;
      const r = await request(method, `/rest/v1/${path}`, { auth: ada, profile: schema, body });
      if (r.status < 400) reached.push([schema, t, method, r.status]);
    }
ok(reached.length === 0,
    `${names_of.length} tables x 3 schemas x 4 methods over HTTP: none is there`, reached);
reached = [];
for (const view of views)
  for (const [method, body] of [["POST", { project: ours }], ["PATCH", { state: "APPROVED" }],
      ["DELETE"]]) {
    const r = await request(method, `/rest/v1/${view}?project=eq.${ours}`, { auth: ada, body });
    if (r.status < 400) reached.push([view, method, r.status, r.body]);
  }
ok(reached.length === 0, "views are for reading", reached);
const sql = (statement, role = "authenticated") => {
  try {
    return psql(
        `begin; set local role ${role}; set local request.jwt.claims = '{"sub":"${env("EVE_ID")}"}';\n${statement};\nrollback;`);
  } catch (e) { return /(\w+):  (.*)/.exec(e.stderr)?.[2] || String(e.stderr); }
};
reached = [];
for (const t of names_of)
  for (const s of [`insert into gitagent_private.${t} default values`,
      `delete from gitagent_private.${t}`,
      `update gitagent_private.${t} set ${{ project: "slug", kind: "name", kind_state: "name", transition: "kind" }[t] || "project_id"} = null`,
      `truncate gitagent_private.${t}`])
    for (const role of ["authenticated", "anon"]) {
      const said = sql(s, role);
      if (!/permission denied/.test(said)) reached.push([role, s, said]);
    }
ok(reached.length === 0,
    `${names_of.length} tables: insert, update, delete, truncate by authenticated and anon are 42501`, reached);
const seen = sql("select count(*) from gitagent_private.text where body like '%secret of ours%'");
ok(seen === "0", "row level security hides other teams from whoever gets so far as to ask in SQL",
    seen);

// --- hostile arguments -------------------------------------------------------------------------
const big = "x".repeat(10 << 20);
const values = {
  "7": 7, "-1": -1, "1e400": 1e308, "2^63": 9223372036854775807, "1.5": 1.5, "true": true,
      "null": null, "[]": [], "{}": {},
  "text": "text", "sql": "'; drop table gitagent_private.project; --", "sql2": "1) or (true",
      "uuid": randomUUID(),
  "their uid": other.op.uid, "their project": theirs, "nul": "\u0000", "surrogate": "\ud800",
      "10 MB": big, "deep": JSON.parse("[".repeat(500) + "]".repeat(500)),
  "line end": "A\r\nSet-Cookie: x", "line feed": "B\nC",
  "emoji": "🙂", "path": "../../../etc/passwd", "-2^63": -9223372036854775808,
};
const counts = {}, surprises = [];
for (const [name, args] of Object.entries({ ...calls, project_create: { slug: "x" } })) {
  for (const arg of [...new Set([...Object.keys(args), ...(name === "pull" || name === "push" ?
      ["epoch", "since", "since_hash"] : []),
      ...(name === "pull" ? ["limit", "max_bytes"] : []), ...(name === "push" ? ["device",
          "atomic"] : []),
      ...(name === "lease" ? ["device", "count", "min"] : [])])]) {
    for (const [kind, value] of Object.entries(values)) {
      const r = await rpc(ada, name, { ...args, ...(name === "push" ? { ops: [] } : {}),
          [arg]: value });
      const key = `${name}.${arg}`;
      (counts[key] ||= {})[r.status] = (counts[key]?.[r.status] || 0) + 1;
      if (r.status >= 500 || /secret of theirs/.test(JSON.stringify(r.body))) surprises.push([key,
          kind, r.status, r.body]);
    }
  }
}
for (const [key, c] of Object.entries(counts))
  say(key.padEnd(22) + Object.entries(c).map(([s, n]) => `${s} x${n}`).join(", "));
const total = Object.values(counts).reduce((n, c) => n + Object.values(c).reduce((a, b) => a + b),
    0);
ok(surprises.length === 0, `${total} hostile arguments: no 5xx, nothing of another team`,
    surprises.slice(0, 5));
let number = 500;
const good = () => { const label = `CORE-${++number}`; return op(draft(label), story(label,
    "DRAFT", "x")).op; };
const fields = ["op_id", "op", "uid", "base_version", "base_revision", "revision", "lineage",
    "oid", "sha256", "kind", "label",
  "scope", "num", "path", "title", "state", "from", "to", "normative", "reason", "imported"];
const head = (await must(ada, "head", { project: ours })).head;
const statuses = {};
const wrong = [];
for (const f of fields)
  for (const [kind, value] of Object.entries(values)) {
    if (kind === "10 MB" && f !== "title") continue;
    const r = await push(ada, ours, [{ ...good(), [f]: value }]);
    const status = r.status === 200 ? r.body.results?.[0].status : r.status;
    statuses[status] = (statuses[status] || 0) + 1;
    if (r.status >= 500 || /secret of theirs/.test(JSON.stringify(r.body))) wrong.push([f, kind,
        r.status, r.body]);
  }
say("fields of an op: " + Object.entries(statuses).map(([s, n]) => `${s} x${n}`).join(", "));
ok(wrong.length === 0,
    `${fields.length} fields x ${Object.keys(values).length} values: no 5xx, nothing of another team`, wrong.slice(0, 5));
for (const key of ["parents", "path", "author", "time", "how", "message", "text", "id", "oid"])
  for (const [kind, value] of Object.entries(values)) {
    if (kind === "10 MB" && key !== "text") continue;
    const o = good();
    const r = await push(ada, ours, [{ ...o, lineage: [{ ...o.lineage[0], [key]: value }] }]);
    if (r.status >= 500) wrong.push([key, kind, r.status, r.body]);
  }
ok(wrong.length === 0, "fields of a revision: no 5xx", wrong.slice(0, 5));

// The text of another team, by its blob id: an id is no proof of knowing the text.
const steal = op(draft("CORE-060"), story("CORE-001", "DRAFT", "secret of theirs")).op;
delete steal.lineage[0].text;
const stolen = await push(ada, ours, [steal]);
ok(stolen.body.results[0].status === "bad_op", "the text of another team cannot be had by its id",
    stolen.body);
const moved = await push(ada, ours, [{ ...op({ ...other.next }, "mine now").op }]);
ok(moved.body.results[0].status === "unknown_base", "another team's uid is unknown here",
    moved.body);
const theirs_after = await must(env("EVE"), "pull", { project: theirs });
ok(theirs_after.rows.length === 1 && theirs_after.head === 1, "and their project is as it was");
const replica = new Replica(ada, ours);
ok(await replica.pull() && (await must(ada, "verify_audit", { project: ours })).ok,
    "our project verifies after all of this");
say(`${head} -> ${replica.since}: revisions of the well-formed among them`);
ok(psql("select note from public.invoice") === "there before git-agent",
    "what the database had before is as it was");
done();
