-- push: one transaction for the batch. All facts about a run of ops come from one query, each op
-- is then judged in order without asking the database again, and what passed is written by one
-- statement a table.
do $$
begin
	drop type if exists gitagent_private.verdict cascade;
	drop type if exists gitagent_private.fact cascade;
	drop type if exists gitagent_private.op cascade;
	drop type if exists gitagent_private.lin cascade;
	drop type if exists gitagent_private.change cascade;
end $$;

-- An op as it arrived. status: it is malformed.
create type gitagent_private.op as (
	i integer, op_id text, op text, uid_text text, uid uuid, base_version bigint, base_revision text, revision text,
	oid text, sha256 text, kind text, label text, scope text, num bigint, path text, title text,
	state text, from_state text, to_state text, normative text, reason text, imported boolean,
	payload text, status text, detail text
);
-- A revision that an op brings.
create type gitagent_private.lin as (
	i integer, n integer, id text, parent1 text, parent2 text, oid text, path text, author text,
	time bigint, how text, message text, body text, status text, detail text
);
-- What an op stands on.
create type gitagent_private.fact as (
	i integer, k gitagent_private.kind, states jsonb, a gitagent_private.artifact, dup_payload text,
	dup_version bigint, dup_rev bigint, lin_status text, lin_detail text, head_oid text, head_path text, head_author text,
	body text, chain boolean, lins gitagent_private.lin[], path_holder uuid, label_holder uuid
);
-- An op that passed: what is written.
create type gitagent_private.change as (
	i integer, op gitagent_private.op, state_from text, salt text, commitment text, prev_hash text,
	hash text, a gitagent_private.artifact
);
-- What is said of an op. current: whose row goes with it.
create type gitagent_private.verdict as (
	status text, detail text, current uuid, c gitagent_private.change
);

-- unnest(), for a planner that believes in ten rows of an array, and in one of them with a filter.
create or replace function gitagent_private.each_op(p gitagent_private.op[])
returns setof gitagent_private.op language sql immutable rows 200 set search_path = '' as $$
	select * from unnest(p) u where u.status is null
$$;
create or replace function gitagent_private.each_change(p gitagent_private.change[])
returns setof gitagent_private.change language sql immutable rows 200 set search_path = '' as $$
	select * from unnest(p)
$$;
create or replace function gitagent_private.each_lin(p gitagent_private.lin[])
returns setof gitagent_private.lin language sql immutable rows 200 set search_path = '' as $$
	select * from unnest(p)
$$;

