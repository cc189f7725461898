// The database behind the server, as its owner sees it: what was written, whoever wrote it.
import { execFileSync } from "node:child_process";
import { env } from "./client.mjs";

export const psql = sql => execFileSync("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1",
    env("DATABASE")], { input: sql, stdio: "pipe", maxBuffer: 1 << 28 }).toString().trim();
export const tables = () => psql("select string_agg(tablename, ' ' order by tablename) " +
    "from pg_tables where schemaname = 'gitagent_private'").split(" ");

// What is in each table, as a checksum: {table: md5}.
export const contents = () => Object.fromEntries(tables().map(t => [t, psql(
    `select md5(string_agg(x::text, '|' order by x::text)) from gitagent_private.${t} x`)]));
// The tables that are not as they were.
export function changed(before) {
  const now = contents();
  return Object.keys(now).filter(t => now[t] !== before[t]);
}
