// Purge, restore from a backup, cursors, tombstones that are gone, upgrade with data in place, and
// another client's view of it all.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Replica, done, draft, env, must, ok, op, project, push, rpc, say,
    story } from "./client.mjs";

const psql = sql => execFileSync("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", env("DATABASE")],
    { input: sql, stdio: "pipe", maxBuffer: 1 << 28 }).toString().trim();
const refused = sql => { try { psql(sql); return null; } catch (e) { return String(e.stderr); } };
const ada = env("ADA"), top = join(dirname(fileURLToPath(import.meta.url)), "../..");
async function send(p, doc, text, more) {
  const made = op(doc, text, more), r = await push(ada, p, [made.op]);
  if (r.body.results?.[0].status !== "applied") throw new Error(JSON.stringify(r.body));
  return made.next;
}

// --- purge -----------------------------------------------------------------------------------
let p = await project(ada, { BOB: "author" });
let doomed = draft("CORE-001"), kept = draft("CORE-002");
const common = "the same text in both\n";
doomed = await send(p, doomed, story("CORE-001", "DRAFT", "a name that must go"));
kept = await send(p, kept, common);
doomed = await send(p, doomed, common);
ok((await rpc(ada, "purge", { project: p, uid: doomed.uid })).status === 409,
    "what is live cannot be purged");
ok((await rpc(env("BOB"), "purge", { project: p, uid: doomed.uid })).status === 403,
    "purge is an admin's");
doomed = await send(p, doomed, null);
const purged = await must(ada, "purge", { project: p, uid: doomed.uid });
ok(purged.texts === 1 && purged.revisions === 3,
    "purge erases the text that nobody else has, and the salts", purged);
let audit = await must(ada, "verify_audit", { project: p });
ok(audit.ok && audit.purged === 3 && audit.revisions === 4, "the chain still verifies", audit);
const dump = psql(["artifact", "revision", "lineage", "text"].map(t =>
  `select x::text from gitagent_private.${t} x where project_id = '${p}'`).join(" union all "));
ok(!dump.includes("a name that must go"), "nothing of the text is left in the tables");
ok(dump.includes("the same text in both"), "what another artifact has stays");
const replica = new Replica(ada, p);
ok(await replica.pull() && replica.rows.get(doomed.uid).purged &&
    replica.rows.get(doomed.uid).lineage.length === 0,
  "a clone learns that it is gone, and the digest is equal");
ok(replica.rows.get(kept.uid).lineage[0].text === common, "and has the other one's text");


// --- a statement that takes too long (57014): nothing of it stays, and the client splits it --------
const many = Array.from({ length: 200 }, (_, i) => op(draft(`SLOW-${100 + i}`),
  story(`SLOW-${100 + i}`, "DRAFT", "x".repeat(3000))).op);
const count = () => psql(["revision", "artifact", "text", "lineage"].map(t =>
  `select count(*) from gitagent_private.${t} where project_id = '${p}'`).join(" union all "));
const whole = count(), head = await must(ada, "head", { project: p });
const late = refused(`select set_config('request.jwt.claims', '{"sub":"${env("ADA_ID")}"}', false);
  set role authenticated;\nset statement_timeout = '10ms';
  select gitagent.push('${p}', $json$${JSON.stringify(many)}$json$);`);
ok(/statement timeout/.test(late) && count() === whole &&
  (await must(ada, "head", { project: p })).hash === head.hash,
"a push that was cancelled half-way leaves nothing", late?.slice(0, 200));
const halves = [await push(ada, p, many.slice(0, 100)), await push(ada, p, many.slice(100))];
ok(halves.every(r => r.body.results?.every(x => x.status === "applied" && !x.dup)),
  "and its halves are applied as if it had never been");

// --- history is append-only, also for who has the database password ----------------------------
for (const sql of [`update gitagent_private.revision set state_to = 'APPROVED' where project_id = '${p}'`,
    `update gitagent_private.revision set salt = null where project_id = '${p}'`,
    `delete from gitagent_private.revision where project_id = '${p}'`])
  ok(/append-only/.test(refused(sql)), sql.replace(/gitagent_private\.|where.*/g,
      "") + "is refused");
