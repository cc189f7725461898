-- What a text says of itself: title, state, and the normative text that an approval binds to. The
-- same answers as src/artifact/, which is where the rules are explained; tests/t7001-server.t
-- compares the two on every text it has.

-- "* **APPROVED** (by ann)" -> APPROVED; null when no word begins there.
create or replace function gitagent_private.text_token(value text) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return rtrim(substring(value from '^[ \t*_`>+"''-]*([A-Za-z][A-Za-z0-9_-]*)'), '_-');
end $$;

-- "STORY-ID: INFRA-042: A title" -> "A title".
create or replace function gitagent_private.text_title(value text) returns text
language plpgsql immutable set search_path = '' as $$
declare
  at integer;  -- of the dash of a label
  rest text;
  digits integer;
begin
  while value ~* '^(story-id|runbook|story|plan|adr):' loop
    value := ltrim(substr(value, strpos(value, ':') + 1), E' \t');
  end loop;
  -- a counted repetition costs a regular expression ten times this
  at := strpos(value, '-');
  if at not between 2 and 33 or left(value, at - 1) !~ '^[A-Z][A-Z0-9_]*$' then
    return value;
  end if;
  rest := substr(value, at + 1);
  digits := length(rest) - length(ltrim(rest, '0123456789'));
  if digits = 0 and rest ~ '^~[a-z0-9][a-z0-9][a-z0-9][a-z0-9](?![a-z0-9])' then
    digits := 5;
  elsif digits not between 1 and 9 then
    return value;
  end if;
  rest := substr(rest, digits + 1);
  if left(rest, 1) not in ('', ' ', E'\t', ':') then
    return value;
  end if;
  rest := ltrim(rest, E' \t');
  if left(rest, 1) = ':' then
    rest := substr(rest, 2);
  elsif left(rest, 2) in ('- ', '– ', '— ') then
    rest := substr(rest, 3);
  end if;
  return ltrim(rest, E' \t');
end $$;

-- The value of "key: value" in YAML; null where the line has another key.
create or replace function gitagent_private.text_yaml(line text, key text) returns text
language plpgsql immutable set search_path = '' as $$
declare
  v text := substring(line from '(?i)^' || key || ':((?:[ \t].*)?)$');
begin
  v := btrim(v, E' \t');
  if v ~ '^(["'']).*\1$' and length(v) >= 2 then
    return substr(v, 2, length(v) - 2);
  elsif strpos(v, ' #') > 0 then
    return rtrim(substr(v, 1, strpos(v, ' #') - 1), E' \t');
  elsif starts_with(v, '#') then
    return '';
  end if;
  return v;
end $$;

-- Column after the blanks at the start of `blanks`, which begins in column `col`.
create or replace function gitagent_private.text_column(blanks text, col integer) returns integer
language plpgsql immutable set search_path = '' as $$
begin
  if strpos(blanks, E'\t') = 0 then
    return col + length(blanks);
  end if;
  for i in 1..length(blanks) loop
    col := col + case when substr(blanks, i, 1) = E'\t' then 4 - col % 4 else 1 end;
  end loop;
  return col;
end $$;

-- How a block begins with `s`: heading, raw, quote, rule, item or text.
create or replace function gitagent_private.text_block(s text) returns text
language plpgsql immutable set search_path = '' as $$
begin
  case left(s, 1)
  when '#' then
    return case when s ~ '^#{1,6}([ \t]|$)' then 'heading' else 'text' end;
  when '`' then
    return case when s ~ '^```+[^`]*$' then 'raw' else 'text' end;
  when '~' then
    return case when s ~ '^~~~' then 'raw' else 'text' end;
  when '<' then
    return case when s ~* '^<(!--|(pre|script|style|textarea)([ \t>]|$))' then 'raw'
        else 'text' end;
  when '>' then
    return 'quote';
  when '_', '-', '*' then
    if s ~ '^([-*_])[ \t]*(\1[ \t]*){2,}$' then
      return 'rule';
    end if;
    return case when s ~ '^[-*]([ \t]|$)' then 'item' else 'text' end;
  else
    return case when s ~ '^(\+|[0-9]{1,9}[.)])([ \t]|$)' then 'item' else 'text' end;
  end case;
