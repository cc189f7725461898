-- push, first half: what an op says, and what it stands on. All facts about a run of ops come from
-- one query.
do $$
begin
  drop type if exists gitagent_private.verdict cascade;
  drop type if exists gitagent_private.fact cascade;
  drop type if exists gitagent_private.op cascade;
  drop type if exists gitagent_private.lin cascade;
  drop type if exists gitagent_private.change cascade;
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
-- What an op stands on.
create type gitagent_private.fact as (
  i integer, k gitagent_private.kind, states jsonb, a gitagent_private.artifact, dup_payload text,
  dup_version bigint, dup_rev bigint, lin_status text, lin_detail text, head_oid text,
      head_path text, head_author text,
  body text, chain boolean, lins gitagent_private.lin[], path_holder uuid, label_holder uuid
);
-- An op that passed: what is written.
create type gitagent_private.change as (
  i integer, op gitagent_private.op, state_from text, salt text, commitment text, prev_hash text,
  hash text, a gitagent_private.artifact
);
-- What is said of an op. current: whose row goes with it.
create type gitagent_private.verdict as (
  status text, detail text, current uuid, c gitagent_private.change
);

-- unnest(), for a planner that believes in ten rows of an array, and in one of them with a filter.
create or replace function gitagent_private.each_op(p gitagent_private.op[])
returns setof gitagent_private.op language sql immutable rows 200 set search_path = '' as $$
  select * from unnest(p) u where u.status is null
$$;
create or replace function gitagent_private.each_change(p gitagent_private.change[])
returns setof gitagent_private.change language sql immutable rows 200 set search_path = '' as $$
  select * from unnest(p)
$$;
create or replace function gitagent_private.each_lin(p gitagent_private.lin[])
returns setof gitagent_private.lin language sql immutable rows 200 set search_path = '' as $$
  select * from unnest(p)
$$;

