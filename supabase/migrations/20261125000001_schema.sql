-- Tables. gitagent is what PostgREST shows: functions and views. gitagent_private is nobody's to
-- touch: only the functions of this schema write here. Every migration may run twice.
create schema if not exists extensions;
create extension if not exists pgcrypto with schema extensions;
create schema if not exists gitagent;
create schema if not exists gitagent_private;

create table if not exists gitagent_private.project (
  id uuid primary key default gen_random_uuid(),
  slug text not null check (slug ~ '^[[:print:]]{1,100}$'),
  epoch uuid not null default gen_random_uuid(),  -- a new one says: forget every cursor
  head bigint not null default 0,  -- the newest rev, + 1 per op, under the row lock
  head_hash text not null default repeat('0', 64),  -- end of the hash chain
  digest bit(256) not null default repeat('0', 256)::bit(256),  -- XOR over what is live
  min_rev bigint not null default 0,  -- tombstones older than this may be gone
  proto integer not null default 1,
  rules uuid not null default '00000000-0000-0000-0000-000000000000',  -- its own: the id again
  kinds text,  -- what the client calls its own table of kinds
  created_at timestamptz not null default now()
);

create table if not exists gitagent_private.member (
  project_id uuid not null references gitagent_private.project on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null check (role in ('reader', 'author', 'approver', 'admin')),
  name text not null check (length(name) between 1 and 200),  -- "Name <mail>", as the log shows it
  primary key (project_id, user_id)
);
create index if not exists member_user on gitagent_private.member (user_id);

-- The log: one row for every rev. The chain has no text and no name in it, only their commitment
-- and the user's id, so that purge can erase both and the chain still verifies.
create table if not exists gitagent_private.revision (
  project_id uuid not null references gitagent_private.project on delete cascade,
  rev bigint not null,
  uid uuid not null,
  version bigint not null,
  base_version bigint not null,
  op text not null,
  state_from text,
  state_to text not null,
  revision text not null,
  oid text not null,
  commitment text not null,
  salt text,  -- null: purged
  actor uuid not null,
  actor_name text not null,
  device text,
  reason text,
  at timestamptz not null default clock_timestamp(),
  op_id text not null,
  payload text not null,  -- of the op: the same op again is a repeat
  prev_hash text not null,
  hash text not null,
  primary key (project_id, rev),
  unique (project_id, op_id),
  unique (project_id, uid, version)
);

-- The newest state of each artifact, tombstones included.
create table if not exists gitagent_private.artifact (
  project_id uuid not null references gitagent_private.project on delete cascade,
  uid uuid not null,
  kind text not null,
  label text not null,  -- '' where the file name has none
  scope text not null,
  num bigint not null,  -- -1: none, or provisional
  path text not null,
  title text not null,
  state text not null,
  version bigint not null,
  rev bigint not null,
  revision text not null,
  oid text not null,  -- '': deleted
  bytes integer not null,
  deleted boolean not null,
  duplicate boolean not null,  -- imported with a label that was taken
  author text not null,
  writer uuid not null,  -- who pushed the normative text as it is
  normative text,  -- null: not asked for yet
  forged boolean not null,  -- the text claims a gate that no approval covers
  approval_state text,
  approval_normative text,
  approver text,
  approved_at timestamptz,
  approved_rev bigint,
  approval_imported boolean,
  approval_counts boolean,  -- for what needs this artifact approved
  purged boolean not null default false,
  primary key (project_id, uid),
  foreign key (project_id, rev) references gitagent_private.revision (project_id, rev)
    on delete cascade deferrable initially deferred
);
create unique index if not exists artifact_rev on gitagent_private.artifact (project_id, rev);
create unique index if not exists artifact_label on gitagent_private.artifact (project_id, kind,
    label)
  where not deleted and not duplicate and label <> '';
drop index if exists gitagent_private.artifact_label_any;
create index if not exists artifact_label_holder on gitagent_private.artifact (project_id, kind,
    label, deleted, duplicate, rev);
create unique index if not exists artifact_path on gitagent_private.artifact (project_id, path)
  where not deleted;
create index if not exists artifact_scope on gitagent_private.artifact (project_id, scope, num);

-- Texts by git's blob id. A project sees its own only: an id is no proof of knowing the text.
create table if not exists gitagent_private.text (
  project_id uuid not null references gitagent_private.project on delete cascade,
  oid text not null,
  body text not null,
  primary key (project_id, oid)
);

