// Processor time of the server's parts, and what its sessions wait for.
import { execFile } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { promisify } from "node:util";
import { env } from "../server/client.mjs";

const run = promisify(execFile);
const pid = name => Number(readFileSync(`${env("BACKEND")}/${name}.pid`, "utf8").trim());

// Of a process, its children, and those that it waited for; ms.
function used(of) {
  let ticks = 0;
  for (const name of readdirSync("/proc").filter(x => /^\d+$/.test(x))) {
    let stat = "";
    try { stat = readFileSync(`/proc/${name}/stat`, "latin1"); } catch { continue; }  // it ended
    const f = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(name) === of || Number(f[1]) === of)
      ticks += f.slice(11, 15).reduce((sum, x) => sum + Number(x), 0);
  }
  return ticks * 10;
}
export const clock = () => ({ postgres: used(pid("postgres")), rest: used(pid("rest")),
  here: (process.cpuUsage().user + process.cpuUsage().system) / 1e3 });
export const passed = from => Object.fromEntries(Object.entries(clock()).map(([k, v]) =>
  [k, v - from[k]]));

// {what: how often}: looks at the sessions that have a statement, until stop().
export function watch() {
  const seen = {}, admin = env("DATABASE").replace("//postgres:", "//supabase_admin:");
  let going = true;
  const loop = (async () => {
    while (going) {
      const out = await run("psql", ["-XAt", admin, "-c", `select
        coalesce(wait_event_type, 'running') from pg_stat_activity
        where state = 'active' and usename = 'authenticator'`]);
      for (const what of out.stdout.split("\n").filter(Boolean))
        seen[what] = (seen[what] || 0) + 1;
      seen.looks = (seen.looks || 0) + 1;
      await new Promise(r => setTimeout(r, 250));
    }
  })();
  return { seen, stop: async () => { going = false; await loop; } };
}
