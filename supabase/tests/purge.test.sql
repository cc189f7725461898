-- Purge: who may, what is gone afterwards from every table, and that the chain still verifies; then
-- what verify_audit says of a database that was tampered with. Run as postgres.
begin;
set local search_path = public, extensions;
select plan(41);

create function pg_temp.user_id(name text) returns uuid language sql as $$
  select md5(name)::uuid
$$;
insert into auth.users (id, email, raw_user_meta_data)
select pg_temp.user_id(n), n || '@purge.example',
  jsonb_build_object('full_name', n || ' of the purge')
from unnest(array['ann', 'ben', 'cat', 'out']) n;
create temp table doc (label text primary key, uid uuid, version bigint, revision text);
create temp table setting (project uuid, other uuid, reply jsonb, head jsonb);
insert into setting values (null, null, null, null);
grant all on doc, setting to authenticated;

create function pg_temp.me(name text) returns void language sql as $$
  select set_config('request.jwt.claims', jsonb_build_object('sub', pg_temp.user_id(name),
    'role', 'authenticated')::text, true);
  select set_config('role', 'authenticated', true);
$$;
create function pg_temp.net(t text) returns text language sql as $$
  select octet_length(t) || ':' || t || ','
$$;
create function pg_temp.story(state text, body text) returns text language sql as $$
  select format(E'# A title\n\n## State\n\n%s\n\n## Body\n\n%s\n', state, body)
$$;
-- Pushes a text, or a deletion, and gives its status.
create function pg_temp.push(p_label text, op text, text text, more jsonb default '{}')
    returns text
language plpgsql as $$
declare
  d doc;
  oid text := case when text is null then '' else encode(extensions.digest(convert_to('blob '
    || octet_length(text), 'UTF8') || '\x00'::bytea || convert_to(text, 'UTF8'), 'sha1'),
    'hex') end;
  path text;
  id text;
  r jsonb;
begin
  insert into doc values (p_label, gen_random_uuid(), 0, null) on conflict do nothing;
  select * into d from doc where label = p_label;
  path := format('.agent/cache/stories/%s/%s-secret-name.md', split_part(p_label, '-', 1), p_label);
  id := encode(sha256(convert_to(E'git-agent revision 1\n' || pg_temp.net(d.uid::text)
    || pg_temp.net(coalesce(d.revision, '')) || pg_temp.net('') || pg_temp.net(oid)
    || pg_temp.net(path) || pg_temp.net('secret author') || '7,' || pg_temp.net('edit')
    || pg_temp.net('secret message'), 'UTF8')), 'hex');
  r := gitagent.push((select project from setting), jsonb_build_array(jsonb_build_object(
    'op_id', gen_random_uuid(), 'op', op, 'uid', d.uid, 'base_version', d.version,
    'base_revision', d.revision, 'revision', id, 'oid', oid, 'kind', 'story', 'label', p_label,
    'path', path, 'lineage', jsonb_build_array(jsonb_build_object('id', id,
      'parents', array_remove(array[d.revision], null), 'oid', oid, 'path', path,
      'author', 'secret author', 'time', 7, 'how', 'edit', 'message', 'secret message',
      'text', text))) || more), '"secret device"') -> 'results' -> 0;
  update setting set reply = r;
  if r ->> 'status' = 'applied' then
    update doc set version = version + 1, revision = id where label = p_label;
  end if;
  return r ->> 'status';
end $$;
create function pg_temp.purge(label text) returns jsonb language sql as $$
  select gitagent.purge((select project from setting),
    to_jsonb((select d.uid::text from doc d where d.label = $1)))
$$;
-- The tables of ours in which a text stands.
create function pg_temp.tables_with(what text) returns text language plpgsql as $$
declare
  t text;
  there boolean;
  list text := '';
begin
  for t in select tablename from pg_tables where schemaname = 'gitagent_private' order by 1 loop
    execute format('select exists (select from gitagent_private.%I x where '
      'strpos(x::text, $1) > 0)', t) into there using what;
    list := list || case when there then ' ' || t else '' end;
  end loop;
  return ltrim(list);
end $$;

-- a story that was approved and deleted, and one that shares a text with it
select pg_temp.me('ann');
update setting set project = (gitagent.project_create('"purge"') ->> 'project')::uuid,
  other = (gitagent.project_create('"other"') ->> 'project')::uuid;
select gitagent.member_set(project, to_jsonb(pg_temp.user_id(n)::text), to_jsonb(r))
from setting, (values ('ben', 'author'), ('cat', 'approver')) v(n, r);
select pg_temp.me('ben');
select is(string_agg(pg_temp.push('CORE-001', 'put', t), ' '), 'applied applied', 'two texts')
from unnest(array[pg_temp.story('DRAFT', 'secret text'),
  pg_temp.story('DRAFT', 'shared text')]) t;
select is(pg_temp.push('CORE-002', 'put', pg_temp.story('DRAFT', 'shared text')), 'applied',
  'another story with the second');
select is(pg_temp.push('CORE-001', 'put', pg_temp.story('DRAFT', 'secret end'),
  '{"title": "secret title", "reason": "secret reason"}'), 'applied', 'a third text');
select is(pg_temp.push('CORE-001', 'transition', pg_temp.story('COMMITTED', 'secret end'),
  '{"to": "COMMITTED"}'), 'applied', 'committed');
select pg_temp.me('cat');
select is(pg_temp.push('CORE-001', 'transition', pg_temp.story('APPROVED', 'secret end'),
  '{"to": "APPROVED", "reason": "secret reason"}'), 'applied', 'approved');