end $$;

-- Whether code that began with `raw` ends on a line whose text is `s`.
create or replace function gitagent_private.text_raw_ends(raw text, len integer, depth integer,
    s text)
returns boolean language plpgsql immutable set search_path = '' as $$
begin
  if raw = '-' then
    return strpos(s, '-->') > 0;
  elsif raw = '<' then
    return s ~* '</(pre|script|style|textarea)>';
  end if;
  return left(s, 1) = raw and depth < 4 and btrim(ltrim(s, raw), E' \t') = ''
    and length(s) - length(ltrim(s, raw)) >= len;
end $$;

create or replace function gitagent_private.text_is_link(title text) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  return title ~* ('^(linked|parent|related|child) '
    '(adrs?|journeys?|plans?|story|stories|runbooks?)$');
end $$;

-- YAML, whose keys are fields.
create or replace function gitagent_private.text_read_yaml(body text,
  out title text, out state text, out normative text)
language plpgsql immutable set search_path = '' as $$
declare
  lines text[] := string_to_array(body, E'\n');
  field integer;
  from_comment boolean;
  c text;
  v text;
begin
  for i in 1..cardinality(lines) loop
    c := rtrim(lines[i], E'\r');
    if i = 1 then
      c := ltrim(c, U&'\FEFF');
    end if;
    continue when c !~* '^[ts#]';
    if c ~ '^[tT]' then
      v := case when title is null or from_comment then gitagent_private.text_yaml(c, 'title') end;
      if v is not null then
        title := v;
        from_comment := false;
      end if;
      continue;
    end if;
    if c ~ '^#' then
      c := rtrim(ltrim(c, '# '), E' \t');
      v := nullif((regexp_match(c, '^(?:status|state)[ \t]*(?::[ \t]*(.*))?$', 'i'))[1], '');
      if v is null and title is null and c ~ '^Title: .' then
        title := ltrim(substr(c, 8), ' ');
        from_comment := true;
      end if;
    else
      v := coalesce(gitagent_private.text_yaml(c, 'state'), gitagent_private.text_yaml(c,
          'status'));
    end if;
    if v is null or state is not null then
      continue;
    end if;
    v := gitagent_private.text_token(v);
    if v is not null or field is null then
      state := v;
      field := i;
    end if;
  end loop;
  title := coalesce(title, '');
  state := coalesce(state, '');
  if field is not null then
    lines[field] := null;
  end if;
  normative := encode(sha256(convert_to(rtrim(
    array_to_string(lines, E'\n'), E' \t\r\n'), 'UTF8')), 'hex');
end $$;

-- full_text: false: title and state only, which stand at the top; the rest is not looked at.
create or replace function gitagent_private.text_read(body text, opaque boolean, full_text boolean,
  out title text, out state text, out normative text, out links text[])
language plpgsql immutable set search_path = '' as $$
declare
  head boolean := not full_text and not opaque and octet_length(body) > 2000
    and not starts_with(ltrim(body, U&'\FEFF'), '---');
  lines text[];
  nr integer;
  front integer := 0;  -- last line of the front matter
  c text;  -- a line without its end
  s text;  -- and without its indent
  col integer;
  what text;
  start text;
  nested boolean;
  para boolean := false;
  raw text := '';
  raw_len integer;
  raw_col integer;
  depth integer := 0;
  open_col integer[] := '{}'::integer[];
  matched integer;
  base integer;
  m_len integer;  -- of a list marker, with its blanks
  m_col integer;
  m_interrupts boolean;
  -- fields
  title_line integer;
  title_level integer := 0;
  state_from integer;
  state_to integer;
  marker integer;
  empty_line integer;
  closed boolean := false;
  headings integer := 0;
  value text;
  level integer;
  parts text[];
  -- what is no part of the normative text
  cut boolean[];
  blank boolean[];
  skip_level integer;  -- in a link section or a log of this level
  in_link integer;
  edges integer[] := '{}'::integer[];  -- headings: lines whose blank neighbours mean nothing
  at integer;
