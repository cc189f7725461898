// An upgrade keeps data: a database of an older version (tests/server/older/) gets the migrations of
// this one, twice, and is then used.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { digest, done, env, ok, op, say, story } from "./client.mjs";

const top = join(dirname(fileURLToPath(import.meta.url)), "../.."), older = "older";
const run = (database, sql) => execFileSync("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1",
  env("DATABASE").replace(/[^/]*$/, database)], { input: sql, stdio: "pipe", maxBuffer: 1 << 28,
  env: { ...process.env, PGOPTIONS: "-c client_min_messages=warning" } }).toString().trim();
const psql = sql => run(older, sql);
const migrations = join(top, "supabase/migrations");
const migrate = () => {
  for (const file of readdirSync(migrations).sort())
    psql(`begin;\n${readFileSync(join(migrations, file))}\ncommit;`);
};
// The columns that the older version had, of the rows that it had.
const tables = () => JSON.parse(psql(`select json_object_agg(table_name, list) from (
  select table_name, json_agg(quote_ident(column_name) order by ordinal_position) list
  from information_schema.columns where table_schema = 'gitagent_private' group by 1) t`));
const rows = columns => Object.entries(columns).flatMap(([t, list]) => psql(
  `select '${t} ' || row(${list.join(", ")})::text from gitagent_private.${t}`).split("\n"));
const as = (user, sql) => psql(`select set_config('request.jwt.claims', '{"sub":"${user}"}', false)
  is null;\nset role authenticated;\n${sql}`).split("\n").at(-1);
const call = (user, sql) => JSON.parse(as(user, sql));

for (const fixture of readdirSync(join(top, "tests/server/older")).sort()) {
  run("postgres", `drop database if exists ${older};\ncreate database ${older} template template0;`);
  psql(readFileSync(join(top, "tests/server/older", fixture)));
  const columns = tables(), before = rows(columns);
  migrate();
  const once = rows(columns), lost = before.filter(row => !once.includes(row));
  ok(before.length > 100 && lost.length === 0,
    `${fixture}: ${before.length} rows of ${Object.keys(columns).length} tables are kept`, lost[0]);
  migrate();
  ok(rows(columns).sort().join("\n") === once.sort().join("\n"), "and once more changes nothing");

  const projects = JSON.parse(psql(`select json_agg(x) from (select p.id, p.slug, m.user_id, p.head,
    gitagent_private.hex(p.digest) digest from gitagent_private.project p
    join gitagent_private.member m on m.project_id = p.id and m.role = 'admin') x`));
  for (const p of projects) {
    const audit = call(p.user_id, `select gitagent.verify_audit('${p.id}')`);
    ok(audit.ok && audit.revisions === p.head, `the chain of ${p.head} revisions verifies`, audit);
    const page = call(p.user_id, `select gitagent.pull('${p.id}')`);
    ok(page.digest === digest(new Map(page.rows.map(r => [r.uid, r]))) && page.digest === p.digest,
      "the digest is that of what is pulled");
    ok(page.rows.some(r => r.lineage.length), `${page.rows.length} artifacts have their history`);
    const live = page.rows.find(r => !r.deleted && r.label === "CORE-001");
    const made = op({ ...live, kind: "story" }, story("CORE-001", live.state, "after the upgrade"),
      { kind: "story", label: "CORE-001", state: live.state });
    const pushed = call(p.user_id, `select gitagent.push('${p.id}',
      $json$${JSON.stringify([made.op])}$json$)`);
    ok(pushed.results?.[0].status === "applied" && pushed.head === p.head + 1, "push goes on",
      pushed);
  }
  const [p] = projects;
  ok(psql("select locked from gitagent_private.kind_state where kind = 'plan' and name = 'COMMITTED'") ===
    "t", "a state that the team had locked is locked");
  const kinds = execFileSync(process.argv[2], ["--document"], { maxBuffer: 1 << 24 }).toString();
  ok(call(p.user_id, `select gitagent.kinds_set('${p.id}', '"x"', $json$${kinds}$json$)`).kinds === "x",
    "a project may have kinds of its own now");
  say(psql("select count(*) || ' functions' from pg_proc where pronamespace = 'gitagent'::regnamespace"));
  run("postgres", `drop database ${older}`);
}
done();
