// 16 clients push and 4 pull at once, for WRITERS_SECONDS (20). No revision may be missed by
// anybody
// who pulls, and at each catch-up the digest is that of what was pulled.
import { Replica, digest, done, draft, env, must, ok, op, project, push, say,
    story } from "./client.mjs";

const seconds = Number(process.env.WRITERS_SECONDS || 20),
    seed = Number(process.env.WRITERS_SEED || Date.now() % 1e6);
let s = seed;
function random(n) {  // mulberry32
  let t = s = s + 0x6D2B79F5 | 0;
  t = Math.imul(t ^ t >>> 15, t | 1);
  t ^= t + Math.imul(t ^ t >>> 7, t | 61);
  return ((t ^ t >>> 14) >>> 0) % n;
}
say(`seed ${seed}`);
const users = ["ADA", "BOB", "CYD", "DAN"].map(env);
const p = await project(env("ADA"), { BOB: "approver", CYD: "author", DAN: "author" });
const until = Date.now() + seconds * 1000, sleep = ms => new Promise(r => setTimeout(r, ms));
const statuses = {}, applied = new Map();  // rev -> {uid, version, oid}
let requests = 0, pages = 0, catches = 0, unequal = 0, missed = 0;
const shared = [];

async function writer(n) {
  const auth = users[n % 4], mine = [];
  for (let i = 0; Date.now() < until; i++) {
    const ops = [], next = [];
    for (let k = random(4); k >= 0; k--) {
      const list = random(3) ? mine : shared;
      const old = list.length && random(4) ? list[random(list.length)] : null;
      if (old && ops.some(o => o.uid === old.uid)) continue;
      const doc = old || draft(`W${n}-${i * 10 + k}`);
      const made = op(doc, old && old.text && !random(12) ? null : story(doc.label, "DRAFT",
          `${n} ${i} ${random(1e6)}`));
      ops.push(made.op);
      next.push([list, old, made.next]);
    }
    if (!random(10) && ops.length) ops.push(ops[0]);  // a duplicate
    const r = await push(auth, p, ops);
    requests++;
    if (r.status !== 200) { statuses[r.status] = (statuses[r.status] || 0) + 1; continue; }
    r.body.results.forEach((x, k) => {
      const name = x.dup ? "dup" : x.status;
      statuses[name] = (statuses[name] || 0) + 1;
      if (x.status !== "applied" || x.dup) {
        if (x.current && next[k]) {  // catch up with who was faster
          const [list, old] = next[k], at = list.indexOf(old);
          if (at >= 0) list[at] = { ...old, version: x.current.version,
              revision: x.current.revision, text: x.current.deleted ? null : "" };
        }
        return;
      }
      applied.set(x.rev, { uid: x.uid, version: x.version, oid: ops[k].oid });
      const [list, old, doc] = next[k], at = list.indexOf(old);
      if (at >= 0) list[at] = doc; else (random(3) ? mine : shared).push(doc);
    });
    await sleep(random(30));
  }
}

let writing = true;

// The last pull begins when the last push was answered.
async function reader(n) {
  const replica = new Replica(users[n], p);
  for (let last = false; ; ) {
    last = !writing;
    if (!await replica.pull(1 + random(40))) unequal++;
    catches++;
    if (last) break;
    await sleep(random(60));
  }
  pages += replica.pages;
  return replica;
}

const from = Date.now();
const readers = Array.from({ length: 4 }, (_, n) => reader(n));
await Promise.all(Array.from({ length: 16 }, (_, n) => writer(n)));
writing = false;
const took = (Date.now() - from) / 1000;
const replicas = await Promise.all(readers);
const head = await must(env("ADA"), "head", { project: p });
const newest = new Map();
for (const [rev, x] of applied)
  if (!(newest.get(x.uid)?.rev > rev)) newest.set(x.uid, { rev, ...x });
for (const r of replicas) {
  if (r.since !== head.head) missed += head.head - r.since;
  for (const [uid, x] of newest)
    if (r.rows.get(uid)?.version !== x.version || r.rows.get(uid)?.oid !== x.oid) missed++;
}
const audit = await must(env("ADA"), "verify_audit", { project: p });
say(`16 writers, 4 readers, ${took.toFixed(1)} s: ${requests} pushes, ${Object.entries(statuses).map(([k, v]) => `${v} ${k}`).join(", ")}; ` +
  `${head.head} revisions (${(head.head / took).toFixed(0)}/s), ${pages} pages, ${catches} catch-ups`);
ok(applied.size === head.head, "each applied op has a revision of its own, without a gap",
    [applied.size, head.head]);
ok(missed === 0, "no reader missed a revision", missed);
ok(unequal === 0, `the digest was equal at each of ${catches} catch-ups`, unequal);
ok(audit.ok && audit.revisions === head.head, "the chain verifies", audit);
ok(!Object.keys(statuses).some(k => /^\d/.test(k)), "each push was answered with 200", statuses);
const boxes = replicas.map(r => digest(r.rows));
ok(boxes.every(b => b === boxes[0]), "all replicas are equal");
done();
