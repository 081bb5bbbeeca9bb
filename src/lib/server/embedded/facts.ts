import type { TransactionSql } from 'postgres';
import { z } from 'zod';
import { foldBody } from './statements.ts';

/** The schemas that are ours. */
export const SCHEMAS: readonly string[] = ['public', 'cercle', 'private'];

/** Schemas as a value of SQL. */
export const inSql = (schemas: readonly string[]): string => `'{${schemas.join()}}'::text[]`;

export const noTable = (schemas: readonly string[]): string =>
	`No table in ${schemas.join(', ') || 'no schema'}: are the schemas named right?`;

/** The word for the role that asks, which has another name elsewhere. */
export const OWNER = 'owner';

/** The roles of those who are served, as a start makes them and a hosted project has them. */
export const ROLES = ['anon', 'authenticated', 'service_role', 'authenticator'] as const;

/** One thing that a database's catalogue says of one object. */
export interface Fact {
	kind: string;
	/** The object, with its schema. */
	name: string;
	value: string;
}

const named = (role: string) => `case ${role} when 0 then 'public'
	when quote_ident(current_user)::regrole then '${OWNER}' else pg_get_userbyid(${role}) end::text`;

/** Privileges as sorted words. An object without a list of its own has the one that is built in. */
const granted = (list: string, kind: string, owner: string) => `(
	select string_agg(w.word, ', ' order by w.word) from (
		select ${named('a.grantee')}
			|| ' ' || lower(a.privilege_type) || case when a.is_grantable then ' further' else '' end
		from aclexplode(coalesce(${list}, acldefault('${kind}', ${owner}))) a
	) w (word)
)`;

/**
 * What is read, query by query: `kind`, `name`, `value`. `ours` is the list of schemas in SQL; what is
 * ours on tables of others is found by itself. The position of a column and the identifier of an
 * object are no facts: a column that came later stands last in a database that was migrated.
 */
