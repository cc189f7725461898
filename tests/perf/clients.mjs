// Pushes of one edit each by 1, 8, 32 and 128 clients at once (CLIENTS), for CLIENTS_SECONDS (5),
// to one project and spread over eight (PROJECTS): straight to PostgREST, without the gateway. Each
// client edits an artifact of its own and sends the next edit when the last is answered. All run on
// this machine: what the clients take is printed as well.
import http from "node:http";
import { draft, env, op, project, story } from "../server/client.mjs";
import { clock, passed, watch } from "./proc.mjs";

const list = (name, otherwise) => (process.env[name] || otherwise).split(" ").map(Number);
const seconds = Number(process.env.CLIENTS_SECONDS || 5);
const agent = new http.Agent({ keepAlive: true });
const ada = env("ADA");
const filler = Array.from({ length: 40 }, (_, i) =>
  `- [ ] line ${i}, as criteria go, and so on, of a text of 3 KB as stories have\n`).join("");

function push(project, ops) {
  const data = JSON.stringify({ project, device: "bench", epoch: null, since: 0, since_hash: null,
    atomic: false, ops });
  return new Promise(resolve => {
    const r = http.request(env("REST") + "/rpc/push", { method: "POST", agent, headers: {
      Authorization: "Bearer " + ada, "Content-Profile": "gitagent", "Accept-Profile": "gitagent",
      "Content-Type": "application/json", "Content-Length": Buffer.byteLength(data) } }, res => {
      const parts = [];
      res.on("data", d => parts.push(d));
      res.on("end", () => {
        const text = Buffer.concat(parts).toString();
        const status = /"status": ?"(\w+)"/.exec(text)?.[1] || text.slice(0, 80);
        resolve(status === "applied" ? "" : `${res.statusCode} ${status}`);
      });
    });
    r.on("error", e => resolve(e.code));
    r.end(data);
  });
}

let rounds = 0;
async function client(nr, p, until, times, errors) {
  let doc = draft(`C${rounds}-${nr + 1}`);
  for (let i = 0; performance.now() < until; i++) {
    const made = op(doc, story(doc.label, "DRAFT", `${filler}edit ${i} by ${nr}`));
    const from = performance.now(), bad = await push(p, [made.op]);
    times.push(performance.now() - from);
    if (bad) errors[bad] = (errors[bad] || 0) + 1;
    else doc = made.next;
  }
}

async function round(clients, projects, quiet) {
  const times = [], errors = {}, from = performance.now(), until = from + seconds * 1000;
  const cpu = clock(), watcher = watch();
  rounds++;
  await Promise.all(Array.from({ length: clients }, (_, nr) =>
    client(nr, projects[nr % projects.length], until, times, errors)));
  const took = (performance.now() - from) / 1000, used = passed(cpu);
  await watcher.stop();
  if (quiet) return;
  times.sort((a, b) => a - b);
  const bad = Object.values(errors).reduce((a, b) => a + b, 0), n = times.length;
  const at = q => times[Math.min(n - 1, Math.floor(n * q))].toFixed(1);
  const { looks, ...waits } = watcher.seen;
  console.log([clients, projects.length, ((n - bad) / took).toFixed(0), at(0.5), at(0.95), bad,
    (used.postgres / n).toFixed(2), (used.rest / n).toFixed(2), (used.here / n).toFixed(2),
    Object.entries(waits).map(([k, v]) => `${k} ${(v / looks).toFixed(1)}`).join(", ")]
    .map((x, i) => String(x).padStart([8, 9, 9, 10, 8, 7, 12, 11, 9, 0][i])).join(" "));
  for (const [what, k] of Object.entries(errors)) console.log(`  ${k} times: ${what}`);
}

console.log(" clients  projects  pushes/s  median ms   p95 ms  errors  postgres ms  postgrest  " +
  "client ms sessions, on average");
for (const count of list("PROJECTS", "1 8")) {
  const projects = [];
  for (let i = 0; i < count; i++) projects.push(await project(ada));
  await round(4, projects, true);  // warms the pool and the plans
  for (const clients of list("CLIENTS", "1 8 32 128"))
    await round(clients, projects);
}
agent.destroy();
process.exit(0);
