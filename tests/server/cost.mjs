// What push and pull cost. The floor of push is one INSERT statement for the same rows, ready made,
// into tables of the same definition (types, indexes, checks, foreign keys, triggers), from one
// JSON document, in the same session, in turns: it computes no hash, no chain and no digest, reads
// no text and checks no rule. The second floor is that statement with the hashes that the rows
// hold (blob, revision, commitment, chain) computed again and compared: who believes no client has
// to. Compared is the time that the server's process was running: waiting for a processor is not
// in it. Figures are printed; what is checked does not depend on the clock: rows that the database
// had to touch.
import { execFileSync } from "node:child_process";
import { draft, env, must, ok, op, project, push, done, say, story, Replica } from "./client.mjs";

const ada = env("ADA"), bytes = Number(process.env.COST_BYTES || 3000),
    rounds = Number(process.env.COST_ROUNDS || 7);
const p = await project(ada);
const psql = sql => execFileSync("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", env("DATABASE")],
  { input: sql, maxBuffer: 1 << 28 }).toString().trim();
const median = list => list.sort((a, b) => a - b)[list.length >> 1];
const quote = text => "'" + text.replaceAll("'", "''") + "'";
const filler = n => Array.from({ length: Math.ceil(bytes / 70) }, (_, i) =>
  `- [ ] line ${i} of ${n}, ${Math.random().toString(36)} and so on, as criteria go`).join("\n");
const creates = (scope, r) => Array.from({ length: 200 }, (_, i) => {
  const label = `${scope}-${String(r * 1000 + i).padStart(3, "0")}`;
  return op(draft(label), story(label, "DRAFT", filler(i)));
});
const as = `set request.jwt.claims = '{"sub":"${env("ADA_ID")}"}';\nset role authenticated;\n`;
const tables = ["revision", "artifact", "text", "lineage"];

const hex = text => `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`;
const net = (...list) => list.map(x => `octet_length(${x}), ':', ${x}, ','`).join(", ");
const hashes = { artifact: "true",
  text: `oid = encode(extensions.digest(convert_to('blob ' || octet_length(body), 'UTF8') ||
    '\\x00'::bytea || convert_to(body, 'UTF8'), 'sha1'), 'hex')`,
  lineage: `id = ${hex(`concat(E'git-agent revision 1\\n', ${net("uid::text", "parent1", "parent2", "oid",
    "path", "author")}, time, ',', ${net("how", "message")})`)}`,
  revision: `commitment = ${hex("salt || '|' || body")} and hash = ${hex(`concat_ws('|', prev_hash, rev,
    uid, version, op, coalesce(state_from, ''), state_to, commitment, actor, op_id)`)}` };
// As one statement; a row whose hash is not what it says is not inserted.
const insert = (to, checked) => "with bodies as " + (checked ? "materialized " : "") +
  "(select * from jsonb_populate_recordset(null::floor.text, :text)), " + tables.slice(1).map(t =>
  `${t} as (insert into ${to}.${t} select x.* from ${t === "text" ? "bodies"
    : `jsonb_populate_recordset(null::floor.${t}, :${t})`} x` +
    `${checked ? " where " + hashes[t] : ""})`).join(", ") +
  ` insert into ${to}.revision select x.* from jsonb_populate_recordset(null::floor.revision,
    :revision) x` + (checked ? ` join bodies using (project_id, oid) where ${hashes.revision}` : "") +
  ";";

// One session, as PostgREST keeps them: each round pushes, edits, and inserts the same rows again.
const floor = name => `drop schema if exists ${name} cascade; create schema ${name};\n` +
  tables.map(t => `create table ${name}.${t} (like gitagent_private.${t} including all);
    alter table ${name}.${t} add foreign key (project_id)
      references gitagent_private.project;\n`).join("") +
  `alter table ${name}.artifact add foreign key (project_id, rev)
    references ${name}.revision (project_id, rev) deferrable initially deferred;
  create trigger guard after insert on ${name}.artifact referencing new table as written
    for each statement execute function gitagent_private.artifact_guard();\n`;
let sql = `set client_min_messages = warning;\n${floor("floor")}${floor("hashed")}
  select pg_backend_pid() as pid \\gset
  \\setenv PID :pid\n` + as;