const queries = (ours: string): string[] => [
	`select f.kind, n.nspname, f.value
	from pg_namespace n, lateral (values
		('schema owner', ${named('n.nspowner')}),
		('schema grants', ${granted('n.nspacl', 'n', 'n.nspowner')})
	) f (kind, value)
	where n.nspname = any (${ours})`,

	`select 'database grants', 'the database', ${granted('d.datacl', 'd', 'd.datdba')}
	from pg_database d where d.datname = current_database()`,

	// Of every schema and of none: they say what the next object will be granted.
	`select 'default privileges',
		concat_ws(' ', ${named('d.defaclrole')}, n.nspname, d.defaclobjtype),
		${granted('d.defaclacl', 'r', 'd.defaclrole')}
	from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace`,

	`select f.kind, c.oid::regclass::text, f.value
	from pg_class c, lateral (values
		('table', concat_ws(' ', c.relkind, c.relpersistence, c.relreplident, c.reloptions)),
		('table owner', ${named('c.relowner')}),
		('table grants', ${granted('c.relacl', 'r', 'c.relowner')}),
		('row security', concat_ws(' ', c.relrowsecurity, c.relforcerowsecurity))
	) f (kind, value)
	where c.relnamespace = any (${ours}::regnamespace[]) and c.relkind in ('r', 'p', 'f')`,

	`select f.kind, c.oid::regclass::text, f.value
	from pg_class c, lateral (values
		('view', concat_ws(' ', c.relkind, c.reloptions, pg_get_viewdef(c.oid))),
		('view owner', ${named('c.relowner')}),
		('view grants', ${granted('c.relacl', 'r', 'c.relowner')})
	) f (kind, value)
	where c.relnamespace = any (${ours}::regnamespace[]) and c.relkind in ('v', 'm')`,

	`select 'sequence', s.seqrelid::regclass::text, concat_ws(' ', format_type(s.seqtypid, null),
		s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
		${named('c.relowner')}, ${granted('c.relacl', 's', 'c.relowner')})
	from pg_sequence s join pg_class c on c.oid = s.seqrelid
	where c.relnamespace = any (${ours}::regnamespace[])`,

	`select f.kind, a.attrelid::regclass || '.' || quote_ident(a.attname), f.value
	from pg_attribute a
	join pg_class c on c.oid = a.attrelid
	left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
	cross join lateral (values
		('column type', format_type(a.atttypid, a.atttypmod)),
		('column nullability', case when a.attnotnull then 'not null' else 'null' end),
		('column default', pg_get_expr(d.adbin, d.adrelid)),
		('column generation', nullif(concat(a.attidentity, a.attgenerated), '')),
		('column collation', nullif(a.attcollation, 0)::regcollation::text),
		('column storage', concat_ws(' ', a.attstorage, nullif(a.attcompression, ''))),
		('column grants',
			case when a.attacl is not null then ${granted('a.attacl', 'c', 'c.relowner')} end)
	) f (kind, value)
	where c.relnamespace = any (${ours}::regnamespace[]) and c.relkind in ('r', 'p', 'f', 'v', 'm')
		and not a.attisdropped and (a.attnum > 0 or a.attacl is not null)`,

	`select 'constraint', coalesce(nullif(c.conrelid, 0)::regclass::text, c.contypid::regtype::text)
		|| ' ' || quote_ident(c.conname),
		concat_ws(' ', pg_get_constraintdef(c.oid), case when c.convalidated then 'valid' end)
	from pg_constraint c
	where c.connamespace = any (${ours}::regnamespace[])`,

	// On whatever table: those on accounts and sign-ins are ours by the function they call.
	`select f.kind, t.tgrelid::regclass || ' ' || quote_ident(t.tgname), f.value
	from pg_trigger t join pg_proc p on p.oid = t.tgfoid, lateral (values
		('trigger', pg_get_triggerdef(t.oid)),
		('trigger state', t.tgenabled::text)
	) f (kind, value)
	where not t.tgisinternal and p.pronamespace = any (${ours}::regnamespace[])`,

	// Nobody else makes policies: those on the live topics are ours too.
	`select f.kind, p.polrelid::regclass || ' ' || quote_ident(p.polname), f.value
	from pg_policy p, lateral (values
		('policy command', p.polcmd::text),
		('policy roles', (select string_agg(r::regrole::text, ' ' order by r::regrole::text)
			from unnest(p.polroles) r)),
		('policy mode', case when p.polpermissive then 'permissive' else 'restrictive' end),
		('policy using', pg_get_expr(p.polqual, p.polrelid)),
		('policy check', pg_get_expr(p.polwithcheck, p.polrelid))
	) f (kind, value)`,

	`select f.kind, p.oid::regprocedure::text, f.value
	from pg_proc p join pg_language l on l.oid = p.prolang, lateral (values
		('function body', coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)),
		('function arguments', pg_get_function_arguments(p.oid)),
		('function result', pg_get_function_result(p.oid)),
		('function language', l.lanname),
		('function volatility', p.provolatile::text),
		('function parallelism', p.proparallel::text),
		('function strictness', p.proisstrict::text),
		('function rights', case when p.prosecdef then 'definer' else 'invoker' end),
		('function settings', (select string_agg(c, ' ' order by c) from unnest(p.proconfig) c)),
		('function planning',
			concat_ws(' ', p.prokind, p.procost, p.prorows, p.proleakproof, p.prosupport)),
		('function owner', ${named('p.proowner')}),
		('function grants', ${granted('p.proacl', 'f', 'p.proowner')})
	) f (kind, value)
	where p.pronamespace = any (${ours}::regnamespace[])`,

	// The row types of tables and the arrays of all types go with them.
	`select 'type', t.oid::regtype::text, concat_ws(' ', t.typtype, ${named('t.typowner')},
		${granted('t.typacl', 'T', 't.typowner')},
		(select string_agg(quote_literal(e.enumlabel), ' ' order by e.enumsortorder)
			from pg_enum e where e.enumtypid = t.oid),
		(select string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), ', '
			order by a.attnum) from pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0),
		nullif(format_type(nullif(t.typbasetype, 0), t.typtypmod), '-'), t.typnotnull, t.typdefault)
	from pg_type t left join pg_class c on c.oid = t.typrelid
	where t.typnamespace = any (${ours}::regnamespace[])
		and (t.typtype in ('e', 'd', 'r') or c.relkind = 'c')`,

	// Those who are served never pass the policies but where it is meant.
	`select 'role', r.rolname, concat_ws(', ',
		case when r.rolsuper then 'superuser' end, case when r.rolbypassrls then 'bypassrls' end,
		case when r.rolcreaterole then 'createrole' end, case when r.rolcreatedb then 'createdb' end,
		case when r.rolreplication then 'replication' end, (
			select string_agg('member of ' || ${named('m.roleid')}, ', ' order by ${named('m.roleid')})
			from pg_auth_members m where m.member = r.oid
		))
	from pg_roles r where r.rolname = any (${inSql(ROLES)})`,

	// On the live topics there are policies of ours.
	`select 'row security', 'realtime.messages', concat_ws(' ', c.relrowsecurity, c.relforcerowsecurity)
	from pg_class c where c.oid = to_regclass('realtime.messages')`
];

