-- Every error that a call can answer with, and who gets it; each `raise` of the source is reached.
-- What a single op of a push gets is in results.test.sql. Run as postgres.
begin;
set local search_path = public, extensions;
select plan(66);

create function pg_temp.user_id(name text) returns uuid language sql as $$
  select md5(name)::uuid
$$;
insert into auth.users (id, email)
select pg_temp.user_id(n), n || '@calls.example' from unnest(array['ann', 'rob', 'out']) n;
create temp table setting (project uuid, uid uuid, epoch text, hash text);
insert into setting values (null, gen_random_uuid(), null, null);
create temp table reached (f text, line bigint);
grant all on setting, reached to authenticated;

-- postgres is who writes past the functions; nobody has not signed in.
create function pg_temp.me(name text) returns void language sql as $$
  select set_config('request.jwt.claims', case name when 'nobody' then '{}'
    else jsonb_build_object('sub', pg_temp.user_id(name), 'role', 'authenticated')::text end, true);
  select set_config('role', case name when 'postgres' then name else 'authenticated' end, true);
$$;
-- What the call is refused with. $1 is the project, $2 its artifact.
create function pg_temp.refused(who text, code text, call text) returns text language plpgsql as $$
declare
  said text;
  place text;
begin
  perform pg_temp.me(who);
  begin
    execute case when call ~ '^[a-z_]+\(' then 'select gitagent.' || call else call end
      using (select project from setting), (select to_jsonb(uid) from setting);
    said := 'done';
  exception when others then
    get stacked diagnostics said = returned_sqlstate, place = pg_exception_context;
  end;
  perform pg_temp.me('ann');
  insert into reached select m[1], m[2]::bigint
  from regexp_matches(place, 'function gitagent_private\.(\w+)\(.* line (\d+) at RAISE', 'n') m
  limit 1;
  return is(said, code, format('%s: %s, %s', code, who, left(call, 90)));
end $$;

select pg_temp.me('ann');
update setting set project = (gitagent.project_create('"calls"') ->> 'project')::uuid;
select lives_ok($$select gitagent.member_set(project, to_jsonb(pg_temp.user_id('rob')::text),
  '"reader"') from setting$$, 'there is a reader');
create function pg_temp.create() returns jsonb language plpgsql as $$
declare
  uid uuid := (select uid from setting);
  path text := '.agent/cache/stories/CORE/CORE-001-x.md';
  oid text := encode(extensions.digest('blob 2'::bytea || '\x00'::bytea || '# '::bytea,
    'sha1'), 'hex');
  id text := encode(sha256(convert_to(format(E'git-agent revision 1\n36:%s,0:,0:,40:%s,%s:%s,3:Ann,'
    '7,4:edit,0:,', uid, oid, octet_length(path), path), 'UTF8')), 'hex');
begin
  return gitagent.push((select project from setting), jsonb_build_array(jsonb_build_object(
    'op_id', gen_random_uuid(), 'op', 'put', 'uid', uid, 'base_version', 0, 'revision', id,
    'oid', oid, 'kind', 'story', 'label', 'CORE-001', 'path', path, 'lineage', jsonb_build_array(
      jsonb_build_object('id', id, 'parents', '[]'::jsonb, 'oid', oid, 'path', path,
        'author', 'Ann', 'time', 7, 'how', 'edit', 'message', '', 'text', '# ')))));
