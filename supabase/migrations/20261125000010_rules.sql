-- A team's own kinds, states and transitions (`.agent/config`), and what admins did, on record.

-- Beside the log of revisions: append-only as that is, but no part of its chain.
create or replace function gitagent_private.audit_add(p_project uuid, p_what text, p_detail jsonb)
returns void language plpgsql volatile security definer set search_path = '' as $$
declare
  head bigint;
begin
  select p.head into head from gitagent_private.project p where p.id = p_project
  for no key update;
  if not found then
    return;  -- the whole project goes
  end if;
  insert into gitagent_private.audit (project_id, nr, what, detail, actor, actor_name, rev)
  values (p_project, 1 + coalesce((select max(a.nr) from gitagent_private.audit a
      where a.project_id = p_project), 0), p_what, p_detail, (select auth.uid()),
    coalesce((select m.name from gitagent_private.member m where m.project_id = p_project
      and m.user_id = (select auth.uid())), ''), head);
end $$;

-- Whoever changes the members, by whichever call.
create or replace function gitagent_private.member_audit() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  was text := case when tg_op <> 'INSERT' then old.role end;
  now text := case when tg_op <> 'DELETE' then new.role end;
begin
  if was is distinct from now then
    perform gitagent_private.audit_add(coalesce(new.project_id, old.project_id), 'member',
      jsonb_build_object('user', coalesce(new.user_id, old.user_id), 'was', was, 'role', now));
  end if;
  return null;
end $$;
drop trigger if exists member_audit on gitagent_private.member;
create trigger member_audit after insert or update or delete on gitagent_private.member
  for each row execute function gitagent_private.member_audit();

create or replace function gitagent_private.purge_audit() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.purged and not old.purged then
    perform gitagent_private.audit_add(new.project_id, 'purge', jsonb_build_object('uid', new.uid));
  end if;
  return null;
end $$;
drop trigger if exists purge_audit on gitagent_private.artifact;
create trigger purge_audit after update of purged on gitagent_private.artifact
  for each row execute function gitagent_private.purge_audit();

-- Members that have one of these types. absent: it may also be null, or not there.
create or replace function gitagent_private.is_typed(o jsonb, type text, names text[],
  absent boolean default false) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  return not exists (select from unnest(names) n
    where coalesce(jsonb_typeof(o -> n), 'null') <> type
      and not (absent and coalesce(jsonb_typeof(o -> n), 'null') = 'null'));
end $$;

-- What is wrong with the states and transitions of a kind, or null.
create or replace function gitagent_private.states_fault(k jsonb) returns text
language plpgsql immutable set search_path = '' as $$
declare
  approval integer;
begin
  if jsonb_array_length(k -> 'states') not between 1 and 64
     or jsonb_array_length(k -> 'transitions') > 5000 then
    return 'a kind has 1 to 64 states, and at most 5000 transitions';
  elsif exists (select from jsonb_array_elements(k -> 'states') s
    where (jsonb_typeof(s) = 'object'
      and gitagent_private.is_typed(s, 'string', '{name}')
      and gitagent_private.is_typed(s, 'number', '{rank}')
      and gitagent_private.is_typed(s, 'boolean', '{gate,initial}')
      and gitagent_private.is_typed(s, 'boolean', '{locked}', true)
      and length(s ->> 'name') <= 32 and s ->> 'name' ~ '^[A-Z][A-Z0-9_]*$'
      and s ->> 'rank' ~ '^(-1|[0-9]{1,3})$'
      and (s ->> 'rank' <> '-1' or not ((s -> 'gate')::boolean or (s -> 'initial')::boolean))
    ) is not true) then
    return 'a state has a name, a rank, and says whether it is a gate and initial';
  elsif (select count(*) <> count(distinct s ->> 'name') or not bool_or((s -> 'initial')::boolean)
    from jsonb_array_elements(k -> 'states') s) then
    return 'the states of a kind have different names, and one is initial';
  elsif exists (select from jsonb_array_elements(k -> 'transitions') t
    where (jsonb_typeof(t) = 'object'
      and gitagent_private.is_typed(t, 'string', '{from,to,role}')
      and gitagent_private.is_typed(t, 'boolean', '{four_eyes,needs_parent,needs_reason}')
      and t ->> 'role' in ('author', 'approver', 'admin')
      and (t ->> 'from' = '' or exists (select from jsonb_array_elements(k -> 'states') s
        where s -> 'name' = t -> 'from'))
      and exists (select from jsonb_array_elements(k -> 'states') s
        where s -> 'name' = t -> 'to')
    ) is not true) then
    return 'a transition is between states of its kind, and has a role and its conditions';
  elsif (select count(*) <> count(distinct (t ->> 'from', t ->> 'to'))
    from jsonb_array_elements(k -> 'transitions') t) then
    return 'a transition is there twice';
  end if;
  select max((s -> 'rank')::integer) into approval from jsonb_array_elements(k -> 'states') s
  where (s -> 'gate')::boolean;
  if exists (select from jsonb_array_elements(k -> 'transitions') t
    join jsonb_array_elements(k -> 'states') s on s -> 'name' = t -> 'to'
    where (s -> 'gate')::boolean and (s -> 'rank')::integer = approval
      and (t ->> 'role' = 'author' or not (t -> 'four_eyes')::boolean)) then
    return 'the last gate of a kind is an approval: by an approver, and not by who wrote the text';
  end if;
  return null;