ok(/push only/.test(refused(
    `update gitagent_private.artifact set state = 'APPROVED' where project_id = '${p}' and uid = '${kept.uid}'`)),
  "an artifact's state without a revision of it is refused");

// --- an audit that fails: what the triggers cannot see ------------------------------------------
const tampered = psql(
    `begin; select set_config('request.jwt.claims', '{"sub":"${env("ADA_ID")}"}', true);
  update gitagent_private.text set body = 'tampered' where project_id = '${p}';
  select gitagent_private.verify_audit('${p}'); rollback;`).split("\n").at(-1);
ok(JSON.parse(tampered).why === "commitment",
    "a text that was changed behind its commitment is found", tampered);
const cut = psql(
    `begin; select set_config('request.jwt.claims', '{"sub":"${env("ADA_ID")}"}', true);
  update gitagent_private.project set head = head - 1 where id = '${p}';
  select gitagent_private.verify_audit('${p}'); rollback;`).split("\n").at(-1);
ok(JSON.parse(cut).why === "head", "a head that is not the chain's end is found", cut);

// --- restored from a backup -------------------------------------------------------------------
const backup = ["project", "member", "revision", "artifact", "text", "lineage"];
const dir = mkdtempSync(join(tmpdir(), "git-agent-server-"));
try {
  p = await project(ada, { BOB: "author" });
  let a = await send(p, draft("CORE-001"), story("CORE-001", "DRAFT", "one"));
  const saved = backup.map(t => [t, psql(`copy (select x.* from gitagent_private.${t} x where ` +
    `${t === "project" ? "id" : "project_id"} = '${p}') to stdout`)]);
  const before = new Replica(ada, p), after = new Replica(env("BOB"), p);
  await before.pull();
  const restored_from = a;
  a = await send(p, a, story("CORE-001", "DRAFT", "two"));
  await send(p, draft("CORE-002"), story("CORE-002", "DRAFT", "lost by the restore"));
  await after.pull();
  psql(`delete from gitagent_private.project where id = '${p}';\n` + saved.map(([t, rows]) =>
    `copy gitagent_private.${t} from stdin;\n${rows}\n\\.\n`).join(""));
  const asked = c => rpc(ada, "pull", { project: p, epoch: c.epoch, since: c.since,
      since_hash: c.hash });
  ok((await asked(after)).body.reset === "ahead_of_server",
      "restored from a backup: a newer cursor is told ahead_of_server");
  ok((await asked(before)).body.reset === undefined, "a cursor from before the backup goes on");
  const late = await push(ada, p, [op(restored_from, "x").op], { epoch: after.epoch,
      since: after.since, since_hash: after.hash });
  ok(late.body.reset === "ahead_of_server", "and so is a push", late.body);
  await send(p, restored_from, story("CORE-001", "DRAFT", "another two"));
  await send(p, draft("CORE-003"), "x");
  ok((await asked(after)).body.reset === "history_diverged",
      "when the numbers have caught up: history_diverged");
  psql(`update gitagent_private.project set epoch = gen_random_uuid() where id = '${p}'`);
  ok((await asked(before)).body.reset === "epoch", "a new epoch resets everybody");
  psql(`update gitagent_private.project set min_rev = 2, epoch = '${before.epoch}' where id = '${p}'`);
  ok((await asked(before)).body.reset === "too_old", "tombstones that are gone: too_old");
  audit = await must(ada, "verify_audit", { project: p });
  ok(audit.ok, "the restored project verifies", audit);

  // --- upgrade ----------------------------------------------------------------------------------
  const counted = () =>
      psql("select string_agg(c, ' ') from (select count(*) || ':' || coalesce(sum(hashtext((to_jsonb(x) - 'note')::text)), 0) c " +
    "from gitagent_private.artifact x union all select count(*) || ':' || coalesce(sum(hashtext(x::text)), 0) from gitagent_private.revision x " +
    "union all select count(*) || ':' || coalesce(sum(hashtext(x::text)), 0) from gitagent_private.lineage x union all " +
    "select count(*) || ':' || coalesce(sum(hashtext(x::text)), 0) from gitagent_private.text x order by 1) q");
  const was = counted(), files = join(top, "supabase/migrations");
  const migrate = folder => execFileSync(join(top, "scripts/test-backend"),
    ["migrate", "--dir", env("BACKEND"), folder], { stdio: "pipe" });
  migrate(files);
  ok(counted() === was, "all migrations again: not a byte of the data is another");
  // A later version: a column, a state, a function's body.
  writeFileSync(join(dir, "20270101000001_next.sql"), `
    alter table gitagent_private.artifact add column if not exists note text;
    insert into gitagent_private.kind_state (kind, name, rank, gate, initial)
    values ('story', 'SHIPPED', 7, false, false) on conflict do nothing;
    insert into gitagent_private.transition values ('story', 'DRAFT', 'SHIPPED', 'author', false,
        false, false)
    on conflict do nothing;`);
  migrate(dir);
  migrate(dir);
  ok(counted() === was, "a later migration, twice: the data is kept");
  const fresh = new Replica(ada, p);
  ok(await fresh.pull() && (await must(ada, "verify_audit", { project: p })).ok,
      "and it is pulled and verified as before");
  let next = await send(p, draft("CORE-090"), story("CORE-090", "DRAFT", "after the upgrade"));
  next = await send(p, next, story("CORE-090", "SHIPPED", "after the upgrade"), { op: "transition",
      to: "SHIPPED" });
  ok(await fresh.pull() && fresh.rows.get(next.uid).state === "SHIPPED",
      "push and pull go on, with the new state");
  migrate(files);
  ok((await fresh.pull()), "and the first migrations once more over the later one");
  psql("alter table gitagent_private.artifact drop column note; delete from gitagent_private.transition where to_state = 'SHIPPED'; " +
    "delete from gitagent_private.kind_state where name = 'SHIPPED'");
} finally {
  rmSync(dir, { recursive: true });
}

