-- Members by e-mail address. Whether an address has an account is nobody's business: adding it
-- makes an invitation, and who it is for takes it up by joining.
create table if not exists gitagent_private.invitation (
  project_id uuid not null references gitagent_private.project on delete cascade,
  email text not null check (email ~ '^[^\s@<>]+@[^\s@<>]+$' and length(email) <= 254),
  role text not null check (role in ('reader', 'author', 'approver', 'admin')),
  invited_by uuid not null,
  at timestamptz not null default now(),
  primary key (project_id, email)
);
create index if not exists invitation_email on gitagent_private.invitation (email);
alter table gitagent_private.invitation enable row level security;
revoke all on gitagent_private.invitation from public, anon, authenticated;
drop policy if exists nobody_reads on gitagent_private.invitation;
create policy nobody_reads on gitagent_private.invitation for select to authenticated using (false);

create or replace function gitagent_private.arg_email(v jsonb) returns text
language plpgsql immutable set search_path = '' as $$
declare
  mail text := lower(btrim(gitagent_private.arg_text(v, 'email')));
begin
  if mail is null or mail !~ '^[^\s@<>]+@[^\s@<>]+$' or length(mail) > 254 then
    raise sqlstate 'PT400' using message = 'bad request: '
        || '''email'' is no e-mail address';
  end if;
  return mail;
end $$;

create or replace function gitagent_private.arg_role(v jsonb) returns text
language plpgsql immutable set search_path = '' as $$
declare
  role text := gitagent_private.arg_text(v, 'role');
begin
  if coalesce(role, '') not in ('reader', 'author', 'approver', 'admin') then
    raise sqlstate 'PT400' using message = 'bad request: '
        || 'a role is reader, author, approver or admin';
  end if;
  return role;
end $$;

-- The member of a project with this address, or null.
create or replace function gitagent_private.member_of(p_project uuid, mail text) returns uuid
language sql stable security definer set search_path = '' as $$
  select m.user_id from gitagent_private.member m join auth.users u on u.id = m.user_id
  where m.project_id = p_project and lower(u.email) = mail
$$;

create or replace function gitagent_private.keep_an_admin(p_project uuid) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if not exists (select from gitagent_private.member where project_id = p_project
      and role = 'admin') then
    raise sqlstate 'PT403' using message = 'a project keeps at least one admin';
  end if;
end $$;

-- A member gets another role; anybody else an invitation.
create or replace function gitagent_private.member_add(p_project uuid, p_email jsonb, p_role jsonb)
returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  me gitagent_private.member := gitagent_private.admin_of(p_project);
  mail text := gitagent_private.arg_email(p_email);
  new_role text := gitagent_private.arg_role(p_role);
  target uuid;
begin
  perform from gitagent_private.project where id = p_project for no key update;
  target := gitagent_private.member_of(p_project, mail);
  if target is not null then
    update gitagent_private.member set role = new_role
    where project_id = p_project and user_id = target;
    perform gitagent_private.keep_an_admin(p_project);
  elsif (select count(*) from gitagent_private.invitation where project_id = p_project) >= 1000 then
    raise sqlstate 'PT403' using message = 'this project has 1000 invitations already';
  else
    insert into gitagent_private.invitation (project_id, email, role, invited_by)
    values (p_project, mail, new_role, me.user_id)
    on conflict (project_id, email) do update
    set role = excluded.role, invited_by = excluded.invited_by, at = now();
  end if;
  return jsonb_build_object('email', mail, 'role', new_role, 'invited', target is null);
end $$;

-- Also an invitation that nobody took up. Everybody may leave.
create or replace function gitagent_private.member_remove(p_project uuid, p_email jsonb)
returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  me gitagent_private.member := gitagent_private.membership(p_project);
  mail text := gitagent_private.arg_email(p_email);
  target uuid;
  invitations bigint;
begin
  perform from gitagent_private.project where id = p_project for no key update;
  target := gitagent_private.member_of(p_project, mail);
  if target is distinct from me.user_id then
    perform gitagent_private.admin_of(p_project);
  end if;
  delete from gitagent_private.member where project_id = p_project and user_id = target;
  delete from gitagent_private.invitation where project_id = p_project and email = mail;
  get diagnostics invitations = row_count;
  if target is null and invitations = 0 then
    raise sqlstate 'PT409' using message = 'no such member';
  end if;
  perform gitagent_private.keep_an_admin(p_project);
  return jsonb_build_object('email', mail);
end $$;

-- Members know each other from the log; invitations are for who may make them.
create or replace function gitagent_private.member_list(p_project uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  me gitagent_private.member := gitagent_private.membership(p_project);
begin
  return jsonb_build_object('members', coalesce((
    select jsonb_agg(to_jsonb(l) order by l.invited, l.email) from (
      select u.email, m.role, m.name, false invited, m.user_id = me.user_id you
      from gitagent_private.member m join auth.users u on u.id = m.user_id
      where m.project_id = p_project
      union all
      select i.email, i.role, '', true, false
      from gitagent_private.invitation i
      where i.project_id = p_project and me.role = 'admin'
    ) l), '[]'));
end $$;

-- Takes up the invitations to projects of this name, and says which of them are the asker's.
create or replace function gitagent_private.project_join(p_slug jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  me uuid := (select auth.uid());
  slug_wanted text := coalesce(gitagent_private.arg_text(p_slug, 'slug'), '');
begin
  if me is null then
    raise sqlstate 'PT401' using message = 'not signed in';
  end if;
  with taken as (
    delete from gitagent_private.invitation i
    using gitagent_private.project p, auth.users u
    where p.id = i.project_id and p.slug = slug_wanted and u.id = me and i.email = lower(u.email)
    returning i.project_id, i.role, gitagent_private.display_name(u.raw_user_meta_data, u.email)
  )
  insert into gitagent_private.member (project_id, user_id, role, name)
  select project_id, me, role, display_name from taken
  on conflict (project_id, user_id) do nothing;
  return jsonb_build_object('projects', coalesce((
    select jsonb_agg(jsonb_build_object('project', p.id, 'slug', p.slug, 'role', m.role,
      'head', p.head, 'proto', p.proto, 'created', p.created_at) order by p.created_at, p.id)
    from gitagent_private.member m join gitagent_private.project p on p.id = m.project_id
    where m.user_id = me and p.slug = slug_wanted), '[]'));
end $$;

-- By id only: an address would tell who has an account here.
create or replace function gitagent_private.member_set(p_project uuid, p_user jsonb, p_role jsonb,
  p_name jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  who text := gitagent_private.arg_text(p_user, 'user');
  new_name text := gitagent_private.arg_text(p_name, 'name');
  new_role text;
  target uuid;
begin
  perform gitagent_private.admin_of(p_project);
  if gitagent_private.arg_text(p_role, 'role') is not null then
    new_role := gitagent_private.arg_role(p_role);
  end if;
  perform from gitagent_private.project where id = p_project for no key update;
  select u.id into target from auth.users u where u.id::text = who;
  if target is null then
    raise sqlstate 'PT404' using message = 'no such user';
  end if;
  if new_role is null then
    delete from gitagent_private.member where project_id = p_project and user_id = target;
  else
    insert into gitagent_private.member (project_id, user_id, role, name)
    select p_project, target, new_role, coalesce(left(new_name, 200),
      gitagent_private.display_name(u.raw_user_meta_data, u.email))
    from auth.users u where u.id = target
    on conflict (project_id, user_id) do update set role = excluded.role, name = excluded.name;
  end if;
  perform gitagent_private.keep_an_admin(p_project);
  return jsonb_build_object('user', target, 'role', new_role);
end $$;

create or replace function gitagent.member_add(project uuid, email jsonb,
  role jsonb default '"author"') returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select gitagent_private.member_add(project, email, role) $$;

create or replace function gitagent.member_remove(project uuid, email jsonb) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select gitagent_private.member_remove(project, email) $$;

create or replace function gitagent.member_list(project uuid) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select gitagent_private.member_list(project) $$;

create or replace function gitagent.project_join(slug jsonb) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select gitagent_private.project_join(slug) $$;

do $$
declare
  f text;
begin
  for f in select oid::regprocedure::text from pg_catalog.pg_proc
    where pronamespace in ('gitagent'::regnamespace, 'gitagent_private'::regnamespace)
      and proname in ('arg_email', 'arg_role', 'member_of', 'keep_an_admin', 'member_add',
        'member_remove', 'member_list', 'member_set', 'project_join')
  loop
    execute format('revoke all on function %s from public, anon, authenticated', f);
  end loop;
  for f in select oid::regprocedure::text from pg_catalog.pg_proc
    where pronamespace in ('gitagent'::regnamespace, 'gitagent_private'::regnamespace)
      and proname in ('member_add', 'member_remove', 'member_list', 'member_set', 'project_join')
  loop
    execute format('grant execute on function %s to authenticated', f);
  end loop;
end $$;

notify pgrst, 'reload schema';
