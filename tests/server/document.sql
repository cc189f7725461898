-- What the program sends with kinds_set() is what the migration has. Variables: document, user.
begin;
select set_config('request.jwt.claims', jsonb_build_object('sub', :'user')::text, true) as claims
\gset
set local role authenticated;
select gitagent.project_create('"kinds"') ->> 'project' as project \gset
select gitagent.kinds_set(:'project', '"built-in"', :'document'::jsonb) as reply \gset
set local role postgres;
create temp view kinds as
  select rules, to_jsonb(k) - '{rules,project_id}'::text[] as row from gitagent_private.kind k
  union all select rules, to_jsonb(s) - 'rules' from gitagent_private.kind_state s
  union all select rules, to_jsonb(t) - 'rules' from gitagent_private.transition t;
select case when count(*) > 300 and count(*) = count(*) filter (where n = 2) then '' else 'not ' end
  || 'ok 1 - ' || count(*) || ' rows that the program sends are those of the migration'
from (select row, count(*) n from kinds
  where rules in (:'project', '00000000-0000-0000-0000-000000000000') group by row) r;
\echo 1..1
rollback;
