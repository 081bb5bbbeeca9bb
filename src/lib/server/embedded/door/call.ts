import type { Statement } from '#lib/server/embedded/batch.ts';
import type { Role, Routine } from './catalogue.ts';

/** Rows of one answer at most, as `max_rows` of supabase/config.toml. */
const MOST_ROWS = 1000;

/**
 * Takes the role and the claims for the rest of the transaction. Of what PostgREST sets besides (method,
 * path, headers, cookies of the request) our SQL reads nothing.
 */
const BECOME = `select set_config('role', $1, true), set_config('request.jwt.claims', $2, true),
	set_config('transaction_read_only', $3, true)`;

/** In whose name a function is called. */
export interface Caller {
	role: Role;
	/** All claims, as JSON text. */
	claims: string;
}

/** Takes a role and its claims, to read alone unless told otherwise. */
export const become = ({ role, claims }: Caller, readsOnly = true): Statement => ({
	text: BECOME,
	values: [role, claims, readsOnly ? 'on' : 'off']
});

/** The transaction of one call; `body` is the JSON text with the `given` arguments. */
export function callOf(
	routine: Routine,
	given: readonly string[],
	body: string,
	caller: Caller
): Statement[] {
	const text = textOf(routine, given, caller.role);
	return [become(caller, routine.readsOnly), { text, values: given.length > 0 ? [body] : [] }];
}

/** The texts of each function as it was last read, by role and given arguments. */
const texts = new WeakMap<Routine, Map<string, string>>();

/**
 * The statement that calls the function and writes its answer as JSON, by PostgREST's own recipe: the
 * arguments are read out of the body by `json_to_record`, and what comes back is aggregated by
 * Postgres. Each role has a text of its own, so that none runs on a plan made for another.
 */
function textOf(routine: Routine, given: readonly string[], role: Role): string {
	const args = routine.args.filter(({ name }) => given.includes(name));
	const known = texts.get(routine) ?? new Map<string, string>();
	texts.set(routine, known);
	const key = [role, ...args.map(({ name }) => name)].join(' ');
	const text = known.get(key) ?? `/* ${role} */ ${write(routine, args)}`;
	known.set(key, text);
	return text;
}

function write({ name, returns, isSet }: Routine, args: Routine['args']): string {
	const passed = args.map((arg) => `${quoted(arg.name)} := given.${quoted(arg.name)}`).join(', ');
	const columns = args.map((arg) => `${quoted(arg.name)} ${arg.type}`).join(', ');
	const call = `public.${quoted(name)}(${passed})`;
	const given = args.length > 0 ? `json_to_record($1::json) as given (${columns})` : '';
	const from = given && `from ${given}`;
	const [source, limit] = [[given, `lateral ${call} as answer`].filter(Boolean), MOST_ROWS];
	if (returns === 'nothing') return `select ${call} ${from}`;
	if (returns === 'value') {
		return isSet
			? `select coalesce(json_agg(answer)::text, '[]')
				from (select ${call} as answer ${from} limit ${limit}) rows`
			: `select coalesce(to_json(${call})::text, 'null') ${from}`;
	}
	return isSet
		? `select coalesce(json_agg(answer)::text, '[]')
			from (select answer.* from ${source.join(', ')} limit ${limit}) answer`
		: `select coalesce(row_to_json(answer)::text, 'null') from ${source.join(', ')}`;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
