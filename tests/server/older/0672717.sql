-- A database as the migrations of version 0672717 left it (all projects had the same rules), with
-- what a team had made with them: pg_dump -t 'gitagent_private.*', without what each migration
-- makes anew. Never changed: tests/server/older.mjs upgrades it.
SET check_function_bodies = false;
CREATE SCHEMA extensions;
CREATE EXTENSION pgcrypto SCHEMA extensions;
CREATE SCHEMA auth;
CREATE TABLE auth.users (id uuid PRIMARY KEY, email text,
  raw_user_meta_data jsonb NOT NULL DEFAULT '{}');
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid
$$;
GRANT USAGE ON SCHEMA auth, extensions TO authenticated;
CREATE SCHEMA gitagent_private;
CREATE TABLE gitagent_private.artifact (
    project_id uuid NOT NULL,
    uid uuid NOT NULL,
    kind text NOT NULL,
    label text NOT NULL,
    scope text NOT NULL,
    num bigint NOT NULL,
    path text NOT NULL,
    title text NOT NULL,
    state text NOT NULL,
    version bigint NOT NULL,
    rev bigint NOT NULL,
    revision text NOT NULL,
    oid text NOT NULL,
    bytes integer NOT NULL,
    deleted boolean NOT NULL,
    duplicate boolean NOT NULL,
    author text NOT NULL,
    writer uuid NOT NULL,
    normative text,
    forged boolean NOT NULL,
    approval_state text,
    approval_normative text,
    approver text,
    approved_at timestamp with time zone,
    approved_rev bigint,
    approval_imported boolean,
    approval_counts boolean,
    purged boolean DEFAULT false NOT NULL
);
CREATE TABLE gitagent_private.kind (
    name text NOT NULL,
    dir text NOT NULL,
    suffix text NOT NULL,
    prefix text,
    opaque boolean NOT NULL,
    shares_label boolean NOT NULL,
    parent_kind text,
    parent_state text
);
CREATE TABLE gitagent_private.member (
    project_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    name text NOT NULL,
    CONSTRAINT member_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT member_role_check CHECK ((role = ANY (ARRAY['reader'::text, 'author'::text, 'approver'::text, 'admin'::text])))
);
CREATE TABLE gitagent_private.project (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    slug text NOT NULL,
    epoch uuid DEFAULT gen_random_uuid() NOT NULL,
    head bigint DEFAULT 0 NOT NULL,
    head_hash text DEFAULT repeat('0'::text, 64) NOT NULL,
    digest bit(256) DEFAULT (repeat('0'::text, 256))::bit(256) NOT NULL,
    min_rev bigint DEFAULT 0 NOT NULL,
    proto integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT project_slug_check CHECK ((slug ~ '^[[:print:]]{1,100}$'::text))
);
CREATE TABLE gitagent_private.text (
    project_id uuid NOT NULL,
    oid text NOT NULL,
    body text NOT NULL
);
CREATE TABLE gitagent_private.revision (
    project_id uuid NOT NULL,
    rev bigint NOT NULL,
    uid uuid NOT NULL,
    version bigint NOT NULL,
    base_version bigint NOT NULL,
    op text NOT NULL,
    state_from text,
    state_to text NOT NULL,
    revision text NOT NULL,
    oid text NOT NULL,
    commitment text NOT NULL,
    salt text,
    actor uuid NOT NULL,
    actor_name text NOT NULL,
    device text,
    reason text,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    op_id text NOT NULL,
    payload text NOT NULL,
    prev_hash text NOT NULL,
    hash text NOT NULL
);
CREATE TABLE gitagent_private.counter (
    project_id uuid NOT NULL,
    scope text NOT NULL,
    high bigint NOT NULL
);
CREATE TABLE gitagent_private.device (
    project_id uuid NOT NULL,
    user_id uuid NOT NULL,
    id text NOT NULL,
    rev bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE gitagent_private.intent (
    project_id uuid NOT NULL,
    uid uuid NOT NULL,
    user_id uuid NOT NULL,
    device text NOT NULL,
    who text NOT NULL,
    until timestamp with time zone NOT NULL
);
CREATE TABLE gitagent_private.kind_state (
    kind text NOT NULL,
    name text NOT NULL,
    rank integer NOT NULL,
    gate boolean NOT NULL,
    initial boolean NOT NULL,
    locked boolean DEFAULT false NOT NULL
);
CREATE TABLE gitagent_private.lease (
    project_id uuid NOT NULL,
    scope text NOT NULL,
    low bigint NOT NULL,
    high bigint NOT NULL,
    device text,
    user_id uuid NOT NULL,
    granted_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE gitagent_private.lineage (
    project_id uuid NOT NULL,
    uid uuid NOT NULL,
    id text NOT NULL,
    seq bigint NOT NULL,
    parent1 text NOT NULL,
    parent2 text NOT NULL,
    oid text NOT NULL,
    path text NOT NULL,
    author text NOT NULL,
    "time" bigint NOT NULL,
    how text NOT NULL,
    message text NOT NULL,
    added_rev bigint NOT NULL
);
CREATE TABLE gitagent_private.transition (
    kind text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    min_role text NOT NULL,
    four_eyes boolean NOT NULL,
    needs_parent boolean NOT NULL,
    needs_reason boolean NOT NULL,
    CONSTRAINT transition_min_role_check CHECK ((min_role = ANY (ARRAY['author'::text, 'approver'::text, 'admin'::text])))
);
COPY auth.users (id, email) FROM stdin;
7a8dcc09-e9fc-4bc4-891c-1d4e78c24ec8	ada@example.org
ff63f91a-2b5c-4a3b-b767-87c9fb62bf1a	bob@example.org
66585deb-fde9-4a1c-be63-a33838aa1b4a	cyd@example.org
48060044-be7d-4656-a207-64b52bd34245	dan@example.org
817bc1c3-9a36-4097-9eff-9f7bed20a1c1	eve@example.org
\.
COPY gitagent_private.artifact (project_id, uid, kind, label, scope, num, path, title, state, version, rev, revision, oid, bytes, deleted, duplicate, author, writer, normative, forged, approval_state, approval_normative, approver, approved_at, approved_rev, approval_imported, approval_counts, purged) FROM stdin;
73658c82-3802-4c97-80f2-10f0eda91cff	d9319a7b-56e2-49e5-975c-9ba9c064a519	story	CORE-001	CORE	1	.agent/cache/stories/CORE/CORE-001-x.md	A story	APPROVED	4	4	bfb5f9e86e71c8fc26dae64a75a6ecddb9612c2edf087ff54f38a370399bac5d	b1f7a3fc0404d2496e21befaff0416ffdd216ac5	54	f	f	Ada <ada@example.org>	66585deb-fde9-4a1c-be63-a33838aa1b4a	cf0c0701e3f0f5be3251cfcd5bda6fab211179642a4cd5f86a026c6542037562	f	APPROVED	cf0c0701e3f0f5be3251cfcd5bda6fab211179642a4cd5f86a026c6542037562	Bob <bob@example.org>	2026-11-25 20:30:41.343604+00	4	f	t	f
73658c82-3802-4c97-80f2-10f0eda91cff	72eb1f45-3637-4333-9b0f-97f9edbd7069	story	CORE-002	CORE	2	.agent/cache/stories/CORE/CORE-002-x.md	A story	DRAFT	2	6	c713991acfb2d4da44b96cf960308fedb293b5fb796215ff4ff7824e0770268a		0	t	f	Ada <ada@example.org>	66585deb-fde9-4a1c-be63-a33838aa1b4a		f	\N	\N	\N	\N	\N	\N	\N	f
73658c82-3802-4c97-80f2-10f0eda91cff	d6d5f906-3b77-4d72-bee0-2b66ad8153e1	story		CORE	3	.agent/purged/d6d5f906-3b77-4d72-bee0-2b66ad8153e1		DRAFT	2	8	0c7af31b83d15e56611f123e6ca238100df71a8fd96f4d55f7562df556ca9dc9		0	t	f		66585deb-fde9-4a1c-be63-a33838aa1b4a		f	\N	\N	\N	\N	\N	\N	\N	t
73658c82-3802-4c97-80f2-10f0eda91cff	0cea035a-24cb-470f-8f0f-b60ffaa52b07	story	CORE-004	CORE	4	.agent/cache/stories/CORE/CORE-004-x.md	A story	COMMITTED	1	9	afe263328b83eeac0f123b388f7c39d7880461960ed4ce5b031cf586ca862e22	aa171f1c8a935d3f54c912bdcd658a29a6eaac92	60	f	f	Ada <ada@example.org>	66585deb-fde9-4a1c-be63-a33838aa1b4a	85f2a5d2720fc8e0dac06811abcbdc5603da2f9b15e84450057e775051a388d2	f	COMMITTED	85f2a5d2720fc8e0dac06811abcbdc5603da2f9b15e84450057e775051a388d2	Cyd <cyd@example.org>	2026-11-25 20:30:41.584883+00	9	t	f	f
73658c82-3802-4c97-80f2-10f0eda91cff	78c34190-a3c4-4f44-a3e6-40bce9d87b90	plan	CORE-010	CORE	10	.agent/cache/plans/CORE/CORE-010-x.md	A story	DRAFT	1	10	1653b00f6fd4cf1e6db0ff4ac67f62b9591c12b1ce3b2ff09929de235a13951a	d16a209f01babd0f5d1b2124c707078bfa6a2243	58	f	f	Ada <ada@example.org>	7a8dcc09-e9fc-4bc4-891c-1d4e78c24ec8	\N	f	\N	\N	\N	\N	\N	\N	\N	f
909f764d-1279-4fc1-87fd-85c20893cb7a	bdf7e2ca-c828-4542-bcd7-5a8f61aebbf4	story	CORE-001	CORE	1	.agent/cache/stories/CORE/CORE-001-x.md	A story	DRAFT	1	1	8c509685a09e5d4a4e2d950e07d663117936d8c5c1eba55929d6fe5f38085f93	f3ec57559615fffee62eb0d448568f1cb2073a8b	63	f	f	Ada <ada@example.org>	817bc1c3-9a36-4097-9eff-9f7bed20a1c1	\N	f	\N	\N	\N	\N	\N	\N	\N	f
\.
COPY gitagent_private.counter (project_id, scope, high) FROM stdin;
73658c82-3802-4c97-80f2-10f0eda91cff	CORE	15
\.
COPY gitagent_private.device (project_id, user_id, id, rev, at) FROM stdin;
73658c82-3802-4c97-80f2-10f0eda91cff	66585deb-fde9-4a1c-be63-a33838aa1b4a	d	3	2026-11-25 20:30:41.666098+00
\.
COPY gitagent_private.intent (project_id, uid, user_id, device, who, until) FROM stdin;
73658c82-3802-4c97-80f2-10f0eda91cff	d9319a7b-56e2-49e5-975c-9ba9c064a519	66585deb-fde9-4a1c-be63-a33838aa1b4a	d	Cyd <cyd@example.org>	2026-11-25 21:30:41.648439+00
\.
COPY gitagent_private.kind (name, dir, suffix, prefix, opaque, shares_label, parent_kind, parent_state) FROM stdin;
plan	.agent/cache/plans	.md	\N	f	f	\N	\N
story	.agent/cache/stories	.md	\N	f	f	plan	APPROVED
runbook	.agent/cache/runbooks	.md	\N	f	t	story	COMMITTED
adr	.agent/adrs	.md	ADR	f	f	\N	\N
journey	.agent/cache/journeys	.yaml	JRN	t	f	\N	\N
\.
COPY gitagent_private.kind_state (kind, name, rank, gate, initial, locked) FROM stdin;
plan	DRAFT	0	f	t	f
plan	PROPOSED	1	f	f	f
plan	APPROVED	3	t	f	f
plan	DECOMPOSED	4	f	f	f
plan	DONE	5	f	f	f
plan	ICEBOX	-1	f	f	f
plan	BLOCKED	-1	f	f	f
plan	SUPERSEDED	-1	f	f	f
plan	RETIRED	-1	f	f	f
story	DRAFT	0	f	t	f
story	OPEN	1	f	t	f
story	COMMITTED	2	t	f	f
story	APPROVED	3	t	f	f
story	IN_PROGRESS	4	f	f	f
story	REVIEW_NEEDED	5	f	f	f
story	DONE	6	f	f	f
story	ICEBOX	-1	f	f	f
story	BLOCKED	-1	f	f	f
story	SUPERSEDED	-1	f	f	f
story	RETIRED	-1	f	f	f
runbook	DRAFT	0	f	t	f
runbook	PROPOSED	1	f	f	f
runbook	COMMITTED	2	t	f	f
runbook	APPROVED	3	t	f	f
runbook	ACCEPTED	3	t	f	f
runbook	IMPLEMENTED	4	f	f	f
runbook	ICEBOX	-1	f	f	f
runbook	BLOCKED	-1	f	f	f
runbook	SUPERSEDED	-1	f	f	f
runbook	RETIRED	-1	f	f	f
adr	DRAFT	0	f	t	f
adr	PROPOSED	1	f	f	f
adr	ACCEPTED	2	t	f	f
adr	SUPERSEDED	3	f	f	f
adr	DEPRECATED	3	f	f	f
adr	RETIRED	3	f	f	f
adr	ICEBOX	-1	f	f	f
adr	BLOCKED	-1	f	f	f
journey	DRAFT	0	f	t	f
journey	COMMITTED	1	t	f	f
journey	ACCEPTED	2	t	f	f
journey	DEPRECATED	3	f	f	f
journey	ICEBOX	-1	f	f	f
journey	BLOCKED	-1	f	f	f
journey	SUPERSEDED	-1	f	f	f
journey	RETIRED	-1	f	f	f
plan	COMMITTED	2	t	f	t
\.
COPY gitagent_private.lease (project_id, scope, low, high, device, user_id, granted_at) FROM stdin;
73658c82-3802-4c97-80f2-10f0eda91cff	CORE	11	15	d	66585deb-fde9-4a1c-be63-a33838aa1b4a	2026-11-25 20:30:41.632781+00
\.
COPY gitagent_private.lineage (project_id, uid, id, seq, parent1, parent2, oid, path, author, "time", how, message, added_rev) FROM stdin;
73658c82-3802-4c97-80f2-10f0eda91cff	d9319a7b-56e2-49e5-975c-9ba9c064a519	175bd07d9579112a04f080cd58ab1de3346a7b57828966a885c32a5f08394e7b	65537			815ae01407411676738a4f55d7a5839465251a26	.agent/cache/stories/CORE/CORE-001-x.md	Ada <ada@example.org>	1000	edit		1
73658c82-3802-4c97-80f2-10f0eda91cff	d9319a7b-56e2-49e5-975c-9ba9c064a519	add374f5595edc7dc99e01333df550741660ca078896149c24ab2f23c4a055c2	131073	175bd07d9579112a04f080cd58ab1de3346a7b57828966a885c32a5f08394e7b		c993d1df009bf8430355ac697e12e41c8d4f8665	.agent/cache/stories/CORE/CORE-001-x.md	Ada <ada@example.org>	1000	edit		2
73658c82-3802-4c97-80f2-10f0eda91cff	d9319a7b-56e2-49e5-975c-9ba9c064a519	590083a87d87fa38cb0c92b49e7bb3923112fbdb18468ad75a46614707bebb93	196609	add374f5595edc7dc99e01333df550741660ca078896149c24ab2f23c4a055c2		f986b0d4fd87ec44851753bf01785c249f08c7f9	.agent/cache/stories/CORE/CORE-001-x.md	Ada <ada@example.org>	1000	edit		3
73658c82-3802-4c97-80f2-10f0eda91cff	d9319a7b-56e2-49e5-975c-9ba9c064a519	bfb5f9e86e71c8fc26dae64a75a6ecddb9612c2edf087ff54f38a370399bac5d	262145	590083a87d87fa38cb0c92b49e7bb3923112fbdb18468ad75a46614707bebb93		b1f7a3fc0404d2496e21befaff0416ffdd216ac5	.agent/cache/stories/CORE/CORE-001-x.md	Ada <ada@example.org>	1000	edit		4
73658c82-3802-4c97-80f2-10f0eda91cff	72eb1f45-3637-4333-9b0f-97f9edbd7069	d2bcf547d778df1fd7131f1347837d1e2e9beaa722b89998e272d09dd529f1c3	327681			f7f483d86e1fc8167d5f174bc3e67ec85090d96e	.agent/cache/stories/CORE/CORE-002-x.md	Ada <ada@example.org>	1000	edit		5
73658c82-3802-4c97-80f2-10f0eda91cff	72eb1f45-3637-4333-9b0f-97f9edbd7069	c713991acfb2d4da44b96cf960308fedb293b5fb796215ff4ff7824e0770268a	393217	d2bcf547d778df1fd7131f1347837d1e2e9beaa722b89998e272d09dd529f1c3			.agent/cache/stories/CORE/CORE-002-x.md	Ada <ada@example.org>	1000	edit		6
73658c82-3802-4c97-80f2-10f0eda91cff	0cea035a-24cb-470f-8f0f-b60ffaa52b07	afe263328b83eeac0f123b388f7c39d7880461960ed4ce5b031cf586ca862e22	589825			aa171f1c8a935d3f54c912bdcd658a29a6eaac92	.agent/cache/stories/CORE/CORE-004-x.md	Ada <ada@example.org>	1000	edit		9
73658c82-3802-4c97-80f2-10f0eda91cff	78c34190-a3c4-4f44-a3e6-40bce9d87b90	1653b00f6fd4cf1e6db0ff4ac67f62b9591c12b1ce3b2ff09929de235a13951a	655361			d16a209f01babd0f5d1b2124c707078bfa6a2243	.agent/cache/plans/CORE/CORE-010-x.md	Ada <ada@example.org>	1000	edit		10
909f764d-1279-4fc1-87fd-85c20893cb7a	bdf7e2ca-c828-4542-bcd7-5a8f61aebbf4	8c509685a09e5d4a4e2d950e07d663117936d8c5c1eba55929d6fe5f38085f93	65537			f3ec57559615fffee62eb0d448568f1cb2073a8b	.agent/cache/stories/CORE/CORE-001-x.md	Ada <ada@example.org>	1000	edit		1
\.
COPY gitagent_private.member (project_id, user_id, role, name) FROM stdin;
73658c82-3802-4c97-80f2-10f0eda91cff	7a8dcc09-e9fc-4bc4-891c-1d4e78c24ec8	admin	Ada <ada@example.org>
73658c82-3802-4c97-80f2-10f0eda91cff	ff63f91a-2b5c-4a3b-b767-87c9fb62bf1a	approver	Bob <bob@example.org>
73658c82-3802-4c97-80f2-10f0eda91cff	66585deb-fde9-4a1c-be63-a33838aa1b4a	author	Cyd <cyd@example.org>
73658c82-3802-4c97-80f2-10f0eda91cff	48060044-be7d-4656-a207-64b52bd34245	reader	Dan <dan@example.org>
909f764d-1279-4fc1-87fd-85c20893cb7a	817bc1c3-9a36-4097-9eff-9f7bed20a1c1	admin	Eve <eve@example.org>
\.
COPY gitagent_private.project (id, slug, epoch, head, head_hash, digest, min_rev, proto, created_at) FROM stdin;
73658c82-3802-4c97-80f2-10f0eda91cff	test	63871634-304f-4238-a779-f121d4019054	10	4d3c747ca0b72c1f1ed01d6593cc095c85d5cbca9424063aa9405c48bbfd806b	0101010001100010111110110101001000111000010100000100011111101101100010110100111010111101011100000000110011111010100110001101100011010001011001010110010011000010101101000101101111010111011001110011000000000100001110111010101100010001101001010011011000100010	0	1	2026-11-25 20:30:40.983218+00
909f764d-1279-4fc1-87fd-85c20893cb7a	test	6d74cc6c-9507-4661-bb0d-70d882a7c89b	1	000198a5192b3354448f8d4f4792a4b5a0c4130e3503abfb623a02239f781423	0001000011010001100101101111100011001011111000011001000000100010010110110100111011001110000110100110101111101100011111001100110110011011001001010100101000111010111011110110000111010010111101001001001111110011111101110001101011010000000111110101011000010000	0	1	2026-11-25 20:30:41.673878+00
\.
COPY gitagent_private.revision (project_id, rev, uid, version, base_version, op, state_from, state_to, revision, oid, commitment, salt, actor, actor_name, device, reason, at, op_id, payload, prev_hash, hash) FROM stdin;
73658c82-3802-4c97-80f2-10f0eda91cff	1	d9319a7b-56e2-49e5-975c-9ba9c064a519	1	0	put	\N	DRAFT	175bd07d9579112a04f080cd58ab1de3346a7b57828966a885c32a5f08394e7b	815ae01407411676738a4f55d7a5839465251a26	a4e9dd0524d8f2795d8b2e64afe00ffec659f9e5318e0835a0a5b5072a975d94	59165111fa534036ad5033ea187b2d18	66585deb-fde9-4a1c-be63-a33838aa1b4a	Cyd <cyd@example.org>	test	\N	2026-11-25 20:30:41.171356+00	b3d85b59-c0c4-4cda-9976-882d1fd860a2	e986f3618ac8d184244a76554999072c8cf59219a0421760519d04e05915366b	0000000000000000000000000000000000000000000000000000000000000000	3f8cb425c9c7d69921eb34102349b853bf71a769dc07e364d887ded67e2a0f0b
73658c82-3802-4c97-80f2-10f0eda91cff	2	d9319a7b-56e2-49e5-975c-9ba9c064a519	2	1	put	DRAFT	DRAFT	add374f5595edc7dc99e01333df550741660ca078896149c24ab2f23c4a055c2	c993d1df009bf8430355ac697e12e41c8d4f8665	e10b640eb5a3d3f53ff8301a1e56be4739308808cfe7996befe876fc6ae8898a	71bea22b30cc415fbd5673d592eef5fa	66585deb-fde9-4a1c-be63-a33838aa1b4a	Cyd <cyd@example.org>	test	\N	2026-11-25 20:30:41.230398+00	1dbdba5a-0027-4848-8561-ef8696b8de55	9b1f757beccc8569850d581feffc3be6d16059785f08e32632cddcc1f502612f	3f8cb425c9c7d69921eb34102349b853bf71a769dc07e364d887ded67e2a0f0b	162d9e10648cef4f428d52cf55e2899649cbc4403ebeff550d800e3ae3a151d3
73658c82-3802-4c97-80f2-10f0eda91cff	3	d9319a7b-56e2-49e5-975c-9ba9c064a519	3	2	transition	DRAFT	COMMITTED	590083a87d87fa38cb0c92b49e7bb3923112fbdb18468ad75a46614707bebb93	f986b0d4fd87ec44851753bf01785c249f08c7f9	c8c775b322d9e1340477bc77c306b8629504822d428826775a620233d4f4c31c	990487c5fab34d95ac00ca40e63f4c29	66585deb-fde9-4a1c-be63-a33838aa1b4a	Cyd <cyd@example.org>	test	\N	2026-11-25 20:30:41.307068+00	0a3a11dd-f231-42f1-916b-f412a98fd3df	f6119259f86b3038177941b69f5d77f5f9a370fdeae3e09dfef571640d62157f	162d9e10648cef4f428d52cf55e2899649cbc4403ebeff550d800e3ae3a151d3	ab3a39d2451ac62335cec96fd1188d9754b3a351565adaf2297d8573035e8a66
73658c82-3802-4c97-80f2-10f0eda91cff	4	d9319a7b-56e2-49e5-975c-9ba9c064a519	4	3	transition	COMMITTED	APPROVED	bfb5f9e86e71c8fc26dae64a75a6ecddb9612c2edf087ff54f38a370399bac5d	b1f7a3fc0404d2496e21befaff0416ffdd216ac5	6b9a28520f8d799e4f6e2ec366200263c867659c2ca5d134ad847ca506b80f44	6fffa13f3a94468b8e8793e625b84eb5	ff63f91a-2b5c-4a3b-b767-87c9fb62bf1a	Bob <bob@example.org>	test	\N	2026-11-25 20:30:41.343851+00	cd2a5aaf-8ccc-4da9-bc18-7547d3a4433c	dd7c1dc18dae01e321be4004f1322def195e1e6e01ba0c111ea1d4b1f8c5ff14	ab3a39d2451ac62335cec96fd1188d9754b3a351565adaf2297d8573035e8a66	6e8e9375de2a375d42f2a3720f34e0e4451a3774bb1ac7850c174aa3f978bd41
73658c82-3802-4c97-80f2-10f0eda91cff	5	72eb1f45-3637-4333-9b0f-97f9edbd7069	1	0	put	\N	DRAFT	d2bcf547d778df1fd7131f1347837d1e2e9beaa722b89998e272d09dd529f1c3	f7f483d86e1fc8167d5f174bc3e67ec85090d96e	2cb0aabc483180746e15b36d9f53c492366f288820dc7a7423832055b1c1ad1e	38cb6f391a6b4adcab99b69372556515	66585deb-fde9-4a1c-be63-a33838aa1b4a	Cyd <cyd@example.org>	test	\N	2026-11-25 20:30:41.392837+00	6d79195f-5a8c-47f2-8f52-0c0acf48402b	19b9b55ec2ffd02ac55319feb767626932c348771a1ff54be7fdfde6f48d9c2a	6e8e9375de2a375d42f2a3720f34e0e4451a3774bb1ac7850c174aa3f978bd41	2aec8d1e57d6d8cb2e4f6df46e60cb5469c8c746aedf9912001b886fbe798c05
73658c82-3802-4c97-80f2-10f0eda91cff	6	72eb1f45-3637-4333-9b0f-97f9edbd7069	2	1	delete	DRAFT	DRAFT	c713991acfb2d4da44b96cf960308fedb293b5fb796215ff4ff7824e0770268a		5c2d60e92ff1b83f41910073fc080550e575774c41963acc26ff0de56018c2c8	520c17f9d4be4ca0850e8192320ec976	7a8dcc09-e9fc-4bc4-891c-1d4e78c24ec8	Ada <ada@example.org>	test	\N	2026-11-25 20:30:41.471287+00	ad87a336-683f-477b-906a-ad3475e819c1	defed1eadce52a193a04ffed67790870d768da51d6dc2db1cffe8a3be2cc7941	2aec8d1e57d6d8cb2e4f6df46e60cb5469c8c746aedf9912001b886fbe798c05	fdddaf9356667a0cc50c8a4d7ec8a4ab163eb44e732d6b08f6154bf60becd254
73658c82-3802-4c97-80f2-10f0eda91cff	7	d6d5f906-3b77-4d72-bee0-2b66ad8153e1	1	0	put	\N	DRAFT	cccb8259ca27ca9d16fa520fe04909f33a3795aa9a7a8f695c62bc0fd8db7da6	bb1cb954a42e77fe08c815c209e3bbd0848603cf	13a603de634a46ffbd5106985087be7f9836fecec1a9269ece287ff1a3425cf9	\N	66585deb-fde9-4a1c-be63-a33838aa1b4a		\N	\N	2026-11-25 20:30:41.480513+00	d188d348-b563-4721-8219-0c4e2925b91d	6a372fb33632122035ac24da0db85bb71a0c1787d3745f4f979a003413349905	fdddaf9356667a0cc50c8a4d7ec8a4ab163eb44e732d6b08f6154bf60becd254	ad83857b8c3dcbcc6d7c483b263b7a1ba9cea0d6ee0bc550523bf9a104639777
73658c82-3802-4c97-80f2-10f0eda91cff	8	d6d5f906-3b77-4d72-bee0-2b66ad8153e1	2	1	delete	DRAFT	DRAFT	0c7af31b83d15e56611f123e6ca238100df71a8fd96f4d55f7562df556ca9dc9		f510998d32dbdc95b3228cad2234f5e867f8f0b6eabc175872003cf953c141b7	\N	7a8dcc09-e9fc-4bc4-891c-1d4e78c24ec8		\N	\N	2026-11-25 20:30:41.508725+00	8e3599d3-e42f-42d5-b6cd-6fbd10389638	49ce3dd8e1b3b3ab6e2c6361e94f774c7bb6b6aa99ab07951e608da8a59da9c2	ad83857b8c3dcbcc6d7c483b263b7a1ba9cea0d6ee0bc550523bf9a104639777	af68302ad54645ff0ebcf6f43c1122b652c8f76c4e10edbdf6459984c74276b2
73658c82-3802-4c97-80f2-10f0eda91cff	9	0cea035a-24cb-470f-8f0f-b60ffaa52b07	1	0	put	\N	COMMITTED	afe263328b83eeac0f123b388f7c39d7880461960ed4ce5b031cf586ca862e22	aa171f1c8a935d3f54c912bdcd658a29a6eaac92	7b919d56c04162eb20a6c516a4384fc8f601a7d80740d6ac3c31e42a0005411e	af1560d44b09488d807a82f9d6535201	66585deb-fde9-4a1c-be63-a33838aa1b4a	Cyd <cyd@example.org>	test	\N	2026-11-25 20:30:41.585097+00	2f669a36-3064-4139-95be-1a829080c2c1	61db83e30463ebd82e900c3dcdee66ed1386ce9b35925ddd9ad17902d1af8ca8	af68302ad54645ff0ebcf6f43c1122b652c8f76c4e10edbdf6459984c74276b2	4b37ef59d3fa9e2ec81a3fe50f89713cc9a410834cfdcd8253c44253263a9527
73658c82-3802-4c97-80f2-10f0eda91cff	10	78c34190-a3c4-4f44-a3e6-40bce9d87b90	1	0	put	\N	DRAFT	1653b00f6fd4cf1e6db0ff4ac67f62b9591c12b1ce3b2ff09929de235a13951a	d16a209f01babd0f5d1b2124c707078bfa6a2243	ec1e987fb49399ed79b4198f742532ce394f2a8ab508d45b1b6f7864ef940484	0f1e2636decd4befb5f4833bc6cceeaa	7a8dcc09-e9fc-4bc4-891c-1d4e78c24ec8	Ada <ada@example.org>	test	\N	2026-11-25 20:30:41.608875+00	58cd3c7a-53c5-4dca-9bc4-d52f178c64c4	05b224999194db74e91bbbe3af159fcd470df00eee2ed0163353eca560d60c47	4b37ef59d3fa9e2ec81a3fe50f89713cc9a410834cfdcd8253c44253263a9527	4d3c747ca0b72c1f1ed01d6593cc095c85d5cbca9424063aa9405c48bbfd806b
909f764d-1279-4fc1-87fd-85c20893cb7a	1	bdf7e2ca-c828-4542-bcd7-5a8f61aebbf4	1	0	put	\N	DRAFT	8c509685a09e5d4a4e2d950e07d663117936d8c5c1eba55929d6fe5f38085f93	f3ec57559615fffee62eb0d448568f1cb2073a8b	e1d17c6491851e2ae1e6ab47c2aa4a1b2bec0d511a2f34c5e6921e89d47ec316	f493d05bd0e340a383c449c213f8a799	817bc1c3-9a36-4097-9eff-9f7bed20a1c1	Eve <eve@example.org>	test	\N	2026-11-25 20:30:41.691274+00	1f0c0df0-f246-4a9d-9227-313ffb9abff5	98169e4246adca6eea773a34ba810219127df47a1a0737a1ee6c0f538fe42a3f	0000000000000000000000000000000000000000000000000000000000000000	000198a5192b3354448f8d4f4792a4b5a0c4130e3503abfb623a02239f781423
\.
COPY gitagent_private.text (project_id, oid, body) FROM stdin;
73658c82-3802-4c97-80f2-10f0eda91cff	815ae01407411676738a4f55d7a5839465251a26	# CORE-001: A story\n\n## State\n\nDRAFT\n\n## Body\n\none\n
73658c82-3802-4c97-80f2-10f0eda91cff	c993d1df009bf8430355ac697e12e41c8d4f8665	# CORE-001: A story\n\n## State\n\nDRAFT\n\n## Body\n\ntwo\n
73658c82-3802-4c97-80f2-10f0eda91cff	f986b0d4fd87ec44851753bf01785c249f08c7f9	# CORE-001: A story\n\n## State\n\nCOMMITTED\n\n## Body\n\ntwo\n
73658c82-3802-4c97-80f2-10f0eda91cff	b1f7a3fc0404d2496e21befaff0416ffdd216ac5	# CORE-001: A story\n\n## State\n\nAPPROVED\n\n## Body\n\ntwo\n
73658c82-3802-4c97-80f2-10f0eda91cff	f7f483d86e1fc8167d5f174bc3e67ec85090d96e	# CORE-002: A story\n\n## State\n\nDRAFT\n\n## Body\n\nb\n
73658c82-3802-4c97-80f2-10f0eda91cff	aa171f1c8a935d3f54c912bdcd658a29a6eaac92	# CORE-004: A story\n\n## State\n\nCOMMITTED\n\n## Body\n\nimported\n
73658c82-3802-4c97-80f2-10f0eda91cff	d16a209f01babd0f5d1b2124c707078bfa6a2243	# CORE-010: A story\n\n## State\n\nDRAFT\n\n## Body\n\nplan, 🙂\n
909f764d-1279-4fc1-87fd-85c20893cb7a	f3ec57559615fffee62eb0d448568f1cb2073a8b	# CORE-001: A story\n\n## State\n\nDRAFT\n\n## Body\n\nof another team\n
\.
COPY gitagent_private.transition (kind, from_state, to_state, min_role, four_eyes, needs_parent, needs_reason) FROM stdin;
plan	COMMITTED	DRAFT	author	f	f	t
plan	DRAFT	PROPOSED	author	f	f	f
plan	DRAFT	COMMITTED	author	f	f	f
plan	COMMITTED	COMMITTED	author	f	f	f
plan	COMMITTED	APPROVED	approver	t	f	f
plan	DRAFT	ICEBOX	author	f	f	f
plan	COMMITTED	ICEBOX	author	f	f	f
plan	DRAFT	BLOCKED	author	f	f	f
plan	COMMITTED	BLOCKED	author	f	f	f
plan	DRAFT	SUPERSEDED	author	f	f	f
plan	COMMITTED	SUPERSEDED	author	f	f	f
plan	DRAFT	RETIRED	author	f	f	f
plan	COMMITTED	RETIRED	author	f	f	f
story	COMMITTED	DRAFT	author	f	f	t
story	DRAFT	OPEN	author	f	f	f
story	COMMITTED	OPEN	author	f	f	t
story	DRAFT	COMMITTED	author	f	t	f
story	COMMITTED	COMMITTED	author	f	t	f
story	COMMITTED	APPROVED	approver	t	t	f
story	DRAFT	ICEBOX	author	f	f	f
story	COMMITTED	ICEBOX	author	f	f	f
story	DRAFT	BLOCKED	author	f	f	f
story	COMMITTED	BLOCKED	author	f	f	f
story	DRAFT	SUPERSEDED	author	f	f	f
story	COMMITTED	SUPERSEDED	author	f	f	f
story	DRAFT	RETIRED	author	f	f	f
story	COMMITTED	RETIRED	author	f	f	f
\.
ALTER TABLE ONLY gitagent_private.artifact
    ADD CONSTRAINT artifact_pkey PRIMARY KEY (project_id, uid);
ALTER TABLE ONLY gitagent_private.counter
    ADD CONSTRAINT counter_pkey PRIMARY KEY (project_id, scope);
ALTER TABLE ONLY gitagent_private.device
    ADD CONSTRAINT device_pkey PRIMARY KEY (project_id, user_id, id);
ALTER TABLE ONLY gitagent_private.intent
    ADD CONSTRAINT intent_pkey PRIMARY KEY (project_id, uid, user_id, device);
ALTER TABLE ONLY gitagent_private.kind
    ADD CONSTRAINT kind_dir_key UNIQUE (dir);
ALTER TABLE ONLY gitagent_private.kind
    ADD CONSTRAINT kind_pkey PRIMARY KEY (name);
ALTER TABLE ONLY gitagent_private.kind_state
    ADD CONSTRAINT kind_state_pkey PRIMARY KEY (kind, name);
ALTER TABLE ONLY gitagent_private.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (project_id, scope, low);
ALTER TABLE ONLY gitagent_private.lineage
    ADD CONSTRAINT lineage_pkey PRIMARY KEY (project_id, uid, id);
ALTER TABLE ONLY gitagent_private.member
    ADD CONSTRAINT member_pkey PRIMARY KEY (project_id, user_id);
ALTER TABLE ONLY gitagent_private.project
    ADD CONSTRAINT project_pkey PRIMARY KEY (id);
ALTER TABLE ONLY gitagent_private.revision
    ADD CONSTRAINT revision_pkey PRIMARY KEY (project_id, rev);
ALTER TABLE ONLY gitagent_private.revision
    ADD CONSTRAINT revision_project_id_op_id_key UNIQUE (project_id, op_id);
ALTER TABLE ONLY gitagent_private.revision
    ADD CONSTRAINT revision_project_id_uid_version_key UNIQUE (project_id, uid, version);
ALTER TABLE ONLY gitagent_private.text
    ADD CONSTRAINT text_pkey PRIMARY KEY (project_id, oid);
ALTER TABLE ONLY gitagent_private.transition
    ADD CONSTRAINT transition_pkey PRIMARY KEY (kind, from_state, to_state);
CREATE UNIQUE INDEX artifact_label ON gitagent_private.artifact USING btree (project_id, kind, label) WHERE ((NOT deleted) AND (NOT duplicate) AND (label <> ''::text));
CREATE INDEX artifact_label_any ON gitagent_private.artifact USING btree (project_id, kind, label);
CREATE UNIQUE INDEX artifact_path ON gitagent_private.artifact USING btree (project_id, path) WHERE (NOT deleted);
CREATE UNIQUE INDEX artifact_rev ON gitagent_private.artifact USING btree (project_id, rev);
CREATE INDEX artifact_scope ON gitagent_private.artifact USING btree (project_id, scope, num);
CREATE INDEX lineage_added ON gitagent_private.lineage USING btree (project_id, uid, seq);
CREATE INDEX lineage_oid ON gitagent_private.lineage USING btree (project_id, oid);
CREATE INDEX member_user ON gitagent_private.member USING btree (user_id);
ALTER TABLE ONLY gitagent_private.artifact
    ADD CONSTRAINT artifact_project_id_fkey FOREIGN KEY (project_id) REFERENCES gitagent_private.project(id) ON DELETE CASCADE;
ALTER TABLE ONLY gitagent_private.artifact
    ADD CONSTRAINT artifact_project_id_rev_fkey FOREIGN KEY (project_id, rev) REFERENCES gitagent_private.revision(project_id, rev) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY gitagent_private.counter
    ADD CONSTRAINT counter_project_id_fkey FOREIGN KEY (project_id) REFERENCES gitagent_private.project(id) ON DELETE CASCADE;
ALTER TABLE ONLY gitagent_private.device
    ADD CONSTRAINT device_project_id_fkey FOREIGN KEY (project_id) REFERENCES gitagent_private.project(id) ON DELETE CASCADE;
ALTER TABLE ONLY gitagent_private.intent
    ADD CONSTRAINT intent_project_id_fkey FOREIGN KEY (project_id) REFERENCES gitagent_private.project(id) ON DELETE CASCADE;
ALTER TABLE ONLY gitagent_private.kind_state
    ADD CONSTRAINT kind_state_kind_fkey FOREIGN KEY (kind) REFERENCES gitagent_private.kind(name) ON DELETE CASCADE;
ALTER TABLE ONLY gitagent_private.lease
    ADD CONSTRAINT lease_project_id_fkey FOREIGN KEY (project_id) REFERENCES gitagent_private.project(id) ON DELETE CASCADE;
ALTER TABLE ONLY gitagent_private.lineage
    ADD CONSTRAINT lineage_project_id_fkey FOREIGN KEY (project_id) REFERENCES gitagent_private.project(id) ON DELETE CASCADE;
ALTER TABLE ONLY gitagent_private.member
    ADD CONSTRAINT member_project_id_fkey FOREIGN KEY (project_id) REFERENCES gitagent_private.project(id) ON DELETE CASCADE;
ALTER TABLE ONLY gitagent_private.member
    ADD CONSTRAINT member_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY gitagent_private.revision
    ADD CONSTRAINT revision_project_id_fkey FOREIGN KEY (project_id) REFERENCES gitagent_private.project(id) ON DELETE CASCADE;
ALTER TABLE ONLY gitagent_private.text
    ADD CONSTRAINT text_project_id_fkey FOREIGN KEY (project_id) REFERENCES gitagent_private.project(id) ON DELETE CASCADE;
ALTER TABLE ONLY gitagent_private.transition
    ADD CONSTRAINT transition_kind_fkey FOREIGN KEY (kind) REFERENCES gitagent_private.kind(name) ON DELETE CASCADE;
