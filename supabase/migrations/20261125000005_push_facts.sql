-- push, first half: what an op says, and what it stands on. All facts about a run of ops come from
-- one query. These are PL/pgSQL because a function in SQL would be planned anew by each call.
do $$
begin
  drop type if exists gitagent_private.verdict cascade;
  drop type if exists gitagent_private.fact cascade;
  drop type if exists gitagent_private.op cascade;
  drop type if exists gitagent_private.lin cascade;
  drop type if exists gitagent_private.change cascade;
  drop function if exists gitagent_private.path_kind(text);
  drop function if exists gitagent_private.path_kind(uuid, text);
  drop function if exists gitagent_private.push_parent(uuid, text, text, text[]);
end $$;

-- An op as it arrived. status: it is malformed.
create type gitagent_private.op as (
  i integer, op_id text, op text, uid_text text, uid uuid, base_version bigint, base_revision text,
      revision text,
  oid text, sha256 text, kind text, label text, scope text, num bigint, path text, title text,
  state text, from_state text, to_state text, normative text, reason text, imported boolean,
  payload text, status text, detail text
);
-- A revision that an op brings.
create type gitagent_private.lin as (
  i integer, n integer, id text, parent1 text, parent2 text, oid text, path text, author text,
  time bigint, how text, message text, body text, status text, detail text
);
-- What an op stands on, and what its text says of itself.
create type gitagent_private.fact as (
  i integer, o gitagent_private.op, k gitagent_private.kind, ranks jsonb, gates text[],
  locked text[], a gitagent_private.artifact, dup_payload text, dup_version bigint,
  dup_rev bigint, lin_status text, lin_detail text, head_oid text, head_path text,
  head_author text, head_kind text, body text, chain boolean, lins gitagent_private.lin[],
  path_holder uuid, label_holder uuid
);
-- What is said of an op: current: whose row goes with it; a: what an op that passed makes.
create type gitagent_private.verdict as (
  status text, detail text, current uuid, a gitagent_private.artifact
);

-- unnest(), for a planner that believes in ten rows of an array.
create or replace function gitagent_private.each_op(p gitagent_private.op[])
returns setof gitagent_private.op language sql immutable rows 200 set search_path = '' as $$
  select * from unnest(p)
$$;
create or replace function gitagent_private.each_artifact(p gitagent_private.artifact[])
returns setof gitagent_private.artifact language sql immutable rows 200 set search_path = '' as $$
  select * from unnest(p)
$$;
create or replace function gitagent_private.each_lin(p gitagent_private.lin[])
returns setof gitagent_private.lin language sql immutable rows 200 set search_path = '' as $$
  select * from unnest(p)
$$;

-- The kind whose artifact may have a path. Without a row: none, and what is no path at all.
create or replace function gitagent_private.path_kinds(p_rules uuid, p_paths text[])
returns table (path text, kind text) language plpgsql stable rows 200 set search_path = '' as $$
#variable_conflict use_column
begin
  return query
  select distinct on (p collate "C") p, k.name
  from (select p, lower(p collate "C") low, split_part(lower(p collate "C"), '/', -1) base
    from unnest(p_paths) p
    where octet_length(p) <= 4096 and starts_with(p, '.agent/') and strpos(p, '//') = 0
      and strpos(p, '/.') = 0 and p !~ '[\x01-\x1f\x7f\\]'
      and (octet_length(p) <= 255 or not exists (
        select from string_to_table(p, '/') c where octet_length(c) > 255))) p
  join gitagent_private.kind k on k.rules = p_rules and starts_with(p, k.dir || '/')
    and right(base, length(k.suffix)) = lower(k.suffix collate "C")
    and left(base, -length(k.suffix)) not in ('', 'readme', 'template')
    and right(left(base, -length(k.suffix)), 9) <> '-template'
    and strpos(substr(low, length(k.dir) + 1), '/templates/') = 0
  where strpos(low, 'git~1') = 0 or low !~ '(^|/)git~1[. ]*(/|$)'
  order by p collate "C", length(k.dir) desc;
end $$;

