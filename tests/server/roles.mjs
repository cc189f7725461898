// supabase-js, the library that everybody has, as an attacker: each call and each table, by who
// is no member, by a reader and by an author. What each of them got is printed as a table.
import { createRequire } from "node:module";
import { done, draft, env, must, ok, op, project, push, say, story } from "./client.mjs";
import { changed, contents, psql, tables } from "./database.mjs";

let createClient;
try {
  ({ createClient } = createRequire(env("MODULES") + "/x.js")("@supabase/supabase-js"));
} catch {
  console.log("1..0 # SKIP supabase-js is not installed: scripts/bootstrap --server");
  process.exit(0);
}

// --- a project with something to take, and something to approve ---------------------------------
const ada = env("ADA"), cyd = env("CYD");
const ours = await project(ada, { BOB: "reader", CYD: "author", DAN: "author" });
const theirs = await project(ada);
let number = 0;
const text = (doc, state, where = ours) => story(doc.label, state,
    `secret of ${where === ours ? "this" : "that"} project, see CORE-001`);
async function send(auth, where, doc, state, more = {}) {
  const made = op(doc, state && text(doc, state, where), more);
  const r = await push(auth, where, [made.op]);
  if (r.body.results?.[0].status !== "applied") throw new Error(JSON.stringify(r.body));
  return made.next;
}
async function make(auth, where, ...states) {
  let doc = await send(auth, where, draft(`CORE-00${++number}`), "DRAFT");
  for (const to of states)
    doc = to === "APPROVED" ? await send(ada, where, doc, to, { op: "transition", to })
      : to === null ? await send(auth, where, doc, null)
      : await send(auth, where, doc, to, { op: "transition", to });
  return doc;
}
const open = await make(ada, ours), committed = await make(ada, ours, "COMMITTED");
const own = await make(cyd, ours, "COMMITTED"), typed = await make(ada, ours, "COMMITTED");
const approved = await make(cyd, ours, "COMMITTED", "APPROVED");
const agreed = await make(cyd, ours, "COMMITTED", "APPROVED");
const doomed = await make(ada, ours), gone = await make(ada, ours, null);
await make(ada, theirs);
await must(ada, "member_set", { project: ours, user: env("DAN_ID"), role: null });

// --- what is tried: name -> [function, arguments, who may] ---------------------------------------
const nobody = "", writers = "author", members = "reader author";
const move = (doc, to, more) => op(doc, text(doc, to), { op: "transition", to, ...more }).op;
const one = o => ({ project: ours, device: "d", ops: [o] });
const calls = {
  head: [{ project: ours }, members], pull: [{ project: ours }, members],
  manifest: [{ project: ours }, members], bodies: [{ project: ours, uids: [open.uid] }, members],
  history: [{ project: ours, uid: open.uid }, members],
  verify_audit: [{ project: ours }, members], member_list: [{ project: ours }, members],
  project_join: [{ slug: "test" }, members],
  ack: [{ project: ours, device: "d", rev: 1 }, members],
  "claim, to see who edits": [{ project: ours }, members],
  release: [{ project: ours, device: "d", uid: open.uid }, members],
  claim: [{ project: ours, device: "d", uid: open.uid, minutes: 5 }, writers],
  lease: [{ project: ours, kind: "story", scope: "CORE" }, writers],
  "push: edit": [one(op(open, story(open.label, "DRAFT", "x")).op), writers],
  "push: create": [one(op(draft("CORE-900"), story("CORE-900", "DRAFT", "x")).op), writers],
  "push: delete a draft": [one(op(doomed, null).op), writers],
  "push: a state typed into the text": [one(op(typed, story(typed.label, "APPROVED", "x"),
      { state: "APPROVED" }).op), writers],
  "push: approve": [one(move(committed, "APPROVED")), nobody],
  "push: approve one's own": [one(move(own, "APPROVED")), nobody],
  "push: take an approval back": [one(move(agreed, "DRAFT", { reason: "x" })), nobody],
  "push: delete what is approved": [one(op(approved, null).op), nobody],
  "push: into another project": [{ ...one(op(draft("CORE-901"), "x").op), project: theirs },
    nobody],
  purge: [{ project: ours, uid: gone.uid }, nobody],
  "member_set, oneself as admin": [{ project: ours, role: "admin" }, nobody],
  "member_set, the admin out": [{ project: ours, user: env("ADA_ID"), role: null }, nobody],
  member_add: [{ project: ours, email: "eve@example.org", role: "admin" }, nobody],
  member_remove: [{ project: ours, email: "ada@example.org" }, nobody],
  kinds_set: [{ project: ours, id: "x", document: { kinds: [] } }, nobody],
  "kinds_set, the built-in ones": [{ project: ours }, nobody],
};
const functions = new Set(Object.keys(calls).map(name => name.match(/^\w+/)[0]));
const missing = psql("select distinct proname from pg_proc where pronamespace = " +
    "'gitagent'::regnamespace").split("\n").filter(f => !functions.has(f));
ok(missing.join() === "project_create", `${functions.size} functions are tried: all but ` +
    "project_create, which is for everybody who has signed in", missing);

// --- who tries -----------------------------------------------------------------------------------
const callers = { anon: null, "non-member": "eve", "removed member": "dan", reader: "bob",
  author: "cyd" };