// --- an independent reader ----------------------------------------------------------------------
let createClient;
try {
  ({ createClient } = createRequire(env("MODULES") + "/x.js")("@supabase/supabase-js"));
} catch {
  say("supabase-js is not installed: not run");
}
if (createClient) {
  const client = createClient(env("URL"), env("KEY"), { db: { schema: "gitagent" },
      auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: class {} } });  // node before 22 has no WebSocket
  const { error } = await client.auth.signInWithPassword({ email: "ada@example.org",
      password: "ada-password" });
  ok(!error, "supabase-js signs in (Auth is a substitute)", error?.message);
  const q = await project(ada);
  const doc = await send(q, draft("CORE-001"), story("CORE-001", "DRAFT", "see CORE-777"));
  await send(q, draft("CORE-777"), story("CORE-777", "DRAFT", "seen"));
  const { data: page } = await client.rpc("pull", { project: q, since: 0 });
  ok(page?.rows.length === 2 && page.rows[0].lineage[0].text === doc.text,
      "supabase-js pulls what we pushed", page);
  const { data: view } = await client.from("artifacts").select("label,state,body").eq("project",
      q).order("label");
  ok(view?.[0].label === "CORE-001" && view[0].body === doc.text, "and reads the view artifacts",
      view);
  const { data: links } = await client.from("links").select("label,names,names_uid").eq("project",
      q);
  ok(links?.length === 1 && links[0].names === "CORE-777" && links[0].names_uid, "and links",
      links);
  const { data: history } = await client.from("history").select("rev,op,actor").eq("project",
      q).order("rev");
  ok(history?.length === 2 && history[0].actor === "Ada <ada@example.org>", "and history", history);
  await client.auth.signOut();
  const { data: none, error: denied } = await client.from("artifacts").select("label").eq(
      "project", q);
  ok(!none?.length, "and nothing after signing out", denied?.message);
}
done();