end $$;

-- What is wrong with a table of kinds, or null. Messages never repeat what was sent.
create or replace function gitagent_private.kinds_fault(p jsonb) returns text
language plpgsql immutable set search_path = '' as $$
declare
  k jsonb;
  fault text;
begin
  if jsonb_typeof(p) is distinct from 'object' or jsonb_typeof(p -> 'kinds') is distinct
      from 'array' or octet_length(p::text) > 1048576 then
    return 'no list of kinds, or one that is too long';
  elsif jsonb_array_length(p -> 'kinds') not between 1 and 64 then
    return 'there are 1 to 64 kinds';
  end if;
  for k in select * from jsonb_array_elements(p -> 'kinds') loop
    if (jsonb_typeof(k) = 'object'
      and gitagent_private.is_typed(k, 'string', '{name,dir,suffix}')
      and gitagent_private.is_typed(k, 'string', '{prefix,parent_kind,parent_state}', true)
      and gitagent_private.is_typed(k, 'boolean', '{opaque,shares_label}')
      and gitagent_private.is_typed(k, 'array', '{states,transitions}')
      and length(k ->> 'name') <= 32 and k ->> 'name' ~ '^[a-z][a-z0-9-]*$'
      and length(k ->> 'suffix') <= 32 and k ->> 'suffix' ~ '^\.[^/\\\x01-\x20\x7f]+$'
      and coalesce(length(k ->> 'prefix') <= 32 and k ->> 'prefix' ~ '^[A-Z][A-Z0-9_]*$', true)
    ) is not true then
      return 'a kind has a name, a directory, a suffix, states and transitions';
    elsif octet_length(k ->> 'dir') > 255 or k ->> 'dir' !~ '^\.agent/[^\x01-\x1f\x7f\\]+$'
        or k ->> 'dir' ~ '//|/\.|/$' or k ->> 'dir' ~* '(^|/)git~1[. ]*(/|$)' then
      return 'the directory of a kind is below .agent/';
    end if;
    fault := gitagent_private.states_fault(k);
    if fault is not null then
      return fault;
    end if;
  end loop;
  if (select count(*) <> count(distinct x ->> 'name') or count(*) <> count(distinct x ->> 'dir')
    from jsonb_array_elements(p -> 'kinds') x) then
    return 'kinds have different names and different directories';
  elsif exists (select from jsonb_array_elements(p -> 'kinds') x
    where x ->> 'parent_kind' is not null and not exists (
      select from jsonb_array_elements(p -> 'kinds') y
      where y ->> 'name' = x ->> 'parent_kind' and (x ->> 'parent_state' is null or exists (
        select from jsonb_array_elements(y -> 'states') s
        where s ->> 'name' = x ->> 'parent_state')))) then
    return 'the parent of a kind is another one, in one of its states';
  elsif exists (
    with recursive up (name, at, steps) as (
      select x ->> 'name', x ->> 'parent_kind', 1 from jsonb_array_elements(p -> 'kinds') x
      union all
      select up.name, x ->> 'parent_kind', up.steps + 1
      from up join jsonb_array_elements(p -> 'kinds') x on x ->> 'name' = up.at
      where up.steps <= 64
    ) select from up where at = name) then
    return 'a kind is its own ancestor';
  end if;
  return null;
end $$;