create or replace function gitagent_private.push_ops(p_ops jsonb) returns gitagent_private.op[]
language plpgsql stable set search_path = '' as $$
begin
  return (
  select array_agg(row(i, case when jsonb_typeof(o -> 'op_id') = 'string' then op_id end, op,
    case when jsonb_typeof(o -> 'uid') = 'string' then uid end, case when fault is null
        then uid::uuid end,
    case when fault is null then base_version::bigint end, coalesce(base_revision, ''), revision,
    coalesce(oid, ''), coalesce(sha256, ''), kind, label, scope,
    case when fault is null then num::bigint end, path, title, state, from_state, to_state,
    coalesce(normative, ''), reason,
    case when fault is null then coalesce(imported::boolean, false) end,
    -- the id of a revision is that of all it stands on
    case when fault is null then encode(sha256(convert_to((o - 'lineage')::text, 'UTF8')),
        'hex') end,
    case when fault is not null then 'bad_op' end,
    case when fault = '' then 'an op is not an object'
      when fault is not null then format('field ''%s'' is missing or malformed', fault) end
    )::gitagent_private.op order by i)
  from (
    select x.*, n as i, case
      when jsonb_typeof(o) <> 'object' then ''
      when jsonb_typeof(o -> 'op_id') <> 'string' or length(op_id) not between 1 and 64
        or op_id is null then 'op_id'
      when op in ('put', 'delete', 'transition') is not true then 'op'
      when (uid like '________-____-____-____-____________' and uid !~ '[^0-9a-f-]'
        and length(replace(uid, '-', '')) = 32) is not true then 'uid'
      when jsonb_typeof(o -> 'base_version') <> 'number'
        or (length(base_version) <= 18 and base_version !~ '[^0-9]') is not true then 'base_version'
      when length(base_revision) not in (0, 64) or base_revision ~ '[^0-9a-f]'
        then 'base_revision'
      when (length(revision) = 64 and revision !~ '[^0-9a-f]') is not true then 'revision'
      when case when op = 'delete' then oid <> ''
        else (length(oid) = 40 and oid !~ '[^0-9a-f]') is not true end then 'oid'
      when length(sha256) not in (0, 64) or sha256 ~ '[^0-9a-f]' then 'sha256'
      when op = 'transition' and coalesce(to_state, '') = '' then 'to'
      when label is not null and (jsonb_typeof(o -> 'label') <> 'string'
        or octet_length(label) > 63) then 'label'
      when num is not null and (jsonb_typeof(o -> 'num') <> 'number' or num !~ '^-?[0-9]{1,18}$')
        then 'num'
      when kind is not null and jsonb_typeof(o -> 'kind') <> 'string' then 'kind'
      when scope is not null and jsonb_typeof(o -> 'scope') <> 'string' then 'scope'
      when path is not null and jsonb_typeof(o -> 'path') <> 'string' then 'path'
      when title is not null and jsonb_typeof(o -> 'title') <> 'string' then 'title'
      when state is not null and jsonb_typeof(o -> 'state') <> 'string' then 'state'
      when from_state is not null and jsonb_typeof(o -> 'from') <> 'string' then 'from'
      when to_state is not null and jsonb_typeof(o -> 'to') <> 'string' then 'to'
      when normative is not null and jsonb_typeof(o -> 'normative') <> 'string' then 'normative'
      when reason is not null and jsonb_typeof(o -> 'reason') <> 'string' then 'reason'
      when imported is not null and jsonb_typeof(o -> 'imported') <> 'boolean' then 'imported'
      when jsonb_typeof(lineage) not in ('array', 'null')
        or lineage @? 'strict $[*] ? (@.type() != "object")' then 'lineage'
      when jsonb_typeof(lineage) = 'array' and jsonb_array_length(lineage) > 10000 then 'lineage'
      end fault
    from rows from (
      jsonb_array_elements(p_ops),
      jsonb_to_recordset(case when p_ops @? 'strict $[*] ? (@.type() != "object")' then (
        select jsonb_agg(case when jsonb_typeof(v) = 'object' then v else '{}' end order by k)
        from jsonb_array_elements(p_ops) with ordinality u(v, k)) else p_ops end)
      as (op_id text, op text, uid text, base_version text, base_revision text, revision text,
        oid text, sha256 text, kind text, label text, scope text, num text, path text,
        title text, state text, "from" text, "to" text, normative text, reason text,
        imported text, lineage jsonb)
    ) with ordinality x(o, op_id, op, uid, base_version, base_revision, revision, oid, sha256, kind,
      label, scope, num, path, title, state, from_state, to_state, normative, reason,
      imported, lineage, n)
    offset 0) f);
end $$;

-- The revisions that the ops bring: ids and texts are recomputed, so that no other clone can ever
-- meet one that it could not have made itself.
create or replace function gitagent_private.push_lineage(p_rules uuid, p_json jsonb,
  p_ops gitagent_private.op[])