const clock = "\\! read -r ran rest </proc/$PID/schedstat; echo ran $ran\n";
const timed = (name, statement) => { sql += `\\echo ${name}\n${clock}${statement}\n${clock}`; };
for (let r = 0; r < rounds + 2; r++) {
  const made = creates("CORE", r);
  timed("push",
      `select 'x' from (select gitagent.push('${p}', ${quote(JSON.stringify(made.map(m => m.op)))}::jsonb)) x;`);
  sql += "reset role;\n" + tables.map(t =>
      `select quote_literal((select jsonb_agg(to_jsonb(x)) from gitagent_private.${t} x
    where project_id = '${p}' and ${t === "text" ?
        `oid in (select oid from gitagent_private.artifact where project_id = '${p}'
      and rev > (select head - 200 from gitagent_private.project where id = '${p}'))`
    : `${t === "lineage" ? "added_rev" : "rev"} > (select head - 200 from gitagent_private.project where id = '${p}')`})) as ${t} \\gset\n`).join("");
  timed("insert", insert("floor", false));
  timed("hashed", insert("hashed", true));
  sql += as;
  const edits = made.map(m => op(m.next, story(m.next.label, "DRAFT", filler(r))).op);
  timed("edit",
      `select 'x' from (select gitagent.push('${p}', ${quote(JSON.stringify(edits))}::jsonb)) x;`);
}
sql += "reset role; drop schema floor, hashed cascade;\n";
const times = { push: [], insert: [], hashed: [], edit: [] };
let name, began;
for (const line of psql(sql).split("\n")) {
  const time = line.match(/^ran (\d+)/)?.[1];
  if (times[line]) [name, began] = [line, null];
  else if (time && began) [times[name], began] = [[...times[name], (time - began) / 1e6], null];
  else if (time) began = time;
}
const mid = name => median(times[name].slice(2));  // the first two warm the caches
const ratio = name => `${mid(name).toFixed(1)} ms (${(mid("push") / mid(name)).toFixed(2)}x)`;
say(`200 creates of ${bytes} bytes: push ${mid("push").toFixed(1)} ms; the same rows by one INSERT ` +
  `${ratio("insert")}, with their hashes checked ${ratio("hashed")}; processor time of the server, ` +
  `median of ${rounds}, in one session`);
say(`200 edits: ${mid("edit").toFixed(1)} ms`);
const http = [];
for (let r = 0; r < rounds; r++) {
  const ops = creates("WEB", r).map(m => m.op);
  const from = process.hrtime.bigint();
  const reply = await push(ada, p, ops);
  http.push(Number(process.hrtime.bigint() - from) / 1e6);
  if (r === 0)
    ok(reply.body.results?.every(x => x.status === "applied"), "a batch of 200 is applied",
        reply.body.results?.[0] || reply.body);
}
say(`200 creates over HTTP: ${median(http).toFixed(1)} ms`);

const replica = new Replica(ada, p);
ok(await replica.pull(), "the digest is that of what was pulled");
const fetched = call => {  // rows that the call reads from our tables, once plans are made
  const count = "select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) from pg_stat_xact_user_tables where schemaname = 'gitagent_private';\n";
  const out = psql(
      `begin;\nset local request.jwt.claims = '{"sub":"${env("ADA_ID")}"}';\nset enable_seqscan = off;\n` +
    `\\o /dev/null\n${call}\n${call}\n\\o\n${count}\\o /dev/null\n${call}\n\\o\n${count}`).split(
        "\n");
  return Number(out.at(-1)) - Number(out.at(-2));
};
const ms = call => {
  const out = psql(as + "\\timing on\n" + call.repeat(9)).split("\n").filter(l => l.startsWith(
      "Time:"));
  return median(out.slice(2).map(l => Number(l.match(/([\d.]+) ms/)[1])));
};
const pull = (since,
    hash) => `select length(gitagent.pull('${p}', '"${replica.epoch}"', '${since}', '"${hash}"')::text);\n`;
const none = pull(replica.since, replica.hash);
say(`pull, nothing new, of ${replica.rows.size} artifacts: ${fetched(none)} rows read, ${ms(none)} ms in the database`);
ok(fetched(none) <= 5, "a pull with nothing new reads at most 5 rows", fetched(none));
for (const k of [1, 10, 100]) {
  const since = replica.since - k;
  const call = pull(since,
      psql(`select hash from gitagent_private.revision where project_id = '${p}' and rev = ${since}`));
  const n = fetched(call);
  say(`pull of ${k} changes: ${n} rows read, ${ms(call)} ms`);
  ok(n <= 10 + 10 * k, `a pull of ${k} changes reads rows in proportion`, n);
}
const cursor = { project: p, epoch: replica.epoch, since: replica.since, since_hash: replica.hash };
const from = process.hrtime.bigint();
for (let i = 0; i < 50; i++)
  await must(ada, "pull", cursor);
say(`pull, nothing new, over HTTP: ${(Number(process.hrtime.bigint() - from) / 50e6).toFixed(2)} ms`);
done();
