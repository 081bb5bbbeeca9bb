import { z } from 'zod';
import type { Pool } from '#lib/server/embedded/pool.ts';

const roles = z.enum(['anon', 'authenticated', 'service_role']);
/** The role a call is made in. */
export type Role = z.infer<typeof roles>;

const routineFormat = z.object({
	name: z.string(),
	roles: z.array(roles),
	/** Stable and immutable functions run in a transaction that only reads, as on PostgREST. */
	readsOnly: z.boolean(),
	isSet: z.boolean(),
	/** Nothing, one value (of any type), or one row of named columns. */
	returns: z.enum(['nothing', 'value', 'row']),
	args: z.array(z.object({ name: z.string(), type: z.string(), isRequired: z.boolean() }))
});

/** A function of the exposed schema, as far as a call of it must know. */
export type Routine = z.infer<typeof routineFormat>;

/** Functions that PostgREST can call: with a name for every argument, and no triggers. */
const ROUTINES = `
	with recursive base (type, base) as (
		select oid, oid from pg_catalog.pg_type where typtype <> 'd'
		union all
		select d.oid, b.base from base b join pg_catalog.pg_type d on d.typtype = 'd' and d.typbasetype = b.type
	)
	select coalesce(json_agg(json_build_object(
		'name', p.proname,
		'roles', array(
			select r from unnest(array['anon', 'authenticated', 'service_role']) r
			where has_function_privilege(r, p.oid, 'execute')
		),
		'readsOnly', p.provolatile <> 'v',
		'isSet', p.proretset,
		'returns', case
			when t.oid = 'void'::regtype then 'nothing'
			when t.typtype = 'c' or coalesce(p.proargmodes::text[] && '{t,b,o}', false) then 'row'
			else 'value'
		end,
		'args', a.args
	)), '[]')
	from pg_catalog.pg_proc p
	join base b on b.type = p.prorettype
	join pg_catalog.pg_type t on t.oid = b.base
	cross join lateral (
		select
			coalesce(json_agg(json_build_object(
				'name', i.name,
				'type', format_type(i.type, null),
				'isRequired', i.place <= p.pronargs - p.pronargdefaults
			) order by i.place), '[]') as args,
			coalesce(bool_and(coalesce(i.name, '') <> ''), true) as named
		from unnest(p.proargnames, p.proargtypes::oid[]) with ordinality i (name, type, place)
		where i.type is not null
	) a
	where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' and p.provariadic = 0
		and t.oid not in ('trigger'::regtype, 'event_trigger'::regtype) and a.named
`;

/** Milliseconds between two readings for the sake of callers who ask for what is not there. */
const PAUSE = 1_000;

/** What a name and the names of the given arguments lead to. */
export type Found = Routine | 'unknown' | 'overloaded';

/** The functions of the exposed schema, read at the start and again when one is missed. */
export class Catalogue {
	readonly #pool: Pool;
	#routines = new Map<string, Routine[]>();
	#read = -Infinity;

	constructor(pool: Pool) {
		this.#pool = pool;
	}

	/** Reads it from the database. */
	async read(): Promise<void> {
		this.#read = performance.now();
		const [[text] = []] = await this.#pool.rows(ROUTINES);
		const routines = z.array(routineFormat).parse(JSON.parse(text ?? '[]'));
		this.#routines = Map.groupBy(routines, ({ name }) => name);
	}

	/**
	 * The function that the role may call by this name with these arguments. One that is missing may
	 * have come with migrations that another process applied: it is looked for once more.
	 */
	async find(role: Role, name: string, given: readonly string[]): Promise<Found> {
		const found = this.#find(role, name, given);
		if (found !== 'unknown' || performance.now() - this.#read < PAUSE) return found;
		await this.read();
		return this.#find(role, name, given);
	}

	#find(role: Role, name: string, given: readonly string[]): Found {
		const named = (this.#routines.get(name) ?? []).filter(({ roles }) => roles.includes(role));
		if (named.length > 1) return 'overloaded';
		const [routine] = named;
		return routine && takes(routine, given) ? routine : 'unknown';
	}
}

/** Whether every given argument is one of the function's, and none that it needs is missing. */
function takes({ args }: Routine, given: readonly string[]): boolean {
	return (
		given.every((name) => args.some((arg) => arg.name === name)) &&
		args.every((arg) => !arg.isRequired || given.includes(arg.name))
	);
}
