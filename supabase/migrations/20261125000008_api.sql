-- What PostgREST shows: wrappers that run as who asks, and views that obey row level security.
create or replace function gitagent.head(project uuid) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select gitagent_private.head(project) $$;

create or replace function gitagent.pull(project uuid, epoch jsonb default null,
  since jsonb default '0', since_hash jsonb default null, "limit" jsonb default '200',
  max_bytes jsonb default '1048576') returns jsonb
language sql stable security invoker set search_path = ''
as $$ select gitagent_private.pull(project, epoch, since, since_hash, "limit", max_bytes) $$;

create or replace function gitagent.push(project uuid, ops jsonb, device jsonb default null,
  epoch jsonb default null, since jsonb default '0', since_hash jsonb default null,
  atomic jsonb default 'false') returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select gitagent_private.push(project, device, epoch, since, since_hash, ops, atomic) $$;

create or replace function gitagent.lease(project uuid, kind jsonb, scope jsonb default null,
  device jsonb default null, count jsonb default '1', min jsonb default '0') returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select gitagent_private.lease(project, device, kind, scope, count, min) $$;

create or replace function gitagent.manifest(project uuid) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select gitagent_private.manifest(project) $$;

create or replace function gitagent.bodies(project uuid, uids jsonb) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select gitagent_private.bodies(project, uids) $$;

create or replace function gitagent.history(project uuid, uid jsonb) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select gitagent_private.history(project, uid) $$;

create or replace function gitagent.claim(project uuid, device jsonb default null,
  uid jsonb default null, who jsonb default null, minutes jsonb default null) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select gitagent_private.claim(project, device, uid, who, minutes) $$;

create or replace function gitagent.release(project uuid, device jsonb, uid jsonb) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select gitagent_private.claim(project, device, uid, null, '0') $$;

create or replace function gitagent.ack(project uuid, device jsonb, rev jsonb) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select gitagent_private.ack(project, device, rev) $$;

create or replace function gitagent.project_create(slug jsonb) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select gitagent_private.project_create(slug) $$;

create or replace function gitagent.member_set(project uuid, "user" jsonb, role jsonb default null,
  name jsonb default null) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select gitagent_private.member_set(project, "user", role, name) $$;

create or replace function gitagent.purge(project uuid, uid jsonb) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select gitagent_private.purge(project, uid) $$;

create or replace function gitagent.verify_audit(project uuid) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select gitagent_private.verify_audit(project) $$;

create or replace view gitagent.projects with (security_invoker = true) as
  select id as project, slug, epoch, head, created_at from gitagent_private.project;

create or replace view gitagent.artifacts with (security_invoker = true) as
  select a.project_id as project, a.uid, a.kind, a.label, a.path, a.title, a.state, a.version,
      a.rev,
    a.revision, a.oid, a.author, a.forged, a.approval_state, a.approver, a.approved_at,
    a.approval_imported, t.body
  from gitagent_private.artifact a
  left join gitagent_private.text t on t.project_id = a.project_id and t.oid = a.oid
  where not a.deleted;

create or replace view gitagent.history with (security_invoker = true) as
  select project_id as project, rev, uid, version, op, state_from, state_to, revision, oid,
    actor_name as actor, reason, at, hash
  from gitagent_private.revision;

-- Which labels a text names, and which artifacts have them.
create or replace view gitagent.links with (security_invoker = true) as
  select a.project_id as project, a.uid, a.label, m.label as names, o.uid as names_uid,
      o.kind as names_kind
  from gitagent_private.artifact a
  join gitagent_private.text t on t.project_id = a.project_id and t.oid = a.oid
  cross join lateral (
    select distinct r[1] as label
    from regexp_matches(t.body,
        '(?<![A-Za-z0-9_~-])([A-Z][A-Z0-9_]{0,31}-[0-9]{3,9})(?![A-Za-z0-9_~])', 'g') r
  ) m
  left join gitagent_private.artifact o on o.project_id = a.project_id and o.label = m.label
      and not o.deleted
  where not a.deleted and m.label <> a.label;

-- Functions are nobody's until they are granted, whatever the defaults of the database are.
do $$
declare
  f text;
begin
  for f in select oid::regprocedure::text from pg_catalog.pg_proc
    where pronamespace in ('gitagent'::regnamespace, 'gitagent_private'::regnamespace)
  loop
    execute format('revoke all on function %s from public, anon, authenticated', f);
  end loop;
  for f in select oid::regprocedure::text from pg_catalog.pg_proc
    where pronamespace = 'gitagent'::regnamespace
       or (pronamespace = 'gitagent_private'::regnamespace and proname in ('head', 'pull', 'push',
      'lease', 'manifest', 'bodies', 'history', 'claim', 'ack', 'project_create',
      'member_set', 'purge', 'verify_audit', 'my_projects'))
  loop
    execute format('grant execute on function %s to authenticated', f);
  end loop;
  for f in select table_name from information_schema.tables where table_schema = 'gitagent' loop
    execute format('revoke all on gitagent.%I from public, anon, authenticated', f);
    execute format('grant select on gitagent.%I to authenticated', f);
  end loop;
end $$;
revoke all on schema gitagent, gitagent_private from public, anon;
grant usage on schema gitagent, gitagent_private to authenticated;
grant select (id, slug, epoch, head, created_at) on gitagent_private.project to authenticated;
grant select (project_id, uid, kind, label, path, title, state, version, rev, revision, oid, author,
  forged, deleted, approval_state, approver, approved_at, approval_imported)
  on gitagent_private.artifact to authenticated;
grant select (project_id, rev, uid, version, op, state_from, state_to, revision, oid, actor_name,
  reason, at, hash) on gitagent_private.revision to authenticated;
grant select on gitagent_private.text to authenticated;

notify pgrst, 'reload schema';