/** What says nothing about who may read or write what. */
const others = (ours: string): string[] => [
	`select 'index', i.indexrelid::regclass::text,
		concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisreplident, i.indisclustered)
	from pg_index i join pg_class c on c.oid = i.indrelid
	where c.relnamespace = any (${ours}::regnamespace[])`,

	`select 'comment', o.type || ' ' || o.identity, d.description
	from pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) o
	where o.schema = any (${ours}) or o.type = 'schema' and o.name = any (${ours})
		or split_part(o.identity, ' on ', 2) ~ ('^(' || array_to_string(${ours}, '|') || ')\\.')
		or o.type = 'policy'`,

	`select 'publication', p.pubname, concat_ws(' ', p.puballtables, p.pubinsert, p.pubupdate,
		p.pubdelete, p.pubtruncate, p.pubviaroot, (
			select string_agg(
				concat_ws(' ', r.prrelid::regclass, r.prattrs, r.prqual), ', ' order by r.prrelid::regclass::text
			) from pg_publication_rel r where r.prpubid = p.oid
		))
	from pg_publication p`,

	`select 'extension', e.extname, n.nspname
	from pg_extension e join pg_namespace n on n.oid = e.extnamespace`
];

const rows = z.array(z.tuple([z.string(), z.string(), z.string().nullable()]));

/**
 * Everything that a database holds of ours, but for its rows, sorted; or, not `isWhole`, what says
 * who may read and write what. @throws when one of the
 * schemas is missing or when no table is found: then a comparison would find no difference either.
 */
export async function readFacts(
	transaction: TransactionSql,
	schemas: readonly string[] = SCHEMAS,
	isWhole = true
): Promise<Fact[]> {
	// So that every name comes with its schema, whatever the caller's path is.
	await transaction`select set_config('search_path', 'pg_catalog', true)`;
	const facts: Fact[] = [];
	const ours = inSql(schemas);
	for (const query of [...queries(ours), ...(isWhole ? others(ours) : [])]) {
		const found = rows.parse(await transaction.unsafe(query).values());
		for (const [kind, name, value] of found) {
			facts.push({
				kind,
				name,
				value: kind === 'function body' ? foldBody(value ?? '') : (value ?? '')
			});
		}
	}
	if (!facts.some(({ kind }) => kind === 'table')) {
		throw new Error(noTable(schemas));
	}
	return facts.sort((one, other) => order(key(one), key(other)));
}

/** What one side has and the other has not, or has otherwise. */
export function difference(one: readonly Fact[], other: readonly Fact[]): Fact[] {
	const held = new Set(other.map(line));
	const back = new Set(one.map(line));
	return [
		...one.filter((fact) => !held.has(line(fact))),
		...other.filter((fact) => !back.has(line(fact)))
	];
}

export const line = ({ kind, name, value }: Fact): string => `${kind} of ${name}: ${value}`;
const key = ({ kind, name, value }: Fact) => `${kind}\n${name}\n${value}`;
const order = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
