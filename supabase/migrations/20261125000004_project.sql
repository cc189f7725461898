-- The project: who may ask, where a client stands, and an artifact as a row of a reply.

create or replace function gitagent_private.role_rank(role text) returns integer
language plpgsql immutable set search_path = '' as $$
begin
  return case role when 'reader' then 1 when 'author' then 2 when 'approver' then 3
    when 'admin' then 4 else 0 end;
end $$;

-- The asker's membership. A project that is not his does not exist.
create or replace function gitagent_private.membership(p_project uuid)
    returns gitagent_private.member
language plpgsql stable security definer set search_path = '' as $$
declare
  m gitagent_private.member;
begin
  if (select auth.uid()) is null then
    raise sqlstate 'PT401' using message = 'not signed in';
  end if;
  select * into m from gitagent_private.member
  where project_id = p_project and user_id = (select auth.uid());
  if not found then
    raise sqlstate 'PT404' using message = 'no such project';
  end if;
  return m;
end $$;

-- Arguments are jsonb, so that "1" is not taken for 1. Null is absent.
create or replace function gitagent_private.arg_int(v jsonb, name text, otherwise bigint)
    returns bigint
language plpgsql immutable set search_path = '' as $$
begin
  if v is null or jsonb_typeof(v) = 'null' then
    return otherwise;
  elsif jsonb_typeof(v) <> 'number' or v #>> '{}' !~ '^-?[0-9]{1,18}$' then
    raise sqlstate 'PT400' using message = 'bad request: ' || format(
        'field ''%s'' is of the wrong type', name);
  end if;
  return (v #>> '{}')::bigint;
end $$;

create or replace function gitagent_private.arg_text(v jsonb, name text) returns text
language plpgsql immutable set search_path = '' as $$
begin
  if v is null or jsonb_typeof(v) = 'null' then
    return null;
  elsif jsonb_typeof(v) <> 'string' then
    raise sqlstate 'PT400' using message = 'bad request: ' || format(
        'field ''%s'' is of the wrong type', name);
  elsif octet_length(v #>> '{}') > 4096 then
    raise sqlstate 'PT400' using message = 'bad request: ' || format('field ''%s'' is too long',
        name);
  end if;
  return v #>> '{}';
end $$;

create or replace function gitagent_private.arg_bool(v jsonb, name text, otherwise boolean)
    returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  if v is null or jsonb_typeof(v) = 'null' then
    return otherwise;
  elsif jsonb_typeof(v) <> 'boolean' then
    raise sqlstate 'PT400' using message = 'bad request: ' || format(
        'field ''%s'' is of the wrong type', name);
  end if;
  return v::boolean;
end $$;

create or replace function gitagent_private.arg_array(v jsonb, name text) returns jsonb
language plpgsql immutable set search_path = '' as $$
begin
  if v is null or jsonb_typeof(v) <> 'array' then
    raise sqlstate 'PT400' using message = 'bad request: ' || format('''%s'' is not an array',
        name);
  end if;
  return v;
end $$;

create or replace function gitagent_private.hex(digest bit) returns text
language plpgsql immutable set search_path = '' as $$
declare
  out text := '';
begin
  for i in 0..3 loop
    out := out || lpad(to_hex(substring(digest from i * 64 + 1 for 64)::bit(64)::bigint), 16, '0');
  end loop;
  return out;
end $$;

-- The revision at a rev is asked for in order and without sorting: that leaves the planner only the
-- index by rev, also where it does not know yet how much a project has.

-- Why a cursor is none of ours, or null. next_hash of a page that is not the last is 64 digits of
-- hash and 16 of the rev where the pull began: lineage has to reach back to there, because a row
-- that was passed over comes later. floor is that rev.
create or replace function gitagent_private.cursor_check(pr gitagent_private.project, p_epoch text,
  since bigint, since_hash text, out reset text, out floor bigint)
language plpgsql stable set search_path = '' set enable_sort = off as $$
declare
  ours text;
begin
  if since < 0 then
    raise sqlstate 'PT400' using message = 'bad request: ' || '''since'' is negative';
  end if;
  floor := since;
  if since = 0 then
    return;
  end if;
  if p_epoch is not null and p_epoch <> pr.epoch::text then
    reset := 'epoch';
  elsif since > pr.head then
    reset := 'ahead_of_server';
  elsif since < pr.min_rev then
    reset := 'too_old';
  elsif coalesce(since_hash, '') !~ '^([0-9a-f]{64}|[0-9a-f]{80})$' then
    reset := 'history_diverged';
  else
    if length(since_hash) = 80 then
      floor := least(since, ('x' || substr(since_hash, 65))::bit(64)::bigint);
      floor := case when floor < 0 then since else floor end;
    end if;
    select hash into ours from (
      select r.hash, r.rev from gitagent_private.revision r
      where r.project_id = pr.id and r.rev >= since order by r.rev limit 1) r
    where r.rev = since;
    if ours is distinct from left(since_hash, 64) then
      reset := 'history_diverged';
    end if;
  end if;
end $$;

create or replace function gitagent_private.reset_reply(pr gitagent_private.project, reset text)
returns jsonb language plpgsql stable set search_path = '' as $$
begin
  return jsonb_build_object('reset', reset, 'epoch', pr.epoch, 'head', pr.head);
end $$;

-- Rows of a reply, with the revisions that were added after rev p_floor. A text comes once per oid
-- in a row's lineage. The plan is the one for any project: for one that the statistics do not have
-- yet, the planner believes in no rows, and walks through all of them.
create or replace function gitagent_private.row_docs(p_project uuid, p_uids uuid[], p_floor bigint)
returns table (uid uuid, rev bigint, doc jsonb)
language plpgsql stable set search_path = '' set enable_sort = on set enable_seqscan = off
set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  select a.uid, a.rev, jsonb_build_object(
    'rev', a.rev, 'uid', a.uid, 'kind', a.kind, 'label', a.label, 'scope', a.scope,
    'num', a.num, 'path', a.path, 'title', a.title, 'state', a.state,
    'version', a.version, 'revision', a.revision, 'oid', a.oid, 'deleted', a.deleted,
    'author', a.author, 'forged', a.forged,
    'approval', case when a.approval_state is not null then jsonb_strip_nulls(jsonb_build_object(
      'state', a.approval_state, 'normative', a.approval_normative,
      'approver', a.approver, 'at', extract(epoch from a.approved_at)::bigint,
      'rev', a.approved_rev,
      'hash', (select r.hash from gitagent_private.revision r
        where r.project_id = p_project and r.rev = a.approved_rev),
      'imported', case when a.approval_imported then true end,
      'stale', case when not a.deleted and a.approval_normative is distinct from a.normative
        then true end)) end,
    'lineage', coalesce(l.list, '[]'))
    || case when a.duplicate then '{"duplicate":true}'::jsonb else '{}' end
    || case when a.purged then '{"purged":true}'::jsonb else '{}' end
  from (select distinct u from unnest(p_uids) u) u
  cross join lateral (  -- limit: one index probe each
    select * from gitagent_private.artifact a
    where a.project_id = p_project and a.uid = u.u limit 1) a
  left join lateral (
    select jsonb_agg(jsonb_build_object('id', n.id,
      'parents', array_remove(array[n.parent1, n.parent2], ''), 'oid', n.oid,
      'path', n.path, 'author', n.author, 'time', n.time, 'how', n.how,
      'message', n.message, 'text', case when n.nr = 1 then (
        select t.body from gitagent_private.text t
        where t.project_id = p_project and t.oid = n.oid) end) order by n.seq) list
    from (select l.*, row_number() over (partition by l.oid order by l.seq) nr
      from gitagent_private.lineage l
      where l.project_id = p_project and l.uid = a.uid and l.seq >= (p_floor + 1) << 16) n
  ) l on true;
end $$;