begin
  if opaque then
    select r.title, r.state, r.normative into title, state, normative
    from gitagent_private.text_read_yaml(body) r;
    links := '{}';
    return;
  end if;
  links := '{}';
  lines := string_to_array(case when head then left(body, 500) else body end, E'\n');
  nr := cardinality(lines);
  if nr > 0 then
    lines[1] := lines[1];  -- an expanded array: each lines[i] would walk all before it
    if head or lines[nr] = '' then  -- a part of a line, or none
      nr := nr - 1;
    end if;
  end if;
  if nr > 0 then
    cut := array_fill(false, array[nr]);
  end if;
  -- front matter
  if nr > 2 and ltrim(lines[1], U&'\FEFF') ~ '^---[ \t\r]*$' and lines[2] ~ '^(#|[A-Za-z_-]+:)' then
    for i in 3..nr loop
      if lines[i] ~ '^(---|\.\.\.)[ \t\r]*$' then
        front := i;
        exit;
      end if;
    end loop;
  end if;
  for i in 1..nr loop
    c := rtrim(lines[i], E'\r');
    if i = 1 then
      c := ltrim(c, U&'\FEFF');
    end if;
    s := ltrim(c, E' \t');
    if i <= front then
      if title_line is null then
        value := gitagent_private.text_yaml(c, 'title');
        if value <> '' then
          title_line := i;
          title := gitagent_private.text_title(value);
          continue;
        end if;
      end if;
      value := coalesce(gitagent_private.text_yaml(c, 'state'), gitagent_private.text_yaml(c,
          'status'));
      if value is not null and state is null then
        state := gitagent_private.text_token(value);
        if state is not null then
          state_from := i;
          state_to := i;
        else
          empty_line := coalesce(empty_line, i);
        end if;
      end if;
      continue;
    end if;
    if s = '' then
      para := false;
      continue;
    end if;
    col := length(c) - length(s);
    if col > 0 and strpos(left(c, col), E'\t') > 0 then
      col := gitagent_private.text_column(left(c, col), 0);
    end if;
    level := 0;
    if raw <> '' and col < raw_col then
      raw := '';
    end if;
    if raw <> '' then
      what := 'raw';
      if gitagent_private.text_raw_ends(raw, raw_len, col - raw_col, s) then
        raw := '';
      end if;
    else
      matched := 0;
      while matched < depth and open_col[matched + 1] <= col loop
        matched := matched + 1;
      end loop;
      base := case when matched > 0 then open_col[matched] else 0 end;
      start := case when col - base >= 4 then 'code'
        when strpos('#`~<>_-*+0123456789', left(s, 1)) = 0 then 'text'
        else gitagent_private.text_block(s) end;
      if start = 'item' then
        parts := regexp_match(s, '^([-*+]|([0-9]+)[.)])([ \t]*)(.*)$');
        m_interrupts := parts[4] <> '' and coalesce(parts[2], '1') = '1';
        if matched = 64 or (para and matched = depth and not m_interrupts) then
          start := 'text';
        end if;
      end if;
      if start in ('text', 'code') then
        what := case when start = 'code' and not para then 'raw' else 'text' end;
        if not para then
          depth := matched;
          para := start = 'text';
        end if;
        nested := depth > 0;
      else
        depth := matched;
        para := false;
        nested := depth > 0;
        case start
        when 'item' then
          what := 'item';
          at := length(c) - length(s) + 1;  -- where the text of the item begins
          while start = 'item' loop
            parts := regexp_match(s, '^([-*+]|[0-9]+[.)])([ \t]*)(.*)$');
            m_len := length(parts[1]);
            m_col := gitagent_private.text_column(parts[2], col + m_len);
            if parts[3] = '' or m_col - col - m_len >= 5 then
              m_col := col + m_len + 1;
              s := substr(s, m_len + 2);
              at := at + m_len + 1;
            else
              s := parts[3];
              at := at + m_len + length(parts[2]);
            end if;
            depth := depth + 1;
            open_col[depth] := m_col;
            if s ~ '^\[[ xX]\]([ \t]|$)' and full_text then
              -- the tick, in the line as it is (a byte order mark counts)
              lines[i] := overlay(lines[i] placing '' from
                at + 1 + length(rtrim(lines[i], E'\r')) - length(c) for 1);
              c := overlay(c placing '' from at + 1 for 1);
              s := overlay(s placing '' from 2 for 1);
            end if;
            col := m_col;
            value := ltrim(s, E' \t');
            start := 'code';
            exit when value = '';
            m_col := gitagent_private.text_column(left(s, length(s) - length(value)), col);
            at := at + length(s) - length(value);
            s := value;
            if m_col - col < 4 then
              col := m_col;
              start := gitagent_private.text_block(s);
            end if;
            if start = 'item' and depth = 64 then
              start := 'text';
            end if;
          end loop;
          para := start = 'text';
          s := ltrim(c, E' \t');
          if start = 'raw' then
            raw_col := open_col[depth];
            s := value;
          end if;
        when 'heading' then
          what := case when nested then 'text' else 'heading' end;
        when 'raw' then
          what := 'raw';
          raw_col := base;
        else
          what := case when start = 'rule' then 'rule' else 'text' end;
        end case;
        if start = 'raw' then
          raw := case when left(s, 1) <> '<' then left(s, 1) when starts_with(s, '<!--') then '-'
            else '<' end;
          raw_len := length(s) - length(ltrim(s, raw));
          if raw in ('-', '<') and gitagent_private.text_raw_ends(raw, 0, 0, s) then
            raw := '';
          end if;
          s := ltrim(c, E' \t');
        end if;
      end if;
    end if;
    -- fields
    if what = 'heading' then
      level := length(s) - length(ltrim(s, '#'));
      value := btrim(substr(s, level + 1), E' \t');
      value := case when value ~ '^#+$' then '' else regexp_replace(value, '[ \t]+#+$', '') end;
      parts := null;
      if level <= 2 or level <= title_level + 1 then
        parts := regexp_match(value, '^(?:status|state)[ \t]*(?::[ \t]*(.*)|())$', 'i');
      end if;
      if marker is not null then
        empty_line := coalesce(empty_line, marker);
        marker := null;
      end if;
      if parts is not null then
        if gitagent_private.text_token(coalesce(parts[1], '')) is null then
          marker := i;
        elsif state is null then
          state := gitagent_private.text_token(parts[1]);
          state_from := i;
          state_to := i;
        end if;
      else
        headings := headings + 1;
        if not closed then
          closed := true;
          if level = 1 or (level = 2 and state is null and empty_line is null
              and not gitagent_private.text_is_link(value)
              and value !~* '^(execution log|change log|history|log)$') then
            title_line := i;
            title_level := level;
            title := gitagent_private.text_title(value);
          end if;
        end if;
      end if;
      if full_text then
        edges := edges || i;
        if skip_level >= level then
          skip_level := null;
        end if;
        if in_link >= level then
          in_link := null;
        end if;
        if level > 1 and gitagent_private.text_is_link(value) then
          skip_level := coalesce(skip_level, level);
          in_link := coalesce(in_link, level);
        elsif level > 1 and value ~* '^(execution log|change log|history|log)$' then
          skip_level := coalesce(skip_level, level);
        end if;
      end if;
    elsif marker is not null then
      value := case when what in ('text', 'item') then gitagent_private.text_token(s) end;
      if value is null then
        empty_line := coalesce(empty_line, marker);
      elsif state is null then
        state := value;
        state_from := marker;
        state_to := i;
      end if;
      marker := null;
    elsif what = 'text' and not nested and col < 4 and state is null and left(s, 1) in ('s', 'S',
        '*', '_') then
      parts := regexp_match(s, '^(\*\*|__|\*|_)?(?:status|state)(:?)(.*)$', 'i');
      value := parts[3];
      if parts[1] is not null then
        value := case when starts_with(value, parts[1]) then substr(value,
            length(parts[1]) + 1) end;
      end if;
      if parts[2] = '' then
        value := case when starts_with(value, ':') then substr(value, 2) end;
      end if;
      value := gitagent_private.text_token(value);
      if value is not null and (headings <= (case when title_level > 0 then 1 else 0 end)
          or value !~ '[a-z]') then
        state := value;
        state_from := i;
        state_to := i;
      end if;
    end if;
    if full_text then
      if skip_level is not null then
        cut[i] := true;
      end if;
      if in_link is not null and what <> 'raw' then
        links := links || array(select m[1] from regexp_matches(c,
          '(?<![A-Za-z0-9_~-])([A-Z][A-Z0-9_]{0,31}-[0-9]{1,9})(?![A-Za-z0-9_~])', 'g') m);
      end if;
    elsif closed and state is not null then
      title := coalesce(title, '');
      return;
    end if;
  end loop;
  if head then  -- it stands further down
    select r.title, r.state into title, state
    from gitagent_private.text_read(body, false, true) r;
    return;
  end if;
  if marker is not null then
    empty_line := coalesce(empty_line, marker);
  end if;
  title := coalesce(title, '');
  if state is null and empty_line is not null then
    state_from := empty_line;
    state_to := empty_line;
  end if;
  state := coalesce(state, '');
  if not full_text then
    return;
  end if;
  -- blank lines inside of what is cut are cut with it
  skip_level := null;
  select array_agg(btrim(x, E' \t\r') = '' order by n) into blank
  from unnest(lines[1:nr]) with ordinality u(x, n);
  for i in 2..nr loop
    if blank[i] and cut[i - 1] and not i = any(edges) then
      cut[i] := true;
    end if;
  end loop;
  if state_from is not null then
    for i in state_from..state_to loop
      cut[i] := true;
    end loop;
    if left(lines[state_from], 1) <> 's' then
      edges := edges || state_from || state_to;
    end if;
  end if;
  if title_line is null then
    at := front + 1;
    while at <= nr and blank[at] loop
      cut[at] := true;
      at := at + 1;
    end loop;
  end if;
  foreach at in array edges loop
    base := at - 1;
    while base >= 1 and blank[base] loop
      cut[base] := true;
      base := base - 1;
    end loop;
    base := at + 1;
    while base <= nr and blank[base] loop
      cut[base] := true;
      base := base + 1;
    end loop;
  end loop;
  select encode(sha256(convert_to(rtrim(coalesce(string_agg(x, E'\n' order by n), ''), E' \t\r\n'),
    'UTF8')), 'hex') into normative
  from unnest(lines[1:nr]) with ordinality u(x, n) where not cut[n];