-- The shared graph: parents have smaller seq than their children.
create table if not exists gitagent_private.lineage (
  project_id uuid not null references gitagent_private.project on delete cascade,
  uid uuid not null,
  id text not null,
  seq bigint not null,  -- rev * 2^16 + place in its op
  parent1 text not null,
  parent2 text not null,
  oid text not null,
  path text not null,
  author text not null,
  time bigint not null,
  how text not null,
  message text not null,
  added_rev bigint not null,
  primary key (project_id, uid, id)
);
create index if not exists lineage_added on gitagent_private.lineage (project_id, uid, seq);
create index if not exists lineage_oid on gitagent_private.lineage (project_id, oid);

-- The highest number handed out for a scope, and to whom.
create table if not exists gitagent_private.counter (
  project_id uuid not null references gitagent_private.project on delete cascade,
  scope text not null,
  high bigint not null,
  primary key (project_id, scope)
);
create table if not exists gitagent_private.lease (
  project_id uuid not null references gitagent_private.project on delete cascade,
  scope text not null,
  low bigint not null,
  high bigint not null,
  device text,
  user_id uuid not null,
  granted_at timestamptz not null default now(),
  primary key (project_id, scope, low)
);

-- Who is editing what. A hint, nothing more.
create table if not exists gitagent_private.intent (
  project_id uuid not null references gitagent_private.project on delete cascade,
  uid uuid not null,
  user_id uuid not null,
  device text not null,
  who text not null,
  until timestamptz not null,
  primary key (project_id, uid, user_id, device)
);

create table if not exists gitagent_private.device (
  project_id uuid not null references gitagent_private.project on delete cascade,
  user_id uuid not null,
  id text not null,
  rev bigint not null,
  at timestamptz not null default now(),
  primary key (project_id, user_id, id)
);

-- The rules, as data: the built-in ones (20261125000002_kinds.sql) have no project and the rules
-- 0; a project that has its own (kinds_set) has all of them, and its own id.
create table if not exists gitagent_private.kind (
  name text not null,
  dir text not null,
  suffix text not null,
  prefix text,  -- of its labels; null: the scope is
  opaque boolean not null,  -- YAML: only id, title and state are read
  shares_label boolean not null,  -- with its parent
  parent_kind text,
  parent_state text,  -- what the parent must have reached
  project_id uuid references gitagent_private.project on delete cascade,
  rules uuid not null generated always as
    (coalesce(project_id, '00000000-0000-0000-0000-000000000000')) stored,
  primary key (rules, name),
  unique (rules, dir)
);
create table if not exists gitagent_private.kind_state (
  kind text not null,
  name text not null,
  rank integer not null,  -- -1: a side state
  gate boolean not null,
  initial boolean not null,
  locked boolean not null default false,  -- its text is frozen
  rules uuid not null default '00000000-0000-0000-0000-000000000000',
  primary key (rules, kind, name),
  foreign key (rules, kind) references gitagent_private.kind (rules, name) on delete cascade
);
create table if not exists gitagent_private.transition (
  kind text not null,
  from_state text not null,  -- '': one that the kind does not know
  to_state text not null,
  min_role text not null check (min_role in ('author', 'approver', 'admin')),
  four_eyes boolean not null,  -- not by who wrote the text
  needs_parent boolean not null,
  needs_reason boolean not null,
  rules uuid not null default '00000000-0000-0000-0000-000000000000',
  primary key (rules, kind, from_state, to_state),
  foreign key (rules, kind) references gitagent_private.kind (rules, name) on delete cascade
);
-- From the time when all projects had the same.
do $$
begin
  if exists (select from pg_catalog.pg_attribute where not attisdropped and attname = 'rules'
      and attrelid = 'gitagent_private.kind'::regclass) then
    return;
  end if;
  alter table gitagent_private.project
    add rules uuid not null default '00000000-0000-0000-0000-000000000000', add kinds text;
  alter table gitagent_private.kind_state drop constraint kind_state_kind_fkey,
    drop constraint kind_state_pkey,
    add rules uuid not null default '00000000-0000-0000-0000-000000000000',
    add primary key (rules, kind, name);
  alter table gitagent_private.transition drop constraint transition_kind_fkey,
    drop constraint transition_pkey,
    add rules uuid not null default '00000000-0000-0000-0000-000000000000',
    add primary key (rules, kind, from_state, to_state);
  alter table gitagent_private.kind drop constraint kind_pkey, drop constraint kind_dir_key,
    add project_id uuid references gitagent_private.project on delete cascade,
    add rules uuid not null generated always as
      (coalesce(project_id, '00000000-0000-0000-0000-000000000000')) stored,
    add primary key (rules, name), add unique (rules, dir);
  alter table gitagent_private.kind_state add foreign key (rules, kind)
    references gitagent_private.kind (rules, name) on delete cascade;
  alter table gitagent_private.transition add foreign key (rules, kind)
    references gitagent_private.kind (rules, name) on delete cascade;