-- The path of an artifact, or what is wrong with it, is what its kind says: null for none.
create or replace function gitagent_private.path_kind(p text) returns text
language plpgsql stable set search_path = '' as $$
begin
	if octet_length(p) > 4096 or not starts_with(p, '.agent/') or p ~ '[\x01-\x1f\x7f\\]'
	   or p ~ '/(|\.[^/]*)(/|$)' or p ~* '(^|/)git~1[. ]*(/|$)'
	   or (octet_length(p) > 255 and exists (
		select from string_to_table(p, '/') c where octet_length(c) > 255)) then
		return null;
	end if;
	return (
		select k.name from gitagent_private.kind k
		where starts_with(p, k.dir || '/')
		  and lower(right(p, length(k.suffix))) = k.suffix
		  and lower(p) !~ ('/(|readme|template|[^/]*-template)\' || k.suffix || '$')
		  and substr(p, length(k.dir) + 1) !~* '/templates/'
		order by length(k.dir) desc limit 1);
end $$;

create or replace function gitagent_private.push_ops(p_ops jsonb) returns gitagent_private.op[]
language sql stable set search_path = '' as $$
	with e as materialized (
		select x.*, n as i from rows from (
			jsonb_array_elements(p_ops),
			jsonb_to_recordset(case when p_ops @? 'strict $[*] ? (@.type() != "object")' then (
				select jsonb_agg(case when jsonb_typeof(v) = 'object' then v else '{}' end order by k)
				from jsonb_array_elements(p_ops) with ordinality u(v, k)) else p_ops end)
			as (op_id text, op text, uid text, base_version text, base_revision text, revision text,
				oid text, sha256 text, kind text, label text, scope text, num text, path text,
				title text, state text, "from" text, "to" text, normative text, reason text,
				imported text, lineage jsonb)
		) with ordinality x(o, op_id, op, uid, base_version, base_revision, revision, oid, sha256, kind,
			label, scope, num, path, title, state, from_state, to_state, normative, reason,
			imported, lineage, n)
	), f as materialized (
		select e.*, case
			when jsonb_typeof(o) <> 'object' then ''
			when jsonb_typeof(o -> 'op_id') <> 'string' or length(op_id) not between 1 and 64
				or op_id is null then 'op_id'
			when op in ('put', 'delete', 'transition') is not true then 'op'
			when uid ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' is not true then 'uid'
			when jsonb_typeof(o -> 'base_version') <> 'number'
				or base_version ~ '^[0-9]{1,18}$' is not true then 'base_version'
			when base_revision !~ '^([0-9a-f]{64})?$' then 'base_revision'
			when revision ~ '^[0-9a-f]{64}$' is not true then 'revision'
			when case when op = 'delete' then oid <> '' else oid ~ '^[0-9a-f]{40}$' is not true end then 'oid'
			when sha256 !~ '^([0-9a-f]{64})?$' then 'sha256'
			when op = 'transition' and coalesce(to_state, '') = '' then 'to'
			when jsonb_typeof(o -> 'label') not in ('string', 'null') or octet_length(label) > 63 then 'label'
			when jsonb_typeof(o -> 'num') not in ('number', 'null') or num !~ '^-?[0-9]{1,18}$' then 'num'
			when jsonb_typeof(o -> 'kind') not in ('string', 'null') then 'kind'
			when jsonb_typeof(o -> 'scope') not in ('string', 'null') then 'scope'
			when jsonb_typeof(o -> 'path') not in ('string', 'null') then 'path'
			when jsonb_typeof(o -> 'title') not in ('string', 'null') then 'title'
			when jsonb_typeof(o -> 'state') not in ('string', 'null') then 'state'
			when jsonb_typeof(o -> 'from') not in ('string', 'null') then 'from'
			when jsonb_typeof(o -> 'to') not in ('string', 'null') then 'to'
			when jsonb_typeof(o -> 'normative') not in ('string', 'null') then 'normative'
			when jsonb_typeof(o -> 'reason') not in ('string', 'null') then 'reason'
			when jsonb_typeof(o -> 'imported') not in ('boolean', 'null') then 'imported'
			when jsonb_typeof(lineage) not in ('array', 'null')
				or lineage @? 'strict $[*] ? (@.type() != "object")' then 'lineage'
			when jsonb_typeof(lineage) = 'array' and jsonb_array_length(lineage) > 10000 then 'lineage'
			end fault
		from e
	)
	select array_agg(row(i, case when jsonb_typeof(o -> 'op_id') = 'string' then op_id end, op,
		case when jsonb_typeof(o -> 'uid') = 'string' then uid end, case when fault is null then uid::uuid end,
		case when fault is null then base_version::bigint end, coalesce(base_revision, ''), revision,
		coalesce(oid, ''), coalesce(sha256, ''), kind, label, scope,
		case when fault is null then num::bigint end, path, title, state, from_state, to_state,
		coalesce(normative, ''), reason,
		case when fault is null then coalesce(imported::boolean, false) end,
		-- the id of a revision is that of all it stands on
		case when fault is null then encode(sha256(convert_to((o - 'lineage')::text, 'UTF8')), 'hex') end,
		case when fault is not null then 'bad_op' end,
		case when fault = '' then 'an op is not an object'
			when fault is not null then format('field ''%s'' is missing or malformed', fault) end
		)::gitagent_private.op order by i)
	from f
$$;

-- The revisions that the ops bring: ids and texts are recomputed, so that no other clone can ever
-- meet one that it could not have made itself.
create or replace function gitagent_private.push_lineage(p_json jsonb, p_ops gitagent_private.op[])
returns gitagent_private.lin[] language sql stable set search_path = '' as $$
	with e as materialized (
		select o.i, n, o.uid, coalesce(o.path, '') head_path, l.id, coalesce(l.oid, '') oid, l.path,
			coalesce(l.author, '') author, coalesce(l.time, '0') "time", l.how,
			coalesce(l.message, '') message, l.text body, l.parents,
			l.parents ->> 0 a, l.parents ->> 1 b
		from jsonb_array_elements(p_json) with ordinality j(o, i)
		join gitagent_private.each_op(p_ops) o on o.i = j.i
		cross join lateral rows from (jsonb_to_recordset(coalesce(nullif(j.o -> 'lineage', 'null'), '[]')) as (id text, parents jsonb, oid text,
			path text, author text, "time" text, how text, message text, text text))
			with ordinality l(id, parents, oid, path, author, "time", how, message, text, n)
	), f as materialized (
		select e.*, case when b is null or b > a collate "C" then coalesce(a, '') else b end p1,
			case when b is null then '' when b > a collate "C" then b else a end p2,
			(id ~ '^[0-9a-f]{64}$' is not true or oid !~ '^([0-9a-f]{40})?$' or path is null
			or how in ('create', 'edit', 'state', 'hand', 'discard', 'commit', 'merge', 'restore', 'move',
				'delete') is not true
			or "time" !~ '^-?[0-9]{1,18}$'
			or jsonb_typeof(parents) not in ('array', 'null') or parents -> 2 is not null
			or a !~ '^[0-9a-f]{64}$' or b !~ '^[0-9a-f]{64}$') is true malformed
		from e
	), g as materialized (
		select f.*, case
			when malformed then 'form'
			when id <> encode(sha256(convert_to(concat(
				'git-agent revision 1', E'\n', '36:', uid, ',',
				length(p1), ':', p1, ',', length(p2), ':', p2, ',', length(oid), ':', oid, ',',
				octet_length(path), ':', path, ',', octet_length(author), ':', author, ',', time, ',',
				length(how), ':', how, ',', octet_length(message), ':', message, ','),
				'UTF8')), 'hex') then 'id'
			when path <> head_path and gitagent_private.path_kind(path) is null then 'path'
			when octet_length(body) > 1048576 then 'size'
			when body is not null and oid = '' then 'deletes'
			when oid <> encode(extensions.digest(convert_to('blob ' || octet_length(body), 'UTF8')
				|| '\x00'::bytea || convert_to(body, 'UTF8'), 'sha1'), 'hex') then 'oid'
			end fault
		from f
	)
	select array_agg(row(i, n, id, p1, p2, oid, path, author,
		case when not malformed then time::bigint end, how, message, body,
		case when fault = 'oid' then 'bad_oid' when fault is not null then 'bad_op' end,
		case fault
			when 'form' then 'a revision of the lineage is malformed'
			when 'id' then format('revision ''%s'' does not have this id', id)
			when 'path' then format('path ''%s'' is not the path of an artifact of any kind', left(path, 200))
			when 'size' then format('the text of ''%s'' is larger than 1048576 bytes', path)
			when 'deletes' then format('revision ''%s'' deletes, and has a text', id)
			when 'oid' then format('the text of revision ''%s'' is not ''%s''', id, oid) end
		)::gitagent_private.lin order by i, n)
	from g
$$;

-- True when head is base, or descends from it within the op's own revisions. Asked only where the
-- lineage is not a plain chain.
create or replace function gitagent_private.push_descends(l gitagent_private.lin[], head text, base text)
returns boolean language plpgsql immutable set search_path = '' as $$
declare
	reached text[] := array[base];
	r gitagent_private.lin;
begin
	foreach r in array l loop
		if r.parent1 = any(reached) or r.parent2 = any(reached) then
			reached := reached || r.id;
		end if;
	end loop;
	return head = any(reached);
end $$;

-- Whether the parent of an artifact has come far enough for it, or why not. No parent: yes.
create or replace function gitagent_private.push_parent(p_project uuid, p_kind text, p_label text,
	links text[]) returns text
language plpgsql stable set search_path = '' as $$
declare
	k gitagent_private.kind;
	a gitagent_private.artifact;
	needs integer;
begin
	select * into k from gitagent_private.kind where name = p_kind;
	if k.parent_state is null then
		return null;
	end if;
	if k.shares_label then
		links := p_label || links;
	end if;
	select x.* into a
	from unnest(links) with ordinality u(label, n)
	join lateral (select * from gitagent_private.artifact p
		where p.project_id = p_project and p.kind = k.parent_kind and p.label = u.label and not p.deleted
		order by p.duplicate limit 1) x on true
	where u.label <> ''
	order by u.n limit 1;
	if not found then
		return null;
	end if;
	select rank into needs from gitagent_private.kind_state where kind = k.parent_kind and name = k.parent_state;
	if not a.forged and a.approval_counts and a.approval_normative = a.normative
	   and exists (select from gitagent_private.kind_state
		where kind = a.kind and name = a.state and rank >= needs)
	   and exists (select from gitagent_private.kind_state
		where kind = a.kind and name = a.approval_state and rank >= needs) then
		return null;
	end if;
	return format('needs %s ''%s'' to be %s or later; it is %s', k.parent_kind, a.label, k.parent_state,
		case when a.state = '' then 'without a state' else a.state end);
end $$;

-- Runs of ops that do not depend on each other: [first, last] pairs. An op that renames, and one
-- that touches what an earlier op of its run touched, begins a new one; transitions are with their kind only.
create or replace function gitagent_private.push_runs(p_project uuid, p_ops gitagent_private.op[])
returns integer[] language plpgsql stable set search_path = '' as $$
declare
	starts integer[] := '{1}'::integer[];
	first integer := 1;
	class text;
	r record;
begin
	for r in
		with o as (
			select o.i, o.op_id, o.op, o.uid, o.kind, coalesce(o.label, a.label) label,
				coalesce(o.path, a.path) path, a.label old_label, a.path old_path, o.path is null no_path
			from unnest(p_ops) o
			left join gitagent_private.artifact a on a.project_id = p_project and a.uid = o.uid
		), k as (
			select i, 'u' || uid::text key from o where uid is not null
			union all select i, 'l' || label from o where label <> ''
			union all select i, 'p' || path from o
			union all select i, 'o' || op_id from o
		), before as (
			select i, max(before) before
			from (select i, lag(i) over (partition by key order by i) before from k) l group by i
		)
		select o.i, coalesce(b.before, 0) before, case
			when o.label <> o.old_label or o.path <> o.old_path or o.no_path then o.i::text
			when o.op = 'transition' then o.op || o.kind else o.op end class
		from o left join before b on b.i = o.i order by o.i
	loop
		if r.i > 1 and (r.before >= first or r.class is distinct from class) then
			first := r.i;
			starts := starts || r.i;
		end if;
		class := r.class;
	end loop;
	return starts;
end $$;

-- What each op of a run stands on.
create or replace function gitagent_private.push_facts(p_project uuid, p_ops gitagent_private.op[],
	p_lins gitagent_private.lin[]) returns setof gitagent_private.fact
language sql stable rows 200 set search_path = '' as $$
	with o as materialized (
		select u.i, u.op_id, u.uid, u.kind, u.label, u.path, u.oid, u.revision,
			a.x a, (a.x).revision now_revision
		from gitagent_private.each_op(p_ops) u
		left join lateral (	-- limit: one index probe each, however much the project has
			select x from gitagent_private.artifact x
			where x.project_id = p_project and x.uid = u.uid limit 1) a on true
	), l as materialized (
		select x lin, x.i, x.n, x.id, x.parent1, x.parent2, x.oid, x.body, x.status, x.detail,
			coalesce(lag(x.id) over (partition by x.i order by x.n), o.now_revision, '') before,
			o.uid, o.revision head_id, o.oid head_oid
		from gitagent_private.each_lin(p_lins) x join o on o.i = x.i
	), unknown as (	-- a parent that is neither here nor there
		select l.i, l.n, format('revision ''%s'' stands on ''%s'', which is unknown here', l.id, p.id) detail
		from l
		cross join lateral (values (l.parent1), (l.parent2)) p(id)
		where p.id not in ('', l.before)
		  and not exists (select from gitagent_private.lineage k
			where k.project_id = p_project and k.uid = l.uid and k.id = p.id)
		  and not exists (select from l e where e.i = l.i and e.n < l.n and e.id = p.id)
	), lost as (	-- a text that is neither here nor there
		select l.i, l.n, format('the text of revision ''%s'' is missing', l.id) detail
		from l
		where l.body is null and l.oid <> ''
		  and not exists (select from l e where e.i = l.i and e.oid = l.oid and e.body is not null)
		  and not exists (select from gitagent_private.text t where t.project_id = p_project and t.oid = l.oid)
	), fault as (
		select distinct on (f.i) f.i, f.status, f.detail from (
			select l.i, l.n - 100000 n, l.status, l.detail from l where l.status is not null
			union all select u.i, u.n, 'unknown_base', u.detail from unknown u
			union all select t.i, t.n, 'bad_op', t.detail from lost t
		) f order by f.i, f.n
	), h as materialized (
		select l.i, max(l.n) filter (where l.id = l.head_id) head_n,
			min((l.lin).oid) filter (where l.id = l.head_id) head_oid,
			min((l.lin).path) filter (where l.id = l.head_id) head_path,
			min((l.lin).author) filter (where l.id = l.head_id) head_author,
			(array_agg(l.body) filter (where l.oid = l.head_oid and l.body is not null))[1] body,
			bool_and(l.before in (l.parent1, l.parent2)) chain,
			count(*) nr
		from l group by l.i
	), states as materialized (
		select kind, jsonb_object_agg(name, jsonb_build_array(rank, gate, locked)) list
		from gitagent_private.kind_state group by kind
	)
	select o.i, k, s.list, o.a, d.payload, d.version, d.rev, f.status, f.detail, h.head_oid,
		h.head_path, h.head_author,
		coalesce(h.body, case when o.oid <> '' then (select t.body from gitagent_private.text t
			where t.project_id = p_project and t.oid = o.oid) end),
		h.chain and h.head_n = h.nr,
		case when not coalesce(h.chain and h.head_n = h.nr, false) then array(
			select l.lin from l where l.i = o.i order by l.n) end,
		case when p.path <> coalesce(case when not (o.a).deleted then (o.a).path end, '') then (
			select x.uid from gitagent_private.artifact x
			where x.project_id = p_project and x.path = p.path and not x.deleted and x.uid <> o.uid) end,
		case when p.label <> coalesce(case when not (o.a).deleted then (o.a).label end, '') then (
			select x.uid from gitagent_private.artifact x
			where x.project_id = p_project and x.kind = k.name and x.label = p.label
			  and not x.deleted and x.uid <> o.uid
			order by x.duplicate, x.rev limit 1) end
	from o
	left join gitagent_private.kind k on k.name = coalesce(o.kind, (o.a).kind)
	left join states s on s.kind = k.name
	left join lateral (
		select x.payload, x.version, x.rev from gitagent_private.revision x
		where x.project_id = p_project and x.op_id = o.op_id limit 1) d on true
	left join fault f on f.i = o.i
	left join h on h.i = o.i
	cross join lateral (select coalesce(h.head_path, (o.a).path, '') path,
		coalesce(o.label, (o.a).label, '') label) p
	order by o.i
$$;

create or replace function gitagent_private.refuse(status text, detail text, current uuid default null)
returns gitagent_private.verdict language plpgsql immutable set search_path = '' as $$
begin
	return row(status, detail, current, null)::gitagent_private.verdict;
end $$;

-- State, approval and author of what the op makes (n), by the rules of its kind: a refusal, or c.a.
create or replace function gitagent_private.push_state(m gitagent_private.member,
	o gitagent_private.op, f gitagent_private.fact, n gitagent_private.artifact)
returns gitagent_private.verdict language plpgsql stable set search_path = '' as $$
declare
	a gitagent_private.artifact := f.a;
	known boolean := (f.a).uid is not null;
	said record;
	whole record;
	was text;
	t gitagent_private.transition;
	is_transition boolean := o.op = 'transition';
	gate boolean;
	detail text;
	v gitagent_private.verdict;
begin
	select r.title, r.state into said from gitagent_private.text_read(f.body, (f.k).opaque, false) r;
	n.title := coalesce(o.title, said.title);
	n.state := coalesce(o.to_state, o.state, case when said.state <> '' or not known then said.state
		else a.state end);
	if is_transition and o.from_state <> a.state then
		return gitagent_private.refuse('bad_transition',
			format('''%s'' is %s, not %s', a.label, a.state, o.from_state));
	end if;
	gate := coalesce((f.states -> n.state ->> 1)::boolean, false);
	-- a gate may be entered once more: that is how a stale approval is renewed
	if known and (is_transition or n.state <> a.state) then
		select * into t from gitagent_private.transition x where x.kind = n.kind and x.to_state = n.state
			and x.from_state = case when f.states ? a.state then a.state else '' end;
		if not found or (t.needs_reason and coalesce(o.reason, '') = '') then
			return gitagent_private.refuse('bad_transition', format('%s -> %s: %s', a.state, n.state, case
				when t.needs_reason then 'going back needs a reason' else 'not allowed' end));
		end if;
	end if;
	-- the normative text, where somebody will ask for it
	if is_transition or (known and o.oid <> a.oid and (a.approval_state is not null or a.writer <> m.user_id))
	   or (not known and gate) then
		select r.normative, r.links into whole
		from gitagent_private.text_read(f.body, (f.k).opaque, true) r;
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
	if not known or (o.oid <> a.oid and (n.normative is null or n.normative is distinct from was)) then
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
			detail := gitagent_private.push_parent(n.project_id, n.kind, n.label, whole.links);
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
		n.approved_at := clock_timestamp();
		n.approved_rev := n.rev;
		n.approval_imported := not known;
		n.approval_counts := known or gitagent_private.role_rank(m.role) >= 3;
	elsif n.approval_state is not null and (f.states -> n.state ->> 0)::integer between 0
			and (f.states -> n.approval_state ->> 0)::integer - 1 then
		n.approval_state := null;	-- back before the gate
		n.approval_normative := null;
		n.approver := null;
		n.approved_at := null;
		n.approved_rev := null;
		n.approval_imported := null;
		n.approval_counts := null;
	end if;
	n.forged := coalesce((f.states -> said.state ->> 1)::boolean, false)
		and n.approval_state is distinct from said.state;
	v.c.a := n;
	return v;
end $$;

-- All the rules, in order; the first refusal stands. rev: what it gets when it passes.
create or replace function gitagent_private.push_judge(m gitagent_private.member,
	o gitagent_private.op, f gitagent_private.fact, rev bigint) returns gitagent_private.verdict
language plpgsql stable set search_path = '' as $$
declare
	v gitagent_private.verdict;
	a gitagent_private.artifact := f.a;
	n gitagent_private.artifact := f.a;
	known boolean := (f.a).uid is not null;
	parts text[];
	c gitagent_private.change;
begin
	if m.role = 'reader' then
		return gitagent_private.refuse('forbidden', format('the role %s only reads', m.role));
	end if;
	-- compare and swap, on the version and on the revision
	if known and (o.base_version <> a.version or o.base_revision <> a.revision
			or (a.deleted and o.op <> 'put') or a.purged) then
		return gitagent_private.refuse('conflict', format('''%s'' is at version %s', a.label, a.version), a.uid);
	elsif not known and (o.base_version <> 0 or o.base_revision <> '') then
		return gitagent_private.refuse('unknown_base', format('artifact ''%s'' is unknown here', o.uid));
	elsif not known and o.op <> 'put' then
		return gitagent_private.refuse('bad_op', format('artifact ''%s'' is not there to %s', o.uid, o.op));
	end if;
	-- kind and label
	n.kind := (f.k).name;
	if n.kind is null then
		return gitagent_private.refuse('bad_op', format('''%s'' is no kind of artifact', left(o.kind, 100)));
	elsif n.kind <> a.kind then
		return gitagent_private.refuse('bad_op', format('a %s cannot become a %s', a.kind, n.kind));
	end if;
	n.label := coalesce(o.label, a.label, '');
	if n.label ~ '[\x01-\x1f\x7f]' then
		return gitagent_private.refuse('bad_op', 'the label holds control characters');
	end if;
	parts := regexp_match(n.label, '^([A-Z][A-Z0-9_]{0,31})-(?:~[a-z0-9]{4}|([0-9]{1,9}))$');
	n.scope := coalesce(parts[1], o.scope, a.scope, '');
	n.num := case when parts is not null then coalesce(parts[2]::bigint, -1)
		else greatest(coalesce(o.num, -1), -1) end;
	-- lineage
	if f.lin_status is not null then
		return gitagent_private.refuse(f.lin_status, f.lin_detail);
	elsif f.head_path is null and (not known or o.revision <> a.revision) then
		return gitagent_private.refuse('bad_op', format('revision ''%s'' is not in the lineage', o.revision));
	elsif known and o.revision <> a.revision and not coalesce(f.chain, false)
	      and not gitagent_private.push_descends(f.lins, o.revision, a.revision) then
		return gitagent_private.refuse('bad_op', format('revision ''%s'' does not descend from its base', o.revision));
	end if;
	n.revision := o.revision;
	if f.head_path is not null then
		n.oid := f.head_oid;
		n.path := f.head_path;
		n.author := f.head_author;
	end if;
	-- path and text
	if o.op <> 'delete' and o.path <> n.path then
		return gitagent_private.refuse('bad_op', format('path ''%s'' is not that of the revision, ''%s''',
			left(o.path, 200), left(n.path, 200)));
	elsif n.path is distinct from a.path and gitagent_private.path_kind(n.path) is distinct from n.kind then
		return gitagent_private.refuse('bad_op', format('path ''%s'' is not that of a %s', left(n.path, 200), n.kind));
	elsif o.oid <> n.oid then
		return gitagent_private.refuse('bad_oid', format('the text of revision ''%s'' is ''%s'', not ''%s''',
			o.revision, n.oid, o.oid));
	end if;
	n.deleted := o.op = 'delete';
	if not n.deleted and f.body is null then
		return gitagent_private.refuse('bad_op', format('the text ''%s'' is missing', o.oid));
	elsif o.sha256 <> '' and not n.deleted and o.sha256 <> encode(sha256(convert_to(f.body, 'UTF8')), 'hex') then
		return gitagent_private.refuse('bad_oid', format('the text ''%s'' does not have this sha256', o.oid));
	elsif known and n.oid <> a.oid and o.op <> 'transition'
	      and coalesce((f.states -> a.state ->> 2)::boolean, false) then
		return gitagent_private.refuse('frozen', format('the text of ''%s'' is frozen: it is %s', a.label, a.state));
	elsif n.deleted and a.approval_counts and not a.approval_imported
	      and gitagent_private.role_rank(m.role) < 3
	      and exists (select from gitagent_private.transition t where t.kind = a.kind
			and t.to_state = a.approval_state and t.four_eyes) then
		return gitagent_private.refuse('forbidden', format('''%s'' is approved: an approver may delete it', a.label));
	end if;
	-- a path is one live artifact, a label one of its kind
	n.duplicate := coalesce(a.duplicate, false);
	if not n.deleted and f.path_holder is not null then
		return gitagent_private.refuse('num_taken', format('''%s'' is another artifact', n.path), f.path_holder);
	elsif not n.deleted and (not known or a.deleted or n.label <> a.label) then
		n.duplicate := n.label <> '' and f.label_holder is not null;
		if n.duplicate and not o.imported then
			return gitagent_private.refuse('num_taken', format('%s ''%s'' is another artifact', n.kind, n.label),
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
		v := gitagent_private.push_state(m, o, f, n);
		if v.status is not null then
			return v;
		end if;
		n := (v.c).a;
	end if;
	c.i := o.i;
	c.op := o;
	c.state_from := a.state;
	c.salt := replace(gen_random_uuid()::text, '-', '');
	c.commitment := encode(sha256(convert_to(c.salt || '|' || coalesce(f.body, ''), 'UTF8')), 'hex');
	c.a := n;
	v.status := 'applied';
	v.c := c;
	return v;
end $$;

create or replace function gitagent_private.push_write(m gitagent_private.member, p_device text,
	c gitagent_private.change[], lins gitagent_private.lin[]) returns void
language plpgsql volatile set search_path = '' as $$
begin
	insert into gitagent_private.revision (project_id, rev, uid, version, base_version, op, state_from,
		state_to, revision, oid, commitment, salt, actor, actor_name, device, reason, op_id, payload,
		prev_hash, hash)
	select m.project_id, (x.a).rev, (x.a).uid, (x.a).version, (x.op).base_version, (x.op).op, x.state_from,
		(x.a).state, (x.a).revision, (x.a).oid, x.commitment, x.salt, m.user_id, m.name, p_device,
		(x.op).reason, (x.op).op_id, (x.op).payload, x.prev_hash, x.hash
	from unnest(c) x;

	insert into gitagent_private.artifact
	select (x.a).* from unnest(c) x
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

	insert into gitagent_private.text (project_id, oid, body)
	select distinct on (l.oid) m.project_id, l.oid, l.body
	from gitagent_private.each_lin(lins) l join gitagent_private.each_change(c) x on x.i = l.i
	where l.body is not null
	on conflict do nothing;

	insert into gitagent_private.lineage (project_id, uid, id, seq, parent1, parent2, oid, path, author,
		time, how, message, added_rev)
	select m.project_id, (x.a).uid, l.id, ((x.a).rev << 16) + l.n, l.parent1, l.parent2, l.oid, l.path,
		l.author, l.time, l.how, l.message, (x.a).rev
	from gitagent_private.each_lin(lins) l join gitagent_private.each_change(c) x on x.i = l.i
	on conflict do nothing;
end $$;

-- Nobody must take an op of a batch that was taken back for one that was applied.
create or replace function gitagent_private.push_taken_back(results jsonb[], head bigint) returns jsonb
language sql immutable set search_path = '' as $$
	select jsonb_agg(case
		when r ->> 'status' = 'applied' and not (r -> 'dup' = 'true' and (r ->> 'rev')::bigint <= head)
		then r || '{"status": "skipped_dependency", "version": null, "rev": null, "dup": false,
			"detail": "not applied: another op of this atomic push was refused"}'
		else r end order by n)
	from unnest(results) with ordinality u(r, n)
$$;

create or replace function gitagent_private.push(p_project uuid, p_device jsonb, p_epoch jsonb,
	p_since jsonb, p_since_hash jsonb, p_ops jsonb, p_atomic jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' set lock_timeout = '5s' set jit = off as $$
declare
	m gitagent_private.member := gitagent_private.membership(p_project);
	device text := gitagent_private.arg_text(p_device, 'device');
	since bigint := gitagent_private.arg_int(p_since, 'since', 0);
	atomic boolean := gitagent_private.arg_bool(p_atomic, 'atomic', false);
	epoch text := gitagent_private.arg_text(p_epoch, 'epoch');
	since_hash text := gitagent_private.arg_text(p_since_hash, 'since_hash');
	pr gitagent_private.project;
	before gitagent_private.project;
	at record;
	r record;
	ops gitagent_private.op[];
	lins gitagent_private.lin[];
	starts integer[] := '{}'::integer[];
	last integer;
	o gitagent_private.op;
	f gitagent_private.fact;
	c gitagent_private.change;
	v gitagent_private.verdict;
	changes gitagent_private.change[];
	failed uuid[] := '{}'::uuid[];
	results jsonb[] := '{}'::jsonb[];
	refused boolean := false;
	dup boolean;
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
		lins := coalesce(gitagent_private.push_lineage(p_ops, ops), '{}');
		starts := gitagent_private.push_runs(p_project, ops);
	end if;
	for s in 1..cardinality(starts) loop
		last := coalesce(starts[s + 1] - 1, cardinality(ops));
		changes := '{}';
		for r in
			select x f, u o from unnest(ops[starts[s]:last]) u
			left join gitagent_private.push_facts(p_project, ops[starts[s]:last],
				case when cardinality(starts) = 1 then lins
					else array(select l from unnest(lins) l where l.i between starts[s] and last) end) x
				on x.i = u.i
			order by u.i
		loop
			f := r.f;
			o := r.o;
			v := null;
			dup := false;
			if o.status is not null then
				v.status := o.status;
				v.detail := o.detail;
			elsif f.dup_payload = o.payload then
				dup := true;
				v.status := 'applied';
			elsif f.dup_payload is not null then
				v.status := 'op_reused';
				v.detail := format('op ''%s'' was something else before', o.op_id);
			elsif o.uid = any(failed) then
				v.status := 'skipped_dependency';
				v.detail := 'an earlier op on this artifact was refused';
			else
				v := gitagent_private.push_judge(m, o, f, pr.head + 1);
			end if;
			if v.status <> 'applied' then
				refused := true;
				failed := failed || o.uid;
			elsif not dup then
				c := v.c;
				c.prev_hash := pr.head_hash;
				pr.head := pr.head + 1;
				pr.head_hash := encode(sha256(convert_to(concat_ws('|', pr.head_hash, pr.head, o.uid,
					(c.a).version, o.op, coalesce(c.state_from, ''), (c.a).state, c.commitment,
					m.user_id, o.op_id), 'UTF8')), 'hex');
				c.hash := pr.head_hash;
				if not (f.a).deleted then
					pr.digest := pr.digest # ('x' || encode(sha256(convert_to(o.uid || '|' || (f.a).version
						|| '|' || (f.a).oid, 'UTF8')), 'hex'))::bit(256);
				end if;
				if not (c.a).deleted then
					pr.digest := pr.digest # ('x' || encode(sha256(convert_to(o.uid || '|' || (c.a).version
						|| '|' || (c.a).oid, 'UTF8')), 'hex'))::bit(256);
				end if;
				changes := changes || c;
			end if;
			results := results || jsonb_build_object('op_id', o.op_id, 'uid', o.uid_text,
				'status', v.status, 'version', case when dup then f.dup_version else ((v.c).a).version end,
				'rev', case when dup then f.dup_rev else ((v.c).a).rev end, 'dup', dup, 'detail', v.detail,
				'current', case when v.current is not null then (
					select d.doc from gitagent_private.row_docs(p_project, array[v.current], at.floor) d) end);
		end loop;
		if cardinality(changes) > 0 then
			perform gitagent_private.push_write(m, device, changes, lins);
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
