-- Every result code of push, and who gets it. Run as postgres: psql -f, or `supabase test db`.
begin;
set local search_path = public, extensions;
select plan(56);

create function pg_temp.user_id(name text) returns uuid language sql as $$
  select md5(name)::uuid
$$;
insert into auth.users (id, email)
select pg_temp.user_id(n), n || '@results.example'
from unnest(array['ann', 'ben', 'cat', 'rob', 'out']) n;

create temp table doc (label text primary key, uid uuid, kind text, version bigint, revision text,
    path text);
create temp table setting (project uuid, reply jsonb);
grant all on doc, setting to authenticated;
insert into setting values (null, null);

create function pg_temp.me(name text) returns void language sql as $$
  select set_config('request.jwt.claims', jsonb_build_object('sub', pg_temp.user_id(name),
    'role', 'authenticated')::text, true);
  select set_config('role', 'authenticated', true);
$$;
create function pg_temp.net(t text) returns text language sql as $$
  select octet_length(t) || ':' || t || ','
$$;
create function pg_temp.hash(t text) returns text language sql as $$
  select encode(sha256(convert_to(t, 'UTF8')), 'hex')
$$;
create function pg_temp.blob(t text) returns text language sql as $$
  select encode(extensions.digest(convert_to('blob ' || octet_length(t), 'UTF8') || '\x00'::bytea
    || convert_to(t, 'UTF8'), 'sha1'), 'hex')
$$;
create function pg_temp.story(label text, state text, body text, parent text default null)
    returns text
language sql as $$
  select format(E'# %s: A title\n\n## State\n\n%s\n\n%s## Body\n\n%s\n', label, state,
    coalesce(E'## Parent Plan\n\n' || parent || E'\n\n', ''), body)
$$;
-- An op on a document; more is laid over it.
create function pg_temp.op(d doc, op text, body text, more jsonb default '{}') returns jsonb
language plpgsql as $$
declare
  oid text := case when body is null then '' else pg_temp.blob(body) end;
  path text := coalesce(more ->> 'path', d.path);
  id text := pg_temp.hash(E'git-agent revision 1\n' || pg_temp.net(d.uid::text)
    || pg_temp.net(coalesce(d.revision, '')) || pg_temp.net('') || pg_temp.net(oid) || pg_temp.net(
        path)
    || pg_temp.net('Ann') || '7,' || pg_temp.net('edit') || pg_temp.net(''));
begin
  return jsonb_build_object('op_id', gen_random_uuid(), 'op', op, 'uid', d.uid, 'base_version',
      d.version,
    'base_revision', d.revision, 'revision', id, 'oid', oid, 'kind', d.kind, 'label', d.label,
    'path', path, 'lineage', jsonb_build_array(jsonb_build_object('id', id,
      'parents', array_remove(array[d.revision], null), 'oid', oid, 'path', path,
      'author', 'Ann', 'time', 7, 'how', 'edit', 'message', '', 'text', body))) || more;
end $$;
create temp table given (status text);
grant all on given to authenticated;
create function pg_temp.push(ops jsonb, more jsonb default '{}') returns jsonb
language plpgsql as $$
declare
  r jsonb := gitagent.push((select project from setting), ops, '"d"', more -> 'epoch',
    coalesce(more -> 'since', '0'), more -> 'since_hash', coalesce(more -> 'atomic', 'false'));
begin
  insert into given select x ->> 'status' from jsonb_array_elements(r -> 'results') x;
  return r;
end $$;
-- Pushes one op on a document and gives its status; when it is applied, the document moves on.
create function pg_temp.try(p_label text, op text, body text, more jsonb default '{}') returns text
language plpgsql as $$
declare
  d doc;
  o jsonb;
  r jsonb;
begin
  select * into d from doc where label = p_label;
  o := pg_temp.op(d, op, body, more);
  r := pg_temp.push(jsonb_build_array(o)) -> 'results' -> 0;
  update setting set reply = r;
  if r ->> 'status' = 'applied' and r -> 'dup' = 'false' then
    update doc set version = version + 1, revision = o ->> 'revision', path = o ->> 'path'
        where label = p_label;
  end if;
  return r ->> 'status';