const views = ["projects", "artifacts", "history", "links", "audit"];
const relations = { gitagent: [...views, ...tables()], gitagent_private: tables(),
  public: tables() };
const grid = {}, wrong = [];
let tried = 0;
const cell = (what, who, text) => { (grid[what] ||= {})[who] = String(text); };
async function attempt(query) {
  const { data, error, status } = await query;
  tried++;
  // An empty list, or nothing: neither a row nor the word that it was written.
  return { data, error, status, got: !error && (Array.isArray(data) ? data.length > 0 :
    data !== null) };
}
async function connect(name, schema) {
  const client = createClient(env("URL"), env("KEY"), { db: { schema },
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: class {} } });  // node before 22 has no WebSocket
  if (!name) return client;
  const { error } = await client.auth.signInWithPassword({ email: `${name}@example.org`,
    password: `${name}-password` });
  if (error) throw new Error(error.message);
  return client;
}

async function read(client, who) {
  for (const view of views) {
    const all = await attempt(client.from(view).select("*"));
    const rows = (all.data || []).filter(r => r.project === ours);
    cell(`select ${view}`, who, all.error ? all.status : `${rows.length} rows`);
    if (/secret of that project/.test(JSON.stringify(all)))
      wrong.push([who, view, "another team's"]);
    if (members.includes(who) !== rows.length > 0) wrong.push([who, view, rows.length]);
    const either = await attempt(client.from(view).select("*").or(
        `project.eq.${ours},project.neq.${theirs}`));
    if (!members.includes(who) && JSON.stringify(either.data || []).includes(ours))
      wrong.push([who, view, either.data]);
  }
}

async function write(client, who, schema) {
  for (const [method, how] of Object.entries({
    insert: (q, c) => q.insert({ [c]: ours }).select(),
    upsert: (q, c) => q.upsert({ [c]: ours }).select(),
    update: (q, c, set) => q.update({ [set]: "APPROVED" }).eq(c, ours).select(),
    delete: (q, c) => q.delete().eq(c, ours).select() })) {
    let took = 0;
    for (const t of relations[schema]) {
      const column = t === "project" ? "id" : views.includes(t) ? "project" : "project_id";
      const r = await attempt(how(client.from(t), column,
        { projects: "slug", links: "label", history: "reason", audit: "what" }[t] || "state"));
      if (!r.error) { took++; wrong.push([who, schema, t, method, r.status, r.data]); }
    }
    cell(`${method}, ${relations[schema].length} of ${schema}`, who, `${took} taken`);
  }
}

async function call(client, who) {
  for (const [name, [args, may]] of Object.entries(calls)) {
    const f = name.match(/^\w+/)[0];
    const r = await attempt(client.rpc(f, name.includes("oneself") ?
      { ...args, user: env(`${(callers[who] || "eve").toUpperCase()}_ID`) } : args));
    const said = f === "push" && !r.error ? r.data.results[0].status : r.status;
    cell(name, who, said);
    const done = f === "push" ? said === "applied" : f === "project_join" ?
      JSON.stringify(r.data)?.includes(ours) : r.got;
    if (Boolean(done) !== (may !== "" && may.split(" ").includes(who)))
      wrong.push([who, name, r.status, r.data, r.error]);
    if (!members.includes(who) && /secret of this project/.test(JSON.stringify(r)))
      wrong.push([who, name, "the text"]);
  }
}

const approvals = () => psql("select string_agg(label || ' ' || approval_state || ' ' || " +
    `approver, ', ' order by label) from gitagent_private.artifact where project_id = '${ours}' ` +
    "and approval_counts");
const before = approvals();
for (const [who, name] of Object.entries(callers)) {
  const was = contents();
  for (const schema of Object.keys(relations)) {
    const client = await connect(name, schema);
    if (schema === "gitagent") await read(client, who);
    else for (const t of relations[schema]) {
      const r = await attempt(client.from(t).select("*"));
      if (!r.error) wrong.push([who, schema, t, r.data]);
    }
    await write(client, who, schema);
    if (schema === "gitagent") await call(client, who);
    else for (const f of functions) {
      const r = await attempt(client.rpc(f, { project: ours }));
      if (!r.error) wrong.push([who, schema, f, r.data]);
    }
  }
  // A reader's own cursor is all that reading leaves behind.
  const allowed = { reader: ["device"], author: ["artifact", "counter", "device", "intent", "lease",
    "lineage", "project", "revision", "text"] }[who] || [];
  const other = changed(was).filter(t => !allowed.includes(t));
  ok(other.length === 0, `${who}: nothing is written${allowed.length ? " but " +
    allowed.join(", ") : ""}`, other);
}
const people = Object.keys(callers);
say("what is tried".padEnd(36) + people.map(p => p.padStart(16)).join(""));
for (const [what, row] of Object.entries(grid))
  say(what.padEnd(36) + people.map(p => row[p].padStart(16)).join(""));
ok(wrong.length === 0, `${tried} queries and calls of ${people.join(", ")}: each got what its ` +
    "role may, and nothing else", wrong.slice(0, 5));
ok(approvals() === before && /CORE-005 APPROVED.*CORE-006 APPROVED/.test(before),
    "what is approved is what was approved", [before, approvals()]);
ok(psql(`select forged from gitagent_private.artifact where uid = '${typed.uid}'`) === "t",
    "an approval that an author types is forged");
done();
