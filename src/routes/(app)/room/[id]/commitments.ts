import { nextPlanned } from '#lib/data/agenda.ts';
import type { Row } from '#lib/data/rows.ts';
import type { View } from '#lib/data/view.ts';
import { civilDate } from '#lib/domain/civil.ts';
import * as z from '#lib/offline/shape.ts';

const WEEK = 7 * 86_400_000;

/** When a commitment falls due unless said otherwise: the next session planned, else in four weeks. */
export function defaultDue(view: View, session: Row<'sessions'>): string {
	const next = nextPlanned(view, session.groupId);
	return civilDate(next?.startsAt ?? session.startsAt + 4 * WEEK, session.timeZone);
}

/** What the device keeps of a commitment while it is written in the room. */
export const commitmentShape = z.object({
	title: z.string(),
	owner: z.string(),
	dueOn: z.string(),
	goal: z.string(),
	partner: z.string()
});