end $$;
create function pg_temp.new(label text, kind text default 'story', dir text default 'stories')
    returns void
language sql as $$
  insert into doc values (label, gen_random_uuid(), kind, 0, null,
    format('.agent/cache/%s/%s/%s-x.md', dir, split_part(label, '-', 1), label))
$$;

-- a project and its people
select pg_temp.me('ann');
update setting set project = (gitagent.project_create('"results"') ->> 'project')::uuid;
select lives_ok($$select gitagent.member_set((select project from setting),
  to_jsonb(pg_temp.user_id('ben')::text), '"approver"')$$, 'an admin adds an approver');
select lives_ok($$select gitagent.member_set((select project from setting),
  to_jsonb(pg_temp.user_id('cat')::text), '"author"')$$, 'an admin adds an author');
select lives_ok($$select gitagent.member_set((select project from setting),
  to_jsonb(pg_temp.user_id('rob')::text), '"reader"')$$, 'an admin adds a reader');

-- put
select pg_temp.new('CORE-001');
select is(pg_temp.try('CORE-001', 'put', pg_temp.story('CORE-001', 'DRAFT', 'one')), 'applied',
    'applied: a create');
create temp table first as select pg_temp.op(d, 'put', pg_temp.story('CORE-001', 'DRAFT', 'two')) o
    from doc d;
grant all on first to authenticated;
select is(pg_temp.push(jsonb_build_array(o)) -> 'results' -> 0 ->> 'status', 'applied',
    'applied: an edit') from first;
update doc d set version = 2, revision = o ->> 'revision' from first where d.label = 'CORE-001';
select is(pg_temp.push(jsonb_build_array(o)) -> 'results' -> 0 -> 'dup', 'true',
    'applied, dup: the same op again') from first;
select is(pg_temp.push(jsonb_build_array(o
    || '{"title": "other"}')) -> 'results' -> 0 ->> 'status', 'op_reused',
  'op_reused: its id with another payload') from first;
select is(pg_temp.push(jsonb_build_array(o || jsonb_build_object('op_id',
    gen_random_uuid()))) -> 'results' -> 0 ->> 'status',
  'conflict', 'conflict: on an old base') from first;
select is(pg_temp.push(jsonb_build_array(o || jsonb_build_object('op_id',
    gen_random_uuid()))) -> 'results' -> 0
  -> 'current' ->> 'version', '2', 'conflict has the current row') from first;
select pg_temp.new('CORE-002');
select is(pg_temp.try('CORE-002', 'put', 'x', '{"base_version": 4}'), 'unknown_base',
    'unknown_base: a version of nothing');
select is(pg_temp.try('CORE-002', 'put', 'x',
    '{"oid": "0000000000000000000000000000000000000000"}'), 'bad_oid',
  'bad_oid: another id than the text has');
select is(pg_temp.try('CORE-002', 'put', 'x', jsonb_build_object('sha256', repeat('0', 64))),
    'bad_oid',
  'bad_oid: another sha256');
select is(pg_temp.try('CORE-002', 'put', 'x', '{"kind": "poem"}'), 'bad_op',
    'bad_op: an unknown kind');
select is(pg_temp.try('CORE-002', 'put', 'x', '{"lineage": []}'), 'bad_op', 'bad_op: no lineage');
select is(pg_temp.try('CORE-002', 'put', 'x', '{"path": ".agent/cache/stories/../x.md"}'),
    'bad_op', 'bad_op: a path that climbs');
select is(pg_temp.try('CORE-002', 'put', 'x', '{"path": ".agent/cache/plans/CORE/CORE-002-x.md"}'),
    'bad_op',
  'bad_op: the path of another kind');
select is(pg_temp.try('CORE-002', 'put', 'x', '{"base_version": "0"}'), 'bad_op',
    'bad_op: a number as text');
select is(pg_temp.push('[7, null, {}, []]') -> 'results' -> 3 ->> 'status', 'bad_op',
    'bad_op: what is no object');