-- The path of an artifact, or what is wrong with it, is what its kind says: null for none.
create or replace function gitagent_private.path_kind(p text) returns text
language plpgsql stable set search_path = '' as $$
begin
  if octet_length(p) > 4096 or not starts_with(p, '.agent/') or p ~ '[\x01-\x1f\x7f\\]'
     or p ~ '/(|\.[^/]*)(/|$)' or p ~* '(^|/)git~1[. ]*(/|$)'
     or (octet_length(p) > 255 and exists (
    select from string_to_table(p, '/') c where octet_length(c) > 255)) then
    return null;
  end if;
  return (
    select k.name from gitagent_private.kind k
    where starts_with(p, k.dir || '/')
      and lower(right(p, length(k.suffix))) = k.suffix
      and lower(p) !~ ('/(|readme|template|[^/]*-template)\' || k.suffix || '$')
      and substr(p, length(k.dir) + 1) !~* '/templates/'
    order by length(k.dir) desc limit 1);
end $$;

create or replace function gitagent_private.push_ops(p_ops jsonb) returns gitagent_private.op[]
language sql stable set search_path = '' as $$
  with e as materialized (
    select x.*, n as i from rows from (
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
  ), f as materialized (
    select e.*, case
      when jsonb_typeof(o) <> 'object' then ''
      when jsonb_typeof(o -> 'op_id') <> 'string' or length(op_id) not between 1 and 64
        or op_id is null then 'op_id'
      when op in ('put', 'delete', 'transition') is not true then 'op'
      when uid ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' is not true then 'uid'
      when jsonb_typeof(o -> 'base_version') <> 'number'
        or base_version ~ '^[0-9]{1,18}$' is not true then 'base_version'
      when base_revision !~ '^([0-9a-f]{64})?$' then 'base_revision'
      when revision ~ '^[0-9a-f]{64}$' is not true then 'revision'
      when case when op = 'delete' then oid <> '' else oid ~ '^[0-9a-f]{40}$' is not true end
          then 'oid'
      when sha256 !~ '^([0-9a-f]{64})?$' then 'sha256'
      when op = 'transition' and coalesce(to_state, '') = '' then 'to'
      when jsonb_typeof(o -> 'label') not in ('string', 'null') or octet_length(label) > 63
          then 'label'
      when jsonb_typeof(o -> 'num') not in ('number', 'null') or num !~ '^-?[0-9]{1,18}$' then 'num'
      when jsonb_typeof(o -> 'kind') not in ('string', 'null') then 'kind'
      when jsonb_typeof(o -> 'scope') not in ('string', 'null') then 'scope'
      when jsonb_typeof(o -> 'path') not in ('string', 'null') then 'path'
      when jsonb_typeof(o -> 'title') not in ('string', 'null') then 'title'
      when jsonb_typeof(o -> 'state') not in ('string', 'null') then 'state'
      when jsonb_typeof(o -> 'from') not in ('string', 'null') then 'from'
      when jsonb_typeof(o -> 'to') not in ('string', 'null') then 'to'
      when jsonb_typeof(o -> 'normative') not in ('string', 'null') then 'normative'
      when jsonb_typeof(o -> 'reason') not in ('string', 'null') then 'reason'
      when jsonb_typeof(o -> 'imported') not in ('boolean', 'null') then 'imported'
      when jsonb_typeof(lineage) not in ('array', 'null')
        or lineage @? 'strict $[*] ? (@.type() != "object")' then 'lineage'
      when jsonb_typeof(lineage) = 'array' and jsonb_array_length(lineage) > 10000 then 'lineage'
      end fault
    from e
  )
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
  from f
$$;

-- The revisions that the ops bring: ids and texts are recomputed, so that no other clone can ever
-- meet one that it could not have made itself.
create or replace function gitagent_private.push_lineage(p_json jsonb, p_ops gitagent_private.op[])
returns gitagent_private.lin[] language sql stable set search_path = '' as $$
  with e as materialized (
    select o.i, n, o.uid, coalesce(o.path, '') head_path, l.id, coalesce(l.oid, '') oid, l.path,
      coalesce(l.author, '') author, coalesce(l.time, '0') "time", l.how,
      coalesce(l.message, '') message, l.text body, l.parents,
      l.parents ->> 0 a, l.parents ->> 1 b
    from jsonb_array_elements(p_json) with ordinality j(o, i)
    join gitagent_private.each_op(p_ops) o on o.i = j.i
    cross join lateral rows from (jsonb_to_recordset(coalesce(nullif(j.o -> 'lineage', 'null'),
        '[]')) as (id text, parents jsonb, oid text,
      path text, author text, "time" text, how text, message text, text text))
      with ordinality l(id, parents, oid, path, author, "time", how, message, text, n)
  ), f as materialized (
    select e.*, case when b is null or b > a collate "C" then coalesce(a, '') else b end p1,
      case when b is null then '' when b > a collate "C" then b else a end p2,
      (id ~ '^[0-9a-f]{64}$' is not true or oid !~ '^([0-9a-f]{40})?$' or path is null
      or how in ('create', 'edit', 'state', 'hand', 'discard', 'commit', 'merge', 'restore', 'move',
        'delete') is not true
      or "time" !~ '^-?[0-9]{1,18}$'
      or jsonb_typeof(parents) not in ('array', 'null') or parents -> 2 is not null
      or a !~ '^[0-9a-f]{64}$' or b !~ '^[0-9a-f]{64}$') is true malformed
    from e
  ), g as materialized (
    select f.*, case
      when malformed then 'form'
      when id <> encode(sha256(convert_to(concat(
        'git-agent revision 1', E'\n', '36:', uid, ',',
        length(p1), ':', p1, ',', length(p2), ':', p2, ',', length(oid), ':', oid, ',',
        octet_length(path), ':', path, ',', octet_length(author), ':', author, ',', time, ',',
        length(how), ':', how, ',', octet_length(message), ':', message, ','),
        'UTF8')), 'hex') then 'id'
      when path <> head_path and gitagent_private.path_kind(path) is null then 'path'
      when octet_length(body) > 1048576 then 'size'
      when body is not null and oid = '' then 'deletes'
      when oid <> encode(extensions.digest(convert_to('blob ' || octet_length(body), 'UTF8')
        || '\x00'::bytea || convert_to(body, 'UTF8'), 'sha1'), 'hex') then 'oid'
      end fault
    from f
  )
  select array_agg(row(i, n, id, p1, p2, oid, path, author,
    case when not malformed then time::bigint end, how, message, body,
    case when fault = 'oid' then 'bad_oid' when fault is not null then 'bad_op' end,
    case fault
      when 'form' then 'a revision of the lineage is malformed'
      when 'id' then format('revision ''%s'' does not have this id', id)
      when 'path' then format('path ''%s'' is not the path of an artifact of any kind', left(path,
          200))
      when 'size' then format('the text of ''%s'' is larger than 1048576 bytes', path)
      when 'deletes' then format('revision ''%s'' deletes, and has a text', id)
      when 'oid' then format('the text of revision ''%s'' is not ''%s''', id, oid) end
    )::gitagent_private.lin order by i, n)
  from g
$$;

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
create or replace function gitagent_private.push_parent(p_project uuid, p_kind text, p_label text,
  links text[]) returns text
language plpgsql stable set search_path = '' as $$
declare
  k gitagent_private.kind;
  a gitagent_private.artifact;
  needs integer;
begin
  select * into k from gitagent_private.kind where name = p_kind;
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
  select rank into needs from gitagent_private.kind_state where kind = k.parent_kind
      and name = k.parent_state;
  if not a.forged and a.approval_counts and a.approval_normative = a.normative
     and exists (select from gitagent_private.kind_state
    where kind = a.kind and name = a.state and rank >= needs)
     and exists (select from gitagent_private.kind_state
    where kind = a.kind and name = a.approval_state and rank >= needs) then
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
  for r in
    with o as (
      select o.i, o.op_id, o.op, o.uid, o.kind, coalesce(o.label, a.label) label,
        coalesce(o.path, a.path) path, a.label old_label, a.path old_path, o.path is null no_path
      from unnest(p_ops) o
      left join gitagent_private.artifact a on a.project_id = p_project and a.uid = o.uid
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

-- What each op of a run stands on.
create or replace function gitagent_private.push_facts(p_project uuid, p_ops gitagent_private.op[],
  p_lins gitagent_private.lin[]) returns setof gitagent_private.fact
language sql stable rows 200 set search_path = '' as $$
  with o as materialized (
    select u.i, u.op_id, u.uid, u.kind, u.label, u.path, u.oid, u.revision,
      a.x a, (a.x).revision now_revision
    from gitagent_private.each_op(p_ops) u
    left join lateral (  -- limit: one index probe each, however much the project has
      select x from gitagent_private.artifact x
      where x.project_id = p_project and x.uid = u.uid limit 1) a on true
  ), l as materialized (
    select x lin, x.i, x.n, x.id, x.parent1, x.parent2, x.oid, x.body, x.status, x.detail,
      coalesce(lag(x.id) over (partition by x.i order by x.n), o.now_revision, '') before,
      o.uid, o.revision head_id, o.oid head_oid
    from gitagent_private.each_lin(p_lins) x join o on o.i = x.i
  ), unknown as (  -- a parent that is neither here nor there
    select l.i, l.n, format('revision ''%s'' stands on ''%s'', which is unknown here', l.id,
        p.id) detail
    from l
    cross join lateral (values (l.parent1), (l.parent2)) p(id)
    where p.id not in ('', l.before)
      and not exists (select from gitagent_private.lineage k
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
      min((l.lin).oid) filter (where l.id = l.head_id) head_oid,
      min((l.lin).path) filter (where l.id = l.head_id) head_path,
      min((l.lin).author) filter (where l.id = l.head_id) head_author,
      (array_agg(l.body) filter (where l.oid = l.head_oid and l.body is not null))[1] body,
      bool_and(l.before in (l.parent1, l.parent2)) chain,
      count(*) nr
    from l group by l.i
  ), states as materialized (
    select kind, jsonb_object_agg(name, jsonb_build_array(rank, gate, locked)) list
    from gitagent_private.kind_state group by kind
  )
  select o.i, k, s.list, o.a, d.payload, d.version, d.rev, f.status, f.detail, h.head_oid,
    h.head_path, h.head_author,
    coalesce(h.body, case when o.oid <> '' then (select t.body from gitagent_private.text t
      where t.project_id = p_project and t.oid = o.oid) end),
    h.chain and h.head_n = h.nr,
    case when not coalesce(h.chain and h.head_n = h.nr, false) then array(
      select l.lin from l where l.i = o.i order by l.n) end,
    case when p.path <> coalesce(case when not (o.a).deleted then (o.a).path end, '') then (
      select x.uid from gitagent_private.artifact x
      where x.project_id = p_project and x.path = p.path and not x.deleted and x.uid <> o.uid) end,
    case when p.label <> coalesce(case when not (o.a).deleted then (o.a).label end, '') then (
      select x.uid from gitagent_private.artifact x
      where x.project_id = p_project and x.kind = k.name and x.label = p.label
        and not x.deleted and x.uid <> o.uid
      order by x.duplicate, x.rev limit 1) end
  from o
  left join gitagent_private.kind k on k.name = coalesce(o.kind, (o.a).kind)
  left join states s on s.kind = k.name
  left join lateral (
    select x.payload, x.version, x.rev from gitagent_private.revision x
    where x.project_id = p_project and x.op_id = o.op_id limit 1) d on true
  left join fault f on f.i = o.i
  left join h on h.i = o.i
  cross join lateral (select coalesce(h.head_path, (o.a).path, '') path,
    coalesce(o.label, (o.a).label, '') label) p
  order by o.i
$$;