returns gitagent_private.lin[] language plpgsql stable set search_path = '' as $$
begin
  return (
  with f as materialized (
    select e.*, case when b is null or b > a collate "C" then coalesce(a, '') else b end p1,
      case when b is null then '' when b > a collate "C" then b else a end p2,
      (id is null or length(oid) not in (0, 40) or oid ~ '[^0-9a-f]' or path is null
      or how in ('create', 'edit', 'state', 'hand', 'discard', 'commit', 'merge', 'restore', 'move',
        'delete') is not true
      or "time" !~ '^-?[0-9]{1,18}$'
      or jsonb_typeof(parents) not in ('array', 'null') or parents -> 2 is not null
      or length(a) <> 64 or a ~ '[^0-9a-f]' or length(b) <> 64 or b ~ '[^0-9a-f]') is true
      malformed
    from (
    select o.i, n, o.uid, coalesce(o.path, '') head_path, l.id, coalesce(l.oid, '') oid, l.path,
      coalesce(l.author, '') author, coalesce(l.time, '0') "time", l.how,
      coalesce(l.message, '') message, l.text body, l.parents,
      l.parents ->> 0 a, l.parents ->> 1 b
    from jsonb_array_elements(p_json) with ordinality j(o, i)
    join gitagent_private.each_op(p_ops) o on o.i = j.i and o.status is null
    cross join lateral rows from (jsonb_to_recordset(coalesce(nullif(j.o -> 'lineage', 'null'),
        '[]')) as (id text, parents jsonb, oid text,
      path text, author text, "time" text, how text, message text, text text))
      with ordinality l(id, parents, oid, path, author, "time", how, message, text, n)
    offset 0) e
  ), g as (
    select f.*, case
      when malformed then 'form'
      when id <> encode(sha256(convert_to(concat(
        'git-agent revision 1', E'\n', '36:', uid, ',',
        length(p1), ':', p1, ',', length(p2), ':', p2, ',', length(oid), ':', oid, ',',
        octet_length(path), ':', path, ',', octet_length(author), ':', author, ',', time, ',',
        length(how), ':', how, ',', octet_length(message), ':', message, ','),
        'UTF8')), 'hex') then 'id'
      when path <> head_path and path not in (select k.path from gitagent_private.path_kinds(
        p_rules, array(select x.path from f x where x.path <> x.head_path)) k) then 'path'
      when octet_length(body) > 1048576 then 'size'
      when body is not null and oid = '' then 'deletes'
      when oid <> encode(extensions.digest(convert_to('blob ' || octet_length(body), 'UTF8')
        || '\x00'::bytea || convert_to(body, 'UTF8'), 'sha1'), 'hex') then 'oid'
      end fault
    from f offset 0
  )
  select array_agg(row(i, n, id, p1, p2, oid, path, author,
    case when not malformed then time::bigint end, how, message, body,
    case when fault = 'oid' then 'bad_oid' when fault is not null then 'bad_op' end,
    case fault
      when 'form' then 'a revision of the lineage is malformed'
      when 'id' then format('revision ''%s'' does not have this id', left(id, 64))
      when 'path' then format('path ''%s'' is not the path of an artifact of any kind', left(path,
          200))
      when 'size' then format('the text of ''%s'' is larger than 1048576 bytes', path)
      when 'deletes' then format('revision ''%s'' deletes, and has a text', id)
      when 'oid' then format('the text of revision ''%s'' is not ''%s''', id, oid) end
    )::gitagent_private.lin order by i, n)
  from g);
end $$;

-- True when head is base, or descends from it within the op's own revisions. Asked only where the
-- lineage is not a plain chain.
create or replace function gitagent_private.push_descends(l gitagent_private.lin[], head text,
    base text)
returns boolean language plpgsql immutable set search_path = '' as $$
declare
  reached text[] := array[base];
  r gitagent_private.lin;
begin
  foreach r in array l loop
    if r.parent1 = any(reached) or r.parent2 = any(reached) then
      reached := reached || r.id;
    end if;
  end loop;
  return head = any(reached);
end $$;

-- Whether the parent of an artifact has come far enough for it, or why not. No parent: yes.
create or replace function gitagent_private.push_parent(p_project uuid,
  k gitagent_private.kind, p_label text, links text[]) returns text
language plpgsql stable set search_path = '' as $$
declare
  a gitagent_private.artifact;
  needs integer;