end $$;
create index if not exists kind_project on gitagent_private.kind (project_id);

-- What admins did, beside pushing: append-only as the log is.
create table if not exists gitagent_private.audit (
  project_id uuid not null references gitagent_private.project on delete cascade,
  nr bigint not null,
  what text not null,
  detail jsonb not null,
  actor uuid,  -- null: with the password of the database
  actor_name text not null,
  at timestamptz not null default clock_timestamp(),
  rev bigint not null,  -- the head when it happened
  primary key (project_id, nr)
);

do $$
declare
  t text;
begin
  for t in select tablename from pg_catalog.pg_tables where schemaname = 'gitagent_private' loop
    execute format('alter table gitagent_private.%I enable row level security', t);
    execute format('revoke all on gitagent_private.%I from public, anon, authenticated', t);
  end loop;
end $$;

-- The projects of who asks. Policies and views use it as a sub-select: once a query.
create or replace function gitagent_private.my_projects() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select project_id from gitagent_private.member where user_id = (select auth.uid())
$$;

do $$
declare
  t text;
begin
  foreach t in array array['project', 'artifact', 'revision', 'text', 'lineage', 'audit'] loop
    execute format('drop policy if exists member_reads on gitagent_private.%I', t);
    execute format('create policy member_reads on gitagent_private.%I for select to authenticated'
      ' using (%I in (select gitagent_private.my_projects()))', t,
      case t when 'project' then 'id' else 'project_id' end);
  end loop;
  -- The rest is read by nobody; a policy says that this is meant.
  foreach t in array array['member', 'counter', 'lease', 'intent', 'device', 'kind',
      'kind_state', 'transition'] loop
    execute format('drop policy if exists nobody_reads on gitagent_private.%I', t);
    execute format('create policy nobody_reads on gitagent_private.%I for select to authenticated'
      ' using (false)', t);
  end loop;
end $$;

-- The second line, for those who write past the functions. History is append-only; purge, and
-- only purge, may erase what commitments cover.
create or replace function gitagent_private.revision_guard() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and current_setting('gitagent.purge', true) = new.uid::text
     and (to_jsonb(new) - '{salt,actor_name,device,reason}'::text[])
       = (to_jsonb(old) - '{salt,actor_name,device,reason}'::text[]) then
    return new;
  end if;
  if tg_op = 'DELETE' and not exists (select from gitagent_private.project
      where id = old.project_id) then
    return old;  -- the whole project goes
  end if;
  raise sqlstate 'PT403' using message = 'history is append-only';
end $$;
create or replace function gitagent_private.audit_guard() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'DELETE' and not exists (select from gitagent_private.project
      where id = old.project_id) then
    return old;
  end if;
  raise sqlstate 'PT403' using message = 'history is append-only';
end $$;
drop trigger if exists audit_guard on gitagent_private.audit;
create trigger audit_guard before update or delete on gitagent_private.audit
  for each row execute function gitagent_private.audit_guard();
drop trigger if exists revision_guard on gitagent_private.revision;
create trigger revision_guard before update or delete on gitagent_private.revision
  for each row execute function gitagent_private.revision_guard();

-- An artifact is what the log says of it.
create or replace function gitagent_private.artifact_guard() returns trigger
language plpgsql set search_path = '' as $$
begin
  if exists (
    select from written w
    left join gitagent_private.revision r on r.project_id = w.project_id and r.rev = w.rev
    where r.rev is null or r.uid <> w.uid or r.version <> w.version
       or r.state_to <> w.state or r.oid <> w.oid or r.revision <> w.revision
  ) then
    raise sqlstate 'PT403' using message = 'an artifact is written by push only';
  end if;
  return null;
end $$;
drop trigger if exists artifact_guard_insert on gitagent_private.artifact;
create trigger artifact_guard_insert after insert on gitagent_private.artifact
  referencing new table as written for each statement
  execute function gitagent_private.artifact_guard();
drop trigger if exists artifact_guard_update on gitagent_private.artifact;
create trigger artifact_guard_update after update on gitagent_private.artifact
  referencing new table as written for each statement
  execute function gitagent_private.artifact_guard();
