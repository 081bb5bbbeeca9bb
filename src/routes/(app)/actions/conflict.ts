import * as z from 'zod/mini';
import { editAction, editGoal, type Intent } from '#lib/data/intents.ts';
import type { Row } from '#lib/data/rows.ts';
import { goalStatuses, stages } from '#lib/domain/goals/goal.ts';

/** A change the server refused, as the outbox keeps it. */
export interface Refused {
	readonly kind: string;
	readonly args: unknown;
	readonly refusal: { readonly code: string } | null;
}

/** What two devices may write at once: an action's words and company, a goal's words. */
export type Table = 'actions' | 'goals';
export type Subject = Row<'actions'> | Row<'goals'>;

const action = z.object({
	title: z.exactOptional(z.string()),
	due_on: z.exactOptional(z.string()),
	goal_id: z.exactOptional(z.nullable(z.string())),
	partner_id: z.exactOptional(z.nullable(z.string()))
});
const goal = z.object({
	title: z.exactOptional(z.string()),
	year: z.exactOptional(z.number()),
	quarter: z.exactOptional(z.nullable(z.number())),
	stage: z.exactOptional(z.nullable(z.enum(stages))),
	measure: z.exactOptional(z.string()),
	means: z.exactOptional(z.string()),
	reason: z.exactOptional(z.string()),
	shared: z.exactOptional(z.boolean()),
	status: z.exactOptional(z.enum(goalStatuses)),
	line: z.exactOptional(z.string())
});
const kinds = { actions: 'action.edit', goals: 'goal.edit' } as const;
const written = z.object({ id: z.string(), changes: z.record(z.string(), z.unknown()) });

export type Value = string | number | boolean | null;

/** A field that holds one thing here and another on the server, in the columns of its table. */
export type Conflict = { field: string; mine: Value; theirs: Value };

/** The refused writings of a row that met another's, in the order they were made. */
export function refusedOf<R extends Refused>(refused: readonly R[], table: Table, id: string): R[] {
	return refused.filter(
		({ kind, args, refusal }) =>
			kind === kinds[table] && refusal?.code === 'CR010' && read(args)?.id === id
	);
}

/** The row that a refused writing is about, when it met another's and the row is still there. */
export function subjectOf(operation: Refused): { table: Table; id: string } | null {
	const id = read(operation.args)?.id;
	const table = operation.kind === 'goal.edit' ? 'goals' : 'actions';
	if (id === undefined || refusedOf([operation], table, id).length === 0) return null;
	return { table, id };
}

/**
 * What was written here and refused, beside what is there now: the last writing of each field counts.
 * Fields that hold the same on both sides are no conflict.
 */
export function conflicts(
	refused: readonly Refused[],
	table: Table,
	row: Readonly<Record<string, unknown>>
): Conflict[] {
	const written = new Map(refused.flatMap(({ args }) => Object.entries(changesOf(args, table))));
	return [...written].flatMap(([field, value]): Conflict[] => {
		const [mine, theirs] = [plain(value), plain(row[camel(field)])];
		return mine === theirs ? [] : [{ field, mine, theirs }];
	});
}

/** Writes mine again, on top of what is there now. */
export function rewriting(table: Table, row: Subject, { field, mine }: Conflict): Intent | null {
	const changes = { [field]: mine };
	if (table === 'actions' && 'dueOn' in row) return editAction(row, action.parse(changes));
	if (table === 'goals' && 'year' in row) return editGoal(row, goal.parse(changes));
	return null;
}

function changesOf(args: unknown, table: Table): Record<string, unknown> {
	const shape = table === 'actions' ? action : goal;
	const parsed = z.safeParse(shape, read(args)?.changes);
	return parsed.success ? parsed.data : {};
}

function plain(value: unknown): Value {
	const known = typeof value === 'string' || typeof value === 'number';
	return known || typeof value === 'boolean' ? value : null;
}

function read(args: unknown) {
	const parsed = z.safeParse(written, args);
	return parsed.success ? parsed.data : null;
}

function camel(column: string): string {
	return column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