begin
  if k.parent_state is null then
    return null;
  end if;
  if k.shares_label then
    links := p_label || links;
  end if;
  select x.* into a
  from unnest(links) with ordinality u(label, n)
  join lateral (select * from gitagent_private.artifact p
    where p.project_id = p_project and p.kind = k.parent_kind and p.label = u.label
        and not p.deleted
    order by p.duplicate limit 1) x on true
  where u.label <> ''
  order by u.n limit 1;
  if not found then
    return null;
  end if;
  select rank into needs from gitagent_private.kind_state
  where rules = k.rules and kind = k.parent_kind and name = k.parent_state;
  if not a.forged and a.approval_counts and a.approval_normative = a.normative
     and exists (select from gitagent_private.kind_state
    where rules = k.rules and kind = a.kind and name = a.state and rank >= needs)
     and exists (select from gitagent_private.kind_state
    where rules = k.rules and kind = a.kind and name = a.approval_state and rank >= needs) then
    return null;
  end if;
  return format('needs %s ''%s'' to be %s or later; it is %s', k.parent_kind, a.label,
      k.parent_state,
    case when a.state = '' then 'without a state' else a.state end);
end $$;

-- Runs of ops that do not depend on each other: [first, last] pairs. An op that renames, and one
-- that touches what an earlier op of its run touched, begins a new one; transitions are with their
-- kind only.
create or replace function gitagent_private.push_runs(p_project uuid, p_ops gitagent_private.op[])
returns integer[] language plpgsql stable set search_path = '' as $$
declare
  starts integer[] := '{1}'::integer[];
  first integer := 1;
  class text;
  r record;
begin
  -- the usual first push: creates that name nothing twice
  if (select bool_and(o.op = 'put' and o.base_version = 0 and o.path is not null and o.status is null)
      and count(*) = count(distinct o.uid) and count(*) = count(distinct o.op_id collate "C")
      and count(*) = count(distinct o.path collate "C")
      and count(nullif(o.label, '')) = count(distinct nullif(o.label, '') collate "C")
    from gitagent_private.each_op(p_ops) o) then
    return starts;
  end if;
  for r in
    with o as (
      select o.i, o.op_id, o.op, o.uid, o.kind, coalesce(o.label, a.label) label,
        coalesce(o.path, a.path) path, a.label old_label, a.path old_path, o.path is null no_path
      from gitagent_private.each_op(p_ops) o
      left join lateral (
        select a.project_id, a.uid, a.label, a.path from gitagent_private.artifact a
        where (a.project_id, a.uid) >= (p_project, o.uid)
        order by a.project_id, a.uid limit 1) a on a.project_id = p_project and a.uid = o.uid
    ), k as (
      select i, 'u' || uid::text key from o where uid is not null
      union all select i, 'l' || label from o where label <> ''
      union all select i, 'p' || path from o
      union all select i, 'o' || op_id from o
    ), before as (
      select i, max(before) before
      from (select i, lag(i) over (partition by key order by i) before from k) l group by i
    )
    select o.i, coalesce(b.before, 0) before, case
      when o.label <> o.old_label or o.path <> o.old_path or o.no_path then o.i::text
      when o.op = 'transition' then o.op || o.kind else o.op end class
    from o left join before b on b.i = o.i order by o.i
  loop
    if r.i > 1 and (r.before >= first or r.class is distinct from class) then
      first := r.i;
      starts := starts || r.i;
    end if;
    class := r.class;
  end loop;
  return starts;
end $$;

-- What each op of a run stands on. A row is asked for as the first that is not before its key, in
-- the order of that key: this leaves the planner only the index of the key, also where it knows
-- nothing yet of a table that has grown since; for an equality any that begins with the project
-- does.
-- Ops that are malformed have their own row, and nothing in it.
create or replace function gitagent_private.push_facts(p_project uuid, p_rules uuid,
  p_ops gitagent_private.op[], p_lins gitagent_private.lin[]) returns setof gitagent_private.fact