select is(pg_temp.try('CORE-002', 'delete', null), 'bad_op', 'bad_op: deleting nothing');
select pg_temp.new('CORE-003');
update doc set path = '.agent/cache/stories/CORE/other.md' where label = 'CORE-003';
select is(pg_temp.try('CORE-003', 'put', 'x', '{"label": "CORE-001"}'), 'num_taken',
    'num_taken: a label');
select is((select reply #>> '{current,label}' from setting), 'CORE-001',
    'num_taken says who has it');
select is(pg_temp.try('CORE-003', 'put', 'x', '{"label": "CORE-001", "imported": true}'),
    'applied', 'an imported label may be taken');
select is(pg_temp.try('CORE-002', 'put', 'x', '{"path": ".agent/cache/stories/CORE/other.md"}'),
    'num_taken', 'num_taken: a path');
select is((select string_agg(r ->> 'status', ' ' order by n) from jsonb_array_elements(
    pg_temp.push((
  select jsonb_build_array(pg_temp.op(d, 'put', 'x', '{"base_version": 9}'), pg_temp.op(d, 'put',
      'y'))
  from doc d where label = 'CORE-002')) -> 'results') with ordinality u(r, n)),
      'unknown_base skipped_dependency',
  'skipped_dependency: after a refused op on the same artifact');

-- roles
select pg_temp.me('rob');
select is(pg_temp.try('CORE-002', 'put', 'x'), 'forbidden', 'forbidden: a reader writes');
select pg_temp.me('cat');
select is(pg_temp.try('CORE-002', 'put', pg_temp.story('CORE-002', 'DRAFT', 'x')), 'applied',
    'an author writes');
select is(pg_temp.try('CORE-002', 'transition', pg_temp.story('CORE-002', 'COMMITTED', 'x'),
    '{"to": "COMMITTED"}'), 'applied',
  'an author commits');
select is(pg_temp.try('CORE-002', 'transition', pg_temp.story('CORE-002', 'APPROVED', 'x'),
    '{"to": "APPROVED"}'), 'forbidden',
  'forbidden: an author approves');

-- transitions
select pg_temp.me('ann');
select is(pg_temp.try('CORE-002', 'transition', pg_temp.story('CORE-002', 'APPROVED', 'y'),
    '{"to": "APPROVED"}'), 'bad_op',
  'bad_op: a transition that changes the text');
select is(pg_temp.try('CORE-002', 'transition', pg_temp.story('CORE-002', 'DONE', 'x'),
    '{"to": "DONE"}'), 'bad_transition',
  'bad_transition: over a gate');
select is(pg_temp.try('CORE-002', 'transition', pg_temp.story('CORE-002', 'DRAFT', 'x'),
    '{"to": "DRAFT"}'), 'bad_transition',
  'bad_transition: back without a reason');
select is(pg_temp.try('CORE-002', 'transition', pg_temp.story('CORE-002', 'APPROVED', 'x'),
  '{"to": "APPROVED", "from": "OPEN"}'), 'bad_transition', 'bad_transition: from another state');
select is(pg_temp.try('CORE-002', 'transition', pg_temp.story('CORE-002', 'APPROVED', 'x'),
  jsonb_build_object('to', 'APPROVED', 'normative', repeat('0', 64))), 'stale_approval',
      'stale_approval: of another text');
select is(pg_temp.try('CORE-002', 'transition', pg_temp.story('CORE-002', 'APPROVED', 'x'),
    '{"to": "APPROVED"}'), 'applied',
  'an admin approves what an author wrote');
select is(pg_temp.try('CORE-002', 'put', pg_temp.story('CORE-002', 'APPROVED', 'y'),
    '{"state": "APPROVED"}'), 'applied', 'and edits it');
select is(pg_temp.try('CORE-002', 'transition', pg_temp.story('CORE-002', 'APPROVED', 'y'),
    '{"to": "APPROVED"}'), 'four_eyes',
  'four_eyes: who wrote the text approves it');
select pg_temp.me('cat');
select is(pg_temp.try('CORE-002', 'put', E'- [ ] a\n' || pg_temp.story('CORE-002', 'APPROVED',
    'y'), '{"state": "APPROVED"}'), 'applied', 'cat changes it');
select is(pg_temp.try('CORE-002', 'delete', null), 'forbidden',
    'forbidden: an author deletes what is approved');
select pg_temp.me('ann');
select is(pg_temp.try('CORE-002', 'put', E'- [x] a\n' || pg_temp.story('CORE-002', 'APPROVED',
    'y'), '{"state": "APPROVED"}'), 'applied', 'ann ticks a box');
select is(pg_temp.try('CORE-002', 'transition', E'- [x] a\n' || pg_temp.story('CORE-002',
    'APPROVED', 'y'), '{"to": "APPROVED"}'), 'applied',
  'a tick makes nobody the author: ann may approve what cat wrote');

-- parents
select pg_temp.new('CORE-010', 'plan', 'plans');
select pg_temp.new('CORE-011');
select pg_temp.me('cat');
select is(pg_temp.try('CORE-010', 'put', pg_temp.story('CORE-010', 'DRAFT', 'plan')), 'applied',
    'a plan');
select is(pg_temp.try('CORE-011', 'put', pg_temp.story('CORE-011', 'DRAFT', 's', 'CORE-010')),
    'applied', 'a story of it');
select is(pg_temp.try('CORE-011', 'transition', pg_temp.story('CORE-011', 'COMMITTED', 's',
    'CORE-010'), '{"to": "COMMITTED"}'),
  'bad_transition', 'bad_transition: its plan is not approved');
select is(pg_temp.try('CORE-010', 'put', pg_temp.story('CORE-010', 'COMMITTED', 'plan'),
    '{"state": "COMMITTED"}'), 'applied', 'a state typed into the plan');
select is(pg_temp.try('CORE-010', 'put', pg_temp.story('CORE-010', 'APPROVED', 'plan'),
    '{"state": "APPROVED"}'), 'applied', 'and another');
select is(pg_temp.try('CORE-011', 'transition', pg_temp.story('CORE-011', 'COMMITTED', 's',
    'CORE-010'), '{"to": "COMMITTED"}'),
  'bad_transition', 'bad_transition: a typed approval opens nothing');
select pg_temp.me('ben');
select is(pg_temp.try('CORE-010', 'transition', pg_temp.story('CORE-010', 'APPROVED', 'plan'),
    '{"to": "APPROVED"}'), 'applied', 'ben approves the plan');
select pg_temp.me('cat');
select is(pg_temp.try('CORE-011', 'transition', pg_temp.story('CORE-011', 'COMMITTED', 's',
    'CORE-010'), '{"to": "COMMITTED"}'),
  'applied', 'then the story may be committed');

-- frozen, where a team wants it
set local role postgres;
update gitagent_private.kind_state set locked = true where kind = 'story' and name = 'COMMITTED';
select pg_temp.me('cat');
select is(pg_temp.try('CORE-011', 'put', pg_temp.story('CORE-011', 'COMMITTED', 't', 'CORE-010')),
    'frozen', 'frozen: the text of a locked state');

-- request-level
select throws_ok($$select pg_temp.push('7')$$, 'PT400', null, 'PT400: no list of ops');
select throws_ok($$select pg_temp.push((select jsonb_agg(1) from generate_series(1, 201)))$$,
    'PT413', null, 'PT413: 201 ops');
select throws_ok($$select pg_temp.push(jsonb_build_array(7), '{"atomic": true}')$$, 'PT409', null,
    'PT409: atomic');
select is(pg_temp.push('[]', '{"since": 999999}') ->> 'reset', 'ahead_of_server',
    'a push from before a restore is told so');
select pg_temp.me('out');
select throws_ok($$select pg_temp.push('[]')$$, 'PT404', null, 'PT404: who is no member');
do $$ begin perform set_config('request.jwt.claims', '{}', true); end $$;
select throws_ok($$select pg_temp.push('[]')$$, 'PT401', null, 'PT401: nobody');
set local role postgres;
select is((select string_agg(distinct code, ' ') from pg_proc p, regexp_matches(p.prosrc,
    '(?:refuse\(|status := )''([a-z_]+)''|then ''(bad_[a-z]+)''', 'g') m, unnest(m) code
  where p.pronamespace = 'gitagent_private'::regnamespace and p.proname ~ '^push'
    and code not in (select status from given)), null, 'each status of the source was given here');
select * from finish();
rollback;
