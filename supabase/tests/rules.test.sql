-- A project's own kinds, who may set them, and what is on record of it. Run as postgres.
begin;
set local search_path = public, extensions;
select plan(38);

create function pg_temp.user_id(name text) returns uuid language sql as $$
  select md5(name)::uuid
$$;
insert into auth.users (id, email)
select pg_temp.user_id(n), n || '@rules.example' from unnest(array['ann', 'ben', 'out']) n;
create temp table setting (project uuid, other uuid, document jsonb, reply jsonb);
insert into setting values (null, null, null, null);
grant all on setting to authenticated;
create function pg_temp.me(name text) returns void language sql as $$
  select set_config('request.jwt.claims', jsonb_build_object('sub', pg_temp.user_id(name),
    'role', 'authenticated')::text, true);
  select set_config('role', 'authenticated', true);
$$;
-- Three states, the second a gate: AGREED is the approval.
create function pg_temp.epic(states jsonb default null, transitions jsonb default null,
  more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object('name', 'epic', 'dir', '.agent/epics', 'suffix', '.md',
    'prefix', null, 'opaque', false, 'shares_label', false, 'parent_kind', null,
    'parent_state', null, 'states', coalesce(states, '[
      {"name": "DRAFT", "rank": 0, "gate": false, "initial": true},
      {"name": "AGREED", "rank": 1, "gate": true, "initial": false},
      {"name": "SHIPPED", "rank": 2, "gate": false, "initial": false}]'),
    'transitions', coalesce(transitions, '[
      {"from": "DRAFT", "to": "AGREED", "role": "approver", "four_eyes": true,
        "needs_parent": false, "needs_reason": false},
      {"from": "AGREED", "to": "SHIPPED", "role": "author", "four_eyes": false,
        "needs_parent": false, "needs_reason": false}]')) || more
$$;
create function pg_temp.set(kinds jsonb, id text default 'one') returns jsonb language sql as $$
  select gitagent.kinds_set((select project from setting), to_jsonb(id),
    jsonb_build_object('kinds', kinds))
$$;
create function pg_temp.refused(what text, kinds jsonb) returns text language plpgsql as $$
begin
  return throws_ok(format('select pg_temp.set(%L)', kinds), 'PT400', null, 'refused: ' || what);
end $$;
create function pg_temp.put(kind text, dir text, state text) returns text language plpgsql as $$
declare
  uid uuid := gen_random_uuid();
  body text := format(E'# CORE-001: A title\n\n## State\n\n%s\n', state);
  path text := dir || '/CORE/CORE-001-x.md';
  oid text := encode(digest(convert_to('blob ' || octet_length(body), 'UTF8') || '\x00'::bytea
    || convert_to(body, 'UTF8'), 'sha1'), 'hex');
  id text := encode(sha256(convert_to(format(E'git-agent revision 1\n36:%s,0:,0:,40:%s,%s:%s,3:Ann,'
    '7,4:edit,0:,', uid, oid, octet_length(path), path), 'UTF8')), 'hex');
begin
  return gitagent.push((select project from setting), jsonb_build_array(jsonb_build_object(
    'op_id', gen_random_uuid(), 'op', 'put', 'uid', uid, 'base_version', 0, 'revision', id,
    'oid', oid, 'kind', kind, 'label', 'CORE-001', 'path', path, 'lineage', jsonb_build_array(
      jsonb_build_object('id', id, 'parents', '[]'::jsonb, 'oid', oid, 'path', path,
        'author', 'Ann', 'time', 7, 'how', 'edit', 'message', '', 'text', body)))))
    #>> '{results,0,status}';
end $$;

select pg_temp.me('ann');
update setting set project = (gitagent.project_create('"rules"') ->> 'project')::uuid,
  other = (gitagent.project_create('"other"') ->> 'project')::uuid;
select gitagent.member_set(project, to_jsonb(pg_temp.user_id('ben')::text), '"author"')
from setting;

-- who
select is(pg_temp.put('epic', '.agent/epics', 'DRAFT'), 'bad_op', 'a kind that nobody made is none');
select pg_temp.me('ben');
select throws_ok($$select pg_temp.set(jsonb_build_array(pg_temp.epic()))$$, 'PT403', null,
  'an author sets no kinds');
select pg_temp.me('out');
select throws_ok($$select pg_temp.set(jsonb_build_array(pg_temp.epic()))$$, 'PT404', null,
  'for who is no member there is no such project');

-- what is refused
select pg_temp.me('ann');
select throws_ok(format('select gitagent.kinds_set((select project from setting), %L, %L)',
  '"x"', d), 'PT400', null, 'refused: ' || left(d, 30))
from unnest(array['7', '{}', '{"kinds": 7}', '{"kinds": []}', '{"kinds": [7]}']) d;
select throws_ok($$select gitagent.kinds_set((select project from setting), null,
  jsonb_build_object('kinds', jsonb_build_array(pg_temp.epic())))$$, 'PT400', null,
  'refused: no id');
select pg_temp.refused(what, jsonb_build_array(pg_temp.epic(null, null, more))) from (values
  ('a name with a line end', '{"name": "a\nb"}'::jsonb),
  ('a directory that climbs', '{"dir": ".agent/../x"}'),
  ('a directory elsewhere', '{"dir": "src"}'),
  ('a directory of git', '{"dir": ".agent/.git"}'),
  ('a suffix with a slash', '{"suffix": "./x"}'),
  ('a parent that is not there', '{"parent_kind": "plan"}'),
  ('its own ancestor', '{"parent_kind": "epic"}'),
  ('a truth that is text', '{"opaque": "false"}'),
  ('states that are none', '{"states": 7}')) v(what, more);
select pg_temp.refused('twice the same', jsonb_build_array(pg_temp.epic(), pg_temp.epic()));
select pg_temp.refused('no initial state', jsonb_build_array(pg_temp.epic(
  '[{"name": "DRAFT", "rank": 0, "gate": false, "initial": false}]', '[]')));
select pg_temp.refused('a rank that is no number', jsonb_build_array(pg_temp.epic(
  '[{"name": "DRAFT", "rank": 1e400, "gate": false, "initial": true}]', '[]')));
select pg_temp.refused('a transition to nowhere', jsonb_build_array(pg_temp.epic(null,
  '[{"from": "DRAFT", "to": "GONE", "role": "author", "four_eyes": false,
    "needs_parent": false, "needs_reason": false}]')));
select pg_temp.refused(what, jsonb_build_array(pg_temp.epic(null, jsonb_build_array(
  '{"from": "DRAFT", "to": "AGREED", "needs_parent": false, "needs_reason": false}' || more))))
from (values ('an approval by an author', '{"role": "author", "four_eyes": true}'::jsonb),
  ('an approval of one''s own text', '{"role": "admin", "four_eyes": false}')) v(what, more);
select is((select count(*)::integer from gitagent.audit a, setting where a.project = setting.project
  and what = 'kinds'), 0, 'and nothing of it is on record');

-- what it does
select is(pg_temp.set(jsonb_build_array(pg_temp.epic())) ->> 'kinds', 'one', 'an admin sets them');
select is(gitagent.head(project) ->> 'kinds', 'one', 'head says which') from setting;
select is(pg_temp.put('story', '.agent/cache/stories', 'DRAFT'), 'bad_op',
  'the built-in ones are no longer there');
select is(pg_temp.put('epic', '.agent/epics', 'DRAFT'), 'applied', 'a new kind has artifacts');
select is(gitagent.head(other) ->> 'kinds', null, 'another project has the built-in ones')
from setting;
select is(gitagent.lease(project, '"epic"', '"CORE"') ->> 'from', '2', 'and labels')
from setting;
select throws_ok($$select pg_temp.set(jsonb_build_array(pg_temp.epic(null, null,
  '{"name": "saga", "dir": ".agent/sagas"}')))$$, 'PT409', null,
  'a kind that has artifacts stays');
select throws_ok($$select gitagent.kinds_set((select project from setting))$$, 'PT409', null,
  'also when the built-in ones are asked for again');

-- on record
select results_eq($$select what, detail ->> 'id', actor from gitagent.audit a, setting
  where a.project = setting.project and what = 'kinds'$$,
  $$values ('kinds', 'one', '<ann@rules.example>')$$, 'what was set is on record');
select results_eq($$select detail ->> 'was', detail ->> 'role' from gitagent.audit a, setting
  where a.project = setting.project and what = 'member' order by nr$$,
  $$values (null, 'admin'), (null, 'author')$$, 'and so are members');
select pg_temp.me('out');
select is((select count(*)::integer from gitagent.audit), 0, 'for members only');
set local role postgres;
select throws_ok($$delete from gitagent_private.audit$$, 'PT403', null,
  'the record is append-only');
delete from gitagent_private.project where id = (select project from setting);
select is((select count(*)::integer from gitagent_private.kind k, setting
  where k.rules = setting.project), 0, 'its kinds go with the project');
select * from finish();
rollback;