language plpgsql stable rows 200 set search_path = '' as $$
begin
  return query
  with o as materialized (
    select u op, u.i, u.op_id, u.uid, u.kind, u.label, u.path, u.oid, u.revision, u.status,
      a.x a, (a.x).revision now_revision
    from gitagent_private.each_op(p_ops) u
    left join lateral (
      select x from gitagent_private.artifact x
      where (x.project_id, x.uid) >= (p_project, u.uid)
      order by x.project_id, x.uid limit 1) a
      on (a.x).project_id = p_project and (a.x).uid = u.uid
  ), l as materialized (
    select x.i, x.n, x.id, x.parent1, x.parent2, x.oid, x.path, x.author, x.body, x.status,
      x.detail,
      coalesce(lag(x.id) over (partition by x.i order by x.n), o.now_revision, '') before,
      o.uid, o.revision head_id, o.oid head_oid
    from gitagent_private.each_lin(p_lins) x join o on o.i = x.i
  ), unknown as (  -- a parent that is neither here nor there
    select l.i, l.n, format('revision ''%s'' stands on ''%s'', which is unknown here', l.id,
        p.id) detail
    from l
    cross join lateral (values (l.parent1), (l.parent2)) p(id)
    where p.id not in ('', l.before)
      and not exists (select from (
        select k.project_id, k.uid, k.id from gitagent_private.lineage k
        where (k.project_id, k.uid, k.id) >= (p_project, l.uid, p.id)
        order by k.project_id, k.uid, k.id limit 1) k
      where k.project_id = p_project and k.uid = l.uid and k.id = p.id)
      and not exists (select from l e where e.i = l.i and e.n < l.n and e.id = p.id)
  ), lost as (  -- a text that is neither here nor there
    select l.i, l.n, format('the text of revision ''%s'' is missing', l.id) detail
    from l
    where l.body is null and l.oid <> ''
      and not exists (select from l e where e.i = l.i and e.oid = l.oid and e.body is not null)
      and not exists (select from gitagent_private.text t where t.project_id = p_project
          and t.oid = l.oid)
  ), fault as (
    select distinct on (f.i) f.i, f.status, f.detail from (
      select l.i, l.n - 100000 n, l.status, l.detail from l where l.status is not null
      union all select u.i, u.n, 'unknown_base', u.detail from unknown u
      union all select t.i, t.n, 'bad_op', t.detail from lost t
    ) f order by f.i, f.n
  ), h as materialized (
    select l.i, max(l.n) filter (where l.id = l.head_id) head_n,
      min(l.n) filter (where l.oid = l.head_oid and l.body is not null) body_n,
      bool_and(l.before in (l.parent1, l.parent2)) chain, count(*) nr
    from l group by l.i
  ), states as materialized (
    select kind, jsonb_object_agg(name, rank) ranks,
      coalesce(array_agg(name) filter (where gate), '{}') gates,
      coalesce(array_agg(name) filter (where locked), '{}') locked
    from gitagent_private.kind_state where rules = p_rules group by kind
  )
  select o.i, o.op, k, s.ranks, s.gates, s.locked, o.a, d.payload, d.version, d.rev, f.status,
    f.detail, n.oid, n.path, n.author, pk.kind,
    coalesce(b.body, case when o.oid <> '' then (select t.body from gitagent_private.text t
      where t.project_id = p_project and t.oid = o.oid) end),
    h.chain and h.head_n = h.nr,
    case when not coalesce(h.chain and h.head_n = h.nr, false) then array(
      select l from gitagent_private.each_lin(p_lins) l where l.i = o.i order by l.n) end,
    case when p.path <> coalesce(case when not (o.a).deleted then (o.a).path end, '') then (
      select x.uid from (
        select * from gitagent_private.artifact x
        where (x.project_id, x.path) >= (p_project, p.path) and not x.deleted
        order by x.project_id, x.path limit 1) x
      where x.project_id = p_project and x.path = p.path and x.uid <> o.uid) end,
    case when p.label <> coalesce(case when not (o.a).deleted then (o.a).label end, '') then (
      select x.uid from (
        select * from gitagent_private.artifact x
        where (x.project_id, x.kind, x.label, x.deleted, x.duplicate, x.rev) >=
          (p_project, k.name, p.label, false, false, 0)
        order by x.project_id, x.kind, x.label, x.deleted, x.duplicate, x.rev limit 1) x
      where x.project_id = p_project and x.kind = k.name and x.label = p.label
        and not x.deleted and x.uid <> o.uid) end
  from o
  left join gitagent_private.kind k on k.rules = p_rules and k.name = coalesce(o.kind, (o.a).kind)
  left join states s on s.kind = k.name
  left join lateral (
    select x.project_id, x.op_id, x.payload, x.version, x.rev from gitagent_private.revision x
    where (x.project_id, x.op_id) >= (p_project, o.op_id)
    order by x.project_id, x.op_id limit 1) d on d.project_id = p_project and d.op_id = o.op_id
  left join fault f on f.i = o.i
  left join h on h.i = o.i
  left join l n on n.i = h.i and n.n = h.head_n
  left join l b on b.i = h.i and b.n = h.body_n
  left join gitagent_private.path_kinds(p_rules, array(select path from l)) pk on pk.path = n.path
  cross join lateral (select coalesce(n.path, (o.a).path, '') path,
    coalesce(o.label, (o.a).label, '') label) p
  order by o.i;
end $$;
