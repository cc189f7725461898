// What a push of one, a pull of nothing and a page of a first clone cost the server in a project of
// CURVE_SIZES artifacts, and what an artifact takes on its disk. Processor time of PostgreSQL.
import { draft, env, must, op, project, push, story } from "../server/client.mjs";
import { grow, psql } from "../server/grow.mjs";
import { clock, passed } from "./proc.mjs";

const ada = env("ADA");
const sizes = (process.env.CURVE_SIZES || "1000 10000 100000").split(" ").map(Number);
const times = Number(process.env.CURVE_TIMES || 60);
const p = await project(ada), texts = "- [ ] a line, as criteria go\n".repeat(90);

// Median wall and mean processor time of a call; what its answer was.
async function cost(call) {
  const walls = [];
  let answer;
  for (let i = 0; i < 5; i++) await call(-1 - i);
  const from = clock();
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    answer = await call(i);
    walls.push(performance.now() - start);
  }
  walls.sort((a, b) => a - b);
  const cpu = passed(from).postgres / times;
  return { wall: walls[times >> 1].toFixed(1), cpu: cpu.toFixed(2), answer };
}

console.log("artifacts   push 1: wall, postgres ms   pull 0: wall, postgres   " +
  "page: wall, postgres, rows   bytes each");
const first = { project: p, epoch: null, since: 0, since_hash: null };
let at = 0;
for (const size of sizes) {
  grow(p, at, size);
  psql("analyze gitagent_private.artifact; analyze gitagent_private.revision; " +
    "analyze gitagent_private.text; analyze gitagent_private.lineage;");
  // That may have taken so long that the connection is gone.
  await must(ada, "head", { project: p }).catch(() => {});
  const one = await cost(async i => {
    const r = await push(ada, p, [op(draft(`P${size}-${i + 10}`), story("P", "DRAFT", texts)).op]);
    if (r.body.results?.[0].status !== "applied") throw new Error(JSON.stringify(r.body));
  });
  const head = await must(ada, "head", { project: p });
  at = head.head;
  const cursor = { project: p, epoch: head.epoch, since: head.head, since_hash: head.hash };
  const none = await cost(() => must(ada, "pull", cursor));
  const page = await cost(() => must(ada, "pull", first));
  const bytes = psql(`select sum(pg_total_relation_size('gitagent_private.' || t)) / ${at}
    from unnest(array['revision', 'artifact', 'text', 'lineage']) t`);
  console.log(`${String(size).padStart(9)} ${one.wall.padStart(14)} ${one.cpu.padStart(12)}` +
    `${none.wall.padStart(18)} ${none.cpu.padStart(9)} ${page.wall.padStart(14)} ` +
    `${page.cpu.padStart(9)} ${String(page.answer.rows.length).padStart(5)} ${String(Math.round(bytes)).padStart(12)}`);
}
process.exit(0);