end $$;

-- Title and state only. The form of our own templates costs a tenth of reading line by line.
create or replace function gitagent_private.text_brief(body text, opaque boolean,
  out title text, out state text)
language plpgsql immutable set search_path = '' as $$
declare
  lines text[];
  r record;
begin
  if not opaque and starts_with(body, '# ') then
    lines := string_to_array(left(body, 400), E'\n');
    if lines[3] in ('## State', '## Status') and lines[2] = '' and lines[4] = ''
       and lines[5] ~ '^[A-Z][A-Z_]*[A-Z]$' and cardinality(lines) > 5
       and lines[1] ~ '^# [^\r#]*[^\r# \t]$' and lines[1] !~* '^# [ \t]*stat(e|us)' then
      title := ltrim(substr(lines[1], 3), E' \t');
      if title ~ '^[A-Z][A-Z0-9_]*-[0-9]+: ' and strpos(title, '-') <= 33
         and strpos(title, ':') - strpos(title, '-') <= 10 then
        title := ltrim(substr(title, strpos(title, ':') + 1), E' \t');
      else
        title := gitagent_private.text_title(title);
      end if;
      state := lines[5];
      return;
    end if;
  end if;
  r := gitagent_private.text_read(body, opaque, false);
  title := r.title;
  state := r.state;
end $$;
