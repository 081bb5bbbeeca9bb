import * as z from '#lib/offline/shape.ts';

const named = z.object({ id: z.string() });

/** Ids of the rows that waiting operations change: their line says that it is not sent yet. */
export function touched(operations: readonly { args: unknown }[]): ReadonlySet<string> {
	return new Set(
		operations.flatMap(({ args }) => {
			const read = z.safeParse(named, args);
			return read.success ? [read.data.id] : [];
		})
	);
}