-- From now on this is the table of kinds of the project; null: the built-in one. id is what the
-- client calls it (a hash of it, say): head tells, so that it is sent again when it is another.
create or replace function gitagent_private.kinds_set(p_project uuid, p_id jsonb,
  p_document jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  name text := gitagent_private.arg_text(p_id, 'id');
  document jsonb := nullif(p_document, 'null');
  old gitagent_private.project;
  new_rules uuid := '00000000-0000-0000-0000-000000000000'::uuid;
  frozen text[];
  fault text;
begin
  perform gitagent_private.admin_of(p_project);
  if document is not null then
    fault := case when coalesce(name, '') !~ '^[[:print:]]{1,64}$'
      then 'a table of kinds has an id' else gitagent_private.kinds_fault(document) end;
    new_rules := p_project;
  elsif name is not null then
    fault := 'there is an id, and no table of kinds';
  end if;
  if fault is not null then
    raise sqlstate 'PT400' using message = 'bad request: ' || fault;
  end if;
  select * into old from gitagent_private.project where id = p_project for no key update;
  if exists (select from gitagent_private.artifact a
    where a.project_id = p_project and not a.deleted and a.kind not in (
      select k ->> 'name' from jsonb_array_elements(document -> 'kinds') k
      union all select b.name from gitagent_private.kind b
        where document is null and b.rules = new_rules)) then
    raise sqlstate 'PT409' using message = 'a kind that has artifacts stays';
  end if;
  select array_agg(s.kind || '/' || s.name) into frozen from gitagent_private.kind_state s
  where s.rules = old.rules and s.locked;
  update gitagent_private.project set rules = new_rules, kinds = name where id = p_project;
  delete from gitagent_private.kind k where k.project_id = p_project;
  insert into gitagent_private.kind (name, dir, suffix, prefix, opaque, shares_label, parent_kind,
    parent_state, project_id)
  select x.name, x.dir, x.suffix, x.prefix, x.opaque, x.shares_label, x.parent_kind,
    x.parent_state, p_project
  from jsonb_to_recordset(document -> 'kinds') as x (name text, dir text, suffix text,
    prefix text, opaque boolean, shares_label boolean, parent_kind text, parent_state text);
  insert into gitagent_private.kind_state (rules, kind, name, rank, gate, initial, locked)
  select p_project, k ->> 'name', s.name, s.rank, s.gate, s.initial,
    coalesce(s.locked, (k ->> 'name') || '/' || s.name = any(frozen), false)
  from jsonb_array_elements(document -> 'kinds') k
  cross join jsonb_to_recordset(k -> 'states') as s (name text, rank integer, gate boolean,
    initial boolean, locked boolean);
  insert into gitagent_private.transition (rules, kind, from_state, to_state, min_role, four_eyes,
    needs_parent, needs_reason)
  select p_project, k ->> 'name', t."from", t."to", t.role, t.four_eyes, t.needs_parent,
    t.needs_reason
  from jsonb_array_elements(document -> 'kinds') k
  cross join jsonb_to_recordset(k -> 'transitions') as t ("from" text, "to" text, role text,
    four_eyes boolean, needs_parent boolean, needs_reason boolean);
  perform gitagent_private.audit_add(p_project, 'kinds', jsonb_build_object('was', old.kinds,
    'id', name, 'document', document));
  return jsonb_build_object('kinds', name);
end $$;

create or replace function gitagent.kinds_set(project uuid, id jsonb default null,
  document jsonb default null) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select gitagent_private.kinds_set(project, id, document) $$;

create or replace view gitagent.audit with (security_invoker = true) as
  select project_id as project, nr, what, detail, actor_name as actor, at, rev
  from gitagent_private.audit;

do $$
declare
  f text;
begin
  for f in select oid::regprocedure::text from pg_catalog.pg_proc
    where pronamespace in ('gitagent'::regnamespace, 'gitagent_private'::regnamespace)
      and proname in ('audit_add', 'member_audit', 'purge_audit', 'is_typed', 'states_fault',
        'kinds_fault', 'kinds_set')
  loop
    execute format('revoke all on function %s from public, anon, authenticated', f);
  end loop;
  for f in select oid::regprocedure::text from pg_catalog.pg_proc
    where pronamespace in ('gitagent'::regnamespace, 'gitagent_private'::regnamespace)
      and proname = 'kinds_set'
  loop
    execute format('grant execute on function %s to authenticated', f);
  end loop;
end $$;
revoke all on gitagent.audit from public, anon, authenticated;
grant select on gitagent.audit to authenticated;
grant select (project_id, nr, what, detail, actor_name, at, rev) on gitagent_private.audit
  to authenticated;

notify pgrst, 'reload schema';
