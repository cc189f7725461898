// Projects of any size: artifacts of others, made in the database. Their hashes are none, which a
// pull does not look at.
import { execFileSync } from "node:child_process";
import { env } from "./client.mjs";

export const psql = sql => execFileSync("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", env("DATABASE")],
  { input: sql, maxBuffer: 1 << 28 }).toString().trim();

// Artifacts from `at` + 1 to `size`, one revision each.
export const grow = (p, at, size) => psql(`begin;
  create temp table made on commit drop as select n rev, gen_random_uuid() uid,
    encode(sha256(n::text::bytea), 'hex') hash, 'BULK-' || n label
    from generate_series(${at + 1}, ${size}) n;
  insert into gitagent_private.revision (project_id, rev, uid, version, base_version, op, state_to,
    revision, oid, commitment, salt, actor, actor_name, op_id, payload, prev_hash, hash)
  select '${p}', rev, uid, 1, 0, 'put', 'DRAFT', hash, left(hash, 40), hash, 'salt', '${env("ADA_ID")}',
    'Ada <ada@example.org>', uid::text, hash, hash, hash from made;
  insert into gitagent_private.artifact (project_id, uid, kind, label, scope, num, path, title, state,
    version, rev, revision, oid, bytes, deleted, duplicate, author, writer, forged)
  select '${p}', uid, 'story', label, 'BULK', rev, '.agent/cache/stories/BULK/' || label || '-x.md',
    'A story', 'DRAFT', 1, rev, hash, left(hash, 40), 200, false, false, 'Ada <ada@example.org>',
    '${env("ADA_ID")}', false from made;
  insert into gitagent_private.text select '${p}', left(hash, 40), repeat(hash, 3) from made;
  insert into gitagent_private.lineage (project_id, uid, id, seq, parent1, parent2, oid, path, author,
    time, how, message, added_rev)
  select '${p}', uid, hash, rev << 16, '', '', left(hash, 40), '.agent/cache/stories/BULK/' || label ||
    '-x.md', 'Ada <ada@example.org>', 1, 'create', '', rev from made;
  update gitagent_private.project set head = ${size},
    head_hash = (select hash from made where rev = ${size}) where id = '${p}';
  commit;`);
