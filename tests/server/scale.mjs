// What a pull costs in a project of 1,000, 10,000 and 100,000 artifacts (SCALE_SIZES): requests and
// bytes over HTTP, rows that the database read, and whether it walked through a whole table. Nothing
// here depends on the clock. The artifacts of others are made in the database; their hashes are
// none, which a pull does not look at.
import { draft, done, env, must, ok, op, project, push, rpc, say, story } from "./client.mjs";
import { grow, psql } from "./grow.mjs";

const ada = env("ADA");
const sizes = (process.env.SCALE_SIZES || "1000 10000").split(" ").map(Number);

// Rows read and whole tables walked through by the second of two calls, since the first makes the
// plans. Projects and their members are not counted: the planner may read a page of them as a whole.
function read(first, second) {
  const call = what => `\\o /dev/null\nselect gitagent.${what};\n\\o\n`;
  const count = `select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) || ' ' ||
    coalesce(sum(seq_scan) filter (where relname in ('artifact', 'revision', 'text', 'lineage')), 0)
    from pg_stat_xact_user_tables where schemaname = 'gitagent_private'
    and relname not in ('project', 'member');\n`;
  const [before, after] = psql(`begin;\nset local request.jwt.claims = '{"sub":"${env("ADA_ID")}"}';\n` +
    call(first) + count + call(second) + count).split("\n").map(l => l.split(" ").map(Number));
  return { rows: after[0] - before[0], walks: after[1] - before[1] };
}

// What the planner may know: of this project nothing, since it came after the last analyze, and of
// others that they have many rows; or the truth. What a call reads depends on none.
const tables = ["artifact", "revision", "text", "lineage", "project"].map(t => `gitagent_private.${t}`);
const analyze = () => psql(tables.map(t => `analyze ${t};`).join("\n"));
const knowledge = { "of others": () => {}, "all": analyze };
psql(tables.map(t => `alter table ${t} set (autovacuum_enabled = false);`).join("\n"));
grow(await project(ada), 0, 2000);
analyze();
const p = await project(ada);
const quote = value => "'" + JSON.stringify(value).replaceAll("'", "''") + "'";
const pulls = cursor => `pull('${p}', ${["epoch", "since", "since_hash"].map(k =>
  quote(cursor[k])).join(", ")})`;
const pushes = ops => `push('${p}', ${quote(ops)})`;
const doc = label => op(draft(label), story(label, "DRAFT", "x".repeat(2000)));
let at = 0;
const bytes = {}, rows = {};
for (const size of sizes) {
  grow(p, at, size);
  at = size;
  for (const [known, learn] of Object.entries(knowledge)) {
    learn();
    for (const k of [0, 1, 10, 100]) {
      const head = await must(ada, "head", { project: p });
      const cursor = { project: p, epoch: head.epoch, since: head.head, since_hash: head.hash };
      const made = Array.from({ length: k }, (_, i) => doc(`K${k}-${at + i}`));
      if (k) {
        const r = await push(ada, p, made.map(m => m.op));
        if (r.body.results?.some(x => x.status !== "applied")) throw new Error(JSON.stringify(r.body));
        at = r.body.head;
      }
      let requests = 0, sent = 0, got = 0, page;
      for (const c = { ...cursor }; !page || page.more; ) {
        const r = await rpc(ada, "pull", c);
        page = r.body;
        requests++;
        sent += r.size + JSON.stringify(c).length;
        got += page.rows.length;
        Object.assign(c, { since: page.next, since_hash: page.next_hash });
      }
      const cost = read(pulls(cursor), pulls(cursor));
      const name = `${k} changes of ${size}, the planner knows ${known}`;
      say(`${name}: ${requests} requests, ${sent} bytes, ${cost.rows} rows read, ${cost.walks} ` +
        "tables walked");
      ok(got === k && requests === 1 && cost.walks === 0 && cost.rows <= 50 + 10 * k &&
        (k ? sent < 4000 * k + 1000 : sent < 1000), `a pull of ${name} costs what changed`, cost);
      (bytes[k] ||= []).push(sent);
      (rows[k] ||= []).push(cost.rows);
      if (!k) continue;
      const more = letter => Array.from({ length: k }, (_, i) => doc(`${letter}${k}-${at + i}`).op);
      for (const [what, again] of [["new", more("M")], ["edits", made.map(m =>
        op(m.next, story(m.next.label, "DRAFT", "y".repeat(2000))).op)]]) {
        const cost = read(pushes(more("L")), pushes(again));
        say(`push of ${name}, ${what}: ${cost.rows} rows read, ${cost.walks} tables walked`);
        ok(cost.walks === 0 && cost.rows <= 50 + 20 * k, `a push of ${name}, ${what}, costs what changed`,
          cost);
      }
    }
  }
}
for (const k of Object.keys(bytes))
  ok(Math.max(...bytes[k]) <= Math.min(...bytes[k]) * 1.1 + 50 &&
    Math.max(...rows[k]) <= Math.min(...rows[k]) + 50 + Number(k),
    `${k} changes cost the same in ${sizes.join(", ")} artifacts`, [bytes[k], rows[k]]);
psql(tables.map(t => `alter table ${t} reset (autovacuum_enabled);`).join("\n"));
done();
