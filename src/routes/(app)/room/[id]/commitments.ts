import { nextPlanned } from '#lib/data/agenda.ts';
import type { Row } from '#lib/data/rows.ts';
import type { View } from '#lib/data/view.ts';
import { civilDate } from '#lib/ui/format.ts';

const WEEK = 7 * 86_400_000;

/** When a commitment falls due unless said otherwise: the next session planned, else in four weeks. */
export function defaultDue(view: View, session: Row<'sessions'>): string {
	const next = nextPlanned(view, session.groupId);
	return civilDate(next?.startsAt ?? session.startsAt + 4 * WEEK, session.timeZone);
}
