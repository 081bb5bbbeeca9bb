import * as z from 'zod/mini';
import { nextPlanned } from '#lib/data/agenda.ts';
import type { Row } from '#lib/data/rows.ts';
import type { View } from '#lib/data/view.ts';
import { civilDate } from '#lib/domain/civil.ts';

const WEEK = 7 * 86_400_000;

/** When a commitment falls due unless said otherwise: the next session planned, else in four weeks. */
export function defaultDue(view: View, session: Row<'sessions'>): string {
	const next = nextPlanned(view, session.groupId);
	return civilDate(next?.startsAt ?? session.startsAt + 4 * WEEK, session.timeZone);
}

const shape = z.object({
	title: z.string(),
	owner: z.string(),
	dueOn: z.string(),
	goal: z.string(),
	partner: z.string()
});

/** A commitment while it is written in the room. */
export type Commitment = z.infer<typeof shape>;

/** What the device kept of one being written; a draft of the first release held its title alone. */
export function commitmentOf(kept: string | null, blank: Commitment): Commitment {
	if (kept === null) return blank;
	try {
		return shape.parse(JSON.parse(kept));
	} catch {
		return { ...blank, title: kept };
	}
}
