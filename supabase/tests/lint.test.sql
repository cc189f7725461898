-- What Supabase's database linter (splinter) would say of the two schemas, and plpgsql_check. Each
-- rule gives its findings; none is allowed.
begin;
set local search_path = public, extensions;
select plan(15);

create function pg_temp.none(rule text, query text) returns text language plpgsql as $$
declare
  found text;
begin
  execute format('select string_agg(x::text, '', '') from (%s) q(x)', query) into found;
  return is(found, null, rule);
end $$;
create temp view ours as
  select c.oid, c.relname, c.relkind, n.nspname, c.relrowsecurity, c.reloptions
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('gitagent', 'gitagent_private');
create temp view functions as
  select p.oid, p.proname, p.prosecdef, p.proconfig, p.provolatile, n.nspname, p.prorettype,
      p.prolang
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('gitagent', 'gitagent_private');

select pg_temp.none('there is something to look at',
    'select 1 where (select count(*) from ours) < 20
  or (select count(*) from functions) < 30');
select pg_temp.none('0013 rls_disabled: row level security on every table',
  $$select relname from ours where relkind = 'r' and not relrowsecurity$$);
select pg_temp.none('0008 rls_enabled_no_policy: every table has a policy',
  $$select relname from ours o where relkind = 'r' and not exists (select from pg_policy p
      where p.polrelid = o.oid)$$);
select pg_temp.none('0001 unindexed_foreign_keys',
  $$select o.relname || '.' || c.conname from pg_constraint c join ours o on o.oid = c.conrelid
  where c.contype = 'f' and not exists (select from pg_index i where i.indrelid = c.conrelid
    and i.indpred is null and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)$$);
select pg_temp.none('0009 duplicate_index',
  $$select min(indexrelid::regclass::text) from pg_index i join ours o on o.oid = i.indrelid
  group by indrelid, indkey::text, indclass::text, coalesce(indpred::text, ''),
      coalesce(indexprs::text, '')
  having count(*) > 1$$);
select pg_temp.none('0004 no_primary_key',
  $$select relname from ours o where relkind = 'r' and not exists (
    select from pg_index i where i.indrelid = o.oid and i.indisprimary)$$);
select pg_temp.none('0011 function_search_path_mutable: search_path is empty in every function',
  $$select proname from functions where not ('search_path=""' = any(coalesce(proconfig, '{}')))$$);
select pg_temp.none('0003 auth_rls_initplan: policies call auth functions in a sub-select only',
  $$select polname || ' on ' || o.relname from pg_policy p join ours o on o.oid = p.polrelid
  where regexp_replace(pg_get_expr(polqual, polrelid), '(?i)select\s+auth\.\w+\(\)', '',
      'g') ~ 'auth\.\w+\('$$);
select pg_temp.none('0006 multiple_permissive_policies',
  $$select o.relname from pg_policy p join ours o on o.oid = p.polrelid
  where polpermissive group by o.relname, polcmd, polroles having count(*) > 1$$);
select pg_temp.none('0010 security_definer_view: views obey who reads them',
  $$select relname from ours where relkind = 'v' and not ('security_invoker=true' = any(coalesce(
      reloptions, '{}')))$$);
select pg_temp.none('exposed functions run as who asks; SECURITY DEFINER is private',
  $$select proname from functions where (nspname = 'gitagent') = prosecdef
  and (nspname = 'gitagent' or has_function_privilege('authenticated', oid, 'execute'))$$);
select pg_temp.none('anon and public have no privilege on anything of ours',
  $$select relname from ours where relkind in ('r', 'v') and has_any_column_privilege('anon', oid,
      'select,insert,update,references')
  union all select proname from functions where has_function_privilege('anon', oid, 'execute')
  union all select n::text from unnest(array['gitagent', 'gitagent_private']) n
      where has_schema_privilege('anon', n, 'usage')$$);
select pg_temp.none('authenticated writes no table, and reads none but through policies',
  $$select relname from ours where relkind in ('r', 'v')
  and has_any_column_privilege('authenticated', oid, 'insert,update,references')
  union all select relname from ours where relkind in ('r', 'v')
  and has_table_privilege('authenticated', oid, 'delete,truncate,trigger')$$);
select pg_temp.none('authenticated never sees salts, payloads and writers',
  $$select c from unnest(array['salt', 'payload', 'actor', 'op_id', 'device']) c
  where has_column_privilege('authenticated', 'gitagent_private.revision', c, 'select')
  union all select 'artifact.writer' where has_column_privilege('authenticated',
      'gitagent_private.artifact', 'writer', 'select')$$);
select case when exists (select from pg_extension where extname = 'plpgsql_check') then
  pg_temp.none('plpgsql_check', $$
  select f.proname || ': ' || c from functions f
  join pg_language l on l.oid = f.prolang and l.lanname = 'plpgsql'
  left join lateral (select tgrelid, tgnewtable from pg_trigger where tgfoid = f.oid limit 1) t
    on true
  cross join lateral extensions.plpgsql_check_function(f.oid, coalesce(t.tgrelid, 0),
    newtable => t.tgnewtable,
    performance_warnings => true, extra_warnings => true) c$$)
  else skip('plpgsql_check is not installed', 1) end;
select * from finish();
rollback;