end $$;
select is(pg_temp.create() #>> '{results,0,status}', 'applied', 'there is an artifact');
update setting set epoch = h ->> 'epoch', hash = h ->> 'hash' from gitagent.head(
  (select project from setting)) h;

-- who
select pg_temp.refused('nobody', 'PT401', 'head($1)');
select pg_temp.refused('nobody', 'PT401', 'project_create(''"x"'')');
select pg_temp.refused('nobody', 'PT401', 'project_join(''"x"'')');
select pg_temp.refused('ghost', 'PT401', 'project_create(''"x"'')');
select pg_temp.refused('out', 'PT404', call) from unnest(array['head($1)', 'pull($1)',
  'push($1, ''[]'')', 'lease($1, ''"story"'')', 'manifest($1)', 'bodies($1, ''[]'')',
  'history($1, $2)', 'claim($1)', 'release($1, ''"d"'', $2)', 'ack($1, ''"d"'', ''1'')',
  'purge($1, $2)', 'verify_audit($1)', 'member_list($1)', 'member_add($1, ''"a@b"'')',
  'member_remove($1, ''"a@b"'')', 'kinds_set($1)']) call;
select pg_temp.refused('rob', 'PT403', call) from unnest(array['lease($1, ''"story"'', ''"X"'')',
  'claim($1, ''"d"'', $2, null, ''5'')', 'purge($1, $2)', 'member_add($1, ''"a@b"'')',
  'member_remove($1, ''"ann@calls.example"'')', 'member_set($1, $2, null)',
  'kinds_set($1)']) call;

-- with what
select pg_temp.refused('ann', code, call) from (values
  ('PT400', 'pull($1, since => ''"0"'')'),
  ('PT400', 'pull($1, since => ''-1'')'),
  ('PT400', 'pull($1, epoch => ''7'')'),
  ('PT400', format('pull($1, epoch => %L)', to_jsonb(repeat('x', 5000)))),
  ('PT400', 'push($1, ''{}'')'),
  ('PT400', 'push($1, ''[]'', atomic => ''"no"'')'),
  ('PT413', format('push($1, %L)', (select jsonb_agg(1) from generate_series(1, 201)))),
  ('PT409', 'push($1, ''[7]'', atomic => ''true'')'),
  ('PT400', 'lease($1, ''"poem"'')'),
  ('PT400', 'lease($1, ''"story"'', ''"core"'')'),
  ('PT400', 'lease($1, ''"story"'', ''"CORE"'', min => ''999999999'')'),
  ('PT413', format('bodies($1, %L)', (select jsonb_agg(''::text) from generate_series(1, 1001)))),
  ('PT400', 'bodies($1, ''[7]'')'),
  ('PT400', 'history($1, ''null'')'),
  ('PT400', 'claim($1, ''"d"'', ''"x"'', minutes => ''5'')'),
  ('PT400', 'ack($1, ''"d"'', null)'),
  ('PT400', 'project_create(''""'')'),
  ('PT400', 'member_add($1, ''"nobody"'')'),
  ('PT400', 'member_add($1, ''"a@b"'', ''"king"'')'),
  ('PT409', 'member_remove($1, ''"a@b"'')'),
  ('PT403', 'member_remove($1, ''"ann@calls.example"'')'),
  ('PT404', 'member_set($1, ''"x"'', ''"author"'')'),
  ('PT404', 'purge($1, ''"x"'')'),
  ('PT409', 'purge($1, $2)'),
  ('PT400', 'kinds_set($1, ''"x"'', ''{}'')'),
  ('PT409', format('kinds_set($1, ''"x"'', %L)', '{"kinds": [{"name": "epic", "dir": ".agent/epics",
    "suffix": ".md", "prefix": null, "opaque": false, "shares_label": false, "parent_kind": null,
    "parent_state": null, "transitions": [],
    "states": [{"name": "DRAFT", "rank": 0, "gate": false, "initial": true}]}]}'::jsonb))
) v(code, call);
set local role postgres;
insert into gitagent_private.invitation (project_id, email, role, invited_by)
select project, n || '@calls.example', 'author', project from setting, generate_series(1, 1000) n;
with p as (insert into gitagent_private.project (slug) select 'x' from generate_series(1, 1000)
  returning id)
insert into gitagent_private.member (project_id, user_id, role, name)
select id, pg_temp.user_id('out'), 'admin', 'x' from p;
select pg_temp.refused('ann', 'PT403', 'member_add($1, ''"a@b"'')');
select pg_temp.refused('out', 'PT403', 'project_create(''"x"'')');

-- past the functions
select pg_temp.refused('postgres', 'PT403', call) from unnest(array[
  'delete from gitagent_private.revision', 'update gitagent_private.audit set what = ''x''',
  'update gitagent_private.artifact set state = ''APPROVED''']) call;

-- cursors of another history: an answer, no error
select is(gitagent.pull(project, to_jsonb(e), since, to_jsonb(h)) ->> 'reset', why,
  coalesce(why, 'and one of this one'))
from setting, lateral (values (gen_random_uuid()::text, '1'::jsonb, hash, 'epoch'),
  (epoch, '2', hash, 'ahead_of_server'), (epoch, '1', repeat('0', 64), 'history_diverged'),
  (epoch, '1', hash, null)) v(e, since, h, why);
set local role postgres;
update gitagent_private.project set min_rev = 2 from setting where id = project;
select pg_temp.me('ann');
select is(gitagent.pull(project, to_jsonb(epoch), '1', to_jsonb(hash)) ->> 'reset', 'too_old',
  'too_old') from setting;

set local role postgres;
select is((select string_agg(p.proname || ' line ' || l.n, ', ') from pg_proc p,
    regexp_split_to_table(p.prosrc, '\n') with ordinality l(line, n)
  where p.pronamespace in ('gitagent'::regnamespace, 'gitagent_private'::regnamespace)
    and l.line ~ '^\s*raise ' and (p.proname, l.n) not in (select f, line from reached)), null,
  'each error of the source was given here');
select * from finish();
rollback;