select isnt(gitagent.claim(project, '"secret device"', to_jsonb(d.uid::text), '"secret who"', '60')
  -> 'claims', '[]', 'claimed') from setting, doc d where d.label = 'CORE-001';

-- who, and what
select pg_temp.me('ann');
select throws_ok($$select pg_temp.purge('CORE-001')$$, 'PT409',
  'only what is deleted can be purged', 'PT409: what is live');
select pg_temp.me('cat');
select is(pg_temp.push('CORE-001', 'delete', null), 'applied', 'an approver deletes it');
select throws_ok($$select pg_temp.purge('CORE-001')$$, 'PT403', 'only an admin may do this',
  'PT403: an approver');
select pg_temp.me('ben');
select throws_ok($$select pg_temp.purge('CORE-001')$$, 'PT403', 'only an admin may do this',
  'PT403: who wrote it');
select pg_temp.me('out');
select throws_ok($$select pg_temp.purge('CORE-001')$$, 'PT404', 'no such project',
  'PT404: who is no member');
do $$ begin perform set_config('request.jwt.claims', '{}', true); end $$;
select throws_ok($$select pg_temp.purge('CORE-001')$$, 'PT401', 'not signed in', 'PT401: nobody');
select pg_temp.me('ann');
select throws_ok(format('select gitagent.purge(project, %L) from setting', uid), code, null,
  format('%s: %s', code, uid))
from (values ('"00000000-0000-4000-8000-000000000000"', 'PT404'), ('"CORE-001"', 'PT404'),
  ('null', 'PT404'), ('7', 'PT400'), ('{}', 'PT400')) v(uid, code);
select throws_ok($$select gitagent.purge(other, to_jsonb(d.uid::text)) from setting, doc d
  where d.label = 'CORE-001'$$, 'PT404', 'no such artifact', 'PT404: of another project');

set local role postgres;
select is(pg_temp.tables_with('secret'), 'artifact intent lineage revision text',
  'until then its words are in five tables');
select is(pg_temp.tables_with('secret text'), 'text', 'and the oldest text in one');
select pg_temp.me('ann');
update setting set head = gitagent.head(project);
update setting set reply = pg_temp.purge('CORE-001');
select is(reply, '{"texts": 4, "revisions": 6}',
  'what it erased: four texts that nobody else has, six salts') from setting;

-- gone
set local role postgres;
delete from setting where false;
select is(pg_temp.tables_with(what), '', format('nowhere: %s', what))
from unnest(array['secret text', 'secret end', 'secret reason', 'secret title', 'secret who'])
  what;
select is((select count(*)::integer from gitagent_private.lineage l join doc d using (uid)
  where d.label = 'CORE-001'), 0, 'no revision of it');
select is((select array_agg(distinct row(r.actor_name, r.device, r.reason, r.salt)::text)
  from gitagent_private.revision r join doc d using (uid) where d.label = 'CORE-001'),
  array['("",,,)'], 'no name, no device, no reason, no salt in the log');
select is((select row(a.label, a.title, a.author, a.approver, a.approval_state, a.path)::text
  from gitagent_private.artifact a join doc d using (uid) where d.label = 'CORE-001'),
  (select format('("","","",,,.agent/purged/%s)', uid) from doc where label = 'CORE-001'),
  'no label, title, author, path and approval');
select is(pg_temp.tables_with('shared text'), 'text', 'what another artifact has stays');

-- and what it leaves
select pg_temp.me('ann');
select is(gitagent.verify_audit(project) - 'hash',
  '{"ok": true, "revisions": 7, "purged": 6}', 'the chain verifies') from setting;
select is(gitagent.head(project), head, 'head and its hash are what they were') from setting;
select results_eq($$select r -> 'deleted', r -> 'purged', r -> 'lineage', r -> 'approval'
  from setting, jsonb_array_elements(gitagent.pull(project) -> 'rows') r, doc d
  where d.label = 'CORE-001' and r ->> 'uid' = d.uid::text$$,
  $$values ('true'::jsonb, 'true'::jsonb, '[]'::jsonb, 'null'::jsonb)$$,
  'a clone learns that it is gone');
select is(pg_temp.purge('CORE-001'), '{"texts": 0, "revisions": 0}', 'once more erases nothing');
select is((select count(*)::integer from gitagent.audit a, setting
  where a.project = setting.project and a.what = 'purge'), 1, 'it is on record, once');
select is(pg_temp.push('CORE-001', 'put', pg_temp.story('DRAFT', 'back')), 'conflict',
  'conflict: nobody edits what is purged');

-- the second line, and what an audit finds
set local role postgres;
select throws_ok(format('update gitagent_private.revision r set %s from doc d '
  'where r.uid = d.uid and d.label = ''CORE-002''', change), 'PT403', 'history is append-only',
  'PT403: ' || change) from unnest(array['salt = null', 'actor_name = ''''']) change;
alter table gitagent_private.revision disable trigger revision_guard;
create function pg_temp.audit_after(change text) returns jsonb language plpgsql as $$
declare
  v jsonb;
begin
  begin
    execute change;
    perform pg_temp.me('ann');
    v := gitagent.verify_audit((select project from setting));
    raise exception 'undo';
  exception when raise_exception then
    return v;
  end;
end $$;
select is(pg_temp.audit_after('update gitagent_private.' || change) ->> 'why', why, what)
from (values
  ('revision r set state_to = ''APPROVED'' from doc d where r.uid = d.uid and label = ''CORE-002''',
    'chain', 'chain: a state in the log'),
  ('text set body = body || ''!''', 'commitment', 'commitment: a text'),
  ('project set head_hash = repeat(''0'', 64)', 'head', 'head: its hash')) v(change, why, what);
select * from finish();
rollback;
