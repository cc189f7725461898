-- Who only reads announces no edit. What he claimed before is released, or expires.
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
  if nr > 0 and gitagent_private.role_rank(m.role) < 2 then
    raise sqlstate 'PT403' using message = format('the role %s only reads', m.role);
  end if;
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
