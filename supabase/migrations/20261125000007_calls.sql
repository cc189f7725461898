-- The other calls: reading (stable: one call sees one snapshot), numbers, claims, administration.

create or replace function gitagent_private.head(p_project uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  m gitagent_private.member := gitagent_private.membership(p_project);
  pr gitagent_private.project;
begin
  select * into pr from gitagent_private.project where id = p_project;
  return jsonb_build_object('proto', pr.proto, 'epoch', pr.epoch, 'head', pr.head,
    'hash', pr.head_hash, 'project', pr.slug, 'min_rev', pr.min_rev, 'role', m.role)
    || case when pr.kinds is not null then jsonb_build_object('kinds', pr.kinds) else '{}' end;
end $$;

create or replace function gitagent_private.pull(p_project uuid, p_epoch jsonb, p_since jsonb,
  p_since_hash jsonb, p_limit jsonb, p_max_bytes jsonb) returns jsonb
language plpgsql stable security definer
set search_path = '' set jit = off set enable_sort = off set plan_cache_mode = force_generic_plan as $$
declare
  since bigint := gitagent_private.arg_int(p_since, 'since', 0);
  epoch text := gitagent_private.arg_text(p_epoch, 'epoch');
  since_hash text := gitagent_private.arg_text(p_since_hash, 'since_hash');
  nr bigint := least(greatest(gitagent_private.arg_int(p_limit, 'limit', 200), 1), 1000);
  size bigint := least(greatest(gitagent_private.arg_int(p_max_bytes, 'max_bytes', 1048576), 1),
      8388608);
  pr gitagent_private.project;
  at record;
  uids uuid[];
  list jsonb;
  next bigint;
  more boolean;
  hash text;
begin
  perform gitagent_private.membership(p_project);
  select * into pr from gitagent_private.project where id = p_project;
  select * into at from gitagent_private.cursor_check(pr, epoch, since, since_hash);
  if at.reset is not null then
    return gitagent_private.reset_reply(pr, at.reset);
  end if;
  hash := pr.head_hash;
  next := pr.head;
  more := false;
  list := '[]';
  if since < pr.head then
    -- what cannot fit is not even looked at; the first row goes out whatever its size
    select array_agg(c.uid) into uids from (
      select a.uid, a.rev, coalesce(sum(a.bytes) over (order by a.rev
        rows between unbounded preceding and 1 preceding), 0) before
      from (select uid, rev, bytes from gitagent_private.artifact
        where project_id = p_project and rev > since order by rev limit nr) a
    ) c where c.before <= size;
    select jsonb_agg(c.doc order by c.rev), max(c.rev) into list, next from (
      select d.rev, d.doc, sum(octet_length(d.doc::text)) over (order by d.rev) total,
        row_number() over (order by d.rev) n
      from gitagent_private.row_docs(p_project, uids, at.floor) d
    ) c where c.total <= size or c.n = 1;
    more := (select rev from gitagent_private.artifact where project_id = p_project
      and rev > next order by rev limit 1) is not null;
    if more then
      select r.hash || lpad(to_hex(at.floor), 16, '0') into hash
      from gitagent_private.revision r where r.project_id = p_project and r.rev >= next
      order by r.rev limit 1;
    else
      next := pr.head;
    end if;
  end if;
  return jsonb_build_object('epoch', pr.epoch, 'head', pr.head, 'rows', coalesce(list, '[]'),
    'more', more, 'next', next, 'next_hash', hash, 'digest', gitagent_private.hex(pr.digest));
end $$;

create or replace function gitagent_private.manifest(p_project uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  perform gitagent_private.membership(p_project);
  return (
    select jsonb_build_object('epoch', pr.epoch, 'head', pr.head, 'hash', pr.head_hash, 'rows',
      coalesce((select jsonb_agg(jsonb_build_object('uid', a.uid, 'kind', a.kind,
        'label', a.label, 'path', a.path, 'oid', a.oid, 'revision', a.revision,
        'version', a.version, 'deleted', a.deleted, 'rev', a.rev) order by a.rev)
      from gitagent_private.artifact a where a.project_id = p_project), '[]'))
    from gitagent_private.project pr where pr.id = p_project);
end $$;

-- A uid that is unknown has no row; that is its answer.
create or replace function gitagent_private.bodies(p_project uuid, p_uids jsonb) returns jsonb
language plpgsql stable security definer set search_path = '' set jit = off as $$
declare
  uids uuid[];
begin
  perform gitagent_private.membership(p_project);
  perform gitagent_private.arg_array(p_uids, 'uids');
  if jsonb_array_length(p_uids) > 1000 then
    raise sqlstate 'PT413' using message = 'bad request: more than 1000 uids';
  elsif p_uids @? 'strict $[*] ? (@.type() != "string")' then
    raise sqlstate 'PT400' using message = 'bad request: ' || 'a uid is not text';
  end if;
  select array_agg(u::uuid) into uids from jsonb_array_elements_text(p_uids) u
  where u ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
  return jsonb_build_object('rows', coalesce((
    select jsonb_agg(d.doc order by u.n)
    from unnest(uids) with ordinality u(uid, n)
    join gitagent_private.row_docs(p_project, uids, -1) d on d.uid = u.uid), '[]'));
end $$;

create or replace function gitagent_private.history(p_project uuid, p_uid jsonb) returns jsonb
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  uid_text text := gitagent_private.arg_text(p_uid, 'uid');
begin
  perform gitagent_private.membership(p_project);
  if uid_text is null then
    raise sqlstate 'PT400' using message = 'bad request: ' || 'no ''uid''';
  end if;
  return jsonb_build_object('rows', coalesce((
    select jsonb_agg(jsonb_build_object('rev', r.rev, 'version', r.version, 'op', r.op,
      'state_from', r.state_from, 'state_to', r.state_to, 'revision', r.revision,
      'actor', r.actor_name, 'at', extract(epoch from r.at)::bigint, 'reason',
          r.reason, 'hash', r.hash) order by r.rev)
    from gitagent_private.revision r
    where r.project_id = p_project and r.uid = case
      when uid_text ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then uid_text::uuid end),
          '[]'));
end $$;

create or replace function gitagent_private.lease(p_project uuid, p_device jsonb, p_kind jsonb,
  p_scope jsonb, p_count jsonb, p_min jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  m gitagent_private.member := gitagent_private.membership(p_project);
  k gitagent_private.kind;
  device_id text := gitagent_private.arg_text(p_device, 'device');
  kind_name text := gitagent_private.arg_text(p_kind, 'kind');
  s text := gitagent_private.arg_text(p_scope, 'scope');
  nr bigint := least(greatest(gitagent_private.arg_int(p_count, 'count', 1), 1), 50);
  low bigint := gitagent_private.arg_int(p_min, 'min', 0);
begin
  if gitagent_private.role_rank(m.role) < 2 then
    raise sqlstate 'PT403' using message = format('the role %s only reads', m.role);
  end if;
  select x.* into k from gitagent_private.project pr
  join gitagent_private.kind x on x.rules = pr.rules and x.name = kind_name
  where pr.id = p_project;
  if not found then
    raise sqlstate 'PT400' using message = 'bad request: ' || 'no such kind of artifact';
  end if;
  s := coalesce(k.prefix, s, '');
  if s !~ '^[A-Z][A-Z0-9_]{0,31}$' then
    raise sqlstate 'PT400' using message = 'bad request: ' || 'no such scope';
  end if;
  perform from gitagent_private.project where id = p_project for no key update;
  select greatest(low, 1 + greatest(
    coalesce((select max(a.num) from gitagent_private.artifact a
      where a.project_id = p_project and a.scope = s), 0),
    coalesce((select c.high from gitagent_private.counter c
      where c.project_id = p_project and c.scope = s), 0))) into low;
  if low > 999999999 - nr then
    raise sqlstate 'PT400' using message = 'bad request: ' || format(
        'scope ''%s'' has no numbers left', s);
  end if;
  insert into gitagent_private.counter (project_id, scope, high) values (p_project, s, low + nr - 1)
  on conflict (project_id, scope) do update set high = excluded.high;
  insert into gitagent_private.lease (project_id, scope, low, high, device, user_id)
  values (p_project, s, low, low + nr - 1, device_id, m.user_id);
  return jsonb_build_object('from', low, 'to', low + nr - 1);
end $$;

create or replace function gitagent_private.claim(p_project uuid, p_device jsonb, p_uid jsonb,
  p_who jsonb, p_minutes jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  m gitagent_private.member := gitagent_private.membership(p_project);
  device_id text := gitagent_private.arg_text(p_device, 'device');
  uid_text text := gitagent_private.arg_text(p_uid, 'uid');
  name text := coalesce(gitagent_private.arg_text(p_who, 'who'), m.name);
  nr bigint := least(gitagent_private.arg_int(p_minutes, 'minutes', -1), 7 * 24 * 60);
  target uuid := case when uid_text ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
      then uid_text::uuid end;
begin
  if nr >= 0 and (device_id is null or target is null) then
    raise sqlstate 'PT400' using message = 'bad request: '
        || 'a claim has a ''device'' and a ''uid''';
  end if;
  if nr >= 0 then
    delete from gitagent_private.intent i
    where i.project_id = p_project and (i.until <= now()
      or (i.uid = target and i.user_id = m.user_id and i.device = device_id));
  end if;
  if nr > 0 then
    insert into gitagent_private.intent (project_id, uid, user_id, device, who, until)
    values (p_project, target, m.user_id, device_id, name, now() + nr * interval '1 minute')
    on conflict (project_id, uid, user_id, device) do update set until = excluded.until,
        who = excluded.who;
  end if;
  return jsonb_build_object('claims', coalesce((
    select jsonb_agg(jsonb_build_object('uid', i.uid, 'who', i.who, 'device', i.device,
      'until', extract(epoch from i.until)::bigint) order by i.uid, i.until, i.device)
    from gitagent_private.intent i
    where i.project_id = p_project and i.until > now() and (uid_text is null or i.uid = target)),
        '[]'));
end $$;

create or replace function gitagent_private.ack(p_project uuid, p_device jsonb, p_rev jsonb)
    returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  m gitagent_private.member := gitagent_private.membership(p_project);
  device_id text := gitagent_private.arg_text(p_device, 'device');
  acked bigint := gitagent_private.arg_int(p_rev, 'rev', -1);
begin
  if device_id is null or acked < 0 then
    raise sqlstate 'PT400' using message = 'bad request: '
        || 'an ack has a ''device'' and a ''rev''';
  end if;
  insert into gitagent_private.device (project_id, user_id, id, rev) values (p_project, m.user_id,
      device_id, acked)
  on conflict (project_id, user_id, id) do update set rev = excluded.rev, at = now();
  return '{}'::jsonb;
end $$;

-- --- administration ----------------------------------------------------------------------------

create or replace function gitagent_private.admin_of(p_project uuid) returns gitagent_private.member
language plpgsql stable security definer set search_path = '' as $$
declare
  m gitagent_private.member := gitagent_private.membership(p_project);
begin
  if m.role <> 'admin' then
    raise sqlstate 'PT403' using message = 'only an admin may do this';
  end if;
  return m;
end $$;

-- As the log is going to show somebody: "Ann <ann@example.org>".
create or replace function gitagent_private.display_name(meta jsonb, mail text) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return left(concat(nullif(regexp_replace(coalesce(meta ->> 'full_name', meta ->> 'name', ''),
    '[\x01-\x1f<>]', '', 'g'), '') || ' ', '<' || coalesce(mail, '') || '>'), 200);
end $$;

create or replace function gitagent_private.project_create(p_slug jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  me uuid := (select auth.uid());
  name text := gitagent_private.arg_text(p_slug, 'slug');
  pr gitagent_private.project;
begin
  if me is null then
    raise sqlstate 'PT401' using message = 'not signed in';
  elsif name is null or name !~ '^[[:print:]]{1,100}$' then
    raise sqlstate 'PT400' using message = 'bad request: '
        || 'a project has a ''slug'' of at most 100 characters';
  elsif (select count(*) from gitagent_private.member where user_id = me
      and role = 'admin') >= 1000 then
    raise sqlstate 'PT403' using message = 'you have 1000 projects already';
  end if;
  insert into gitagent_private.project (slug) values (name) returning * into pr;
  insert into gitagent_private.member (project_id, user_id, role, name)
  select pr.id, me, 'admin', gitagent_private.display_name(u.raw_user_meta_data, u.email)
  from auth.users u where u.id = me;
  if not found then
    raise sqlstate 'PT401' using message = 'no such user';
  end if;
  return jsonb_build_object('project', pr.id, 'slug', pr.slug, 'epoch', pr.epoch);
end $$;

-- role null: out. A project keeps at least one admin.
create or replace function gitagent_private.member_set(p_project uuid, p_user jsonb, p_role jsonb,
  p_name jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  who text := gitagent_private.arg_text(p_user, 'user');
  new_role text := gitagent_private.arg_text(p_role, 'role');
  new_name text := gitagent_private.arg_text(p_name, 'name');
  target uuid;
begin
  perform gitagent_private.admin_of(p_project);
  if coalesce(new_role, 'admin') not in ('reader', 'author', 'approver', 'admin') then
    raise sqlstate 'PT400' using message = 'bad request: '
        || 'a role is reader, author, approver or admin';
  end if;
  perform from gitagent_private.project where id = p_project for no key update;
  select u.id into target from auth.users u where u.id::text = who or u.email = who;
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
  if not exists (select from gitagent_private.member where project_id = p_project
      and role = 'admin') then
    raise sqlstate 'PT403' using message = 'a project keeps at least one admin';
  end if;
  return jsonb_build_object('user', target, 'role', new_role);
end $$;

-- Erases what a deleted artifact said, and who said it: texts that no other artifact has, salts,
-- names, reasons, its approval. The chain stays, and so does what it proves of everything else. A
-- client that pulls it as a new one gets a row that is deleted and purged, without lineage; the rev
-- stays what it was, so that who has the deletion already learns nothing more.
create or replace function gitagent_private.purge(p_project uuid, p_uid jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  uid_text text := gitagent_private.arg_text(p_uid, 'uid');
  a gitagent_private.artifact;
  texts bigint;
  salts bigint;
begin
  perform gitagent_private.admin_of(p_project);
  perform from gitagent_private.project where id = p_project for no key update;
  select * into a from gitagent_private.artifact x
  where x.project_id = p_project and x.uid::text = uid_text;
  if not found then
    raise sqlstate 'PT404' using message = 'no such artifact';
  elsif not a.deleted then
    raise sqlstate 'PT409' using message = 'only what is deleted can be purged';
  end if;
  delete from gitagent_private.text t
  where t.project_id = p_project
    and t.oid in (select l.oid from gitagent_private.lineage l where l.project_id = p_project
        and l.uid = a.uid)
    and not exists (select from gitagent_private.lineage l
    where l.project_id = p_project and l.oid = t.oid and l.uid <> a.uid);
  get diagnostics texts = row_count;
  delete from gitagent_private.lineage l where l.project_id = p_project and l.uid = a.uid;
  delete from gitagent_private.intent i where i.project_id = p_project and i.uid = a.uid;
  perform set_config('gitagent.purge', a.uid::text, true);
  update gitagent_private.revision r
  set salt = null, actor_name = '', device = null, reason = null
  where r.project_id = p_project and r.uid = a.uid and r.salt is not null;
  get diagnostics salts = row_count;
  perform set_config('gitagent.purge', '', true);
  update gitagent_private.artifact x
  set title = '', label = '', path = '.agent/purged/' || x.uid, author = '', normative = '',
    approval_state = null, approval_normative = null, approver = null, approved_at = null,
    approved_rev = null, approval_imported = null, approval_counts = null, purged = true
  where x.project_id = p_project and x.uid = a.uid;
  return jsonb_build_object('texts', texts, 'revisions', salts);
end $$;

-- The chain again from its start, and every commitment whose text is still there.
create or replace function gitagent_private.verify_audit(p_project uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  pr gitagent_private.project;
  r record;
  prev text := repeat('0', 64);
  nr bigint := 0::bigint;
  purged bigint := 0::bigint;
begin
  perform gitagent_private.membership(p_project);
  select * into pr from gitagent_private.project where id = p_project;
  for r in
    select v.*, t.body from gitagent_private.revision v
    left join gitagent_private.text t on t.project_id = v.project_id and t.oid = v.oid
    where v.project_id = p_project order by v.rev
  loop
    nr := nr + 1;
    if r.rev <> nr or r.prev_hash <> prev or r.hash <> encode(sha256(convert_to(concat_ws('|',
        prev, r.rev,
        r.uid, r.version, r.op, coalesce(r.state_from, ''), r.state_to, r.commitment, r.actor,
        r.op_id), 'UTF8')), 'hex') then
      return jsonb_build_object('ok', false, 'rev', nr, 'why', 'chain');
    end if;
    if r.salt is null then
      purged := purged + 1;
    elsif r.commitment <> encode(sha256(convert_to(r.salt || '|' || coalesce(r.body, ''), 'UTF8')),
        'hex') then
      return jsonb_build_object('ok', false, 'rev', nr, 'why', 'commitment');
    end if;
    prev := r.hash;
  end loop;
  if nr <> pr.head or prev <> pr.head_hash then
    return jsonb_build_object('ok', false, 'rev', nr, 'why', 'head');
  end if;
  return jsonb_build_object('ok', true, 'revisions', nr, 'purged', purged, 'hash', prev);
end $$;
