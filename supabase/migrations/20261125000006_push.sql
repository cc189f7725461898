-- push, second half: one transaction for the batch. Each op is judged in order without asking the
-- database again where it can be avoided, and what passed is written by one statement a table.
create or replace function gitagent_private.refuse(status text, detail text,
    current uuid default null)
returns gitagent_private.verdict language plpgsql immutable set search_path = '' as $$
begin
  return row(status, detail, current, null)::gitagent_private.verdict;
end $$;

-- One gate back: the approval that the gate had, for this very text and not withdrawn since.
create or replace function gitagent_private.push_restored(f gitagent_private.fact,
  n gitagent_private.artifact) returns gitagent_private.artifact
language plpgsql stable set search_path = '' as $$
declare
  r gitagent_private.revision;
begin
  select x.* into r from gitagent_private.revision x
  where x.project_id = n.project_id and x.uid = n.uid and x.state_to = n.state
    and (x.op = 'transition' or x.base_version = 0)
    and not exists (select from gitagent_private.revision l
      where l.project_id = x.project_id and l.uid = x.uid and l.rev > x.rev
        and (f.ranks -> l.state_to)::integer between 0 and (f.ranks -> n.state)::integer - 1)
  order by x.rev desc limit 1;
  if found and n.normative = (select w.normative from gitagent_private.text t,
      gitagent_private.text_read(t.body, (f.k).opaque, true) w
      where t.project_id = n.project_id and t.oid = r.oid) then
    n.approval_state := n.state;
    n.approval_normative := n.normative;
    n.approver := r.actor_name;
    n.approved_at := r.at;
    n.approved_rev := r.rev;
    n.approval_imported := r.op <> 'transition';
    n.approval_counts := r.op = 'transition';
  end if;
  return n;
end $$;

-- State, approval and author of what the op makes (n), by the rules of its kind.
create or replace function gitagent_private.push_state(m gitagent_private.member,
  o gitagent_private.op, f gitagent_private.fact, n gitagent_private.artifact, at timestamptz)
returns gitagent_private.verdict language plpgsql stable set search_path = '' as $$
declare
  a gitagent_private.artifact := f.a;
  known boolean := a.uid is not null;
  said record;
  whole record;
  was text;
  t gitagent_private.transition;
  is_transition boolean := o.op = 'transition';
  gate boolean;
  detail text;
  v gitagent_private.verdict;
begin
  said := gitagent_private.text_brief(f.body, (f.k).opaque);
  n.title := coalesce(o.title, said.title);
  n.state := coalesce(o.to_state, o.state, case when said.state <> '' or not known then said.state
    else a.state end);
  if is_transition and o.from_state <> a.state then
    return gitagent_private.refuse('bad_transition',
      format('''%s'' is %s, not %s', a.label, a.state, o.from_state));
  end if;
  gate := n.state = any(f.gates);
  -- a gate may be entered once more: that is how a stale approval is renewed
  if known and (is_transition or n.state <> a.state) then
    select * into t from gitagent_private.transition x
    where x.rules = (f.k).rules and x.kind = n.kind and x.to_state = n.state
      and x.from_state = case when f.ranks ? a.state then a.state else '' end;
    if not found or (t.needs_reason and coalesce(o.reason, '') = '') then
      return gitagent_private.refuse('bad_transition', format('%s -> %s: %s', a.state, n.state, case
        when t.needs_reason then 'going back needs a reason' else 'not allowed' end));
    end if;
  end if;
  -- the normative text, where somebody will ask for it
  if is_transition or (known and o.oid <> a.oid and (a.approval_state is not null
      or a.writer <> m.user_id))
     or (not known and gate) then
    whole := gitagent_private.text_read(f.body, (f.k).opaque, true);
    n.normative := whole.normative;
    if known then
      was := a.normative;
      if was is null then
        select r.normative into was
        from gitagent_private.text x, gitagent_private.text_read(x.body, (f.k).opaque, true) r
        where x.project_id = a.project_id and x.oid = a.oid;
      end if;
    end if;
  elsif o.oid <> coalesce(a.oid, '') then
    n.normative := null;
  end if;
  if not known or (o.oid <> a.oid and (n.normative is null or n.normative is distinct
      from was)) then
    n.writer := m.user_id;
  end if;
  if is_transition then
    if o.state <> o.to_state then
      detail := format('the transition is to %s, the state is %s', o.to_state, o.state);
    elsif n.normative is distinct from was then
      detail := 'a transition changes more than the state';
    elsif said.state <> o.to_state then
      detail := format('the text says ''%s'', the transition %s', said.state, o.to_state);
    end if;
    if detail is not null then
      return gitagent_private.refuse('bad_op', detail);
    elsif o.normative <> '' and o.normative <> n.normative then
      return gitagent_private.refuse('stale_approval',
        format('''%s'' is not the text that was approved', a.label));
    elsif gitagent_private.role_rank(m.role) < gitagent_private.role_rank(t.min_role) then
      return gitagent_private.refuse('forbidden',
        format('%s -> %s is for the role %s', a.state, n.state, t.min_role));
    elsif t.four_eyes and n.writer = m.user_id then
      return gitagent_private.refuse('four_eyes',
        format('''%s'' was written by who wants to approve it', a.label));
    elsif t.needs_parent then
      detail := gitagent_private.push_parent(n.project_id, f.k, n.label, whole.links);
      if detail is not null then
        return gitagent_private.refuse('bad_transition', detail);
      end if;
    end if;
  end if;
  -- the approval
  if gate and (is_transition or not known) then
    n.approval_state := n.state;
    n.approval_normative := n.normative;
    n.approver := m.name;
    n.approved_at := at;
    n.approved_rev := n.rev;
    n.approval_imported := not known;
    n.approval_counts := known or gitagent_private.role_rank(m.role) >= 3;
  elsif n.approval_state is not null and (f.ranks -> n.state)::integer between 0
      and (f.ranks -> n.approval_state)::integer - 1 then
    n.approval_state := null;  -- back before the gate
    n.approval_normative := null;
    n.approver := null;
    n.approved_at := null;
    n.approved_rev := null;
    n.approval_imported := null;
    n.approval_counts := null;
    if gate then
      n := gitagent_private.push_restored(f, n);
    end if;
  end if;
  n.forged := said.state = any(f.gates) and n.approval_state is distinct from said.state;
  v.status := 'applied';
  v.a := n;
  return v;
end $$;

-- All the rules, in order; the first refusal stands. rev: what it gets when it passes.
create or replace function gitagent_private.push_judge(m gitagent_private.member,
  f gitagent_private.fact, rev bigint, at timestamptz) returns gitagent_private.verdict
language plpgsql stable set search_path = '' as $$
declare
  v gitagent_private.verdict;
  o gitagent_private.op := f.o;
  a gitagent_private.artifact := f.a;
  n gitagent_private.artifact := f.a;
  known boolean := a.uid is not null;
  dash integer;
  number text;
begin
  if m.role = 'reader' then
    return gitagent_private.refuse('forbidden', format('the role %s only reads', m.role));
  end if;
  -- compare and swap, on the version and on the revision; on a deletion only what brings the text
  -- back, or a deletion that others lead to as well
  if known and (o.base_version <> a.version or o.base_revision <> a.revision or a.purged
      or (a.deleted and o.op <> 'put'
        and not (o.op = 'delete' and o.revision <> a.revision))) then
    return gitagent_private.refuse('conflict', format('''%s'' is at version %s', a.label,
        a.version), a.uid);
  elsif not known and (o.base_version <> 0 or o.base_revision <> '') then
    return gitagent_private.refuse('unknown_base', format('artifact ''%s'' is unknown here',
        o.uid));
  elsif not known and o.op <> 'put' then
    return gitagent_private.refuse('bad_op', format('artifact ''%s'' is not there to %s', o.uid,
        o.op));
  end if;
  -- kind and label
  n.kind := (f.k).name;
  if n.kind is null then
    return gitagent_private.refuse('bad_op', format('''%s'' is no kind of artifact', left(o.kind,
        100)));
  elsif n.kind <> a.kind then
    return gitagent_private.refuse('bad_op', format('a %s cannot become a %s', a.kind, n.kind));
  end if;
  n.label := coalesce(o.label, a.label, '');
  if n.label ~ '[\x01-\x1f\x7f]' then
    return gitagent_private.refuse('bad_op', 'the label holds control characters');
  end if;
  dash := strpos(n.label, '-');
  number := substr(n.label, dash + 1);
  if dash between 2 and 33 and n.label ~ '^[A-Z][A-Z0-9_]*-([0-9]+|~[a-z0-9]+)$'
     and length(number) <= 9 and (left(number, 1) <> '~' or length(number) = 5) then
    n.scope := left(n.label, dash - 1);
    n.num := case when left(number, 1) = '~' then -1 else number::bigint end;
  else
    n.scope := coalesce(o.scope, a.scope, '');
    n.num := greatest(coalesce(o.num, -1), -1);
  end if;
  -- lineage
  if f.lin_status is not null then
    return gitagent_private.refuse(f.lin_status, f.lin_detail);
  elsif f.head_path is null and (not known or o.revision <> a.revision) then
    return gitagent_private.refuse('bad_op', format('revision ''%s'' is not in the lineage',
        o.revision));
  elsif known and o.revision <> a.revision and not coalesce(f.chain, false)
        and not gitagent_private.push_descends(f.lins, o.revision, a.revision) then
    return gitagent_private.refuse('bad_op',
        format('revision ''%s'' does not descend from its base', o.revision));
  end if;
  n.revision := o.revision;
  if f.head_path is not null then
    n.oid := f.head_oid;
    n.path := f.head_path;
    n.author := f.head_author;
  end if;
  -- path and text
  if o.op <> 'delete' and o.path <> n.path then
    return gitagent_private.refuse('bad_op',
        format('path ''%s'' is not that of the revision, ''%s''',
      left(o.path, 200), left(n.path, 200)));
  elsif n.path is distinct from a.path and f.head_kind is distinct from n.kind then
    return gitagent_private.refuse('bad_op', format('path ''%s'' is not that of a %s', left(n.path,
        200), n.kind));
  elsif o.oid <> n.oid then
    return gitagent_private.refuse('bad_oid',
        format('the text of revision ''%s'' is ''%s'', not ''%s''',
      o.revision, n.oid, o.oid));
  end if;
  n.deleted := o.op = 'delete';
  if not n.deleted and f.body is null then
    return gitagent_private.refuse('bad_op', format('the text ''%s'' is missing', o.oid));
  elsif o.sha256 <> '' and not n.deleted and o.sha256 <> encode(sha256(convert_to(f.body, 'UTF8')),
      'hex') then
    return gitagent_private.refuse('bad_oid', format('the text ''%s'' does not have this sha256',
        o.oid));
  elsif known and n.oid <> a.oid and o.op <> 'transition'
        and a.state = any(f.locked) then
    return gitagent_private.refuse('frozen', format('the text of ''%s'' is frozen: it is %s',
        a.label, a.state));
  elsif n.deleted and not a.deleted and a.approval_counts and not a.approval_imported
        and gitagent_private.role_rank(m.role) < 3
        and exists (select from gitagent_private.transition t
      where t.rules = (f.k).rules and t.kind = a.kind and t.to_state = a.approval_state
        and t.four_eyes) then
    return gitagent_private.refuse('forbidden',
        format('''%s'' is approved: an approver may delete it', a.label));
  end if;
  -- a path is one live artifact, a label one of its kind
  n.duplicate := coalesce(a.duplicate, false);
  if not n.deleted and f.path_holder is not null then
    return gitagent_private.refuse('num_taken', format('''%s'' is another artifact', n.path),
        f.path_holder);
  elsif not n.deleted and (not known or a.deleted or n.label <> a.label) then
    n.duplicate := n.label <> '' and f.label_holder is not null;
    if n.duplicate and not o.imported then
      return gitagent_private.refuse('num_taken', format('%s ''%s'' is another artifact', n.kind,
          n.label),
        f.label_holder);
    end if;
  end if;
  n.project_id := m.project_id;
  n.uid := o.uid;
  n.rev := rev;
  n.version := coalesce(a.version, 0) + 1;
  n.bytes := coalesce(octet_length(f.body), 0);
  n.purged := false;
  if n.deleted then
    n.normative := '';
    n.forged := false;
    n.bytes := 0;
  else
    return gitagent_private.push_state(m, o, f, n, at);
  end if;
  v.status := 'applied';
  v.a := n;
  return v;
end $$;

-- lins may have more than what is written: of other runs, and of ops that were refused.
create or replace function gitagent_private.push_write(p_project uuid,
  revisions gitagent_private.revision[], artifacts gitagent_private.artifact[],
  lins gitagent_private.lin[], ops integer[]) returns void
language plpgsql volatile set search_path = '' as $$
begin
  insert into gitagent_private.revision select * from unnest(revisions);

  -- The lock on the project keeps others away: what has its first version is new.
  insert into gitagent_private.artifact select * from gitagent_private.each_artifact(artifacts) n
  where n.version = 1;
  insert into gitagent_private.artifact select * from gitagent_private.each_artifact(artifacts) n
  where n.version > 1
  on conflict (project_id, uid) do update set (kind, label, scope, num, path, title, state, version,
    rev, revision, oid, bytes, deleted, duplicate, author, writer, normative, forged,
    approval_state, approval_normative, approver, approved_at, approved_rev,
    approval_imported, approval_counts) = (excluded.kind, excluded.label, excluded.scope,
    excluded.num, excluded.path, excluded.title, excluded.state, excluded.version, excluded.rev,
    excluded.revision, excluded.oid, excluded.bytes, excluded.deleted, excluded.duplicate,
    excluded.author, excluded.writer, excluded.normative, excluded.forged,
    excluded.approval_state, excluded.approval_normative, excluded.approver,
    excluded.approved_at, excluded.approved_rev, excluded.approval_imported,
    excluded.approval_counts);

  with l as materialized (
    select l.*, x.uid, x.rev from gitagent_private.each_lin(lins) l
    join rows from (gitagent_private.each_artifact(artifacts), unnest(ops)) x on x.unnest = l.i
  ), texts as (
    insert into gitagent_private.text (project_id, oid, body)
    select p_project, l.oid, l.body from l where l.body is not null
    on conflict do nothing
  )
  insert into gitagent_private.lineage (project_id, uid, id, seq, parent1, parent2, oid, path,
    author, time, how, message, added_rev)
  select p_project, l.uid, l.id, (l.rev << 16) + l.n, l.parent1, l.parent2, l.oid, l.path,
    l.author, l.time, l.how, l.message, l.rev
  from l
  on conflict do nothing;
end $$;

-- What a transition acknowledged, as its result says it: null where its state is no gate.
create or replace function gitagent_private.push_approval(p_project uuid, f gitagent_private.fact,
  p_rev bigint) returns jsonb language sql stable set search_path = '' as $$
  select jsonb_build_object('state', r.state_to, 'normative', n.normative,
    'approver', r.actor_name, 'at', extract(epoch from r.at)::bigint, 'rev', r.rev, 'hash', r.hash)
  from gitagent_private.revision r
  join gitagent_private.text t on t.project_id = r.project_id and t.oid = r.oid
  cross join gitagent_private.text_read(t.body, (f.k).opaque, true) n
  where r.project_id = p_project and r.rev = p_rev and r.op = 'transition'
    and r.state_to = any(f.gates)
$$;

-- Nobody must take an op of a batch that was taken back for one that was applied.
create or replace function gitagent_private.push_taken_back(results jsonb[], head bigint)
    returns jsonb
language sql immutable set search_path = '' as $$
  select jsonb_agg(case
    when r ->> 'status' = 'applied' and not (r -> 'dup' = 'true' and (r ->> 'rev')::bigint <= head)
    then r || '{"status": "skipped_dependency", "version": null, "rev": null, "dup": false,
      "approval": null,
      "detail": "not applied: another op of this atomic push was refused"}'
    else r end order by n)
  from unnest(results) with ordinality u(r, n)
$$;

create or replace function gitagent_private.push(p_project uuid, p_device jsonb, p_epoch jsonb,
  p_since jsonb, p_since_hash jsonb, p_ops jsonb, p_atomic jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = '' set lock_timeout = '5s' set jit = off
set plan_cache_mode = force_generic_plan as $$
declare
  m gitagent_private.member := gitagent_private.membership(p_project);
  device text := gitagent_private.arg_text(p_device, 'device');
  since bigint := gitagent_private.arg_int(p_since, 'since', 0);
  atomic boolean := gitagent_private.arg_bool(p_atomic, 'atomic', false);
  epoch text := gitagent_private.arg_text(p_epoch, 'epoch');
  since_hash text := gitagent_private.arg_text(p_since_hash, 'since_hash');
  now timestamptz := clock_timestamp();
  pr gitagent_private.project;
  before gitagent_private.project;
  at record;
  ops gitagent_private.op[];
  lins gitagent_private.lin[];
  starts integer[] := '{}'::integer[];
  last integer;
  o gitagent_private.op;
  f gitagent_private.fact;
  n gitagent_private.artifact;  -- what the op makes
  old gitagent_private.artifact;
  v gitagent_private.verdict;
  revisions gitagent_private.revision[];
  artifacts gitagent_private.artifact[];
  applied integer[];
  failed uuid[] := '{}'::uuid[];
  results jsonb[] := '{}'::jsonb[];
  approval jsonb;
  current jsonb;
  refused boolean := false;
  dup boolean;
  salt text;
  commitment text;
  prev text;
begin
  perform gitagent_private.arg_array(p_ops, 'ops');
  if jsonb_array_length(p_ops) > 200 then
    raise sqlstate 'PT413' using message = 'bad request: more than 200 ops in one push';
  end if;
  select * into pr from gitagent_private.project where id = p_project for no key update;
  before := pr;
  select * into at from gitagent_private.cursor_check(pr, epoch, since, since_hash);
  if at.reset is not null then
    return gitagent_private.reset_reply(pr, at.reset);
  end if;
  ops := coalesce(gitagent_private.push_ops(p_ops), '{}');
  if cardinality(ops) > 0 then
    lins := coalesce(gitagent_private.push_lineage(pr.rules, p_ops, ops), '{}');
    starts := gitagent_private.push_runs(p_project, ops);
  end if;
  for s in 1..cardinality(starts) loop
    last := coalesce(starts[s + 1] - 1, cardinality(ops));
    revisions := '{}';
    artifacts := '{}';
    applied := '{}';
    for f in
      select * from gitagent_private.push_facts(p_project, pr.rules, ops[starts[s]:last],
        case when cardinality(starts) = 1 then lins
          else array(select l from unnest(lins) l where l.i between starts[s] and last) end)
    loop
      o := f.o;
      v := null;
      n := null;
      dup := false;
      approval := null;
      current := null;
      if o.status is not null then
        v.status := o.status;
        v.detail := o.detail;
      elsif f.dup_payload = o.payload then
        dup := true;
        v.status := 'applied';
        approval := gitagent_private.push_approval(p_project, f, f.dup_rev);
      elsif f.dup_payload is not null then
        v.status := 'op_reused';
        v.detail := format('op ''%s'' was something else before', o.op_id);
      elsif o.uid = any(failed) then
        v.status := 'skipped_dependency';
        v.detail := 'an earlier op on this artifact was refused';
      else
        v := gitagent_private.push_judge(m, f, pr.head + 1, now);
      end if;
      if v.status <> 'applied' then
        refused := true;
        failed := failed || o.uid;
      elsif not dup then
        n := v.a;
        old := f.a;
        salt := replace(gen_random_uuid()::text, '-', '');
        commitment := encode(sha256(convert_to(concat(salt, '|', f.body), 'UTF8')), 'hex');
        prev := pr.head_hash;
        pr.head := n.rev;
        pr.head_hash := encode(sha256(convert_to(concat_ws('|', prev, n.rev, n.uid, n.version, o.op,
          coalesce(old.state, ''), n.state, commitment, m.user_id, o.op_id), 'UTF8')), 'hex');
        if not old.deleted then
          pr.digest := pr.digest # ('x' || encode(sha256(convert_to(concat_ws('|', n.uid,
            old.version, old.oid), 'UTF8')), 'hex'))::bit(256);
        end if;
        if not n.deleted then
          pr.digest := pr.digest # ('x' || encode(sha256(convert_to(concat_ws('|', n.uid,
            n.version, n.oid), 'UTF8')), 'hex'))::bit(256);
        end if;
        artifacts := artifacts || n;
        applied := applied || f.i;
        revisions := revisions || row(p_project, n.rev, n.uid, n.version, o.base_version, o.op,
          old.state, n.state, n.revision, n.oid, commitment, salt, m.user_id, m.name, device,
          o.reason, now, o.op_id, o.payload, prev, pr.head_hash)::gitagent_private.revision;
        if n.approved_rev = n.rev and o.op = 'transition' then
          approval := jsonb_build_object('state', n.approval_state, 'normative', n.normative,
            'approver', m.name, 'at', extract(epoch from now)::bigint, 'rev', n.rev,
            'hash', pr.head_hash);
        end if;
      end if;
      if v.current is not null then
        current := (select d.doc from gitagent_private.row_docs(p_project, array[v.current],
            at.floor) d);
      end if;
      results := results || jsonb_build_object('op_id', o.op_id, 'uid', o.uid_text,
        'status', v.status, 'version', case when dup then f.dup_version else n.version end,
        'rev', case when dup then f.dup_rev else n.rev end, 'dup', dup, 'detail', v.detail,
        'approval', approval, 'current', current);
    end loop;
    if cardinality(applied) > 0 then
      perform gitagent_private.push_write(p_project, revisions, artifacts, lins, applied);
    end if;
  end loop;
  if refused and atomic then
    raise sqlstate 'PT409' using message = 'an op of this atomic push was refused',
      detail = jsonb_build_object('atomic_failed', true, 'epoch', before.epoch, 'head', before.head,
        'head_hash', before.head_hash,
        'results', gitagent_private.push_taken_back(results, before.head))::text;
  end if;
  if pr.head <> before.head then
    update gitagent_private.project set head = pr.head, head_hash = pr.head_hash, digest = pr.digest
    where id = p_project;
  end if;
  return jsonb_build_object('epoch', pr.epoch, 'head', pr.head, 'head_hash', pr.head_hash,
    'results', to_jsonb(results));
end $$;
